import type { BarColumns } from '../bars.js';
import { atr } from '../indicators/volatility.js';
import { fixedPrice } from './slippage.js';
import type { Costs, Size } from './spec.js';

const YEAR = 365 * 86_400_000;

/**
 * What a size looks at besides the price, known at the close of a bar: the volatility a year, or the distance of the
 * stop. NaN before its look-back is filled; null for a size that looks at nothing.
 */
export type Measure = ((bar: number) => number) | null;

export function measureOf(bars: BarColumns, size: Size): Measure {
  if (size.kind === 'volatility') return (bar) => volatilityAt(bars, bar, size.lookback);
  if (size.kind !== 'risk' || size.stop.kind === 'bps') return null;
  const { multiple, bars: period } = size.stop;
  const ranges = atr(bars, period);
  return (bar) => multiple * (ranges[bar] ?? NaN);
}

/** Read at entries only, so that a run of few entries costs little. */
function volatilityAt({ close, time }: BarColumns, bar: number, lookback: number): number {
  const first = bar - lookback;
  if (first < 0) return NaN;
  const of = (i: number): number => Math.log((close[i] ?? NaN) / (close[i - 1] ?? NaN));
  let mean = 0;
  for (let i = first + 1; i <= bar; i++) mean += of(i);
  mean /= lookback;
  let squares = 0;
  for (let i = first + 1; i <= bar; i++) squares += (of(i) - mean) ** 2;
  const span = (time[bar] ?? NaN) - (time[first] ?? NaN);
  return Math.sqrt((squares / (lookback - 1)) * ((YEAR * lookback) / span));
}

export interface Entry {
  size: Size;
  costs: Costs;
  /** Equity at the entry, nothing being held. */
  equity: number;
  /** −1 … 1 of the size, not 0. */
  wanted: number;
  /** Before slippage. */
  price: number;
  /** Of the bar of the fill. */
  volume: number;
  /** NaN where the size has a measure that is not defined yet. */
  measure: number;
}

/**
 * Units of an entry, 0 or more. A share of nothing, or of a debt, buys nothing; NaN while what the size looks at is
 * not defined. Of a share the fee is paid too, so that a long position without leverage never needs more than there is.
 */
export function unitsFor(entry: Entry): number {
  const { size, equity, wanted, costs, price } = entry;
  const share = Math.abs(wanted);
  if (size.kind === 'units') return size.units * share;
  if (!(equity > 0)) return 0;
  const side = Math.sign(wanted);
  const slipped = fixedPrice(costs, price, side);
  if (!(slipped > 0)) return 0;
  const worth = budgetOf(entry) * share;
  const affordable = worth / (slipped * (1 + costs.feeBps / 10_000));
  const capped =
    side > 0 && costs.impactBps ? withinImpact(entry, { worth, slipped, affordable }) : affordable;
  if (size.kind !== 'risk') return capped;
  const distance = size.stop.kind === 'bps' ? (slipped * size.stop.bps) / 10_000 : entry.measure;
  const risked = (equity * size.share * share) / distance;
  return Number.isNaN(distance) ? NaN : Math.min(risked, capped);
}

/** Quote currency of a whole entry. */
function budgetOf({ size, equity, measure }: Entry): number {
  switch (size.kind) {
    case 'cash':
      return Math.min(size.amount, equity);
    case 'equity':
      return equity * size.fraction;
    case 'volatility':
      return Number.isNaN(measure) ? NaN : equity * Math.min(size.target / measure, size.maxLeverage);
    case 'risk':
      return equity * size.maxLeverage;
    case 'units':
      return NaN;
  }
}

/**
 * Units whose price, moved by their own share of the volume, costs what there is: a·u + b·u^1.5 = worth. Newton's steps
 * from above fall to the root of a convex function; they end where they no longer fall.
 */
function withinImpact(
  { costs, price, volume }: Entry,
  { worth, slipped, affordable }: { worth: number; slipped: number; affordable: number },
): number {
  const fee = 1 + costs.feeBps / 10_000;
  const a = slipped * fee;
  const b = (price * fee * ((costs.impactBps ?? 0) / 10_000)) / Math.sqrt(volume);
  let root = Math.sqrt(affordable);
  for (let step = 0; step < 100; step++) {
    const next = root - (a * root ** 2 + b * root ** 3 - worth) / (2 * a * root + 3 * b * root ** 2);
    if (!(next < root)) break;
    root = next;
  }
  return root ** 2;
}
