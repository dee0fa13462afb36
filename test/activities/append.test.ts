import { afterAll, expect, it } from 'vitest';
import { barsSteps } from '../../activities/bars.js';
import { madePorts } from './made-ports.js';

const HOUR = 3_600_000;
const made = madePorts();
afterAll(() => made.remove());

it('a collection that appends begins at the newest stored bar, and at the usual place where none is stored', async () => {
  const { resolveBars, fetchBars } = barsSteps(made.ports);
  const input = { stream: 'binance/BTC-USDT/1h', source: 'simulated', append: true };
  const to = Date.UTC(2024, 0, 3);
  const first = await resolveBars({ ...input, to });
  expect(first.from).toBe(Date.UTC(2022, 0, 3));
  await fetchBars({ ...first, from: to - 48 * HOUR, cursor: to - 48 * HOUR });
  expect(await resolveBars({ ...input, to: to + 5 * HOUR })).toMatchObject({
    from: to - HOUR,
    to: to + 5 * HOUR,
  });
  // Nothing new: the newest bar is asked for again, which is no error.
  expect(await resolveBars({ ...input, to })).toMatchObject({ from: to - HOUR, to });
  expect((await resolveBars({ ...input, to, from: '2024-01-01' })).from).toBe(Date.UTC(2024, 0, 1));
  const { stored } = await fetchBars({ ...first, from: to - HOUR, cursor: to - HOUR });
  expect(stored).toBe(0);
});
