import { describe, expect, it } from 'vitest';
import { inOrder, partsOf } from '../../adapters/backtest/parts.js';

const grid = [10, 20].flatMap((fast) => [50, 60, 70, 80].map((slow) => ({ fast, slow })));

describe('combinations in parts', () => {
  it('share the values of all parameters but the widest, which is dealt there and back', () => {
    const parts = partsOf(grid, 2).map((part) => part.map((index) => grid[index]!));
    expect(parts.map((part) => [...new Set(part.map(({ slow }) => slow))])).toEqual([
      [50, 80],
      [60, 70],
    ]);
  });

  it.each([1, 2, 3, 5, 8, 20])('come back in their order from %i parts', (count) => {
    const parts = partsOf(grid, count);
    expect(parts.length).toBeLessThanOrEqual(count);
    expect(
      inOrder(
        parts,
        parts.map((part) => part.map((index) => grid[index])),
      ),
    ).toEqual(grid);
  });

  it('of nothing are none', () => expect(inOrder(partsOf([], 2), [])).toEqual([]));
});
