/**
 * Computes a column piece by piece, called with ranges that follow each other; writes bar i to `out[at + i - from]`.
 * The arithmetic is that of `domain/indicators`, operation by operation, so that a grid and a single run decide alike.
 */
export type Fill = (range: { from: number; to: number }, out: Float64Array, at: number) => void;

/** Another column of the same piece. */
export interface Source {
  /** Index of the first bar that has a value. */
  first: number;
  /** Its piece of the range that is being filled. */
  read(): { values: Float64Array; at: number };
}

export const ofValues =
  (values: Float64Array): Fill =>
  ({ from, to }, out, at) =>
    out.set(values.subarray(from, to), at);

/** Running sum, as `sma`. */
export function fillAverage(values: Float64Array, period: number): Fill {
  let sum = 0;
  return ({ from, to }, out, at) => {
    for (let i = from; i < to; i++) {
      sum += values[i] as number;
      if (i < period - 1) {
        out[at + i - from] = NaN;
        continue;
      }
      out[at + i - from] = sum / period;
      sum -= values[i - period + 1] as number;
    }
  };
}

/**
 * Averages of values whose sums are exact (ticks): all periods read one column of prefix sums, which costs a third of a
 * running sum each. `scale` turns ticks back into prices.
 */
export function exactAverages(
  values: Float64Array,
  scale: number,
  longest: number,
): (period: number) => Fill {
  let sums = new Float64Array(0);
  /** Bar whose sum before it stands at `sums[0]`. */
  let first = 0;
  let next = 0;
  const extend = (from: number, to: number): void => {
    const kept = Math.max(0, from - longest);
    if (next === to) return;
    const room = new Float64Array(to - kept + 1);
    if (next > 0) room.set(sums.subarray(kept - first, next - first + 1));
    for (let i = next; i < to; i++)
      room[i - kept + 1] = (room[i - kept] as number) + Math.round((values[i] as number) * scale);
    [sums, first, next] = [room, kept, to];
  };
  return (period) =>
    ({ from, to }, out, at) => {
      extend(from, to);
      const divisor = period * scale;
      let i = from;
      for (; i < to && i < period - 1; i++) out[at + i - from] = NaN;
      const shift = 1 - first;
      for (; i < to; i++)
        out[at + i - from] = ((sums[i + shift] as number) - (sums[i + shift - period] as number)) / divisor;
    };
}

/** An exponential average, as `emaSeededAt`: seeded by the mean of the values up to bar `seed`. */
export interface Exponential {
  source: Source;
  period: number;
  seed: number;
  average: number;
}

export function fillExponential(state: Exponential): Fill {
  const { source, period, seed } = state;
  const factor = 2 / (period + 1);
  return ({ from, to }, out, at) => {
    const { values, at: start } = source.read();
    let { average } = state;
    for (let i = from; i < to; i++) {
      const value = values[start + i - from] as number;
      if (i > seed) out[at + i - from] = average += (value - average) * factor;
      else {
        if (i > seed - period) average += value / period;
        out[at + i - from] = i === seed ? average : NaN;
      }
    }
    state.average = average;
  };
}

/** Averages computed side by side: each waits for its own last value, so that four take hardly longer than one. */
export const SIDE_BY_SIDE = 4;

type Four<T> = readonly [T, T, T, T];

/** The same for four at once, all past their seeds; `at`: where each writes. */
export function fillExponentials(
  four: Four<Exponential>,
  at: Four<number>,
  out: Float64Array,
  n: number,
): void {
  const [a, b, c, d] = four;
  const [fa, fb, fc, fd] = [2 / (a.period + 1), 2 / (b.period + 1), 2 / (c.period + 1), 2 / (d.period + 1)];
  let [ea, eb, ec, ed] = [a.average, b.average, c.average, d.average];
  const [ra, rb, rc, rd] = [a.source.read(), b.source.read(), c.source.read(), d.source.read()];
  const [va, vb, vc, vd] = [ra.values, rb.values, rc.values, rd.values];
  const [sa, sb, sc, sd] = [ra.at, rb.at, rc.at, rd.at];
  const [oa, ob, oc, od] = at;
  for (let k = 0; k < n; k++) {
    ea += ((va[sa + k] as number) - ea) * fa;
    eb += ((vb[sb + k] as number) - eb) * fb;
    ec += ((vc[sc + k] as number) - ec) * fc;
    ed += ((vd[sd + k] as number) - ed) * fd;
    out[oa + k] = ea;
    out[ob + k] = eb;
    out[oc + k] = ec;
    out[od + k] = ed;
  }
  [a.average, b.average, c.average, d.average] = [ea, eb, ec, ed];
}

/** As `rsi`. */
export function fillStrength(values: Float64Array, period: number): Fill {
  const share = 1 / period;
  let [gain, loss] = [0, 0];
  return ({ from, to }, out, at) => {
    for (let i = from; i < to; i++) {
      if (i === 0) {
        out[at] = NaN;
        continue;
      }
      const change = (values[i] as number) - (values[i - 1] as number);
      const fade = i <= period ? 1 : period - 1;
      gain = gain * fade + (change > 0 ? change : 0);
      loss = loss * fade + (change < 0 ? -change : 0);
      if (i < period) {
        out[at + i - from] = NaN;
        continue;
      }
      gain *= share;
      loss *= share;
      const total = gain + loss;
      out[at + i - from] = total > 0 ? 100 * (gain / total) : 0;
    }
  };
}

/** As `standardDeviation`: each window is summed afresh. */
export function fillDeviation(values: Float64Array, period: number): Fill {
  return ({ from, to }, out, at) => {
    for (let i = from; i < to; i++) {
      if (i < period - 1) {
        out[at + i - from] = NaN;
        continue;
      }
      let sum = 0;
      for (let k = i - period + 1; k <= i; k++) sum += values[k] as number;
      const mean = sum / period;
      let squares = 0;
      for (let k = i - period + 1; k <= i; k++) {
        const away = (values[k] as number) - mean;
        squares += away * away;
      }
      out[at + i - from] = Math.sqrt(squares / period);
    }
  };
}

/**
 * The same of ticks: sums of ticks and of their squares, taken from the first value of the piece so that they stay
 * small, are exact, hence the window may slide. Where they would not be, the windows are summed afresh.
 */
export function fillExactDeviation(values: Float64Array, period: number, scale: number): Fill {
  const afresh = fillDeviation(values, period);
  return (range, out, at) => {
    const { from, to } = range;
    const begin = Math.max(0, from - period);
    const origin = Math.round((values[begin] as number) * scale);
    let farthest = 0;
    for (let i = begin; i < to; i++)
      farthest = Math.max(farthest, Math.abs(Math.round((values[i] as number) * scale) - origin));
    if ((farthest * period) ** 2 > Number.MAX_SAFE_INTEGER / 2) return afresh(range, out, at);
    let [sum, squares] = [0, 0];
    for (let i = begin; i < to; i++) {
      const tick = Math.round((values[i] as number) * scale) - origin;
      sum += tick;
      squares += tick * tick;
      if (i - period >= begin) {
        const gone = Math.round((values[i - period] as number) * scale) - origin;
        sum -= gone;
        squares -= gone * gone;
      }
      if (i < from) continue;
      out[at + i - from] = i < period - 1 ? NaN : Math.sqrt(period * squares - sum * sum) / (period * scale);
    }
  };
}

/** Highest (`sign` 1) or lowest (−1) of the last `period` values. */
export function fillExtreme(values: Float64Array, period: number, sign: 1 | -1): Fill {
  let best = -1;
  return ({ from, to }, out, at) => {
    for (let i = from; i < to; i++) {
      if (i < period - 1) {
        out[at + i - from] = NaN;
        continue;
      }
      const oldest = i - period + 1;
      if (best < oldest) {
        best = oldest;
        for (let k = oldest; k <= i; k++)
          if (sign * ((values[k] as number) - (values[best] as number)) >= 0) best = k;
      } else if (sign * ((values[i] as number) - (values[best] as number)) >= 0) best = i;
      out[at + i - from] = values[best] as number;
    }
  };
}

/** Change over `period` bars: `momentum`, or `roc` in percent. */
export function fillChange(values: Float64Array, period: number, inPercent: boolean): Fill {
  return ({ from, to }, out, at) => {
    for (let i = from; i < to; i++) {
      const before = i < period ? NaN : (values[i - period] as number);
      const now = values[i] as number;
      out[at + i - from] = inPercent ? (before === 0 ? 0 : (now / before - 1) * 100) : now - before;
    }
  };
}

/** `a + b × factor`, or `a` where `b` is null. */
export const fillSum =
  (a: Source, b: Source, factor: number): Fill =>
  ({ from, to }, out, at) => {
    const { values: left, at: atLeft } = a.read();
    const { values: right, at: atRight } = b.read();
    for (let k = 0; k < to - from; k++)
      out[at + k] = (left[atLeft + k] as number) + factor * (right[atRight + k] as number);
  };

/** The column of `lag` bars before; the last ones of each piece are kept for the next. */
export function fillLagged(source: Source, lag: number): Fill {
  let tail = new Float64Array(lag).fill(NaN);
  return ({ from, to }, out, at) => {
    const { values, at: start } = source.read();
    const n = to - from;
    const joined = new Float64Array(lag + n);
    joined.set(tail);
    joined.set(values.subarray(start, start + n), lag);
    out.set(joined.subarray(0, n), at);
    tail = joined.slice(n);
  };
}
