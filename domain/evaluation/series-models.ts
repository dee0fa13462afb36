import { at } from '../indicators/averages.js';

/** x[t] = constant + slope·x[t−1] + noise. */
export interface AutoregressiveFit {
  constant: number;
  slope: number;
  /** Pairs that it was fitted on. */
  n: number;
}

/**
 * AR(1) by conditional least squares (Hamilton 1994, section 5.2): the regression of each value on the one before it,
 * over all neighbours that are both numbers. NaN with fewer than three pairs; the slope is 0 where nothing varies.
 */
export function fitAutoregressive(values: Float64Array): AutoregressiveFit {
  let [n, sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0, 0];
  const each = (use: (x: number, y: number) => void): void => {
    for (let i = 1; i < values.length; i++) {
      const [x, y] = [at(values, i - 1), at(values, i)];
      if (Number.isFinite(x) && Number.isFinite(y)) use(x, y);
    }
  };
  each((x, y) => {
    n++;
    sumX += x;
    sumY += y;
  });
  if (n < 3) return { constant: NaN, slope: NaN, n };
  const [meanX, meanY] = [sumX / n, sumY / n];
  // Centred first: returns are small beside what squares of them lose.
  each((x, y) => {
    sumXX += (x - meanX) ** 2;
    sumXY += (x - meanX) * (y - meanY);
  });
  const slope = sumXX > 0 ? sumXY / sumXX : 0;
  return { constant: meanY - slope * meanX, slope, n };
}

/** Sum of the next `steps` values that are expected after `last`. */
export function sumAhead({ constant, slope }: AutoregressiveFit, last: number, steps: number): number {
  let [value, sum] = [last, 0];
  for (let step = 0; step < steps; step++) {
    value = constant + slope * value;
    sum += value;
  }
  return sum;
}

/** Simple exponential smoothing, ETS(A,N,N): level[t] = level[t−1] + α·(x[t] − level[t−1]); it forecasts its level. */
export interface SmoothingFit {
  alpha: number;
  /** Before the first value. */
  level: number;
  /** Sum of squared one-step errors. */
  squaredError: number;
}

/** As statsforecast bounds it. */
const [LEAST_ALPHA, MOST_ALPHA] = [1e-4, 0.9999];
const GRID = 40;

/**
 * ETS(A,N,N) by maximum likelihood (Hyndman et al. 2008, chapter 5), which for additive errors is least squares: the
 * first level that is best for an α is known in closed form, since errors are linear in it, and α is found by a grid
 * and a golden section around its best point. NaN below three values.
 * @param values finite, ascending in time
 */
export function fitSmoothing(values: Float64Array): SmoothingFit {
  if (values.length < 3) return { alpha: NaN, level: NaN, squaredError: NaN };
  const errorAt = (alpha: number): SmoothingFit => smoothingWith(values, alpha);
  const width = (MOST_ALPHA - LEAST_ALPHA) / GRID;
  let best = errorAt(LEAST_ALPHA);
  for (let i = 1; i <= GRID; i++) {
    const fit = errorAt(LEAST_ALPHA + i * width);
    if (fit.squaredError < best.squaredError) best = fit;
  }
  return goldenSection(errorAt, {
    low: Math.max(LEAST_ALPHA, best.alpha - width),
    high: Math.min(MOST_ALPHA, best.alpha + width),
    best,
  });
}

function smoothingWith(values: Float64Array, alpha: number): SmoothingFit {
  // With the first level at the first value v: e[t] = a[t] − d·(1 − α)^t, d being how far the level lies above v.
  const first = at(values, 0);
  let [level, decay, aa, ad, dd] = [first, 1, 0, 0, 0];
  for (const value of values) {
    const error = value - level;
    level += alpha * error;
    aa += error * error;
    ad += error * decay;
    dd += decay * decay;
    decay *= 1 - alpha;
  }
  const shift = ad / dd;
  return { alpha, level: first + shift, squaredError: Math.max(0, aa - shift * ad) };
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

function goldenSection(
  errorAt: (alpha: number) => SmoothingFit,
  { low, high, best }: { low: number; high: number; best: SmoothingFit },
): SmoothingFit {
  let [from, to, kept] = [low, high, best];
  for (let round = 0; round < 40 && to - from > 1e-9; round++) {
    const left = errorAt(to - GOLDEN * (to - from));
    const right = errorAt(from + GOLDEN * (to - from));
    if (left.squaredError <= right.squaredError) to = right.alpha;
    else from = left.alpha;
    for (const fit of [left, right]) if (fit.squaredError < kept.squaredError) kept = fit;
  }
  return kept;
}

/** The level after each value: what is forecast for all that come. */
export function smoothedLevels(fit: SmoothingFit, values: Float64Array): Float64Array {
  let { level } = fit;
  return values.map((value) => (level += fit.alpha * (value - level)));
}
