import { afterEach, expect, it } from 'vitest';
import { cleaningSteps } from '../../activities/cleaning.js';
import type { Ports } from '../../adapters/ports.js';
import type { ModelVersion } from '../../domain/models.js';
import { madeVersion, storeFile } from '../adapters/made-versions.js';
import { madePorts } from './made-ports.js';

const DAY = 86_400_000;
const BY = { principal: 'anna', tenant: 'default' };
const made: { remove(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((each) => each.remove()));
});

/** A platform whose clock is moved: files are as old as the machine says. */
function platform() {
  const own = madePorts();
  made.push(own);
  let days = 0;
  const ports: Ports = { ...own.ports, now: () => Date.now() + days * DAY };
  const steps = cleaningSteps(ports);
  const clean = async (dryRun: boolean) =>
    steps.removeArtifacts({ ...(await steps.planCleaning({ dryRun })), ...BY });
  const store = async (name: string, more: Partial<ModelVersion> = {}): Promise<ModelVersion> => {
    const key = `datasets/${name}.parquet`;
    const model = madeVersion(name, 'aaaaaaaaaaaa', {
      createdAt: ports.now(),
      dataset: `ds_${hex(name)}`,
      ...more,
    });
    await storeFile(ports.objects, model);
    await ports.objects.put(model.onnx.key.replace('model.onnx', 'extra.json'), new Uint8Array([1]));
    const object = await ports.objects.put(key, new TextEncoder().encode(name));
    await ports.documents.insert('datasets', [
      { id: `ds_${hex(name)}`, object, streams: [], createdAt: ports.now() },
    ]);
    await ports.documents.insert('models', [model]);
    return model;
  };
  return { ports, clean, store, wait: (more: number) => void (days += more) };
}

const hex = (name: string): string => Buffer.from(name).toString('hex');
const ids = async (ports: Ports, collection: string): Promise<string[]> =>
  (await ports.documents.find(collection, { limit: 100 })).items.map(({ id }) => id).sort();

/** One document for each way in which a version is pointed to. */
const POINTERS: Record<string, (ports: Ports, model: ModelVersion) => Promise<unknown>> = {
  alias: ({ documents }, { id, name }) =>
    documents.insert('aliases', [
      { id: `${name}:champion:live`, name, alias: 'champion', sourceKey: 'live', model: id, updatedAt: 1 },
    ]),
  prediction: ({ documents }, { name, version }) =>
    documents.insert('predictions', [{ id: 'prd_1', model: `${name}@${version}`, createdAt: 1 }]),
  evaluation: ({ documents }, { name, version }) =>
    documents.insert('evaluations', [{ id: 'evl_1', model: `${name}@${version}`, createdAt: 1 }]),
  settlement: ({ documents }, { name, version }) =>
    documents.insert('settlements', [{ id: 'stl_1', model: `${name}@${version}`, targetTime: 1 }]),
  score: ({ documents }, { name, version }) =>
    documents.insert('scores', [{ id: 'scr_1', model: `${name}@${version}`, knownAt: 1, tickers: [] }]),
  backtest: ({ documents }, { name, version }) =>
    documents.insert('backtests', [
      { id: 'bt_1', spec: { strategy: `model:${name}@${version}` }, createdAt: 1 },
    ]),
};

it('whatever points to a version keeps it, its data set and its files, however old it is', async () => {
  const { ports, clean, store, wait } = platform();
  for (const [name, point] of Object.entries(POINTERS)) await point(ports, await store(name));
  await store('free');
  wait(31);
  await store('young');
  for (const dryRun of [true, false]) {
    const report = await clean(dryRun);
    expect(report).toMatchObject({
      dryRun,
      archived: { count: 1, names: ['mdl_free@aaaaaaaaaaaa'] },
      versions: { count: 0 },
    });
    expect(report.objects.count).toBe(0);
    expect(report.datasets.count).toBe(0);
  }
  wait(31);
  expect(await clean(true)).toMatchObject({
    archived: { names: ['mdl_young@aaaaaaaaaaaa'] },
    versions: { names: ['mdl_free@aaaaaaaaaaaa'] },
    datasets: { names: [`ds_${hex('free')}`] },
  });
  expect(await ids(ports, 'models')).toHaveLength(8);
  const done = await clean(false);
  expect(done.objects.names).toEqual([
    'models/free-aaaaaaaaaaaa/extra.json',
    'models/free-aaaaaaaaaaaa/model.onnx',
    'datasets/free.parquet',
  ]);
  expect(await ids(ports, 'models')).toEqual(
    [...Object.keys(POINTERS), 'young'].map((name) => `mdl_${name}@aaaaaaaaaaaa`).sort(),
  );
  for (const name of [...Object.keys(POINTERS), 'young']) {
    expect(await ports.objects.head(`models/${name}-aaaaaaaaaaaa/model.onnx`)).not.toBeNull();
    expect(await ports.objects.head(`datasets/${name}.parquet`)).not.toBeNull();
  }
  expect(await ports.documents.count('audit', { where: { action: 'cleanArtifacts' } })).toBe(2);
});

it('checkpoints and forecasts that nothing names go when they are old, and a folder that is written to stays whole', async () => {
  const { ports, clean, wait } = platform();
  const bytes = new Uint8Array(3);
  for (const key of ['checkpoints/spec/last.pt', 'forecasts/evl_gone.json', 'forecasts/evl_kept.json'])
    await ports.objects.put(key, bytes);
  const forecasts = { key: 'forecasts/evl_kept.json', sha256: 'ab' };
  await ports.documents.insert('evaluations', [{ id: 'evl_kept', model: 'x@1', forecasts, createdAt: 1 }]);
  expect((await clean(false)).objects.count).toBe(0);
  wait(31);
  expect(await clean(false)).toMatchObject({
    objects: { count: 2, bytes: 6, names: ['checkpoints/spec/last.pt', 'forecasts/evl_gone.json'] },
  });
  expect(await ports.objects.list('')).toEqual(['forecasts/evl_kept.json']);
});

it('a version goes only when the registry beside the platform has it', async () => {
  const { ports, store, wait } = platform();
  const steps = cleaningSteps({ ...ports, mirror: {} as never });
  await store('waiting');
  wait(31);
  const plan = await steps.planCleaning({ dryRun: false });
  expect((await steps.removeArtifacts({ ...plan, ...BY })).archived.count).toBe(0);
});
