import { mean } from '../statistics.js';

/**
 * By how much neighbours that resemble each other shrink a sample: the integrated autocorrelation time 1 + 2·Σρₖ, the
 * sum ending by Geyer's initial positive sequence (1992, Practical Markov Chain Monte Carlo, 3.3). n values are worth
 * n / effect independent ones. At least 1; 1 where the values never vary.
 * @param values in order of time
 */
export function designEffect(values: ArrayLike<number>): number {
  const n = values.length;
  const centre = mean(values);
  const centred = Float64Array.from(values, (value) => value - centre);
  const variance = product(centred, 0);
  if (!(variance > 0)) return 1;
  let sum = 0;
  for (let lag = 0; lag + 1 < n / 2; lag += 2) {
    const pair = (product(centred, lag) + product(centred, lag + 1)) / variance;
    if (pair <= 0) break;
    sum += pair;
  }
  return Math.min(n, Math.max(1, 2 * sum - 1));
}

function product(centred: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = lag; i < centred.length; i++) sum += (centred[i] ?? NaN) * (centred[i - lag] ?? NaN);
  return sum;
}

/** Ranks from 1, equal values sharing the mean of theirs. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = orderOf(values);
  const out = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++;
    for (let i = from; i < to; i++) out[order[i] ?? 0] = (from + to + 1) / 2;
    from = to;
  }
  return out;
}

/** Places of the values from the smallest to the largest. */
export function orderOf(values: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => (values[a] ?? NaN) - (values[b] ?? NaN) || a - b,
  );
}
