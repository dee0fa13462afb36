import type { PriceName } from './blocks.js';
import { addComparison, isStreamed, type ColumnSet } from './grid-columns.js';
import { RULE } from './grid-types.js';
import type { ColumnRef, Rule, Side } from './rules.js';

const PRICES: PriceName[] = ['open', 'high', 'low', 'close', 'volume'];

const columnsOf = (rule: Rule): ColumnRef[] =>
  [rule.long, rule.short]
    .flatMap((side) => (side ? [side.enter, ...(side.exit === 'otherwise' ? [] : [side.exit])] : []))
    .flatMap(({ left, right }) => [left, right])
    .filter((operand) => typeof operand !== 'number');

/** Columns that only the registry knows are in units that only it knows: such a grid stays in units of price. */
export const isExact = (rule: Rule): boolean => columnsOf(rule).every(isStreamed);

/** Columns of prices that a grid reads; all of them where an indicator is computed whole. */
export function pricesOf(rules: readonly Rule[]): Set<PriceName> {
  const names = new Set<PriceName>(['open', 'close']);
  for (const ref of rules.flatMap(columnsOf)) {
    if (!isStreamed(ref)) return new Set(PRICES);
    if (ref.name === 'DONCHIAN') names.add('high').add('low');
    const price = PRICES.find((name) => name === ref.name);
    if (price) names.add(price);
  }
  return names;
}

/** Does the grid need whole columns in memory? */
export const needsWhole = (rules: readonly Rule[]): boolean => !rules.every(isExact);

/** For each combination the rows of its comparisons' sides, as RULE says. */
export function compileRules(rules: readonly Rule[], columns: ColumnSet): Int32Array {
  const compiled = new Int32Array(rules.length * RULE).fill(-1);
  rules.forEach((rule, c) => {
    const put = (side: Side | null, offset: number): void => {
      if (!side) return;
      compiled.set(addComparison(columns, side.enter), c * RULE + offset);
      if (side.exit !== 'otherwise') compiled.set(addComparison(columns, side.exit), c * RULE + offset + 2);
    };
    put(rule.long, 0);
    put(rule.short, 4);
  });
  return compiled;
}
