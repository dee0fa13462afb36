import type { BarColumns } from '../bars.js';
import { ema, emaSeededAt } from '../indicators/averages.js';
import { backtest } from './engine.js';
import type { EngineTrades, Variant } from './agreement.js';
import { firstDecision } from './engine-rule.js';
import type { EngineRule, ExternalTrade } from './external.js';
import { columnOf, signalOfRule, type ColumnRef, type ColumnsCache, type Rule } from './rules.js';
import type { RunSpec, Trade } from './spec.js';

/** A backtest in our terms, as it is given to every engine. */
export interface VerifiedRun {
  bars: BarColumns;
  /** Our decisions. */
  signal: Float64Array;
  /** Null for a strategy that says none. */
  rule: Rule | null;
  engineRule: EngineRule;
  spec: RunSpec;
}

export type ConventionName = keyof typeof CONVENTIONS;

/**
 * What engines are known to do otherwise. Each is computed by our own engine, so that a difference counts as explained
 * where this gives exactly what the other engine gave, and nowhere else.
 */
export const CONVENTIONS = {
  firstBarLate: {
    text: 'it cannot decide at the first bar at which its indicators are defined',
    signal: ({ signal, engineRule }) => {
      const late = signal.slice();
      late.fill(0, 0, firstDecision(engineRule) + 1);
      return late;
    },
  },
  seededByFirst: {
    text: 'its exponential averages begin with their first value, ours (as TA-Lib) with the mean of the first window',
    signal: (run) =>
      withColumns(run, {
        EMA: ({ close }, [period = NaN]) => ({ '': seededByFirst(close, smoothing(period), period - 1) }),
        RSI: ({ close }, [period = NaN]) => ({ '': strengthFrom(close, period, 1) }),
        MACD: ({ close }, args) => macdOf(close, args, { from: 'first' }),
      }),
  },
  seededAtStart: {
    text: 'its exponential averages begin at the first bar of the series, ours (as TA-Lib) with the mean of the first window',
    signal: (run) =>
      withColumns(run, {
        EMA: ({ close }, [period = NaN]) => ({ '': seededByFirst(close, smoothing(period), period - 1) }),
        RSI: ({ close }, [period = NaN]) => ({ '': strengthFrom(close, period, 0) }),
        MACD: ({ close }, args) => macdOf(close, args, { from: 'start' }),
      }),
  },
  ownSeeds: {
    text: "each average of its MACD begins with its own first window; ours (as TA-Lib) begin both with the slow one's",
    signal: (run) => withColumns(run, { MACD: ({ close }, args) => macdOf(close, args, { from: 'window' }) }),
  },
} satisfies Record<string, Convention>;

interface Convention {
  text: string;
  /** Our decisions under it; null where it changes none of the columns. */
  signal(run: VerifiedRun): Float64Array | null;
}

/** What our engine gives under each of the conventions, those that change nothing left out. */
export function variantsOf(run: VerifiedRun, names: readonly ConventionName[]): Variant[] {
  return names.flatMap((name) => {
    const { text, signal } = CONVENTIONS[name] as Convention;
    const decided = signal(run);
    if (!decided || decided.every((value, i) => Object.is(value, run.signal[i]))) return [];
    return [{ text, outcome: ownTrades(backtest({ bars: run.bars, signal: decided, spec: run.spec })) }];
  });
}

/** Our outcome in the terms in which engines are compared. */
export const ownTrades = (outcome: {
  trades: readonly Trade[];
  metrics: { finalEquity: number };
}): EngineTrades => ({
  trades: outcome.trades.map(comparable),
  finalEquity: outcome.metrics.finalEquity,
});

const comparable = (trade: Trade): ExternalTrade => ({
  side: trade.side,
  entryTime: trade.entryTime,
  entryPrice: trade.entryPrice,
  exitTime: trade.exitTime,
  exitPrice: trade.exitPrice,
  units: trade.units,
  fees: trade.fees,
});

type Compute = (bars: BarColumns, args: readonly number[]) => Record<string, Float64Array>;

/** The rule's decisions with other columns in the place of ours, undefined where ours are. */
function withColumns({ bars, rule, engineRule }: VerifiedRun, others: Record<string, Compute>) {
  if (!rule || !engineRule.columns.some(({ name }) => Object.hasOwn(others, name))) return null;
  const columns: ColumnsCache = new Map();
  for (const { name, args, firstValid } of engineRule.columns)
    for (const [output, values] of Object.entries(others[name]?.(bars, args) ?? {}))
      columns.set(`${name}:${args.join(',')}:${output}`, values.fill(NaN, 0, firstValid));
  return signalOfRule(rule, bars, columns);
}

const smoothing = (period: number): number => 2 / (period + 1);

/** Exponential average that begins with the value at `start`; undefined before `first`. */
function seededByFirst(values: Float64Array, factor: number, first: number, start = 0): Float64Array {
  const result = new Float64Array(values.length).fill(NaN);
  let average = values[start] ?? NaN;
  for (let i = start; i < values.length; i++) {
    average += ((values[i] ?? NaN) - average) * factor;
    if (i >= first) result[i] = average;
  }
  return result;
}

/** Wilder's strength whose averages begin with the change at bar `start`; the one of bar 0 is none. */
function strengthFrom(close: Float64Array, period: number, start: 0 | 1): Float64Array {
  const change = close.map((value, i) => (i === 0 ? 0 : value - (close[i - 1] ?? NaN)));
  const gains = seededByFirst(
    change.map((each) => Math.max(each, 0)),
    1 / period,
    period,
    start,
  );
  const losses = seededByFirst(
    change.map((each) => Math.max(-each, 0)),
    1 / period,
    period,
    start,
  );
  return gains.map((gain, i) => 100 - 100 / (1 + gain / (losses[i] ?? NaN)));
}

function macdOf(
  close: Float64Array,
  [fast = NaN, slow = NaN, smooth = NaN]: readonly number[],
  { from }: { from: 'first' | 'start' | 'window' },
): Record<string, Float64Array> {
  const average = (period: number) =>
    from === 'window'
      ? emaSeededAt(close, period, period - 1)
      : seededByFirst(close, smoothing(period), from === 'first' ? period - 1 : 0);
  const slowAverage = average(slow);
  const line = average(fast).map((value, i) => value - (slowAverage[i] ?? NaN));
  const signal =
    from === 'window'
      ? ema(line, smooth)
      : seededByFirst(line, smoothing(smooth), 0, from === 'first' ? slow - 1 : 0);
  return { MACD: line, MACDSIGNAL: signal, MACDHIST: line.map((value, i) => value - (signal[i] ?? NaN)) };
}

/** Relative distance below which two columns are equal but for roundings of other engines' sums. */
const TIE = 1e-9;

/** Open times of the fills whose decision compared such columns. */
export function tiedFills({ bars, rule }: VerifiedRun): Set<number> {
  const tied = new Set<number>();
  if (!rule) return tied;
  const columns: ColumnsCache = new Map();
  const sides = [rule.long, rule.short].flatMap((side) => (side ? [side] : []));
  const comparisons = sides.flatMap(({ enter, exit }) => (exit === 'otherwise' ? [enter] : [enter, exit]));
  for (const { left, right } of comparisons) {
    const [first, second] = [left, right].map((each) => valuesOf(each, bars, columns));
    for (let i = 0; i + 1 < bars.time.length; i++) {
      const [a, b] = [first?.(i) ?? NaN, second?.(i) ?? NaN];
      if (Math.abs(a - b) <= TIE * Math.max(Math.abs(a), Math.abs(b))) tied.add(bars.time[i + 1] ?? NaN);
    }
  }
  return tied;
}

function valuesOf(operand: ColumnRef | number, bars: BarColumns, columns: ColumnsCache) {
  if (typeof operand === 'number') return () => operand;
  const values = columnOf(operand, bars, columns);
  return (i: number): number => values[i - (operand.lag ?? 0)] ?? NaN;
}
