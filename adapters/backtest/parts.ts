/**
 * Indexes of combinations in so many parts of like size. They are parted by the parameter that has most values: what
 * differs between parts are then its columns, and each thread computes the fewest that others compute, too. Values are
 * dealt in turn, there and back: a short average crosses more often than a long one, and costs more.
 */
export function partsOf(list: readonly Record<string, number>[], count: number): number[][] {
  const parted = Math.max(1, count);
  const values = new Map<string, Set<number>>();
  for (const params of list)
    for (const [name, value] of Object.entries(params))
      values.set(name, (values.get(name) ?? new Set()).add(value));
  const [widest = '', all = new Set<number>()] = [...values].sort(([, a], [, b]) => b.size - a.size)[0] ?? [];
  const place = new Map<number, number>();
  for (const [rank, value] of [...all].sort((a, b) => a - b).entries()) {
    const [round, turn] = [Math.floor(rank / parted), rank % parted];
    place.set(value, (round % 2 === 0 ? turn : parted - 1 - turn) * all.size + round);
  }
  const placeOf = (index: number): number => place.get(list[index]?.[widest] ?? NaN) ?? 0;
  const order = list.map((_, index) => index).sort((a, b) => placeOf(a) - placeOf(b) || a - b);
  const size = Math.ceil(order.length / parted);
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
