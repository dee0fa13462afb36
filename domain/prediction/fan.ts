import { conformalScale } from '../evaluation.js';
import type { ScaledPoint } from '../prediction.js';

/** Levels of a fan where the model has none of its own. */
export const FAN_LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];

/** Outcomes of a horizon of h bars overlap: so many of its lengths must be known before its fan is corrected. */
const LENGTHS = 10;

/** One row's forecasts at all horizons, in units of volatility·√horizon: [mean, …quantiles] by horizon. */
export type PathRow = readonly (readonly number[])[];

/** A known row: what its path said and what came, NaN where it did not. */
export interface KnownPath {
  path: PathRow;
  moves: readonly number[];
}

/** By horizon, what each quantile is moved by, in the order of the levels. */
export type FanShifts = readonly (readonly number[])[];

/**
 * How far past outcomes lay outside of each pair of quantiles that mirror each other: what the pair is widened by, or
 * narrowed where it is negative. Conformalised quantile regression (Romano et al. 2019), for each horizon by itself;
 * 0 where too few of its outcomes are known.
 */
export function fanShifts(args: {
  horizons: readonly number[];
  levels: readonly number[];
  known: readonly KnownPath[];
}): FanShifts {
  const { horizons, levels, known } = args;
  return horizons.map((horizonBars, at) => {
    const rows = known.filter(({ moves }) => Number.isFinite(moves[at]));
    const shifts = levels.map(() => 0);
    if (rows.length < LENGTHS * horizonBars) return shifts;
    levels.forEach((level, low) => {
      const high = levels.length - 1 - low;
      if (low >= high || Math.abs(level + (levels[high] ?? NaN) - 1) > 1e-9) return;
      const outside = rows.map(({ path, moves }) => {
        const move = moves[at] ?? NaN;
        return Math.max((path[at]?.[low + 1] ?? NaN) - move, move - (path[at]?.[high + 1] ?? NaN));
      });
      const shift = signedQuantile(outside, 1 - 2 * level);
      if (!Number.isFinite(shift)) return;
      shifts[low] = -shift;
      shifts[high] = shift;
    });
    return shifts;
  });
}

/** The path of the present row with its quantiles moved; they never cross. */
export function fanOf(args: {
  horizons: readonly number[];
  levels: readonly number[];
  path: PathRow;
  shifts: FanShifts;
}): ScaledPoint[] {
  const { horizons, levels, path, shifts } = args;
  return horizons.map((horizonBars, at) => {
    const [mean = NaN, ...values] = path[at] ?? [];
    // Pairs are moved by different amounts; what would cross is put in order (Chernozhukov et al. 2010).
    const moved = values.map((value, i) => value + (shifts[at]?.[i] ?? 0)).toSorted((a, b) => a - b);
    return { horizonBars, mean, quantiles: levels.map((level, i) => ({ level, value: moved[i] ?? NaN })) };
  });
}

/** The ⌈(n+1)·share⌉-th smallest; infinite where so few are known. */
function signedQuantile(values: readonly number[], share: number): number {
  const floor = Math.min(...values);
  const { scale } = conformalScale({
    residuals: Float64Array.from(values, (v) => v - floor),
    coverage: share,
  });
  return scale + floor;
}

/** A fan of one horizon from its residuals, ascending: the forecast moved by each of their quantiles. */
export function fanFromResiduals(args: {
  horizonBars: number;
  scaled: number;
  residuals: readonly number[];
}): ScaledPoint[] {
  const { horizonBars, scaled, residuals } = args;
  const n = residuals.length;
  // Beyond the smallest and the largest residual nothing is known.
  const levels = FAN_LEVELS.filter((level) => Math.min(level, 1 - level) * (n + 1) >= 1);
  const quantile = (level: number): number => {
    const place = level * (n + 1) - 1;
    const below = Math.max(0, Math.min(n - 1, Math.floor(place)));
    const above = Math.min(n - 1, below + 1);
    const [low = NaN, high = NaN] = [residuals[below], residuals[above]];
    return low + (high - low) * Math.min(1, Math.max(0, place - below));
  };
  const quantiles = levels.map((level) => ({ level, value: scaled + quantile(level) }));
  return [{ horizonBars, mean: scaled, quantiles }];
}
