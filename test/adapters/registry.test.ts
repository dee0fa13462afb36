import { afterAll, describe, expect, it } from 'vitest';
import { openDocuments } from '../../adapters/documents/index.js';
import { fileObjects } from '../../adapters/objects/file.js';
import { s3Objects } from '../../adapters/objects/s3.js';
import type { RegistryPort } from '../../adapters/ports-registry.js';
import { openRegistry, REGISTRIES } from '../../adapters/registry/index.js';
import { openTracking } from '../../adapters/tracking/index.js';
import { DataQualityError, InvalidInputError, NotFoundError, UnreachableError } from '../../domain/errors.js';
import { mlflow, MLFLOW_ADMIN } from '../../infra/test-servers/mlflow.js';
import { seaweedfs } from '../../infra/test-servers/seaweedfs.js';
import { readyBackends, realServer, type Backend } from '../servers.js';
import { temporaryDirectory } from '../temporal.js';
import { MADE_AT, madeVersion, registrationOf, storeFile } from './made-versions.js';
import { s3Address } from './s3-addresses.js';
import { trackingContract } from './tracking-contract.js';

const admin = `${MLFLOW_ADMIN.user}:${MLFLOW_ADMIN.password}`;
const BACKENDS: Backend[] = [
  { scheme: 'documents', fresh: () => 'documents:' },
  { scheme: 'mlflow', server: mlflow, fresh: (address) => `mlflow:http://${admin}@${address}` },
];

it('are tested for every backend', () => {
  expect(BACKENDS.map(({ scheme }) => scheme).sort()).toEqual(Object.keys(REGISTRIES).sort());
});

const directory = temporaryDirectory();
const documents = openDocuments(`sqlite:${directory.path}/registry.db`);
const objects = fileObjects(`${directory.path}/objects`);
afterAll(async () => {
  await documents.close();
  directory.remove();
});

const ready = await readyBackends('registry', BACKENDS);
for (const { name, reason, open } of ready)
  describe.skipIf(reason !== null)(`the ${name} registry ${reason ?? ''}`, () =>
    contract(openRegistry(open(), { documents, objects })),
  );

const text = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => {
  const parts: Uint8Array[] = [];
  for await (const part of chunks) parts.push(part);
  return Buffer.concat(parts).toString();
};

function contract(registry: RegistryPort): void {
  const first = madeVersion('reg-a', 'aaaaaaaaaaaa');
  const second = madeVersion('reg-a', 'bbbbbbbbbbbb', { createdAt: MADE_AT + 1000 });

  it('registers a version once, however often it is asked to', async () => {
    for (const model of [first, second]) {
      await storeFile(objects, model);
      await registry.register(registrationOf(model, objects));
      await registry.register(registrationOf(model, objects));
    }
    const { items } = await registry.versions({ name: 'reg-a', limit: 10 });
    expect(items.map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(await registry.get(first.id)).toMatchObject({
      ...{ id: first.id, name: 'reg-a', version: 'aaaaaaaaaaaa', stage: 'candidate', aliases: [] },
      tags: {
        ...{ dataset: 'ds_0123', onnxSha256: first.onnx.sha256, source: 'simulated-1' },
        'environment.code': '0.1.0+abc',
      },
      ...{ onnxSha256: first.onnx.sha256, createdAt: MADE_AT },
    });
    expect(await registry.get('mdl_reg-a@cccccccccccc')).toBeNull();
    expect(await registry.get('mdl_none@cccccccccccc')).toBeNull();
  });

  it('gives the very bytes of its files', async () => {
    const files = await registry.files(first.id);
    expect(files).toContainEqual({ path: 'model.onnx', bytes: first.onnx.bytes });
    expect(await text(await registry.download(first.id, 'model.onnx'))).toBe('onnx of reg-a@aaaaaaaaaaaa');
    await expect(registry.download(first.id, 'none').then(text)).rejects.toBeInstanceOf(NotFoundError);
  });

  it('keeps tags, stages and aliases, and moves them', async () => {
    await registry.setTags(first.id, { owner: 'desk 1', note: 'old' });
    await registry.setTags(first.id, { note: 'new' });
    await registry.setStage(first.id, 'champion');
    await registry.setAlias('reg-a', 'champion', first.version);
    await registry.setAlias('reg-a', 'champion-simulated-1', first.version);
    await registry.setAlias('reg-a', 'challenger', second.version);
    expect(await registry.get(first.id)).toMatchObject({
      ...{ stage: 'champion', aliases: ['champion', 'champion-simulated-1'] },
      tags: { owner: 'desk 1', note: 'new', dataset: 'ds_0123' },
    });
    await registry.setAlias('reg-a', 'champion', second.version);
    await registry.setAlias('reg-a', 'challenger', null);
    await registry.setAlias('reg-a', 'challenger', null);
    await registry.setStage(first.id, 'archived');
    expect(await registry.get(first.id)).toMatchObject({
      stage: 'archived',
      aliases: ['champion-simulated-1'],
    });
    const { items } = await registry.models({ limit: 100 });
    expect(items.find(({ name }) => name === 'reg-a')?.aliases).toEqual([
      { alias: 'champion', version: second.version },
      { alias: 'champion-simulated-1', version: first.version },
    ]);
    await registry.setAlias('reg-none', 'champion', null);
  });

  it('refuses what is about no version', async () => {
    const none = 'mdl_reg-a@dddddddddddd';
    await expect(registry.setTags(none, { a: 'b' })).rejects.toBeInstanceOf(NotFoundError);
    await expect(registry.setStage(none, 'archived')).rejects.toBeInstanceOf(NotFoundError);
    await expect(registry.setAlias('reg-a', 'champion', 'dddddddddddd')).rejects.toBeInstanceOf(
      NotFoundError,
    );
    await expect(registry.files(none)).rejects.toBeInstanceOf(NotFoundError);
  });

  it('lists page by page', async () => {
    for (const name of ['reg-b', 'reg-c']) {
      const model = madeVersion(name, 'eeeeeeeeeeee', { createdAt: MADE_AT + 2000 });
      await storeFile(objects, model);
      await registry.register(registrationOf(model, objects));
    }
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Awaited<ReturnType<RegistryPort['versions']>> = await registry.versions({
        limit: 1,
        ...(cursor && { cursor }),
      });
      expect(page.items.length).toBeLessThanOrEqual(1);
      found.push(...page.items.map(({ id }) => id));
      ({ cursor } = page);
    }
    expect(new Set(found).size).toBe(4);
    expect(found.slice(-2)).toEqual([second.id, first.id]);
    const one = await registry.models({ limit: 2 });
    const two = await registry.models({ limit: 2, cursor: one.cursor! });
    expect([...one.items, ...two.items].map(({ name }) => name)).toEqual(['reg-a', 'reg-b', 'reg-c']);
  });

  it('does not take a file that is not what it should be', async () => {
    const model = madeVersion('reg-tampered', 'ffffffffffff');
    const ref = await objects.put(model.onnx.key, new TextEncoder().encode('x'.repeat(model.onnx.bytes)));
    expect(ref.bytes).toBe(model.onnx.bytes);
    if (registry.backend === 'documents') return;
    await expect(registry.register(registrationOf(model, objects))).rejects.toBeInstanceOf(DataQualityError);
    expect(await registry.get(model.id)).toBeNull();
  });

  it('answers a probe, and closes twice without harm', async () => {
    await registry.probe();
    await registry.close();
    await registry.close();
  });
}

const server = ready.find(({ scheme }) => scheme === 'mlflow');
const address = server?.reason === null ? server.open() : '';
const s3 = await realServer('registry mlflow: with artifacts on S3', seaweedfs);

describe.skipIf(address === '')('an MLflow server', () => {
  describe('tracks', () =>
    trackingContract(openTracking(address || 'mlflow:http://127.0.0.1:1', { documents })));

  it('shows losses by epoch, once, and its model file', async () => {
    const registry = openRegistry(address, { documents, objects });
    const version = await registry.get('mdl_reg-a@aaaaaaaaaaaa');
    const history = await ask(
      'GET',
      `metrics/get-history?run_id=${version?.remote?.run}&metric_key=epochs/trainLoss`,
    );
    expect(history['metrics']).toMatchObject([
      { value: 0.5, step: 1 },
      { value: 0.4, step: 2 },
    ]);
    expect((await registry.files('mdl_reg-a@aaaaaaaaaaaa')).map(({ path }) => path).sort()).toEqual([
      'MLmodel',
      'model.onnx',
    ]);
  });

  it('grants and revokes permissions of its users', async () => {
    const { permissions } = openRegistry(address, { documents, objects });
    await permissions!.createUser({ name: 'alice', password: 'a password of alice' });
    await expect(
      permissions!.createUser({ name: 'alice', password: 'a password of alice' }),
    ).rejects.toBeInstanceOf(InvalidInputError);
    const asAlice = openRegistry(address.replace(admin, 'alice:a%20password%20of%20alice'), {
      documents,
      objects,
    });
    expect(await asAlice.models({ limit: 10 })).toMatchObject({ items: [] });
    await permissions!.grant('alice', { on: 'model:reg-a', permission: 'READ' });
    await permissions!.grant('alice', { on: 'model:reg-a', permission: 'EDIT' });
    await permissions!.grant('alice', { on: 'experiment:finsight/trainings', permission: 'MANAGE' });
    expect((await permissions!.users()).find(({ name }) => name === 'alice')).toEqual({
      ...{ name: 'alice', isAdmin: false },
      grants: [
        { on: 'model:reg-a', permission: 'EDIT' },
        { on: 'experiment:finsight/trainings', permission: 'MANAGE' },
      ],
    });
    expect((await asAlice.models({ limit: 10 })).items.map(({ name }) => name)).toEqual(['reg-a']);
    await expect(asAlice.setTags('mdl_reg-b@eeeeeeeeeeee', { a: 'b' })).rejects.toThrow();
    await permissions!.revoke('alice', 'model:reg-a');
    expect(await asAlice.models({ limit: 10 })).toMatchObject({ items: [] });
    await expect(permissions!.revoke('alice', 'model:reg-a')).rejects.toBeInstanceOf(NotFoundError);
    for (const [user, on] of [
      ['nobody', 'model:reg-a'],
      ['alice', 'model:none'],
      ['alice', 'experiment:none'],
    ] as const)
      await expect(permissions!.grant(user, { on, permission: 'READ' })).rejects.toBeInstanceOf(
        NotFoundError,
      );
    await expect(permissions!.grant('alice', { on: 'reg-a', permission: 'READ' })).rejects.toThrow(
      /"model:<name>"/,
    );
  });

  it.skipIf(s3.server === null)(`takes artifacts on S3, past the server ${s3.reason ?? ''}`, async () => {
    const bucket = s3Address(s3.server?.address ?? '');
    const registry = openRegistry(`${address}?artifacts=${encodeURIComponent(bucket)}`, {
      documents,
      objects,
    });
    // Experiments keep the place that they were made with.
    await ask('POST', 'experiments/delete', { experiment_id: await experimentId('finsight/trainings') });
    await expect(
      registry.register(registrationOf(madeVersion('reg-s3', 'aaaaaaaaaaaa'), objects)),
    ).rejects.toThrow(/deleted/);
    await ask('POST', 'experiments/restore', { experiment_id: await experimentId('finsight/trainings') });
    await ask('POST', 'experiments/update', {
      experiment_id: await experimentId('finsight/trainings'),
      new_name: 'finsight/before',
    });
    const model = madeVersion('reg-s3', 'aaaaaaaaaaaa');
    await storeFile(objects, model);
    const fresh = openRegistry(`${address}?artifacts=${encodeURIComponent(bucket)}`, { documents, objects });
    await fresh.register(registrationOf(model, objects));
    expect(await text(await fresh.download(model.id, 'model.onnx'))).toBe('onnx of reg-s3@aaaaaaaaaaaa');
    expect((await fresh.files(model.id)).map(({ path }) => path).sort()).toEqual(['MLmodel', 'model.onnx']);
    const keys = await s3Objects(bucket).list('');
    expect(keys.filter((key) => key.endsWith('/model.onnx'))).toHaveLength(1);
    const without = openRegistry(address, { documents, objects });
    await expect(without.files(model.id)).rejects.toThrow(/\?artifacts=/);
  });

  const ask = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const url = address.replace(/^mlflow:/, '').replace(`${admin}@`, '');
    const answer = await fetch(`${url}/api/2.0/mlflow/${path}`, {
      method,
      headers: { authorization: `Basic ${btoa(admin)}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Record<string, unknown>;
  };
  const experimentId = async (name: string): Promise<string> => {
    const found = await ask('GET', `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`);
    return (found['experiment'] as { experiment_id: string }).experiment_id;
  };
});

describe('an address of MLflow', () => {
  const stores = { documents, objects };

  it('that cannot be right is refused with the form, and without its password', () => {
    for (const wrong of ['mlflow:', 'mlflow:ftp://x', 'mlflow:http://u@x', 'mlflow:http://u:geheim@x?y=1']) {
      expect(() => openRegistry(wrong, stores)).toThrow(/the form is mlflow:http/);
      expect(() => openRegistry(wrong, stores)).not.toThrow(/geheim/);
    }
    expect(openRegistry('mlflow:http://u:geheim@x/', stores).address).toBe('mlflow:http://x');
  });

  it('where nobody answers, or something else does, is told as such', async () => {
    await expect(openRegistry('mlflow:http://127.0.0.1:9', stores).probe()).rejects.toBeInstanceOf(
      UnreachableError,
    );
    const { createServer } = await import('node:http');
    const other = createServer((_, response) => response.end('<html>hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    await expect(openRegistry(`mlflow:http://127.0.0.1:${port}`, stores).probe()).rejects.toThrow(
      /is no MLflow/,
    );
    other.close();
  });
});
