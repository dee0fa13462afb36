import { mean } from '../statistics.js';
import { benjaminiHochberg, dependenceOf, kolmogorovSmirnov } from './ks.js';
import { stabilityOfValues } from './psi.js';

/** One input of a model in the recent window against the training part. */
export interface InputDrift {
  name: string;
  /** Population stability index. */
  psi: number;
  /** Kolmogorov–Smirnov distance, its p value, and that among all inputs (Benjamini–Hochberg). */
  distance: number;
  pValue: number;
  qValue: number;
  /** Recent values that are worth one independent one. */
  effect: number;
  /** Means of both, in the input's own unit. */
  referenceMean: number;
  recentMean: number;
}

/** They say what time it is: a window that holds no whole week differs, and nothing has drifted. */
export const isCalendar = (name: string): boolean => /^(hour|weekday)_/.test(name);

/**
 * Each column of the recent window against the same column of the training part.
 * @param args.reference in order of time, as are the recent values; a column each
 */
export function inputDrift(args: {
  names: readonly string[];
  reference: readonly ArrayLike<number>[];
  recent: readonly ArrayLike<number>[];
}): InputDrift[] {
  const rows = args.names.map((name, i) => {
    const first = args.reference[i] ?? [];
    const second = args.recent[i] ?? [];
    const dependence = dependenceOf(first, second.length);
    const { statistic, pValue } = kolmogorovSmirnov({ first, second, dependence });
    const means = { referenceMean: mean(first), recentMean: mean(second) };
    const psi = stabilityOfValues(first, second);
    return { name, psi, distance: statistic, pValue, effect: dependence.effect, ...means };
  });
  const qValues = benjaminiHochberg(rows.map(({ pValue }) => pValue));
  return rows.map((row, i) => ({ ...row, qValue: qValues[i] ?? NaN }));
}
