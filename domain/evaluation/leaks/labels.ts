import { targetColumn } from '../../dataset/samples.js';
import type { FeatureMatrix } from '../../features.js';
import { seededRandom } from '../../random.js';
import { deviation, mean, wilson } from '../../statistics.js';
import type { LeakAuditArgs } from '../leak-audit.js';
import type { LeakCheck } from './verdict.js';
import { apart, at, pickRows, type ForecastRows } from '../rows.js';

/** A directional accuracy above this on so many rows is taken for a leak until it is explained. */
export const LEAK_ACCURACY = 0.6;
export const LEAK_ROWS = 200;

/**
 * Correlation at which a normal feature would tell the direction in 60 % of rows: P(same sign) = ½ + asin(ρ)/π
 * (Sheppard 1899), so ρ = sin(0.1·π).
 */
export const LEAK_CORRELATION = Math.sin((LEAK_ACCURACY - 0.5) * Math.PI);
/** Standard errors by which a correlation must differ from 0 besides: overlapping outcomes are few. */
const ERRORS = 4.5;
/** Rows by which a target may have been moved into a feature and is still found. */
const SHIFTS = 12;

type Copied = Pick<LeakAuditArgs, 'horizons' | 'timeframeMs'> & { whole: FeatureMatrix };

/**
 * No feature may know its row's outcome, or one of the next rows: the largest correlation, Pearson's or Spearman's, of any
 * feature with any horizon's target up to 12 rows later. Finds the target, or a noisy copy of it, among the features.
 */
export function targetCopied({ whole, horizons, timeframeMs }: Copied): LeakCheck {
  let worst = { excess: -Infinity, text: '', size: 0, bound: LEAK_CORRELATION };
  for (const horizon of horizons) {
    const target = targetColumn({ matrix: whole, horizon, timeframeMs });
    for (const [i, name] of whole.names.entries())
      for (let shift = 0; shift <= SHIFTS; shift++) {
        const { x, y } = pairsOf(whole.columns[i] ?? new Float32Array(), target, shift);
        const bound = Math.max(LEAK_CORRELATION, ERRORS / Math.sqrt(x.length / horizon));
        if (x.length < LEAK_ROWS || bound >= 1) continue;
        // Ranks cost a sort: only where something is to be seen.
        const plain = Math.abs(correlation(x, y));
        const size = plain > bound / 3 ? Math.max(plain, Math.abs(correlation(ranks(x), ranks(y)))) : plain;
        if (!(size - bound > worst.excess)) continue;
        const later = shift > 0 ? `, ${shift} rows later` : '';
        const text = `${name} has a correlation of ${size.toFixed(3)} with what happens over the next ${horizon} bars${later}`;
        worst = { excess: size - bound, text, size, bound };
      }
  }
  const check = 'target-copied';
  if (worst.text === '')
    return { check, verdict: 'skipped', text: `Fewer than ${LEAK_ROWS} rows`, figure: null, bound: null };
  const verdict = worst.excess > 0 ? 'leak' : 'pass';
  return { check, verdict, text: worst.text, figure: worst.size, bound: worst.bound };
}

function pairsOf(feature: Float32Array, target: Float64Array, shift: number) {
  const x: number[] = [];
  const y: number[] = [];
  for (let row = 0; row + shift < target.length; row++) {
    const [known, outcome] = [feature[row] ?? NaN, at(target, row + shift)];
    if (!Number.isFinite(known) || !Number.isFinite(outcome)) continue;
    x.push(known);
    y.push(outcome);
  }
  return { x, y };
}

function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [(x[i] ?? NaN) - meanX, (y[i] ?? NaN) - meanY];
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}

/** From 0; equal values have the mean of their ranks. */
function ranks(values: readonly number[]): Float64Array {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const out = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++;
    for (let i = from; i < to; i++) out[order[i] ?? 0] = (from + to - 1) / 2;
    from = to;
  }
  return out;
}

type Forecasts = Pick<LeakAuditArgs, 'rows' | 'horizonBars' | 'timeframeMs' | 'seed' | 'explanation'>;

const PERMUTATIONS = 200;
/** Standard errors of the mean over the permutations. */
const SHUFFLED_ERRORS = 4;

/**
 * Scored against outcomes in another order a model must lose its skill: the mean accuracy over permutations must be what
 * independence gives, p·q + (1 − p)(1 − q) of both shares of ups. Finds scoring that gives credit for nothing.
 */
export function labelsShuffled(args: Forecasts): LeakCheck {
  const check = 'labels-shuffled';
  const { forecast, actual } = signsOf(separate(args));
  const n = actual.length;
  const up = (signs: number[]): number => signs.filter((sign) => sign > 0).length / n;
  const down = (signs: number[]): number => signs.filter((sign) => sign < 0).length / n;
  const expected = up(forecast) * up(actual) + down(forecast) * down(actual);
  const random = seededRandom(`labels ${args.seed}`);
  const accuracies = Array.from({ length: PERMUTATIONS }, () => hitShare(forecast, permuted(actual, random)));
  const found = mean(accuracies);
  const bound = (SHUFFLED_ERRORS * deviation(accuracies)) / Math.sqrt(PERMUTATIONS) + 1e-9;
  if (n < 2 || forecast.every((sign) => sign === 0))
    return {
      check,
      verdict: 'skipped',
      text: 'There are no directions to shuffle',
      figure: null,
      bound: null,
    };
  const off = Math.abs(found - expected);
  return {
    check,
    verdict: off > bound ? 'leak' : 'pass',
    text: `Against shuffled outcomes ${percent(found)} of directions are right, by chance ${percent(expected)}`,
    figure: found,
    bound: expected + bound,
  };
}

/**
 * Scored against the outcome of one horizon later a model must not be too good either: what it is not asked for it can
 * only know from the future.
 */
export function labelsShifted(args: Forecasts): LeakCheck {
  const check = 'labels-shifted';
  const rows = separate(args);
  const step = args.horizonBars * args.timeframeMs;
  const next = new Map<number, number>();
  rows.time.forEach((time, i) => next.set(time, i));
  const signs = signsOf(rows, false);
  let [n, hits] = [0, 0];
  rows.time.forEach((time, i) => {
    const later = signs.actual[next.get(time + step) ?? -1];
    if (!later || !signs.forecast[i]) return;
    n++;
    if (later === signs.forecast[i]) hits++;
  });
  const accuracy = n > 0 ? hits / n : NaN;
  if (n < LEAK_ROWS)
    return { check, verdict: 'skipped', text: `${n} rows have a next outcome`, figure: null, bound: null };
  return {
    check,
    verdict: accuracy > LEAK_ACCURACY ? 'leak' : 'pass',
    text: `The outcome of one horizon later is told in ${percent(accuracy)} of ${n}`,
    figure: accuracy,
    bound: LEAK_ACCURACY,
  };
}

/** More than 60 % of directions on 200 rows or more is taken for a leak until a person has explained it. */
export function accuracyTooGood(args: Forecasts): LeakCheck {
  const { forecast, actual } = signsOf(separate(args));
  const n = actual.length;
  const claimed = forecast.some((sign) => sign !== 0);
  const accuracy = claimed && n > 0 ? hitShare(forecast, actual) : NaN;
  const tooGood = accuracy > LEAK_ACCURACY && n >= LEAK_ROWS;
  const { explanation } = args;
  const [low, high] = wilson(accuracy * n, n);
  return {
    check: 'accuracy',
    verdict: tooGood ? (explanation ? 'explained' : 'leak') : 'pass',
    text: claimed
      ? `Direction right in ${percent(accuracy)} of ${n} (${percent(low)} to ${percent(high)}); above ${percent(LEAK_ACCURACY)} on ${LEAK_ROWS} or more is taken for a leak`
      : 'No direction is claimed',
    figure: claimed ? accuracy : null,
    bound: LEAK_ACCURACY,
    ...(tooGood && explanation ? { explanation } : {}),
  };
}

const separate = ({ rows, horizonBars, timeframeMs }: Forecasts): ForecastRows =>
  pickRows(rows, apart(rows.time, horizonBars * timeframeMs));

/** Of forecast and actual move; rows that did not move are left out unless asked for. */
function signsOf(rows: ForecastRows, movedOnly = true): { forecast: number[]; actual: number[] } {
  const of = (values: Float64Array, i: number): number => Math.sign(at(values, i) - at(rows.lastClose, i));
  const places = [...rows.actual.keys()].filter((i) => !movedOnly || of(rows.actual, i) !== 0);
  return {
    forecast: places.map((i) => of(rows.forecast, i)),
    actual: places.map((i) => of(rows.actual, i)),
  };
}

const hitShare = (forecast: number[], actual: number[]): number =>
  actual.filter((sign, i) => sign === forecast[i]).length / actual.length;

function permuted(values: number[], random: () => number): number[] {
  const out = [...values];
  for (let i = out.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [out[i], out[other]] = [out[other] ?? 0, out[i] ?? 0];
  }
  return out;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
