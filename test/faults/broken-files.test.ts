import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sqliteDocuments } from '../../adapters/documents/sqlite.js';
import { literal, withDuckdb } from '../../adapters/duckdb.js';
import { fileObjects } from '../../adapters/objects/file.js';
import { fileOf, folderOf } from '../../adapters/series/partitions.js';
import { parquetSeries } from '../../adapters/series/parquet.js';
import { openServing } from '../../adapters/serving/index.js';
import { sqliteFile } from '../../adapters/sqlite.js';
import { exitCodeOf } from '../../cli/output.js';
import { seededRandom } from '../../domain/random.js';
import { temporaryDirectory } from '../adapters/directories.js';
import { ALWAYS, bars, HOUR, live, newStream } from '../adapters/made-streams.js';

const noise = (length: number): Buffer => {
  const next = seededRandom('noise');
  return Buffer.from(Array.from({ length }, () => Math.floor(next() * 256)));
};

const copied = (select: string) => (file: string) =>
  withDuckdb((connection) => connection.run(`COPY (${select}) TO ${literal(file)} (FORMAT parquet)`));

/** What may lie in the place of a partition. */
const BREAKS: [string, (file: string) => unknown][] = [
  ['of no length', (file) => writeFileSync(file, '')],
  ['cut short', (file) => writeFileSync(file, readFileSync(file).subarray(0, 200))],
  ['of random bytes', (file) => writeFileSync(file, noise(5000))],
  ['with random bytes in its middle', (file) => writeFileSync(file, holed(readFileSync(file)))],
  ['with other columns', copied('SELECT 1 AS a')],
  [
    'with a text as time',
    copied(
      `SELECT 'noon' AS "time", 1.0 AS open, 1.0 AS high, 1.0 AS low, 1.0 AS "close", 1.0 AS volume, 1 AS "knownAt", '' AS origin`,
    ),
  ],
];

function holed(bytes: Buffer): Buffer {
  noise(bytes.length >> 1).copy(bytes, bytes.length >> 3);
  return bytes;
}

describe('a Parquet file', () => {
  it.each(BREAKS)('%s is named with what to do, and the rest can be read', async (_, breakFile) => {
    const root = temporaryDirectory();
    const series = parquetSeries(root);
    const [broken, sound] = [newStream(), newStream()];
    const stored = bars(10, broken);
    for (const stream of [broken, sound]) await series.write({ stream, bars: stored, source: live });
    const file = fileOf(folderOf(root, live, broken), '2023');
    await breakFile(file);

    const key = { source: live, range: ALWAYS, asOf: Infinity };
    const ways = [
      () => series.read({ ...key, stream: broken }),
      () => series.read({ ...key, stream: broken, limit: 2, order: 'newest' }),
      () => series.readColumns({ ...key, stream: broken }),
      () => series.digest({ ...key, stream: broken }),
      () => series.write({ stream: broken, bars: stored, source: live }),
    ];
    for (const way of ways) {
      const error = (await way().catch((thrown: unknown) => thrown)) as Error;
      expect(error.message).toContain(file);
      expect(error.message).toContain('move the file aside and collect its range again');
      expect(exitCodeOf(error)).toBe(4);
    }
    expect(await series.read({ ...key, stream: sound })).toEqual(stored);
    const before = { from: -Infinity, to: Date.UTC(2023, 0, 1) };
    expect(await series.read({ ...key, stream: broken, range: before })).toEqual(stored.slice(0, 4));
  });

  it('that is broken keeps its stream in the listing, also where nothing else is left of it', async () => {
    const root = temporaryDirectory();
    const stream = newStream();
    const stored = bars(10, stream);
    await parquetSeries(root).write({ stream, bars: stored, source: live });
    const files = ['2022', '2023'].map((period) => fileOf(folderOf(root, live, stream), period));
    writeFileSync(files[1] ?? '', 'broken');
    const series = parquetSeries(root);
    expect(await series.streams()).toEqual([
      {
        stream,
        source: live,
        bars: 4,
        range: { from: stored[0]?.time, to: Date.UTC(2024, 0, 1) },
        broken: [files[1]],
      },
    ]);
    writeFileSync(files[0] ?? '', 'broken');
    expect(await series.streams()).toMatchObject([{ bars: 0, broken: files }]);
  });

  it('of days, of which a stream has one, is listed as well', async () => {
    const root = temporaryDirectory();
    const stream = newStream('1d');
    await parquetSeries(root).write({ stream, bars: bars(3, stream, Date.UTC(2023, 0, 1)), source: live });
    writeFileSync(fileOf(folderOf(root, live, stream), 'all'), 'broken');
    const [listed] = await parquetSeries(root).streams();
    expect(listed?.range.from).toBe(0);
    expect((listed?.range.to ?? 0) - 24 * HOUR).toBeGreaterThan(Date.UTC(2100, 0, 1));
  });
});

function checkpointed(path: string): void {
  const database = sqliteFile(path, []);
  database.all('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

describe('a SQLite file', () => {
  it.each([
    ['of random bytes', () => noise(20_000)],
    ['cut short', (bytes: Buffer) => bytes.subarray(0, 5000)],
    [
      'with random bytes behind its head',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 100), noise(bytes.length - 100)]),
    ],
  ])('%s is named with what to do, exit code 4', async (_, broken) => {
    const path = join(temporaryDirectory(), 'x.db');
    const documents = sqliteDocuments(path);
    await documents.insert(
      'runs',
      Array.from({ length: 200 }, (__, i) => ({ id: `r${i}`, startedAt: i })),
    );
    await documents.close();
    // What the log still holds would mend the file.
    checkpointed(path);
    writeFileSync(path, broken(readFileSync(path)));
    const error = (await sqliteDocuments(path)
      .insert('runs', [{ id: 'x', startedAt: 1 }])
      .catch((thrown: unknown) => thrown)) as Error;
    expect(error.message).toContain(`${path} is not a sound SQLite file`);
    expect(error.message).toContain('move it aside or restore it');
    expect(exitCodeOf(error)).toBe(4);
  });
});

describe('an object', () => {
  it('that was changed is refused, and so is a model in it', async () => {
    const objects = fileObjects(temporaryDirectory());
    const { sha256, bytes } = await objects.put('models/a.onnx', new Uint8Array(100));
    writeFileSync(objects.locate('models/a.onnx'), new Uint8Array(100).fill(1));
    const model = { name: 'a', version: '1', onnx: { key: 'models/a.onnx', sha256, bytes } };
    const serving = openServing('onnx:', { objects });
    const works = [() => objects.get('models/a.onnx', sha256), () => serving.infer(model, {})];
    for (const work of works) {
      const error = (await work().catch((thrown: unknown) => thrown)) as Error;
      expect(error.message).toMatch(/models\/a\.onnx.*sha256/);
      expect(exitCodeOf(error)).toBe(4);
    }
    await serving.close();
  });
});
