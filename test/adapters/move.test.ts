import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDocuments } from '../../adapters/documents/index.js';
import { contentOf, moveStore, type MoveProgress, type MoveRequest } from '../../adapters/move.js';
import { openObjects } from '../../adapters/objects/index.js';
import { openSeries } from '../../adapters/series/index.js';
import type { Bar } from '../../domain/bars.js';
import { DataQualityError, InvalidInputError } from '../../domain/errors.js';
import { INFLUX_SETUP, influxdb } from '../../infra/test-servers/influxdb.js';
import { mongo } from '../../infra/test-servers/mongo.js';
import { seaweedfs } from '../../infra/test-servers/seaweedfs.js';
import { newName, realServer } from '../servers.js';
import { temporaryDirectory } from './directories.js';
import { ALWAYS, bars, HOUR, newStream, recorded, simulated } from './made-streams.js';
import { s3Address } from './s3-addresses.js';

const servers = {
  mongo: await realServer('move mongodb:', mongo),
  s3: await realServer('move s3:', seaweedfs),
  influx: await realServer('move influxdb:', influxdb),
};
const quiet = async (): Promise<void> => undefined;
const file = (scheme: string): string => `${scheme}:${temporaryDirectory()}`;
const sqlite = (): string => `sqlite:${join(temporaryDirectory(), 'x.db')}`;
const mongodb = (): string => `mongodb://${servers.mongo.server?.address}/${newName()}`;
const s3 = (): string => s3Address(servers.s3.server?.address ?? '');
const influx = (): string =>
  `influxdb://${INFLUX_SETUP.token}@${servers.influx.server?.address}/finsight/${newName()}`;

/** Ends a run at its first report, as a kill would; gives the cursor to go on from. */
async function interrupted(request: MoveRequest): Promise<string> {
  let cursor = '';
  const stop = async (progress: MoveProgress): Promise<never> => {
    ({ cursor } = progress);
    throw new Error('killed');
  };
  await expect(moveStore(request, stop)).rejects.toThrow('killed');
  return cursor;
}

describe('bars', () => {
  const stream = newStream('1m');
  const all = bars(45_000, stream);
  const corrected = { ...(all[7] as Bar), high: 200, knownAt: (all[7] as Bar).knownAt + HOUR };
  const key = { stream, source: recorded, range: ALWAYS, asOf: Infinity };
  const filled = async (): Promise<string> => {
    const address = file('parquet');
    const series = openSeries(address);
    await series.write({ stream, bars: all, source: recorded });
    await series.write({ stream, bars: [corrected], source: recorded });
    await series.write({ stream, bars: all.slice(0, 10), source: simulated });
    return address;
  };

  for (const [name, reason, fresh] of [
    ['csv:', null, () => file('csv')],
    ['mongodb:', servers.mongo.reason, mongodb],
    ['s3:', servers.s3.reason, s3],
    ['influxdb:', servers.influx.reason, influx],
  ] as const)
    it.skipIf(reason !== null)(
      `go to ${name} and back with every version and origin, in pieces`,
      async () => {
        const [from, there, back] = [await filled(), fresh(), file('parquet')];
        const cursor = await interrupted({ from, to: there, content: 'bars' });
        const result = await moveStore({ from, to: there, content: 'bars', cursor }, quiet);
        expect(result.parts.map(({ name }) => name.split(' ')[0])).toEqual(['recorded', 'simulated-7']);
        await moveStore({ from: there, to: back, content: 'bars' }, quiet);
        const [first, last] = [openSeries(from), openSeries(back)];
        expect(await last.versions(key)).toEqual(await first.versions(key));
        expect(await last.digest(key)).toEqual(await first.digest(key));
        expect((await last.streams()).map((each) => [each.source, each.bars])).toEqual([
          [recorded, 45_000],
          [simulated, 10],
        ]);
      },
    );

  it('are gone from the first store only where that was asked for', async () => {
    const [from, to] = [await filled(), file('csv')];
    await moveStore({ from, to, remove: true }, quiet);
    expect(await openSeries(from).streams()).toEqual([]);
    expect(await openSeries(to).times(key)).toHaveLength(45_000);
  });

  it('do not mix with another history', async () => {
    const [from, to] = [await filled(), file('parquet')];
    const live = { kind: 'simulated', detail: '7' } as const;
    await openSeries(to).write({ stream, bars: [{ ...(all[3] as Bar), high: 300 }], source: live });
    await expect(moveStore({ from, to }, quiet)).rejects.toBeInstanceOf(DataQualityError);
  });
});

it.skipIf(servers.s3.reason !== null)(
  'objects go to S3 and back, and a changed one is not handed on',
  async () => {
    const [from, there, back] = [file('file'), s3(), file('file')];
    const objects = openObjects(from);
    const keys = ['a/1', 'a/2', 'b'];
    for (const key of keys) await objects.put(key, new TextEncoder().encode(key.repeat(1000)));
    const cursor = await interrupted({ from, to: there });
    expect(cursor).toBe('a/1');
    const result = await moveStore({ from, to: there, cursor }, quiet);
    expect(result).toMatchObject({ content: 'objects', copied: 2 });
    await moveStore({ from: there, to: back, remove: true }, quiet);
    const restored = openObjects(back);
    expect(await restored.list('')).toEqual(keys);
    for (const key of keys) expect(await restored.head(key)).toEqual(await objects.head(key));
    expect(await openObjects(there).list('')).toEqual([]);
  },
);

it.skipIf(servers.mongo.reason !== null)('documents go to MongoDB and back as they were', async () => {
  const [from, there, back] = [sqlite(), mongodb(), sqlite()];
  const documents = openDocuments(from);
  const made = Array.from({ length: 1200 }, (_, i) => ({
    id: `art_${i}`,
    publishedAt: i % 50,
    feed: 'a',
    tickers: ['BTC'],
    text: { 'odd.$name\0': i, nan: NaN },
  }));
  await documents.insert('articles', made);
  await documents.insert('runs', [{ id: 'run_1', startedAt: 1, kind: 'research', status: 'done' }]);
  const cursor = await interrupted({ from, to: there });
  await moveStore({ from, to: there, cursor }, quiet);
  const result = await moveStore({ from: there, to: back }, quiet);
  expect(result.parts).toEqual([
    { name: 'articles', copied: 1200 },
    { name: 'runs', copied: 1 },
  ]);
  const restored = openDocuments(back);
  const ids = made.map(({ id }) => id);
  expect(await restored.getMany('articles', ids)).toEqual(await documents.getMany('articles', ids));
  await Promise.all([documents.close(), restored.close()]);
});

it.each([
  ['parquet:/a', 'mongodb://h/x', undefined, 'bars'],
  ['file:/a', 's3://b', undefined, 'objects'],
  ['sqlite:/a', 'mongodb://h', undefined, 'documents'],
  ['s3://a', 's3://b', 'bars', 'bars'],
] as const)('%s to %s holds what both can', (from, to, content, wanted) => {
  expect(contentOf({ from, to, ...(content ? { content } : {}) })).toBe(wanted);
});

it.each([
  [{ from: 's3://a', to: 's3://b' }, /can hold bars or objects; say which with --content/],
  [{ from: 'parquet:/a', to: 'file:/b' }, /hold different things; known: bars \(csv, /],
  [
    { from: 'parquet:/a', to: 'csv:/b', content: 'objects' },
    /cannot both hold objects; stores of objects: file:, s3:/,
  ],
  [{ from: 's3://k:secret@a', to: 'x' }, /^(?!.*secret)/],
] as const)('%j is refused', (request, message) => {
  expect(() => contentOf(request)).toThrow(message);
  expect(() => contentOf(request)).toThrow(InvalidInputError);
});

it('a store cannot be moved to itself, nor from a cursor of something else', async () => {
  await expect(moveStore({ from: 'csv:/a', to: 'csv:/a' }, quiet)).rejects.toThrow(/to itself/);
  const odd = moveStore({ from: file('csv'), to: file('parquet'), cursor: 'x' }, quiet);
  await expect(odd).rejects.toThrow(/Unknown cursor "x"/);
});

it.each(['parquet', 'csv', 'file', 'sqlite'])(
  'does not take a misspelt %s: path for an empty store',
  async (scheme) => {
    const from = `${scheme}:${join(temporaryDirectory(), 'nothing-here')}`;
    const to = `${scheme}:${join(temporaryDirectory(), 'x')}`;
    const content = scheme === 'parquet' || scheme === 'csv' ? 'bars' : undefined;
    await expect(moveStore({ from, to, ...(content ? { content } : {}) }, quiet)).rejects.toThrow(
      `No store lies at ${from}`,
    );
  },
);
