export interface TestResult {
  statistic: number;
  pValue: number;
}

const UNDEFINED_TEST: TestResult = { statistic: NaN, pValue: NaN };

/** Mean; NaN for none, and where a value is. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? NaN;
  return values.length > 0 ? sum / values.length : NaN;
}

/** Sample standard deviation (ddof 1); NaN below two values, exactly 0 where all are equal. */
export function deviation(values: ArrayLike<number>): number {
  if (values.length < 2) return NaN;
  if (allEqual(values)) return 0;
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += ((values[i] ?? NaN) - centre) ** 2;
  return Math.sqrt(sum / (values.length - 1));
}

/** The mean of equal values may be off by a rounding, which would make ratios to their deviation huge. */
function allEqual(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}

/** Quantile by linear interpolation between order statistics (Hyndman and Fan 1996, type 7); NaN where a value is. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  // NaN sorts last: one of them leaves no order to speak of.
  if (sorted.length === 0 || Number.isNaN(sorted[sorted.length - 1])) return NaN;
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (high - low) * (at - Math.floor(at));
}

/** Place of the largest value, the first of several; 0 where there is none. */
export function indexOfLargest(values: Float64Array): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if ((values[k] ?? NaN) > (values[best] ?? NaN)) best = k;
  return best;
}

/** Wilson's score interval of a share (Wilson 1927); [NaN, NaN] without trials. */
export function wilson(successes: number, n: number, z = 1.959963984540054): [number, number] {
  if (!(n > 0)) return [NaN, NaN];
  const share = successes / n;
  const scale = 1 + (z * z) / n;
  const centre = (share + (z * z) / (2 * n)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  // The interval holds the share; rounding must not say otherwise at 0 and 1.
  return [Math.max(0, Math.min(share, centre - half)), Math.min(1, Math.max(share, centre + half))];
}

/** Standard normal distribution function, by the series and the continued fraction of the error function. */
export function normalCdf(x: number): number {
  return 0.5 * erfc(-x / Math.SQRT2);
}

function erfc(x: number): number {
  if (Number.isNaN(x)) return NaN;
  const size = Math.abs(x);
  const upper = size < 2.5 ? 1 - erfSeries(size) : erfcFraction(size);
  return x >= 0 ? upper : 2 - upper;
}

/** Abramowitz and Stegun 7.1.6. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 200 && Math.abs(term) > 1e-17 * sum; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Abramowitz and Stegun 7.1.14, evaluated from the tail. */
function erfcFraction(x: number): number {
  let fraction = x;
  for (let n = 120; n >= 1; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}

/**
 * Pesaran and Timmermann (1992): do forecast and actual directions agree more often than if they were
 * independent? Standard normal under independence; one-sided p. NaN where either side never changes.
 */
export function pesaranTimmermann(forecastUp: boolean[], actualUp: boolean[]): TestResult {
  const n = actualUp.length;
  if (n < 2 || forecastUp.length !== n || allSame(forecastUp) || allSame(actualUp)) return UNDEFINED_TEST;
  const share = (flags: boolean[]): number => flags.filter(Boolean).length / n;
  const hit = share(actualUp.map((up, i) => up === forecastUp[i]));
  const [px, py] = [share(forecastUp), share(actualUp)];
  const expected = py * px + (1 - py) * (1 - px);
  const varianceHit = (expected * (1 - expected)) / n;
  const varianceExpected =
    ((2 * py - 1) ** 2 * px * (1 - px)) / n +
    ((2 * px - 1) ** 2 * py * (1 - py)) / n +
    (4 * py * px * (1 - py) * (1 - px)) / (n * n);
  const statistic = (hit - expected) / Math.sqrt(varianceHit - varianceExpected);
  return Number.isFinite(statistic) ? { statistic, pValue: normalCdf(-statistic) } : UNDEFINED_TEST;
}

const allSame = (flags: boolean[]): boolean => flags.every((flag) => flag === flags[0]);

/**
 * Diebold and Mariano (1995) with the small-sample correction of Harvey, Leybourne and Newbold (1997): is the
 * mean difference of two losses zero? Negative where A loses less. Autocovariances up to `horizon` − 1 count in full;
 * where that gives no positive variance, with the weights of Bartlett (Newey and West 1987), which always do.
 * Two-sided p by Student's t with n − 1 degrees of freedom. NaN where the difference never varies.
 */
export function dieboldMariano(lossA: Float64Array, lossB: Float64Array, horizon: number): TestResult {
  const n = lossA.length;
  const difference = lossA.map((loss, i) => loss - (lossB[i] ?? NaN));
  if (n < 2 || horizon > n || lossB.length !== n || allEqual(difference)) return UNDEFINED_TEST;
  const centre = mean(difference);
  const covariances = Array.from({ length: horizon }, (_, lag) => autocovariance(difference, centre, lag));
  const total = (weight: (lag: number) => number): number =>
    covariances.reduce((sum, each, lag) => sum + (lag === 0 ? 1 : 2 * weight(lag)) * each, 0);
  const full = total(() => 1);
  const variance = full > 0 ? full : total((lag) => 1 - lag / horizon);
  const correction = Math.sqrt((n + 1 - 2 * horizon + (horizon * (horizon - 1)) / n) / n);
  const statistic = (correction * centre) / Math.sqrt(variance / n);
  return Number.isFinite(statistic) ? { statistic, pValue: studentTail(statistic, n - 1) } : UNDEFINED_TEST;
}

function autocovariance(values: Float64Array, centre: number, lag: number): number {
  let sum = 0;
  for (let i = lag; i < values.length; i++)
    sum += ((values[i] ?? NaN) - centre) * ((values[i - lag] ?? NaN) - centre);
  return sum / values.length;
}

/** Two-sided tail of Student's t: I_x(ν/2, ½) at x = ν/(ν+t²) (DLMF 8.17). */
export function studentTail(t: number, freedom: number): number {
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

/** Regularised incomplete beta function by its continued fraction (DLMF 8.17.22). */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  // The fraction converges fast on this side only; the other follows from I_x(a, b) = 1 − I_{1−x}(b, a).
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const logFront = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  return Math.exp(logFront) / (a * betaFraction(x, a, b));
}

/** 1 + d₁/(1 + d₂/(1 + …)) by the modified algorithm of Lentz (Thompson and Barnett 1986). */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let [value, c, d] = [1, 1, 0];
  for (let k = 1; k <= 2000; k++) {
    const m = Math.floor(k / 2);
    const numerator = k % 2 === 0 ? m * (b - m) : -(a + m) * (a + b + m);
    const term = (numerator * x) / ((a + k - 1) * (a + k));
    d = 1 / (1 + term * d || tiny);
    c = 1 + term / c || tiny;
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

/** Stirling's series (DLMF 5.11.1) above 10, reached by Γ(x+1) = xΓ(x); x above 0. */
function logGamma(x: number): number {
  let [at, product] = [x, 1];
  for (; at < 10; at++) product *= at;
  const square = 1 / (at * at);
  const series =
    (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / at;
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}
