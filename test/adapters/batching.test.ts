import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openBatching, type BatchingOptions } from '../../adapters/sentiment/batching.js';
import { UnreachableError } from '../../domain/errors.js';

/** Texts are their lengths; a batch ends when the test lets it. */
function made(options: Partial<BatchingOptions<number, number>> = {}) {
  const batches: number[][] = [];
  const ends: (() => void)[] = [];
  let open = false;
  const batching = openBatching<number, number>({
    async run(batch) {
      batches.push([...batch]);
      if (!open) await new Promise<void>((end) => ends.push(end));
      return batch.map((each) => each * 10);
    },
    lengthOf: (item) => item,
    ...{ most: 4, lanes: 1, deadlineMs: 20, limit: 100, ...options },
  });
  const release = (): void => {
    open = true;
    for (const end of ends.splice(0)) end();
  };
  return { batching, batches, release, end: () => ends.shift()?.() };
}
const turn = () => pause(2);

describe('batches', () => {
  it('begin at once where the model is idle, and collect what comes while it computes', async () => {
    const { batching, batches, release } = made();
    const answers = [batching.submit([5], {})];
    await turn();
    answers.push(batching.submit([6], {}), batching.submit([7, 8], {}));
    await turn();
    expect(batches).toEqual([[5]]);
    release();
    expect((await Promise.all(answers)).flat()).toEqual([50, 60, 70, 80]);
    expect(batches).toEqual([[5], [6, 7, 8]]);
  });

  it('hold texts of similar length, led by the one that has waited longest', async () => {
    const { batching, batches, release } = made();
    const first = batching.submit([1], {});
    await turn();
    const all = batching.submit([30, 2, 31, 3, 29, 4, 32, 5], {});
    release();
    await first;
    expect(await all).toEqual([300, 20, 310, 30, 290, 40, 320, 50]);
    expect(batches.slice(1).map((batch) => batch.toSorted((a, b) => a - b))).toEqual([
      [29, 30, 31, 32],
      [2, 3, 4, 5],
    ]);
  });

  it('take live texts before back-fill, but let some of it through', async () => {
    const { batching, batches, release } = made({ most: 1 });
    const first = batching.submit([0], {});
    await turn();
    const fill = batching.submit([100, 100], { priority: 'backfill' });
    const live = batching.submit(
      Array.from({ length: 12 }, () => 1),
      {},
    );
    release();
    await Promise.all([first, fill, live]);
    const order = batches.flat();
    expect(order.indexOf(100)).toBe(7);
    expect(order.lastIndexOf(100)).toBe(14);
  });

  it('take turns between tenants', async () => {
    const { batching, batches, release } = made({ most: 1 });
    const first = batching.submit([0], {});
    await turn();
    const long = batching.submit([1, 1, 1, 1, 1, 1], { tenant: 'large' });
    const short = batching.submit([2, 2], { tenant: 'small' });
    release();
    await Promise.all([first, long, short]);
    expect(batches.flat()).toEqual([0, 1, 2, 1, 2, 1, 1, 1, 1]);
  });

  it('wait for company only while another one computes, and no longer than the deadline', async () => {
    const { batching, batches, release } = made({ lanes: 2, deadlineMs: 30 });
    const answers = [batching.submit([1], {})];
    await turn();
    answers.push(batching.submit([2], {}));
    await turn();
    answers.push(batching.submit([3], {}));
    await turn();
    expect(batches).toEqual([[1]]);
    await pause(60);
    expect(batches).toEqual([[1], [2, 3]]);
    release();
    await Promise.all(answers);
  });

  it('refuse live texts beyond the limit, and let back-fill wait for room', async () => {
    const { batching, release } = made({ limit: 4 });
    const first = batching.submit([1], {});
    await turn();
    const waiting = batching.submit([1, 1, 1], {});
    const refused = batching.submit([1, 1], {});
    await expect(refused).rejects.toThrow(/3 texts wait .* 2 more would be above the 4/);
    await expect(refused).rejects.toMatchObject({ name: 'UnreachableError', retryAfterMs: 1000 });
    await expect(refused).rejects.toBeInstanceOf(UnreachableError);
    const fills = [1, 2, 3, 4].map((each) => batching.submit([each, each, each], { priority: 'backfill' }));
    await turn();
    expect(batching.waiting('backfill')).toBe(6);
    release();
    expect((await Promise.all(fills)).flat()).toHaveLength(12);
    await Promise.all([first, waiting]);
    expect(batching.waiting('backfill') + batching.waiting('live')).toBe(0);
  });

  it('that fail, fail their own texts only', async () => {
    let calls = 0;
    const batching = openBatching<number, number>({
      async run(batch) {
        if (calls++ === 0) throw new Error('no memory');
        return batch.map(() => 1);
      },
      ...{ lengthOf: (item: number) => item, most: 2, lanes: 1, deadlineMs: 1, limit: 9 },
    });
    const first = batching.submit([1], {});
    await expect(first).rejects.toThrow('no memory');
    expect(await batching.submit([1, 2, 3], {})).toEqual([1, 1, 1]);
  });
});
