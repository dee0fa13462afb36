import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { coverageSteps } from '../../activities/coverage.js';
import { cleaningSteps } from '../../activities/cleaning.js';
import { upkeepSteps } from '../../activities/upkeep.js';
import { fileObjects } from '../../adapters/objects/file.js';
import type { Ports } from '../../adapters/ports.js';
import { hybridSeries } from '../../adapters/series/hybrid.js';
import { parquetSeries } from '../../adapters/series/parquet.js';
import { streamId } from '../../domain/streams.js';
import { ALWAYS, bars, HOUR, live, newStream, START } from '../adapters/made-streams.js';
import { madePorts } from './made-ports.js';

const DAY = 24 * HOUR;
const NOW = START + 100 * HOUR;
const BY = { principal: 'anna', tenant: 'default' };
const made: { remove(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((each) => each.remove()));
});

function platform(replace: (directory: string) => Partial<Ports> = () => ({})) {
  const own = madePorts();
  made.push(own);
  const ports: Ports = { ...own.ports, now: () => NOW, ...replace(own.directory) };
  return { ports, steps: { ...upkeepSteps(ports), ...cleaningSteps(ports) }, directory: own.directory };
}
const hybrid = (directory: string): Partial<Ports> => {
  const [recent, old] = ['recent', 'old'].map((name) => parquetSeries(join(directory, name)));
  return { series: hybridSeries({ recent: recent!, old: old!, days: 2 }, { now: () => START }) };
};

it('a dry run says what would be moved, a run moves just that and tells of it, and a second one has nothing to do', async () => {
  const { ports, steps } = platform(hybrid);
  const stream = newStream();
  await ports.series.write({ stream, bars: bars(100, stream), source: live });
  const dry = await steps.moveAgedBars(await steps.planMove({ dryRun: true }));
  expect(dry).toMatchObject({
    dryRun: true,
    days: 2,
    versions: 52,
    streams: [{ stream: streamId(stream), versions: 52 }],
  });
  expect(await ports.events.recent({ type: 'bars.moved', limit: 9 })).toEqual([]);
  const plan = await steps.planMove({});
  expect((await steps.moveAgedBars(plan)).versions).toBe(52);
  expect((await steps.moveAgedBars(plan)).versions).toBe(0);
  expect(await ports.events.recent({ type: 'bars.moved', limit: 9 })).toMatchObject([
    { payload: { stream: streamId(stream), versions: 52 } },
  ]);
  expect((await steps.moveAgedBars(await steps.planMove({ days: 1 }))).versions).toBe(24);
  expect(await ports.series.read({ stream, source: live, range: ALWAYS, asOf: Infinity })).toHaveLength(100);
});

it('one store has nothing to move', async () => {
  await expect(platform().steps.planMove({})).rejects.toThrow(/hybrid: address/);
});

it('old bars go with an audit entry, are owed no longer, and a repeated attempt does nothing more', async () => {
  const { ports, steps } = platform();
  const stream = newStream();
  const name = streamId(stream);
  await ports.series.write({ stream, bars: bars(100, stream), source: live });
  await coverageSteps(ports).measureStream({ stream: name, source: live });
  const dry = await steps.planPruning({ stream: name, days: 2 });
  expect(dry).toMatchObject({ versions: 52, dryRun: true, to: NOW - 2 * DAY });
  const plan = { ...(await steps.planPruning({ stream: name, days: 2, dryRun: false })), ...BY };
  expect((await steps.removeOldBars(plan)).removed).toBe(52);
  expect((await steps.removeOldBars(plan)).removed).toBe(0);
  const { items } = await ports.documents.find('audit', { where: { action: 'pruneBars' } });
  expect(items).toMatchObject([{ principal: 'anna', target: name, detail: { versions: 52 } }]);
  const after = await coverageSteps(ports).measureStream({ stream: name, source: live });
  expect(after).toMatchObject({ from: NOW - 2 * DAY, expected: 48, present: 48, missing: 0 });
  await expect(steps.planPruning({ stream: name, days: 0 })).rejects.toThrow(/whole number from 1/);
});

it('drafts and uploads that nothing names go when they are old, and only then', async () => {
  const { ports, steps, directory } = platform((path) => ({ objects: fileObjects(join(path, 'objects')) }));
  const root = join(directory, 'objects');
  const old = (NOW - 9 * DAY) / 1000;
  const fresh = (NOW - HOUR) / 1000;
  const put = (name: string, at: number): void => {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), 'x');
    utimesSync(join(root, name), at, at);
  };
  for (const name of [
    'uploads/a/lost.csv',
    'uploads/b/used.csv',
    'reports/c.html',
    'uploads/d.csv.0123456789ab.new',
  ])
    put(name, old);
  for (const name of ['uploads/e/young.csv', 'f.0123456789ab.new']) put(name, fresh);
  await ports.documents.upsert('datasets', [
    { id: 'ds_1', createdAt: 1, sha256: '', streams: [], object: { key: 'uploads/b/used.csv' } },
  ]);
  const found = {
    drafts: { names: ['uploads/d.csv.0123456789ab.new'] },
    uploads: { names: ['uploads/a/lost.csv'] },
  };
  expect(await steps.removeUnused({ ...(await steps.planCleaning({})), ...BY })).toMatchObject({
    dryRun: true,
    ...found,
  });
  expect(await ports.objects.list('uploads/')).toHaveLength(3);
  const plan = { ...(await steps.planCleaning({ dryRun: false })), ...BY };
  expect(await steps.removeUnused(plan)).toMatchObject(found);
  expect(await ports.objects.list('')).toEqual([
    'reports/c.html',
    'uploads/b/used.csv',
    'uploads/e/young.csv',
  ]);
  expect(await ports.objects.drafts?.(NOW)).toHaveLength(1);
  expect(await steps.removeUnused(plan)).toMatchObject({ drafts: { count: 0 }, uploads: { count: 0 } });
  expect(await ports.documents.count('audit', { where: { action: 'cleanObjects' } })).toBe(1);
  await expect(ports.objects.removeDraft?.('../x.0123456789ab.new')).rejects.toThrow(/Unusable object key/);
});
