import { seededRandom } from '../random.js';
import { quantile } from '../statistics.js';

export interface DrawOptions {
  resamples?: number;
  seed?: string;
}

export interface EntryPermutation {
  /** Sum of position × return of the next bar, before costs. */
  observed: number;
  /** Share of placements that earn at least as much, the observed one among them. */
  pValue: number;
  /** Mean and 5 % and 95 % quantile of what placements by chance earn. */
  mean: number;
  interval: [number, number];
}

/**
 * Was it the moments of entry that earned? The same holdings, each with its side, size and length, and the same pauses
 * between them are put in another order, so that time in the market, number of trades and costs stay the same.
 * @param position Held over each bar, −1 … 1. @param returns Of the price over the same bar.
 */
export function permuteEntries(
  position: Float64Array,
  returns: Float64Array,
  { resamples = 1000, seed = 'entries' }: DrawOptions = {},
): EntryPermutation {
  const random = seededRandom(`permutation ${seed}`);
  const { holdings, pauses } = stretchesOf(position);
  const cumulated = new Float64Array(returns.length + 1);
  for (let i = 0; i < returns.length; i++) cumulated[i + 1] = (cumulated[i] ?? NaN) + (returns[i] ?? NaN);
  const observed = position.reduce((sum, held, i) => sum + held * (returns[i] ?? NaN), 0);
  const size = position.reduce((sum, held, i) => sum + Math.abs(held * (returns[i] ?? NaN)), 0);
  const earned = new Float64Array(resamples);
  for (let draw = 0; draw < resamples; draw++) {
    shuffle(holdings, random);
    shuffle(pauses, random);
    let [at, sum] = [pauses[0]?.length ?? 0, 0];
    for (const [i, { held, length }] of holdings.entries()) {
      sum += held * ((cumulated[at + length] ?? NaN) - (cumulated[at] ?? NaN));
      at += length + (pauses[i + 1]?.length ?? 0);
    }
    earned[draw] = sum;
  }
  const least = observed - 1e-12 * size;
  return {
    observed,
    pValue: (1 + earned.filter((each) => each >= least).length) / (resamples + 1),
    mean: earned.reduce((sum, each) => sum + each, 0) / resamples,
    interval: [quantile(earned, 0.05), quantile(earned, 0.95)],
  };
}

interface Stretch {
  held: number;
  length: number;
}

/** Holdings, and the pauses before, between and after them: one more; a reversal has a pause of no bars. */
function stretchesOf(position: Float64Array): { holdings: Stretch[]; pauses: Stretch[] } {
  const holdings: Stretch[] = [];
  const pauses: Stretch[] = [{ held: 0, length: 0 }];
  for (let i = 0; i < position.length; i++) {
    const held = position[i] ?? NaN;
    const last = i > 0 ? (position[i - 1] ?? NaN) : 0;
    if (held === 0) pauses[pauses.length - 1]!.length++;
    else if (held === last) holdings[holdings.length - 1]!.length++;
    else {
      holdings.push({ held, length: 1 });
      pauses.push({ held: 0, length: 0 });
    }
  }
  return { holdings, pauses };
}

export interface TradeOrder {
  /** Deepest fall of the start plus the profits so far, as a positive fraction, in the order that was. */
  observed: number;
  /** Of the orders drawn. */
  median: number;
  quantile95: number;
  worst: number;
  /** Share of orders whose drawdown is at least the observed one: near 0, the order was unlucky; near 1, lucky. */
  shareDeeper: number;
  /** Share of orders that lose the whole start. */
  ruin: number;
}

/**
 * The drawdowns that the same trades could have had in another order. @param profits Of closed trades, after costs, in the
 * currency of `start`.
 */
export function shuffleTrades(
  profits: Float64Array,
  start: number,
  { resamples = 1000, seed = 'trades' }: DrawOptions = {},
): TradeOrder {
  const random = seededRandom(`order ${seed}`);
  const order = Float64Array.from(profits);
  const observed = drawdownOf(profits, start);
  const drawn = new Float64Array(resamples);
  for (let draw = 0; draw < resamples; draw++) {
    shuffle(order, random);
    drawn[draw] = drawdownOf(order, start);
  }
  return {
    observed,
    median: quantile(drawn, 0.5),
    quantile95: quantile(drawn, 0.95),
    worst: quantile(drawn, 1),
    shareDeeper: drawn.filter((each) => each >= observed - 1e-12).length / resamples,
    ruin: drawn.filter((each) => each >= 1).length / resamples,
  };
}

function drawdownOf(profits: Float64Array, start: number): number {
  let [level, peak, deepest] = [start, start, 0];
  for (const profit of profits) {
    level += profit;
    peak = Math.max(peak, level);
    deepest = Math.max(deepest, (peak - level) / peak);
  }
  return deepest;
}

/** Fisher and Yates's, in place. */
function shuffle(items: { length: number; [at: number]: unknown }, random: () => number): void {
  for (let i = items.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [items[i], items[other]] = [items[other], items[i]];
  }
}
