import { afterEach, describe, expect, it } from 'vitest';
import { eventLoops } from '../../activities/events/loops.js';
import { registeredEvent } from '../../activities/registry/marking.js';
import { synchronise } from '../../activities/registry/reconciling.js';
import { trackTraining } from '../../activities/training/records.js';
import type { MirrorPort, RegistryPort } from '../../adapters/ports-registry.js';
import type { Ports } from '../../adapters/ports.js';
import { documentRegistry } from '../../adapters/registry/documents.js';
import { openMirror } from '../../adapters/registry/mirror.js';
import { documentTracking } from '../../adapters/tracking/documents.js';
import { InvalidInputError, UnreachableError } from '../../domain/errors.js';
import type { ModelVersion } from '../../domain/models.js';
import type { Publication } from '../../domain/registry.js';
import { mlflow, MLFLOW_ADMIN } from '../../infra/test-servers/mlflow.js';
import { MADE_AT, madeVersion, storeFile } from '../adapters/made-versions.js';
import { realServer } from '../servers.js';
import { madePorts } from './made-ports.js';

const made: { remove(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((each) => each.remove()));
});

/** A platform, and another one whose own record stands for the registry beside it. */
function platform(mirror?: MirrorPort): { ports: Ports; other: Ports } {
  const [own, beside] = [madePorts(), madePorts()];
  made.push(own, beside);
  const other = beside.ports;
  const stores = { documents: other.documents, objects: other.objects };
  const standIn = { registry: documentRegistry(stores), tracking: documentTracking(other.documents) };
  return { ports: { ...own.ports, mirror: mirror ?? standIn }, other };
}

/** As a training's last step does. */
async function register(ports: Ports, model: ModelVersion): Promise<void> {
  await storeFile(ports.objects, model);
  await ports.documents.insert('models', [model], registeredEvent);
  await trackTraining(ports, model);
}

async function promote(ports: Ports, model: ModelVersion, at = MADE_AT): Promise<void> {
  const alias = { id: `${model.name}:champion:live`, name: model.name, alias: 'champion', sourceKey: 'live' };
  await ports.documents.update<ModelVersion>('models', model.id, (held) => ({ ...held!, stage: 'champion' }));
  await ports.documents.upsert('aliases', [{ ...alias, model: model.id, evaluations: [], updatedAt: at }]);
  const payload = { model: model.name, version: model.id };
  await ports.events.publish([{ id: `evt_promoted_${model.id}`, type: 'model.promoted', at, payload }]);
}

/** Both loops until nothing is left to do. */
async function publish(ports: Ports): Promise<void> {
  const loops = eventLoops(ports).filter(({ name }) => ['registry', 'publisher'].includes(name));
  for (let done = 1; done > 0;) {
    done = 0;
    for (const loop of loops) done += await loop.step();
  }
}

const states = async (ports: Ports): Promise<Record<string, string>> => {
  const { items } = await ports.documents.find<Publication>('publications', { limit: 100 });
  return Object.fromEntries(items.map(({ id, state }) => [id, state]));
};

it('what is registered, logged and promoted arrives in the registry beside the platform, and again nothing changes', async () => {
  const { ports, other } = platform();
  const model = madeVersion('pub', 'aaaaaaaaaaaa');
  await register(ports, model);
  await promote(ports, model);
  await publish(ports);
  expect(await states(ports)).toEqual({
    [`run/${model.id}`]: 'published',
    [`version/${model.id}`]: 'published',
    'aliases/pub': 'published',
  });
  expect(await ports.mirror?.registry.get(model.id)).toMatchObject({
    stage: 'champion',
    aliases: ['champion'],
  });
  expect(await other.tracking.get(model.id)).toMatchObject({
    ...{ experiment: 'trainings', status: 'finished' },
    metrics: { validationLoss: 0.55, parityMaxAbs: 1e-7 },
  });
  expect(await synchronise(ports)).toEqual({ waiting: 0, missing: [], missingLeftOut: 0, unreachable: null });
});

it('a registry that is away holds up nothing, and what it refuses holds up no other', async () => {
  const { ports } = platform();
  const { registry, tracking } = ports.mirror!;
  let away = true;
  const faulty: RegistryPort = {
    ...registry,
    async register(registration) {
      if (away) throw new UnreachableError('MLflow at http://x does not answer');
      if (registration.model.name === 'odd') throw new InvalidInputError('Invalid model name: odd');
      return registry.register(registration);
    },
  };
  const own = { ...ports, mirror: { registry: faulty, tracking } };
  const [odd, good] = [madeVersion('odd', 'aaaaaaaaaaaa'), madeVersion('good', 'bbbbbbbbbbbb')];
  for (const model of [odd, good]) await register(own, model);
  await expect(publish(own)).rejects.toBeInstanceOf(UnreachableError);
  expect(Object.values(await states(own)).filter((state) => state === 'waiting').length).toBeGreaterThan(1);
  away = false;
  await publish(own);
  expect(await states(own)).toMatchObject({
    [`version/${odd.id}`]: 'refused',
    [`version/${good.id}`]: 'published',
  });
  const { missing } = await synchronise(own);
  expect(missing).toEqual([
    { kind: 'version', subject: odd.id, reason: 'refused before', error: 'Invalid model name: odd' },
  ]);
});

it('what is registered before there was a registry beside it, and what changes without an event, is found by comparing', async () => {
  const { ports } = platform();
  const model = madeVersion('late', 'aaaaaaaaaaaa');
  await register({ ...ports, mirror: null }, model);
  await publish(ports);
  await ports.documents.update<ModelVersion>('models', model.id, (held) => ({ ...held!, stage: 'archived' }));
  expect((await synchronise(ports)).missing).toEqual([
    { kind: 'version', subject: model.id, reason: 'changed since', error: null },
  ]);
  await publish(ports);
  expect(await ports.mirror?.registry.get(model.id)).toMatchObject({ stage: 'archived' });
  await expect(synchronise({ ...ports, mirror: null })).rejects.toThrow(/REGISTRY_URL=mlflow/);
});

it('a change while something is published is published, too', async () => {
  const { ports } = platform();
  const { registry, tracking } = ports.mirror!;
  const model = madeVersion('race', 'aaaaaaaaaaaa');
  await register(ports, model);
  let changed = false;
  const slow: RegistryPort = {
    ...registry,
    async register(registration) {
      const done = await registry.register(registration);
      if (!changed) await promote(ports, model);
      changed = true;
      // The event is taken while the old state is under way.
      await eventLoops(ports)
        .find(({ name }) => name === 'registry')
        ?.step();
      return done;
    },
    setStage: registry.setStage,
  };
  await publish({ ...ports, mirror: { registry: slow, tracking } });
  expect((await states(ports))[`version/${model.id}`]).toBe('published');
  expect(await registry.get(model.id)).toMatchObject({ aliases: ['champion'] });
});

const { server, reason } = await realServer('publishing to mlflow:', mlflow);
describe.skipIf(server === null)(`to a real MLflow server ${reason ?? ''}`, () => {
  const admin = `${MLFLOW_ADMIN.user}:${MLFLOW_ADMIN.password}`;
  const url = `http://${server?.address}`;
  const ask = async (path: string, body?: object): Promise<Record<string, never[]>> => {
    const headers = { authorization: `Basic ${btoa(admin)}`, 'content-type': 'application/json' };
    const init = body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers };
    return (await (await fetch(`${url}/api/2.0/mlflow/${path}`, init)).json()) as Record<string, never[]>;
  };

  it('all that happened while it was killed arrives afterwards, once', async () => {
    const own = platform();
    const mirror = openMirror(`mlflow:http://${admin}@${server?.address}`, own.other);
    const ports = { ...own.ports, mirror };
    const first = madeVersion('kill', 'aaaaaaaaaaaa');
    const second = madeVersion('kill', 'bbbbbbbbbbbb', { createdAt: MADE_AT + 1 });
    await register(ports, first);
    // Killed in the middle of publishing, wherever it is then.
    const broken = publish(ports).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 400));
    await server?.kill();
    await broken;
    await register(ports, second);
    await promote(ports, second);
    await expect(publish(ports)).rejects.toBeInstanceOf(UnreachableError);
    await server?.restart();
    await publish(ports);
    // A process that died before it could note what it had sent sends it again.
    for await (const { id } of (await ports.documents.find<Publication>('publications', { limit: 99 })).items)
      await ports.documents.update<Publication>('publications', id, (held) => ({
        ...held!,
        state: 'waiting',
      }));
    await publish(ports);
    expect(new Set(Object.values(await states(ports)))).toEqual(new Set(['published']));
    const { model_versions: versions } = await ask('model-versions/search?max_results=100');
    expect(versions).toHaveLength(2);
    const { runs } = await ask('runs/search', { experiment_ids: ['1'], max_results: 100 });
    expect(runs).toHaveLength(2);
    expect(await mirror?.registry.get(second.id)).toMatchObject({
      ...{ stage: 'champion', aliases: ['champion'], onnxSha256: second.onnx.sha256 },
      tags: { 'environment.seed': '7', dataset: 'ds_0123' },
    });
    // What the registry lost is told by name, and comes back.
    const gone = await mirror?.registry.get(first.id);
    await fetch(`${url}/api/2.0/mlflow/model-versions/delete`, {
      method: 'DELETE',
      headers: { authorization: `Basic ${btoa(admin)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'kill', version: gone?.remote?.number }),
    });
    expect((await synchronise(ports)).missing).toEqual([
      { kind: 'version', subject: first.id, reason: 'gone from the registry', error: null },
    ]);
    await publish(ports);
    expect((await mirror?.registry.versions({ limit: 10 }))?.items).toHaveLength(2);
    await mirror?.registry.close();
  });
});
