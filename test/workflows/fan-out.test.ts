import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapBounded } from '../../workflows/fan-out.js';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('bounded fan-out', () => {
  it('keeps the order and never runs more at a time than allowed', async () => {
    const waits = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(waits, fc.integer({ min: 1, max: 9 }), async (items, parallel) => {
        let running = 0;
        let most = 0;
        const work = async (wait: number, index: number): Promise<string> => {
          most = Math.max(most, ++running);
          await pause(wait);
          running--;
          return `${index}:${wait}`;
        };
        const results = await mapBounded(items, work, parallel);
        expect(results).toEqual(items.map((wait, index) => `${index}:${wait}`));
        expect(most).toBeLessThanOrEqual(parallel);
      }),
      { numRuns: 30 },
    );
  });

  it('starts nothing more after a failure', async () => {
    const started: number[] = [];
    const work = async (item: number): Promise<void> => {
      started.push(item);
      await pause(1);
      if (item === 2) throw new Error('two');
      await pause(5);
    };
    await expect(mapBounded([1, 2, 3, 4, 5, 6, 7, 8], work, 3)).rejects.toThrow('two');
    await pause(20);
    expect(started).toEqual([1, 2, 3]);
  });
});
