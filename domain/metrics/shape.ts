import { mean, quantile } from '../statistics.js';
import { correlation } from './benchmark.js';

/** Figures of single periods, and of the shape of their distribution; NaN where undefined. */
export interface ShapeMetrics {
  best: number;
  worst: number;
  /** Of periods in which something was gained or lost, the share with a gain. */
  hitRate: number;
  /** Mean return of a period. */
  expectancy: number;
  averageGain: number;
  /** Signed: a loss is negative. */
  averageLoss: number;
  /** Size of the average gain over that of the average loss. */
  payoffRatio: number;
  /** Gains over losses; NaN without a loss. */
  profitFactor: number;
  /** Share of periods with any return. */
  exposure: number;
  /** Third and fourth standardised moments of the population: 0 and 3 for a normal one. */
  skewness: number;
  kurtosis: number;
}

export function shapeMetrics(returns: Float64Array): ShapeMetrics {
  const gains = returns.filter((each) => each > 0);
  const losses = returns.filter((each) => each < 0);
  const [averageGain, averageLoss] = [mean(gains), mean(losses)];
  const { skewness, kurtosis } = momentsOf(returns);
  const moved = gains.length + losses.length;
  return {
    best: quantile(returns, 1),
    worst: quantile(returns, 0),
    hitRate: moved > 0 ? gains.length / moved : NaN,
    expectancy: mean(returns),
    averageGain,
    averageLoss,
    payoffRatio: averageGain / -averageLoss,
    profitFactor: losses.length > 0 ? sum(gains) / -sum(losses) : NaN,
    exposure: returns.length > 0 ? moved / returns.length : NaN,
    skewness,
    kurtosis,
  };
}

const sum = (values: Float64Array): number => values.reduce((total, each) => total + each, 0);

/** Of the population (divided by n); NaN where the values never vary. */
export function momentsOf(values: Float64Array): { skewness: number; kurtosis: number } {
  const centre = mean(values);
  let [second, third, fourth] = [0, 0, 0];
  for (const each of values) {
    const square = (each - centre) ** 2;
    second += square;
    third += square * (each - centre);
    fourth += square * square;
  }
  const n = values.length;
  const varies = values.some((each) => each !== values[0]);
  if (!varies) return { skewness: NaN, kurtosis: NaN };
  const variance = second / n;
  return { skewness: third / n / variance ** 1.5, kurtosis: fourth / n / (variance * variance) };
}

/** r² of the cumulated log returns over time: 1 for steady growth. NaN below two, and where there is no growth at all. */
export function stability(returns: Float64Array): number {
  if (returns.length < 2) return NaN;
  let level = 0;
  const levels = returns.map((each) => (level += Math.log1p(each)));
  return (
    correlation(
      levels.map((_, i) => i),
      levels,
    ) ** 2
  );
}
