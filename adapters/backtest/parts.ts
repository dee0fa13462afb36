/**
 * Indexes of combinations in so many parts of like size. They are parted by the parameter that has most values: what
 * differs between parts are then its columns, and each thread computes the fewest that others compute, too.
 */
export function partsOf(list: readonly Record<string, number>[], count: number): number[][] {
  const values = new Map<string, Set<number>>();
  for (const params of list)
    for (const [name, value] of Object.entries(params))
      values.set(name, (values.get(name) ?? new Set()).add(value));
  const [widest = ''] = [...values].sort(([, a], [, b]) => b.size - a.size)[0] ?? [];
  const order = list
    .map((params, index) => ({ index, value: params[widest] ?? 0 }))
    .sort((a, b) => a.value - b.value || a.index - b.index)
    .map(({ index }) => index);
  const size = Math.ceil(order.length / Math.max(1, count));
  const parts: number[][] = [];
  for (let from = 0; from < order.length; from += size) parts.push(order.slice(from, from + size));
  return parts;
}

/** The list that the parts were made of, from what was made of each part. */
export function inOrder<T>(parts: readonly number[][], results: readonly T[][]): T[] {
  const whole: T[] = [];
  parts.forEach((part, p) => part.forEach((index, i) => (whole[index] = results[p]![i]!)));
  return whole;
}
