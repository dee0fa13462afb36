import type { BarColumns } from '../../bars.js';
import { InvalidInputError } from '../../errors.js';
import { checkBars, checkSpec } from '../checks.js';
import type { Comparison, Rule } from '../rules.js';
import type { BacktestMetrics, RunSpec } from '../spec.js';
import { gatherColumns } from './columns.js';
import { NEVER, openKernel, OTHERWISE, type Comparisons } from './kernel.js';
import * as at from './state.js';
import { zonesOf } from './zones.js';

/** The figures of a combination; quantiles of returns and the trades themselves are kept by single runs. */
export type GridMetrics = Omit<BacktestMetrics, 'valueAtRisk' | 'conditionalValueAtRisk'>;

export interface GridArgs {
  bars: BarColumns;
  /** One a combination. */
  rules: readonly Rule[];
  spec: RunSpec;
  /** Told after each block: bars done; throwing ends the grid. */
  onBlock?: (bars: number) => void;
}

/** Whether the grid's kernel can run this at all; else each combination is a run of its own. */
export const fitsGrid = (spec: RunSpec): boolean => !spec.closeAtEnd;

/**
 * Runs all combinations over the bars in one pass, block by block; memory is that of the bars, of one block of each
 * distinct column, and of twenty numbers a combination. Metrics are those of single runs by `backtest`, but for the last
 * bits of what is summed along the way.
 * @throws InvalidInputError naming what is wrong with bars, rules or spec
 */
export function runGrid({ bars, rules, spec, onBlock }: GridArgs): GridMetrics[] {
  checkBars(bars);
  checkSpec(spec);
  if (!fitsGrid(spec))
    throw new InvalidInputError('A grid marks what is open at the end; closeAtEnd must be false');
  const zones = zonesOf(bars);
  const gathered = gatherColumns(bars, zones);
  const comparisons = rules.map((rule) => compile(rule, gathered));
  const columns = gathered.seal();
  const states = at.freshStates(rules.length, spec.cash);
  const kernel = openKernel({ bars, zones, columns, spec, everyDay: spec.periodsPerYear === 365, states });
  const count = zones.idleDays.length;
  const block = { from: 0, to: 0 };
  while (block.to < count) {
    block.from = block.to++;
    const most = (zones.start[block.from] as number) + columns.blockBars;
    while (block.to < count && (zones.start[block.to + 1] as number) <= most) block.to++;
    columns.fill(block.from, block.to);
    for (let i = 0; i < comparisons.length; i++) kernel.step(i, comparisons[i] as Comparisons, block);
    onBlock?.(zones.start[block.to] as number);
  }
  return rules.map((_, i) => metricsOf(states, i * at.STATE_SIZE, { bars, spec }));
}

function compile(rule: Rule, columns: ReturnType<typeof gatherColumns>): Comparisons {
  const of = (each: Comparison): [number, number] => [
    columns.operand(each.left),
    columns.operand(each.right),
  ];
  const sides = [rule.long, rule.short].flatMap((side) => {
    if (!side) return [NEVER, NEVER, NEVER, NEVER];
    const leave = side.exit === 'otherwise' ? [OTHERWISE, OTHERWISE] : of(side.exit);
    return [...of(side.enter), ...leave];
  });
  return Int32Array.from(sides);
}

function metricsOf(
  states: Float64Array,
  o: number,
  { bars, spec }: { bars: BarColumns; spec: RunSpec },
): GridMetrics {
  const of = (member: number): number => states[o + member] ?? NaN;
  const n = bars.close.length;
  const finalEquity = of(at.CASH) + of(at.UNITS) * (bars.close[n - 1] ?? NaN);
  const days = of(at.DAYS);
  const year = spec.periodsPerYear;
  const deviation = days > 1 ? Math.sqrt(of(at.SQUARES) / (days - 1)) : NaN;
  const growth = finalEquity / spec.cash;
  const annualReturn = growth ** (year / days) - 1;
  const downside = days > 1 ? Math.sqrt(of(at.LOSSES_SQUARED) / days) * Math.sqrt(year) : NaN;
  const maxDrawdown = of(at.DRAWDOWN);
  const closed = of(at.EXITS);
  return {
    entries: of(at.ENTRIES),
    exits: closed,
    startEquity: spec.cash,
    finalEquity,
    totalReturn: growth - 1,
    annualReturn,
    annualVolatility: deviation * Math.sqrt(year),
    sharpe: (of(at.MEAN) / deviation) * Math.sqrt(year),
    sortino: (of(at.MEAN) * year) / downside,
    maxDrawdown,
    calmar: maxDrawdown > 0 ? annualReturn / maxDrawdown : NaN,
    winRate: closed > 0 ? of(at.WINS) / closed : NaN,
    profitFactor: of(at.LOSSES) > 0 ? of(at.GAINS) / of(at.LOSSES) : NaN,
    exposure: of(at.EXPOSED) / n,
    fees: of(at.FEES),
    bars: n,
  };
}
