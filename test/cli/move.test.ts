import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { fileObjects } from '../../adapters/objects/file.js';
import { parquetSeries } from '../../adapters/series/parquet.js';
import { main } from '../../cli/main.js';
import { digestOf } from '../../domain/digest.js';
import { temporaryDirectory } from '../adapters/directories.js';
import { bars, newStream, recorded } from '../adapters/made-streams.js';

const captured = (): { out: string[]; err: string[] } => {
  const text = { out: [] as string[], err: [] as string[] };
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => text.out.push(String(chunk)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => text.err.push(String(chunk)) > 0);
  return text;
};
afterEach(() => {
  vi.restoreAllMocks();
});

it('a store is backed up and restored, with equal digests', async () => {
  const [data, from, backup, restored] = [1, 2, 3, 4].map(() => temporaryDirectory());
  const stream = newStream();
  await parquetSeries(from ?? '').write({ stream, bars: bars(30, stream), source: recorded });
  const { out } = captured();
  const move = (a: string, b: string) => main(['move', a, b, '--json', '--data-dir', data ?? '']);
  expect(await move(`parquet:${from}`, `csv:${backup}`)).toBe(0);
  expect(await move(`csv:${backup}`, `parquet:${restored}`)).toBe(0);
  const [first, second] = out.map(
    (line) => JSON.parse(line) as { copied: number; parts: { sha256: string }[] },
  );
  expect([first?.copied, second?.copied]).toEqual([30, 30]);
  expect(second?.parts).toEqual(first?.parts);
  expect(readdirSync(join(data ?? '', 'moves'))).toEqual([]);
});

it('a run goes on where an earlier one stopped, unless told to begin anew', async () => {
  const [data = '', from = '', to = ''] = [1, 2, 3].map(() => temporaryDirectory());
  for (const key of ['a', 'b', 'c']) await fileObjects(from).put(key, new Uint8Array(3));
  const place = { from: `file:${from}`, to: `file:${to}` };
  const mark = join(data, 'moves', `${digestOf(place).slice(0, 32)}.json`);
  mkdirSync(join(data, 'moves'));
  writeFileSync(mark, JSON.stringify({ cursor: 'b', copied: 2, name: 'b' }));
  const { err } = captured();
  const words = ['move', place.from, place.to, '--data-dir', data];
  expect(await main(words)).toBe(0);
  expect(err.join('')).toContain('Going on where an earlier run stopped');
  expect(await fileObjects(to).list('')).toEqual(['c']);
  expect(existsSync(mark)).toBe(false);
  writeFileSync(mark, JSON.stringify({ cursor: 'b', copied: 2, name: 'b' }));
  expect(await main([...words, '--restart'])).toBe(0);
  expect(await fileObjects(to).list('')).toEqual(['a', 'b', 'c']);
});

it.each([
  [['move', 'parquet:/a', 'file:/b'], 2],
  [['move', 's3://a', 's3://b', '--content', 'bears'], 2],
  [['move', 'influxdb://t@127.0.0.1:1/o/b', 'csv:/tmp/x'], 5],
] as const)('%j ends with %d', async (words, code) => {
  captured();
  expect(await main([...words, '--data-dir', temporaryDirectory()])).toBe(code);
});

it('stores of files need no settings, and have nothing to settle', async () => {
  const { out } = captured();
  const data = temporaryDirectory();
  expect(await main(['stores', 'ensure', '--data-dir', data])).toBe(0);
  expect(await main(['stores', 'settle', '--data-dir', data])).toBe(0);
  expect(out.map((line) => JSON.parse(line) as unknown)).toEqual([{ ensured: [] }, { moved: 0 }]);
});
