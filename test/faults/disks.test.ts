import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sqliteCache } from '../../adapters/cache/sqlite.js';
import { claimDataDirectory, fullDisk } from '../../adapters/data-directory.js';
import { sqliteDocuments } from '../../adapters/documents/sqlite.js';
import { fileObjects } from '../../adapters/objects/file.js';
import { parquetSeries } from '../../adapters/series/parquet.js';
import { temporaryDirectory } from '../adapters/directories.js';
import { ALWAYS, bars, live, newStream } from '../adapters/made-streams.js';
import { madeDisk, noMount } from './made-disks.js';

const thrownBy = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error('nothing was thrown'),
    (error: unknown) => error as Error,
  );
const filesBelow = (root: string): string[] => readdirSync(root, { recursive: true, encoding: 'utf8' });

/** Takes all the space that is left. */
function fill(directory: string): string {
  const file = join(directory, 'ballast');
  for (const size of [65_536, 4096]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // Full, as wanted.
    }
  }
  return file;
}

describe.skipIf(noMount !== null)(`a full disk${noMount ? ` (skipped: ${noMount})` : ''}`, () => {
  it('is named with the path and the cure, leaves nothing half written, and once freed work goes on', async () => {
    const { path, remount } = madeDisk('size=2m');
    const stream = newStream();
    const all = bars(8000, stream);
    const series = parquetSeries(join(path, 'bars'));
    const objects = fileObjects(join(path, 'objects'));
    const documents = sqliteDocuments(join(path, 'finsight.db'));
    const key = { stream, source: live, range: ALWAYS, asOf: Infinity };
    await series.write({ stream, bars: all.slice(0, 5), source: live });
    await documents.insert('runs', [{ id: 'before', startedAt: 1 }]);
    await objects.put('a', new Uint8Array(10));
    fill(path);

    const record = { id: 'during', startedAt: 2, text: 'x'.repeat(500_000) };
    const errors = [
      await thrownBy(series.write({ stream, bars: all, source: live })),
      await thrownBy(objects.put('a', new Uint8Array(300_000).fill(1))),
      await thrownBy(documents.insert('runs', [record])),
    ];
    for (const error of errors) {
      expect(error).toMatchObject({ name: 'UnreachableError' });
      expect(error.message).toContain(path);
      expect(error.message).toContain('the disk is full: free some space');
    }
    expect(filesBelow(path).filter((file) => file.endsWith('.new'))).toEqual([]);
    expect(await series.read(key)).toEqual(all.slice(0, 5));
    expect((await objects.get('a')).length).toBe(10);
    expect(await documents.count('runs', {})).toBe(1);
    expect(fullDisk(path)?.message).toContain(`Cannot use ${path}: the disk is full`);
    expect(() => claimDataDirectory(path)).toThrow(/the disk is full: free some space/);

    remount('size=40m');
    expect(fullDisk(path)).toBeNull();
    await series.write({ stream, bars: all, source: live });
    await objects.put('a', new Uint8Array(300_000).fill(1));
    await documents.insert('runs', [record]);
    expect(await series.read(key)).toHaveLength(8000);
    expect(await documents.count('runs', {})).toBe(2);
    for (const each of [series, objects, documents]) await each.close();
  });
});

describe.skipIf(noMount !== null)(`a read-only disk${noMount ? ` (skipped: ${noMount})` : ''}`, () => {
  it('is named with the path and the cure by every store, and can still be read', async () => {
    const { path, remount } = madeDisk('size=8m');
    const stream = newStream();
    const series = parquetSeries(join(path, 'bars'));
    const objects = fileObjects(join(path, 'objects'));
    const key = { stream, source: live, range: ALWAYS, asOf: Infinity };
    const stored = bars(5, stream);
    await series.write({ stream, bars: stored, source: live });
    await objects.put('a', new Uint8Array(10));
    remount('ro');
    const place = join(path, 'new');
    const errors = [
      await thrownBy(series.write({ stream, bars: bars(6, stream), source: live })),
      await thrownBy(series.write({ stream: newStream(), bars: stored, source: live })),
      await thrownBy(objects.put('b', new Uint8Array(10))),
      await thrownBy(objects.remove('a')),
      await thrownBy(sqliteDocuments(join(place, 'x.db')).count('runs', {})),
      await thrownBy(sqliteCache(join(path, 'cache.db')).get('x')),
      await thrownBy(Promise.resolve().then(() => claimDataDirectory(place))),
    ];
    for (const error of errors) {
      expect(error, error.message).toMatchObject({ name: 'UnreachableError' });
      expect(error.message).toContain(path);
      expect(error.message).toMatch(/read-only|written|made/);
    }
    expect(await series.read(key)).toEqual(stored);
    expect((await objects.get('a')).length).toBe(10);
  });
});

it('a file in the place of a directory is named with the path, whoever runs it', async () => {
  const path = join(temporaryDirectory(), 'taken');
  writeFileSync(path, '');
  const stream = newStream();
  const errors = [
    await thrownBy(parquetSeries(join(path, 'bars')).write({ stream, bars: bars(1, stream), source: live })),
    await thrownBy(fileObjects(join(path, 'objects')).put('a', new Uint8Array(1))),
    await thrownBy(sqliteDocuments(join(path, 'x.db')).count('runs', {})),
    await thrownBy(Promise.resolve().then(() => claimDataDirectory(path))),
  ];
  for (const error of errors) {
    expect(error, error.message).toMatchObject({ name: 'UnreachableError' });
    expect(error.message).toContain(`Cannot use ${path}`);
  }
});
