import { expect, it } from 'vitest';
import { parseStream } from '../../domain/streams.js';
import { HOUR, hourlyLines, START } from '../adapters/made-recordings.js';
import { madeVenue } from './made-steps.js';

const stream = 'binance/BTC-USDT/1h';
const at = (index: number): number => START + index * HOUR;

it('keeps both versions where a venue corrects a bar between two collections, each from when it was known', async () => {
  let corrected = false;
  const correct = (rows: unknown[]): unknown[] =>
    rows.map((row) => {
      const cells = row as unknown[];
      return corrected && cells[0] === at(20) ? cells.map((cell, i) => (i === 5 ? '777.5' : cell)) : cells;
    });
  const { ports, steps } = await madeVenue(hourlyLines(60), ({ path }) =>
    path.endsWith('/klines') ? { change: correct } : null,
  );
  const collect = async (): Promise<number> => {
    const plan = await steps.resolveBars({ stream, source: 'live', from: at(1), to: at(50) });
    return (await steps.fetchBars({ ...plan, cursor: plan.from })).stored;
  };
  expect(await collect()).toBe(49);
  expect(await collect()).toBe(0);
  const before = ports.now();
  corrected = true;
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await collect()).toBe(1);
  expect(await collect()).toBe(0);

  const key = { stream: parseStream(stream), source: { kind: 'live' as const, detail: '' } };
  const range = { from: at(20), to: at(21) };
  const versions = await ports.series.versions({ ...key, range, asOf: Infinity });
  expect(versions.map((bar) => bar.volume)).toEqual([expect.any(Number), 777.5]);
  expect(versions[0]?.knownAt).toBe(at(21));
  expect(versions[1]?.knownAt).toBeGreaterThan(before);
  const volumeAt = async (asOf: number): Promise<number | undefined> =>
    (await ports.series.read({ ...key, range, asOf }))[0]?.volume;
  expect(await volumeAt(before)).toBe(versions[0]?.volume);
  expect(await volumeAt(ports.now())).toBe(777.5);
});
