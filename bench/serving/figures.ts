/** A number with so many decimals. */
export const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));

export const median = (values: readonly number[]): number => quantileOf(values, 0.5);

/** The value that this share of them does not exceed; NaN of none. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** p50, p95 and the longest of times in milliseconds. */
export const timesOf = (times: readonly number[]): Record<'p50Ms' | 'p95Ms' | 'maxMs', number> => ({
  p50Ms: rounded(quantileOf(times, 0.5)),
  p95Ms: rounded(quantileOf(times, 0.95)),
  maxMs: rounded(quantileOf(times, 1)),
});
