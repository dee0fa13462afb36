import { BLOCK, type BlockWindow, type PriceName } from './blocks.js';

/**
 * An indicator that is computed a block at a time: with what it carries from block to block its values are those of
 * the whole column, for a memory that does not grow with the bars.
 */
export type Values = () => Float64Array;

export interface Stream {
  /** Bars before the block that it reads. */
  lookback: number;
  names: readonly PriceName[];
  /** Filled by `step`: values of the block's bars, NaN before the first one. */
  values: Values;
  step(window: BlockWindow): void;
  /** What it carries, for a checkpoint. */
  save(): number[];
  load(state: readonly number[]): void;
}

const none = { save: () => [], load: () => undefined };
const blank = (): Float64Array => new Float64Array(BLOCK);

export function priceStream(name: PriceName): Stream {
  const out = blank();
  return {
    ...none,
    lookback: 0,
    names: [name],
    values: () => out,
    step: ({ prices, base, count }) => out.set(prices[name].subarray(base, base + count)),
  };
}

/** Simple average of closes: by exact sums in ticks; else by a running sum, as the whole column has it. */
export function smaStream(period: number): Stream & { settle(column: Float64Array): void } {
  let out = blank();
  let sum = 0;
  return {
    lookback: period,
    names: ['close'],
    values: () => out,
    settle: (column) => void (out = column),
    step(window) {
      const { prefix, count, first, base, stepper } = window;
      const start = Math.max(0, Math.min(count, period - 1 - first));
      if (prefix && stepper?.isInside(out))
        return stepper.mean({ sums: prefix, to: base + 1, period, start, count, out, raised: false });
      if (!prefix) sum = averageByRunning(window, sum, period, out);
      else averageBySums(window, prefix, period, out);
      out.fill(NaN, 0, start);
    },
    save: () => [sum],
    load: ([value = 0]) => void (sum = value),
  };
}

/** By exact sums; values before the first one stay as they are. */
export function averageBySums(
  { base, count, first }: BlockWindow,
  prefix: Float64Array,
  period: number,
  out: Float64Array,
): void {
  const start = Math.max(0, Math.min(count, period - 1 - first));
  for (let k = start; k < count; k++)
    out[k] = (prefix[base + k + 1]! - prefix[base + k + 1 - period]!) / period;
}

function averageByRunning(
  { base, count, first, prices: { close } }: BlockWindow,
  carried: number,
  period: number,
  out: Float64Array,
): number {
  let sum = carried;
  for (let k = 0; k < count; k++) {
    sum += close[base + k]!;
    if (first + k < period - 1) continue;
    out[k] = sum / period;
    sum -= close[base + k - period + 1]!;
  }
  return sum;
}

/** Differences this small count as none, in units of price: TA-Lib's figure. */
const EPSILON = 1e-14;

/** `perUnit`: ticks to a unit of price, 1 where prices are not in ticks. */
export function rsiStream(period: number, perUnit: number): Stream {
  const out = blank();
  let [gain, loss] = [0, 0];
  const still = EPSILON * perUnit;
  const smoothed = (period - 1) / period;
  return {
    lookback: 1,
    names: ['close'],
    values: () => out,
    step({ first, count, base, prices: { close } }) {
      for (let k = first === 0 ? 1 : 0; k < count; k++) {
        const change = close[base + k]! - close[base + k - 1]!;
        const keep = first + k <= period ? 1 : smoothed;
        gain = gain * keep + (change > 0 ? change : 0) / period;
        loss = loss * keep + (change < 0 ? -change : 0) / period;
        const both = gain + loss;
        out[k] = both < still ? 0 : (100 * gain) / both;
      }
      out.fill(NaN, 0, Math.max(0, Math.min(count, period - first)));
    },
    save: () => [gain, loss],
    load: ([up = 0, down = 0]) => void ([gain, loss] = [up, down]),
  };
}

/** Change over `period` bars: in price units, or in percent. */
export function changeStream(period: number, percent: boolean): Stream {
  const out = blank();
  return {
    ...none,
    lookback: period,
    names: ['close'],
    values: () => out,
    step({ first, count, base, prices: { close } }) {
      for (let k = Math.max(0, Math.min(count, period - first)); k < count; k++) {
        const before = close[base + k - period]!;
        const value = close[base + k]!;
        out[k] = percent ? (before === 0 ? 0 : (value / before - 1) * 100) : value - before;
      }
      out.fill(NaN, 0, Math.max(0, Math.min(count, period - first)));
    },
  };
}

/** Highest high or lowest low of the last `period` bars. */
export function extremeStream(period: number, side: 'UPPER' | 'LOWER'): Stream {
  const out = blank();
  const name = side === 'UPPER' ? 'high' : 'low';
  const sign = side === 'UPPER' ? 1 : -1;
  return {
    ...none,
    lookback: period,
    names: [name],
    values: () => out,
    step({ first, count, base, prices }) {
      const values = prices[name];
      let best = -1;
      for (let k = Math.max(0, Math.min(count, period - 1 - first)); k < count; k++) {
        const from = base + k - period + 1;
        const search = best < from ? from : base + k;
        if (best < from) best = from;
        for (let i = search; i <= base + k; i++) if (sign * (values[i]! - values[best]!) >= 0) best = i;
        out[k] = values[best]!;
      }
      out.fill(NaN, 0, Math.max(0, Math.min(count, period - 1 - first)));
    },
  };
}

/** A column that only the whole of the bars gives: it is held in memory. */
export function wholeStream(column: Float64Array): Stream {
  const out = blank();
  return {
    ...none,
    lookback: 0,
    names: [],
    values: () => out,
    step: ({ first, count }) => out.set(column.subarray(first, first + count)),
  };
}

/** The column `lag` bars back. */
export function lagStream(inner: Values, lag: number): Stream {
  const out = blank();
  let tail = new Float64Array(lag).fill(NaN);
  return {
    lookback: 0,
    names: [],
    values: () => out,
    step({ count }) {
      const all = new Float64Array(lag + count);
      all.set(tail);
      all.set(inner().subarray(0, count), lag);
      out.set(all.subarray(0, count));
      tail = all.slice(count);
    },
    save: () => [...tail],
    load: (state) => void (tail = Float64Array.from(state)),
  };
}
