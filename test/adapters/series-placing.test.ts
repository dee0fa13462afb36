import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sqliteDocuments } from '../../adapters/documents/sqlite.js';
import { hybridSeries, readHybridAddress } from '../../adapters/series/hybrid.js';
import { parquetSeries } from '../../adapters/series/parquet.js';
import { countReads } from '../../adapters/series/reads.js';
import type { AgedPiece } from '../../domain/bars/aging.js';
import { DEFAULT_PRICES, readsOf, type ReadCount } from '../../domain/bars/placement.js';
import { temporaryDirectory } from './directories.js';
import { ALWAYS, bars, HOUR, live, newStream } from './made-streams.js';

const DAY = 24 * HOUR;
const FIRST = Date.UTC(2023, 0, 1);
const NOW = Date.UTC(2023, 6, 1);

it('what is read often comes back, what is not goes, and reads see no seam', async () => {
  const stores = {
    recent: parquetSeries(temporaryDirectory()),
    old: parquetSeries(temporaryDirectory()),
    days: 30,
    prices: DEFAULT_PRICES,
  };
  const documents = sqliteDocuments(join(temporaryDirectory(), 'x.db'));
  const series = countReads(hybridSeries(stores, { now: () => NOW }), documents, () => NOW - DAY);
  const stream = newStream();
  const all = bars(180 * 24, stream, FIRST);
  // Up to May all bars are old: they are written into the old store.
  await series.write({ stream, bars: all, source: live });
  const key = { stream, source: live, range: ALWAYS, asOf: Infinity };
  const digest = await series.digest(key);
  const march = { from: Date.UTC(2023, 2, 1), to: Date.UTC(2023, 3, 1) };
  for (let i = 0; i < 5; i++)
    expect((await series.readColumns({ ...key, range: march })).time).toHaveLength(744);

  const settle = async (dryRun = false): Promise<AgedPiece[]> => {
    await series.close();
    const page = await documents.find<ReadCount>('reads', { range: { from: NOW - 30 * DAY, to: NOW } });
    const reads = readsOf(page.items);
    const pieces: AgedPiece[] = [];
    for await (const piece of series.aging?.move({ now: NOW, dryRun, reads }) ?? []) pieces.push(piece);
    return pieces;
  };
  const back = {
    ...march,
    versions: 744,
    placement: { to: 'hot', reason: expect.stringContaining('read 5 times') },
  };
  expect(await settle(true)).toMatchObject([back]);
  expect((await stores.recent.times({ ...key, range: march })).length).toBe(0);
  expect(await settle()).toMatchObject([back]);
  expect((await stores.recent.times({ ...key, range: march })).length).toBe(744);
  expect((await stores.old.times({ ...key, range: march })).length).toBe(0);
  expect(await settle()).toEqual([]);
  expect(await series.digest(key)).toEqual(digest);

  // A month later nobody has read it again.
  const later: AgedPiece[] = [];
  for await (const piece of series.aging?.move({ now: NOW }) ?? []) later.push(piece);
  expect(later).toMatchObject([{ ...march, versions: 744, placement: { to: 'cold' } }]);
  expect(await series.digest(key)).toEqual(digest);
  await documents.close();
});

it('counting costs no write at a read, loses nothing while the documents are away, and leaves other stores alone', async () => {
  const plain = parquetSeries(temporaryDirectory());
  const written: { id: string; bars: number }[] = [];
  let away = true;
  const documents = {
    update: async (_: string, id: string, change: (doc: null) => never) => {
      if (away) throw new Error('away');
      written.push({ id, bars: (change(null) as { bars: number }).bars });
      return written.at(-1) as never;
    },
  };
  expect(countReads(plain, documents as never)).toBe(plain);
  let now = NOW;
  const recent = parquetSeries(temporaryDirectory());
  const old = parquetSeries(temporaryDirectory());
  const series = countReads(hybridSeries({ recent, old, days: 30 }), documents as never, () => now);
  const stream = newStream();
  await series.write({ stream, bars: bars(10, stream, FIRST), source: live });
  const key = { stream, source: live, range: ALWAYS, asOf: Infinity };
  for (let i = 0; i < 3; i++) await series.times(key);
  now += 61_000;
  await series.times(key);
  expect(written).toEqual([]);
  away = false;
  await series.close();
  expect(written).toEqual([
    { id: expect.stringMatching(/^reads_\d+_binance_T\d+-USDT_1h_live_2023-01$/), bars: 40 },
  ]);
});

it.each([
  ['', DEFAULT_PRICES],
  ['&prices=hot:1', { ...DEFAULT_PRICES, hotGbMonth: 1 }],
  ['&prices=hot:0.1,cold:0.01,read:0', { hotGbMonth: 0.1, coldGbMonth: 0.01, coldGbRead: 0 }],
])('prices stand in the address: %j', (more, prices) => {
  const address = `hybrid:?recent=parquet%3Aa&old=parquet%3Ab&days=90${more}`;
  expect(readHybridAddress(address)).toEqual({ recent: 'parquet:a', old: 'parquet:b', days: 90, prices });
});

it.each(['hot', 'hot:x', 'warm:1', 'hot:-1'])('prices %j are refused with the form', (prices) => {
  const address = `hybrid:?recent=parquet%3Aa&old=parquet%3Ab&days=90&prices=${prices}`;
  expect(() => readHybridAddress(address)).toThrow(/prices=hot:0.25,cold:0.023,read:0.09/);
});
