import { INDICATORS } from '../indicators/registry.js';
import type { EngineColumn, EngineRule } from './external.js';
import type { ColumnRef, Comparison, Rule, Side } from './rules.js';

type EngineComparison = EngineRule['sides'][number]['enter'];
type EngineOperand = EngineComparison['left'];

/** No columns and no sides: a strategy without a rule, whose decisions are replayed. */
export const NO_RULE: EngineRule = { columns: [], sides: [] };

/** A rule as engines of others read it: each distinct column once, with the bar from which it is defined. */
export function engineRuleOf(rule: Rule): EngineRule {
  const columns: EngineColumn[] = [];
  const placeOf = (ref: ColumnRef): number => {
    const column = engineColumnOf(ref);
    const key = JSON.stringify(column);
    const known = columns.findIndex((each) => JSON.stringify(each) === key);
    return known >= 0 ? known : columns.push(column) - 1;
  };
  const operand = (value: ColumnRef | number): EngineOperand =>
    typeof value === 'number'
      ? { column: -1, constant: value, lag: 0 }
      : { column: placeOf(value), constant: 0, lag: value.lag ?? 0 };
  const comparison = ({ left, right }: Comparison): EngineComparison => ({
    left: operand(left),
    right: operand(right),
  });
  const side = (wanted: Side | null, direction: 1 | -1): EngineRule['sides'] =>
    wanted
      ? [
          {
            direction,
            enter: comparison(wanted.enter),
            exit: wanted.exit === 'otherwise' ? [] : [comparison(wanted.exit)],
          },
        ]
      : [];
  const sides = [...side(rule.long, 1), ...side(rule.short, -1)];
  return { columns, sides };
}

/** The first bar at which every column of the rule, as far back as it looks, is defined. */
export function firstDecision({ columns, sides }: EngineRule): number {
  const operands = sides
    .flatMap(({ enter, exit }) => [enter, ...exit])
    .flatMap(({ left, right }) => [left, right]);
  return Math.max(0, ...operands.map(({ column, lag }) => (columns[column]?.firstValid ?? 0) + lag));
}

function engineColumnOf({ name, args, output }: ColumnRef): EngineColumn {
  const indicator = Object.hasOwn(INDICATORS, name) ? INDICATORS[name] : undefined;
  return {
    name,
    args: [...args],
    output: output ?? indicator?.outputs[0] ?? '',
    firstValid: indicator?.firstValid(args) ?? 0,
  };
}
