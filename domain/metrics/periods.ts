/** Return and deepest fall of a calendar year or month, UTC. */
export interface PeriodReturn {
  /** `2023` or `2023-07`. */
  period: string;
  /** Compounded over the period. */
  return: number;
  /** Within the period, its first level included; positive fraction. */
  maxDrawdown: number;
  returns: number;
}

/** Compounds returns by calendar period; `time` is when each was earned, epoch ms, ascending. */
export function byPeriod(
  time: ArrayLike<number>,
  returns: Float64Array,
  unit: 'year' | 'month',
): PeriodReturn[] {
  const periods: PeriodReturn[] = [];
  let [level, peak] = [1, 1];
  for (let i = 0; i < returns.length; i++) {
    const period = new Date(time[i] ?? NaN).toISOString().slice(0, unit === 'year' ? 4 : 7);
    let last = periods.at(-1);
    if (last?.period !== period) {
      [level, peak] = [1, 1];
      last = { period, return: 0, maxDrawdown: 0, returns: 0 };
      periods.push(last);
    }
    level *= 1 + (returns[i] ?? NaN);
    peak = Math.max(peak, level);
    last.return = level - 1;
    last.maxDrawdown = Math.max(last.maxDrawdown, (peak - level) / peak);
    last.returns++;
  }
  return periods;
}
