import type { BarColumns } from '../../bars.js';
import { InvalidInputError } from '../../errors.js';
import { checkInput } from '../checks.js';
import type { Rule, Side } from '../rules.js';
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

/** A day of minutes: the columns of a block stay in the processor's caches while all combinations pass over it. */
const BLOCK_BARS = 1440;

/** Whether the grid's kernel can run this at all; else each combination is a run of its own. */
export const fitsGrid = (spec: RunSpec): boolean => !spec.closeAtEnd;

/**
 * Runs all combinations over the bars in one pass, block by block; memory is that of the bars, of one block of each
 * distinct column, and of twenty numbers a combination. Metrics are those of single runs by `backtest`, but for the last
 * bits of what is summed along the way.
 * @throws InvalidInputError naming what is wrong with bars, rules or spec
 */
export function runGrid({ bars, rules, spec, onBlock }: GridArgs): GridMetrics[] {
  checkInput({ bars, signal: new Float64Array(bars.close.length), spec });
  if (!fitsGrid(spec))
    throw new InvalidInputError('A grid marks what is open at the end; closeAtEnd must be false');
  const zones = zonesOf(bars);
  const gathered = gatherColumns({ bars, zones, blockBars: BLOCK_BARS });
  const comparisons = rules.map((rule) => compile(rule, gathered));
  const columns = gathered.seal();
  const states = at.freshStates(rules.length, spec.cash);
  const kernel = openKernel({ bars, zones, columns, spec, everyDay: spec.periodsPerYear === 365, states });
  const count = zones.idleDays.length;
  for (let from = 0; from < count;) {
    let to = from + 1;
    const most = (zones.start[from] ?? 0) + BLOCK_BARS;
    while (to < count && (zones.start[to + 1] ?? Infinity) <= most) to++;
    columns.fill(from, to);
    for (const [i, rule] of comparisons.entries()) kernel.step(i, rule, { from, to });
    from = to;
    onBlock?.(zones.start[from] ?? 0);
  }
  return rules.map((_, i) => metricsOf(states, i * at.STATE_SIZE, { bars, spec }));
}

function compile(rule: Rule, columns: ReturnType<typeof gatherColumns>): Comparisons {
  const never: [number, number] = [NEVER, NEVER];
  const enter = (side: Side | null): [number, number] =>
    side ? [columns.left(side.enter.left), columns.right(side.enter.right)] : never;
  const exit = (side: Side | null): [number, number] => {
    if (!side) return never;
    if (side.exit === 'otherwise') return [OTHERWISE, OTHERWISE];
    return [columns.left(side.exit.left), columns.right(side.exit.right)];
  };
  return {
    enterLong: enter(rule.long),
    exitLong: exit(rule.long),
    enterShort: enter(rule.short),
    exitShort: exit(rule.short),
  };
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
