import { afterAll } from 'vitest';

const works: (() => unknown)[] = [];

/**
 * Does the work after all tests of this file, the latest first. A hook that is set while a test runs is never called, so
 * what helpers open on demand is noted here instead.
 */
export const atEnd = (work: () => unknown): void => void works.push(work);

// Set while the file is read: it is the first hook, so the last one that is called.
afterAll(async () => {
  const faults: unknown[] = [];
  // One that fails must not keep the others from being cleaned up.
  for (const work of works.splice(0).reverse())
    await Promise.resolve()
      .then(work)
      .catch((error: unknown) => faults.push(error));
  if (faults.length > 0) throw new AggregateError(faults, 'not everything could be cleaned up');
});
