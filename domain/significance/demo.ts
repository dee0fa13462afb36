import { backtest } from '../backtest/engine.js';
import type { RunSpec } from '../backtest/spec.js';
import type { BarColumns } from '../bars.js';
import { InvalidInputError } from '../errors.js';
import { dailyReturns, sharpeRatio } from '../metrics.js';
import { seededNormal, seededRandom } from '../random.js';
import { smaCross } from '../strategies/sma-cross.js';
import { strategiesTable } from './table.js';
import { verdictOf, type Finding } from './verdict.js';

export interface OverfitInput {
  /** How many are tried: crossings of two averages, followed or faded. */
  strategies: number;
  /** Days of the random walk. */
  days: number;
  seed: string;
  /** 0, or what one more strategy knows: 0.1 is right about the next day six times out of ten instead of five. */
  edge: number;
}

export interface OverfitDemo {
  strategies: number;
  days: number;
  /** The best of them, by the Sharpe ratio of the whole window. */
  best: string;
  /** Of the best, a year: what is shown where nobody asks for the trials. */
  sharpe: number;
  totalReturn: number;
  /** Probability of a Sharpe ratio above 0, as if the best had been the only one. */
  psr: number;
  /** The Sharpe ratio a year that the luckiest of so many is expected to show. */
  expectedMaximumSharpe: number;
  dsr: number;
  pbo: number;
  spa: number;
  realityCheck: number;
  /** What the best would be called if the trials were kept quiet, and what it is called. */
  naive: string;
  finding: Finding;
  verdict: string;
}

const DAY = 86_400_000;
const START = Date.UTC(2020, 0, 1);
const CASH = 10_000;
const PERIODS = 365;
/** Without costs: the walk is to be beaten under the kindest rules. */
const SPEC: RunSpec = {
  costs: { feeBps: 0, slippageBps: 0 },
  cash: CASH,
  size: { kind: 'equity', fraction: 1 },
  closeAtEnd: false,
  periodsPerYear: PERIODS,
};
const SLOWEST = 250;

/**
 * Tries many strategies on one seeded walk, picks the best, and judges it twice: as if it had been the only one, and as the
 * best of all. @throws InvalidInputError where there are too few or too many, and for an edge outside 0 … 0.5.
 */
export function overfitDemo(input: OverfitInput): OverfitDemo {
  const { strategies, days, seed, edge } = input;
  if (!(days >= 500 && days <= 20_000)) throw new InvalidInputError(`${days} days are not from 500 to 20000`);
  if (!(edge >= 0 && edge <= 0.5)) throw new InvalidInputError(`An edge of ${edge} is not from 0 to 0.5`);
  const bars = madeWalk(days, seed);
  const tried = rulesOf(strategies - (edge > 0 ? 1 : 0), seed);
  const columns = tried.map((rule) => returnsOf(bars, signalOf(bars, rule)));
  const names = tried.map(({ kind, fast, slow }) => `${kind} ${fast}/${slow}`);
  if (edge > 0) {
    columns.push(returnsOf(bars, foresight(bars, { edge, seed })));
    names.push('foresight');
  }
  const returns = new Float64Array(days * names.length);
  for (const [k, column] of columns.entries())
    for (let row = 0; row < days; row++) returns[row * names.length + k] = column[row] ?? NaN;
  const { figures, evidence, verdict } = strategiesTable({
    returns,
    names,
    resamples: 1000,
    seed,
    parts: 16,
  });
  const best = String(figures['best']);
  const chosen = columns[names.indexOf(best)] ?? new Float64Array();
  const [{ sr0 }] = figures['dsr'] as [{ sr0: number }];
  const psr = Number(figures['psr_vs_0']);
  return {
    strategies,
    days,
    best,
    sharpe: sharpeRatio(chosen, PERIODS),
    totalReturn: chosen.reduce((level, each) => level * (1 + each), 1) - 1,
    psr,
    expectedMaximumSharpe: sr0 * Math.sqrt(PERIODS),
    dsr: evidence.deflatedSharpe,
    pbo: evidence.pbo ?? NaN,
    spa: evidence.spa ?? NaN,
    realityCheck: (figures['white_reality_check'] as { pvalue: number }).pvalue,
    naive: verdictOf({ sharpe: evidence.sharpe, n: evidence.n, trials: 1, deflatedSharpe: psr }).sentence,
    finding: verdict.finding,
    verdict: verdict.sentence,
  };
}

interface CrossRule {
  kind: 'follow' | 'fade';
  fast: number;
  slow: number;
}

/** Different ones, drawn by the seed. */
function rulesOf(count: number, seed: string): CrossRule[] {
  const most = 10_000;
  if (!(Number.isInteger(count) && count >= 2 && count <= most))
    throw new InvalidInputError(`${count} strategies are no whole number from 2 to ${most}`);
  const random = seededRandom(`rules ${seed}`);
  const rules = new Map<string, CrossRule>();
  while (rules.size < count) {
    const fast = 2 + Math.floor(random() * 99);
    const slow = fast + 1 + Math.floor(random() * (SLOWEST - fast));
    const kind = random() < 0.5 ? 'follow' : 'fade';
    rules.set(`${kind} ${fast}/${slow}`, { kind, fast, slow });
  }
  return [...rules.values()];
}

/** Long on one side of the crossing, short on the other. */
function signalOf(bars: BarColumns, { kind, fast, slow }: CrossRule): Float64Array {
  const above = smaCross.signal({ bars, params: { fast, slow }, timeframeMs: DAY });
  const side = kind === 'follow' ? 1 : -1;
  return above.map((is, day) => (day < slow - 1 ? 0 : is > 0 ? side : -side));
}

/** Wants what the next bar will do, as often as the edge says: the control that must not be called luck. */
function foresight(bars: BarColumns, { edge, seed }: { edge: number; seed: string }): Float64Array {
  const random = seededRandom(`foresight ${seed}`);
  return bars.close.map((_, day) => {
    const next = Math.sign((bars.close[day + 1] ?? NaN) - (bars.open[day + 1] ?? NaN)) || 0;
    return random() < 0.5 + edge ? next : -next;
  });
}

function returnsOf(bars: BarColumns, signal: Float64Array): Float64Array {
  const { equity } = backtest({ bars, signal, spec: SPEC });
  // A short position can lose everything; what is lost earns nothing any more.
  const kept = equity.map((value) => Math.max(value, 0));
  return dailyReturns({ time: bars.time, equity: kept, start: CASH, everyDay: true }).map((each) =>
    Number.isNaN(each) ? 0 : each,
  );
}

/** Daily bars of a price without any drift. */
function madeWalk(days: number, seed: string): BarColumns {
  const normal = seededNormal(`walk ${seed}`);
  const deviation = 0.02;
  const opens = new Float64Array(days);
  const closes = new Float64Array(days);
  let price = 100;
  for (let day = 0; day < days; day++) {
    opens[day] = price;
    // Less half the variance: the price itself, not its logarithm, is what stays where it is.
    price *= Math.exp(deviation * normal() - (deviation * deviation) / 2);
    closes[day] = price;
  }
  const columns: Record<keyof BarColumns, Float64Array> = {
    time: closes.map((_, day) => START + day * DAY),
    open: opens,
    high: closes.map((close, day) => Math.max(close, opens[day] ?? NaN)),
    low: closes.map((close, day) => Math.min(close, opens[day] ?? NaN)),
    close: closes,
    volume: closes.map(() => 1),
  };
  return columns;
}
