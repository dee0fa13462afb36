import { InvalidInputError } from '../errors.js';
import { designEffect, orderOf, ranks } from './dependence.js';

export interface KolmogorovSmirnov {
  /** Largest distance of the two empirical distribution functions. */
  statistic: number;
  /** Two-sided. */
  pValue: number;
  method: 'exact' | 'asymptotic';
}

/** What the order in time takes off the samples. */
export interface Dependence {
  /** n values are worth n / effect independent ones; at least 1. */
  effect: number;
  /** Degrees of freedom of that estimate; Infinity where it is known. */
  freedom: number;
}

export const INDEPENDENT: Dependence = { effect: 1, freedom: Infinity };

/** Up to so many pairs all paths are counted; above, the limit is good to a few thousandths. R draws the line here. */
const EXACT_PAIRS = 10_000;

/**
 * Kolmogorov and Smirnov: do two samples come from one distribution? Exact for small independent samples (the share of
 * lattice paths that leave the band; Hodges 1958), else by Kolmogorov's limit with Stephens's (1970) correction at the
 * effective size nm/(n+m)/effect. The exact p counts on values that differ; ties make it larger than it need be.
 * @throws InvalidInputError for an empty sample
 */
export function kolmogorovSmirnov(args: {
  first: ArrayLike<number>;
  second: ArrayLike<number>;
  dependence?: Dependence;
}): KolmogorovSmirnov {
  const { first, second, dependence = INDEPENDENT } = args;
  const [n, m] = [first.length, second.length];
  if (n === 0 || m === 0)
    throw new InvalidInputError(`Samples of ${n} and ${m} values cannot be compared; both need one`);
  const statistic = distance(Float64Array.from(first).sort(), Float64Array.from(second).sort());
  if (dependence.effect === 1 && n * m <= EXACT_PAIRS)
    return { statistic, pValue: exactTail(statistic, Math.min(n, m), Math.max(n, m)), method: 'exact' };
  const root = Math.sqrt((n * m) / (n + m) / dependence.effect);
  const lambda = (root + 0.12 + 0.11 / root) * statistic;
  return { statistic, pValue: tailOf(lambda, dependence.freedom), method: 'asymptotic' };
}

function distance(first: Float64Array, second: Float64Array): number {
  let [i, j, largest] = [0, 0, 0];
  while (i < first.length && j < second.length) {
    const value = Math.min(first[i] ?? NaN, second[j] ?? NaN);
    if (Number.isNaN(value)) return NaN;
    while (first[i] === value) i++;
    while (second[j] === value) j++;
    largest = Math.max(largest, Math.abs(i / first.length - j / second.length));
  }
  return largest;
}

/** P(D ≥ d) by the share of paths to each point of the lattice that have left the band; n ≤ m. */
function exactTail(statistic: number, n: number, m: number): number {
  const bound = (Math.floor(statistic * n * m - 1e-7) + 0.5) / (n * m);
  const outside = (i: number, j: number): boolean => Math.abs(i / n - j / m) > bound;
  const left = new Float64Array(m + 1);
  for (let i = 0; i <= n; i++)
    for (let j = 0; j <= m; j++) {
      if (outside(i, j)) left[j] = 1;
      else if (i + j > 0) left[j] = (i * (left[j] ?? 0) + j * (j > 0 ? (left[j - 1] ?? 0) : 0)) / (i + j);
    }
  return left[m] ?? NaN;
}

/**
 * Kolmogorov's limit. Where its scale is an estimate of ν degrees of freedom, the tail 2·exp(−2λ²) becomes its mean
 * over that estimate, 2·(1 + 4λ²/ν)^(−ν/2), as Student's takes the place of the normal.
 */
function tailOf(lambda: number, freedom: number): number {
  const limit = kolmogorovTail(lambda);
  if (freedom === Infinity) return limit;
  return Math.max(limit, Math.min(1, 2 * (1 + (4 * lambda * lambda) / freedom) ** (-freedom / 2)));
}

/** P(K > λ) = 2·Σ(−1)^(k−1)·exp(−2k²λ²), and its other form, which is quick below 1 (Marsaglia, Tsang and Wang 2003). */
export function kolmogorovTail(lambda: number): number {
  if (!(lambda > 0)) return Number.isNaN(lambda) ? NaN : 1;
  let sum = 0;
  if (lambda < 1) {
    for (let k = 1; k <= 20; k++) sum += Math.exp((-((2 * k - 1) ** 2) * Math.PI ** 2) / (8 * lambda ** 2));
    return 1 - (Math.sqrt(2 * Math.PI) / lambda) * sum;
  }
  for (let k = 1; k <= 20; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * (k * lambda) ** 2);
  return Math.min(1, sum);
}

/** Mean of K² under Kolmogorov's limit. */
const MEAN_SQUARE = Math.PI ** 2 / 12;

/**
 * What a block adds in degrees of freedom: 5 where its values are independent (2·mean²/variance of K²), 1 where it moves
 * as one. Two keep the false alarms at their level for both (test/domain/drift/rates.test.ts measures it).
 */
const BLOCK_FREEDOM = 2;

/** Fewer blocks say too little of their scale. */
const LEAST_BLOCKS = 5;

/**
 * How far neighbouring values resemble each other, as the test feels it: blocks of the reference as long as the recent
 * window, each beginning in the middle of the one before, are held against the rest of it, and their mean square
 * distance against that of independent values. So the yardstick is what the reference itself did. Where it holds fewer
 * than five windows, the autocorrelation of its ranks, which says more than the test feels.
 * @param reference in order of time
 * @param length of the recent window
 */
export function dependenceOf(reference: ArrayLike<number>, length: number): Dependence {
  const n = reference.length;
  const blocks = Math.floor(n / length);
  if (blocks < LEAST_BLOCKS) {
    const effect = designEffect(ranks(reference));
    return { effect, freedom: Math.max(2, n / effect) };
  }
  const order = orderOf(reference);
  const step = Math.max(1, Math.floor(length / 2));
  let [sum, count] = [0, 0];
  for (let to = n; to >= length; to -= step, count++)
    sum += blockDistance({ reference, order, from: to - length, to }) ** 2;
  const effect = ((sum / count) * ((length * (n - length)) / n)) / MEAN_SQUARE;
  return { effect: Math.max(1, effect), freedom: blocks * BLOCK_FREEDOM };
}

/** Distance of the values in [from, to) from all others. */
function blockDistance(args: {
  reference: ArrayLike<number>;
  order: Int32Array;
  from: number;
  to: number;
}): number {
  const { reference, order, from, to } = args;
  const [inside, outside] = [1 / (to - from), 1 / (order.length - (to - from))];
  let [gap, largest] = [0, 0];
  order.forEach((place, i) => {
    gap += place >= from && place < to ? inside : -outside;
    const next = order[i + 1];
    if (next === undefined || reference[next] !== reference[place])
      largest = Math.max(largest, Math.abs(gap));
  });
  return largest;
}

/**
 * Benjamini and Hochberg (1995): p values of several tests as the share of false ones among those that are taken up to
 * it. Valid for independent tests and for those that go together (Benjamini and Yekutieli 2001).
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const n = pValues.length;
  const order = pValues.map((_, i) => i).sort((a, b) => (pValues[b] ?? 0) - (pValues[a] ?? 0));
  const out = pValues.map(() => NaN);
  let smallest = 1;
  order.forEach((i, place) => {
    smallest = Math.min(smallest, ((pValues[i] ?? NaN) * n) / (n - place));
    out[i] = smallest;
  });
  return out;
}
