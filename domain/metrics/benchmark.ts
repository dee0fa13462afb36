import { deviation, mean } from '../statistics.js';

/** Beside a benchmark's returns of the same periods; NaN where undefined. */
export interface BenchmarkMetrics {
  /** (1 + mean of returns less β times the benchmark's)^periods − 1. */
  alpha: number;
  /** Covariance with the benchmark over its variance. */
  beta: number;
  /** Mean over deviation (ddof 1) of the difference, a period: not annualised. */
  excessSharpe: number;
  /** Root of periods times the same: the information ratio of a year. */
  informationRatio: number;
  /** Deviation (ddof 1) of the difference, a year. */
  trackingError: number;
  correlation: number;
  /** Annual growth over the benchmark's: of all periods, of those in which it rose, of those in which it fell. */
  capture: number;
  upCapture: number;
  downCapture: number;
}

/**
 * Periods a year at which capture ratios compare growth, whatever the series has: ratios of annual growth depend on it,
 * and empyrical's are at 252.
 */
export const CAPTURE_PERIODS = 252;

/** @throws RangeError where the lengths differ; `periods` is the number of periods a year. */
export function benchmarkMetrics(
  returns: Float64Array,
  benchmark: Float64Array,
  periods: number,
): BenchmarkMetrics {
  if (returns.length !== benchmark.length)
    throw new RangeError(`${returns.length} returns beside ${benchmark.length} of the benchmark`);
  const beta = slope(benchmark, returns);
  const active = returns.map((each, i) => each - (benchmark[i] ?? NaN));
  const excessSharpe = mean(active) / deviation(active);
  const own = mean(returns.map((each, i) => each - beta * (benchmark[i] ?? NaN)));
  const where = (keep: (value: number) => boolean): number =>
    growthRatio(
      returns.filter((_, i) => keep(benchmark[i] ?? NaN)),
      benchmark.filter(keep),
    );
  return {
    alpha: returns.length < 2 ? NaN : (1 + own) ** periods - 1,
    beta,
    excessSharpe,
    informationRatio: excessSharpe * Math.sqrt(periods),
    trackingError: deviation(active) * Math.sqrt(periods),
    correlation: correlation(returns, benchmark),
    capture: growthRatio(returns, benchmark),
    upCapture: where((value) => value > 0),
    downCapture: where((value) => value < 0),
  };
}

const growthRatio = (returns: Float64Array, benchmark: Float64Array): number =>
  annualGrowth(returns, CAPTURE_PERIODS) / annualGrowth(benchmark, CAPTURE_PERIODS);

/** Compound growth a year; NaN without returns. */
export function annualGrowth(returns: Float64Array, periods: number): number {
  let value = 1;
  for (const each of returns) value *= 1 + each;
  return returns.length > 0 ? value ** (periods / returns.length) - 1 : NaN;
}

/** Of a straight line through the points by least squares; NaN below two points or where x never varies. */
export function slope(x: Float64Array, y: Float64Array): number {
  const { xx, xy } = products(x, y);
  return x.length < 2 || xx === 0 ? NaN : xy / xx;
}

/** Pearson's; NaN where a side never varies. */
export function correlation(x: Float64Array, y: Float64Array): number {
  const { xx, yy, xy } = products(x, y);
  // Rounding must not carry it past a perfect one.
  return xx === 0 || yy === 0 ? NaN : Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
}

function products(x: Float64Array, y: Float64Array): { xx: number; yy: number; xy: number } {
  // Equal values have a mean that may be off by a rounding, and would seem to vary.
  const spread = (values: Float64Array): number => (deviation(values) === 0 ? 0 : 1);
  const [mx, my, sx, sy] = [mean(x), mean(y), spread(x), spread(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [((x[i] ?? NaN) - mx) * sx, ((y[i] ?? NaN) - my) * sy];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return { xx, yy, xy };
}
