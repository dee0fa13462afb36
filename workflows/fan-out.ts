/**
 * Children of one kind that a story runs at a time: enough to keep the queues busy, few enough that 50 streams
 * do not flood the server and their cancellation stays quick.
 */
export const PARALLEL = 8;

/** Results in the order of the items; the first failure ends it and nothing more is started. */
export async function mapBounded<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
  parallel = PARALLEL,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let failed = false;
  const lane = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next++;
      try {
        results[index] = await work(items[index] as T, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, lane));
  return results;
}
