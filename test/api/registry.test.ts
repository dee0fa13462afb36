import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Objects } from '../../adapters/objects/s3.js';
import type { Ports } from '../../adapters/ports.js';
import type { AuditEntry } from '../../domain/audit.js';
import { NotFoundError, UnreachableError } from '../../domain/errors.js';
import { seaweedfs } from '../../infra/test-servers/seaweedfs.js';
import { s3Address } from '../adapters/s3-addresses.js';
import { madeVersion, storeFile } from '../adapters/made-versions.js';
import { realServer } from '../servers.js';
import { ADMIN_KEY, startTestPlatform, type TestPlatform } from './made-platform.js';

const { server, reason } = await realServer('artifacts on s3:', seaweedfs);
const model = madeVersion('art', 'aaaaaaaaaaaa');
const path = `/api/v1/models/${encodeURIComponent(model.id)}/artifacts`;
let platform: TestPlatform;
const keys: Record<string, string> = {};

beforeAll(async () => {
  platform = await startTestPlatform();
  await storeFile(platform.ports.objects, model);
  await platform.ports.documents.insert('models', [model]);
  for (const role of ['viewer', 'operator', 'admin']) {
    const made = await platform.call('/api/v1/principals', {
      method: 'POST',
      body: { name: role, roles: [role] },
    });
    keys[role] = ((await made.json()) as { key: string }).key;
  }
});
afterAll(() => platform.close());

const accesses = async (): Promise<AuditEntry[]> => {
  const query = { where: { action: 'downloadArtifact' }, limit: 100 };
  return (await platform.ports.documents.find<AuditEntry>('audit', query)).items;
};
const json = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>;

describe('artifacts', () => {
  it('are listed with their digests', async () => {
    expect(await json(await platform.call(path, { key: keys['viewer']! }))).toMatchObject({
      items: [{ path: 'model.onnx', sha256: model.onnx.sha256, bytes: model.onnx.bytes, missing: false }],
    });
  });

  it('are given to operators, not to viewers, and both leave an audit entry', async () => {
    const refused = await platform.call(`${path}/model.onnx`, { key: keys['viewer']! });
    expect(refused.status).toBe(403);
    const given = await platform.call(`${path}/model.onnx`, { key: keys['operator']! });
    expect(await given.text()).toBe('onnx of art@aaaaaaaaaaaa');
    expect(given.headers.get('x-finsight-sha256')).toBe(model.onnx.sha256);
    const part = await platform.call(`${path}/model.onnx`, {
      key: keys['operator']!,
      headers: { range: 'bytes=0-3' },
    });
    expect([part.status, await part.text()]).toEqual([206, 'onnx']);
    expect((await accesses()).map(({ outcome, target }) => [outcome, target]).sort()).toEqual([
      ['done', model.id],
      ['done', model.id],
      ['refused', model.id],
    ]);
  });

  it('that were tampered with are told, not delivered', async () => {
    const { objects } = platform.ports;
    writeFileSync(objects.locate(model.onnx.key), 'x'.repeat(model.onnx.bytes));
    const answer = await platform.call(`${path}/model.onnx`, { key: keys['operator']! });
    expect(answer.status).toBe(422);
    expect(await json(answer)).toMatchObject({
      detail: expect.stringContaining(model.onnx.sha256) as string,
    });
    expect(await json(await platform.call(path))).toMatchObject({ items: [{ missing: true }] });
    expect((await accesses())[0]).toMatchObject({ outcome: 'refused', status: 422 });
    await storeFile(objects, model);
  });

  it('of an unknown name or version are not there', async () => {
    expect(await json(await platform.call(`${path}/none.bin`))).toMatchObject({
      ...{ status: 404, detail: expect.stringContaining('it has model.onnx') as string },
    });
    expect((await platform.call('/api/v1/models/mdl_none%401/artifacts')).status).toBe(404);
    expect((await platform.call(`${path}/..%2F..%2Fsecret`)).status).toBeGreaterThanOrEqual(400);
  });
});

describe.skipIf(server === null)(`artifacts on S3 ${reason ?? ''}`, () => {
  let own: TestPlatform;
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  beforeAll(async () => {
    const objects = s3Objects(s3Address(server?.address ?? ''));
    own = await startTestPlatform({}, { objects });
    await storeFile(objects, model);
    await own.ports.documents.insert('models', [model]);
  });
  afterAll(() => own.close());

  it('are given by an address of their own, that needs no key', async () => {
    const answer = await fetch(`${own.url}${path}/model.onnx`, { headers, redirect: 'manual' });
    expect(answer.status).toBe(307);
    const location = answer.headers.get('location') ?? '';
    expect(location).toMatch(/X-Amz-Expires=60/);
    expect(await (await fetch(location)).text()).toBe('onnx of art@aaaaaaaaaaaa');
    expect((await fetch(location.replace('model.onnx', 'other.onnx'))).status).toBe(403);
    const { items } = await own.ports.documents.find<AuditEntry>('audit', { limit: 5 });
    expect(items[0]).toMatchObject({ action: 'downloadArtifact', detail: { sha256: model.onnx.sha256 } });
    // The address itself would open the file to who reads the audit.
    expect(JSON.stringify(items)).not.toContain('X-Amz');
  });

  it('that were tampered with get no address', async () => {
    await own.ports.objects.put(model.onnx.key, new Uint8Array(model.onnx.bytes));
    expect((await fetch(`${own.url}${path}/model.onnx`, { headers, redirect: 'manual' })).status).toBe(422);
  });
});

describe('the registry', () => {
  it('tells what it is, without its password, and what waits', async () => {
    expect(await json(await platform.call('/api/v1/registry'))).toMatchObject({
      ...{
        backend: 'documents',
        reachable: true,
        error: null,
        waiting: 0,
        refused: 0,
        lastPublishedAt: null,
      },
    });
    const away = async (): Promise<never> => {
      throw new UnreachableError('MLflow at http://x does not answer');
    };
    const { registry } = platform.ports.mirror!;
    Object.assign(registry, { probe: away, backend: 'mlflow' });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await json(await platform.call('/api/v1/registry'))).toMatchObject({
      ...{ backend: 'mlflow', reachable: false, error: 'MLflow at http://x does not answer' },
    });
  });

  it('lists models with the versions of their aliases', async () => {
    const alias = {
      id: 'art:champion:live',
      name: 'art',
      alias: 'champion',
      sourceKey: 'live',
      model: model.id,
    };
    await platform.ports.documents.insert('aliases', [{ ...alias, evaluations: [], updatedAt: 1 }]);
    expect(await json(await platform.call('/api/v1/registry/models'))).toMatchObject({
      items: [{ name: 'art', versions: 1, aliases: [{ alias: 'champion', version: 'aaaaaaaaaaaa' }] }],
    });
    const served = await platform.call(`/api/v1/models/${encodeURIComponent(model.id)}/archive`, {
      method: 'POST',
    });
    expect(await json(served)).toMatchObject({
      status: 400,
      detail: expect.stringContaining('is served') as string,
    });
  });

  it('passes on what its users may do, keeps passwords out of the audit, and tells who is unknown', async () => {
    const granted: unknown[] = [];
    const permissions = {
      ...platform.ports.mirror!.registry.permissions!,
      grant: async (user: string, grant: unknown) => {
        if (user === 'nobody') throw new NotFoundError('User with username=nobody not found');
        granted.push([user, grant]);
      },
    };
    platform.ports.mirror!.registry.permissions = permissions;
    const grant = (user: string, on: string, permission: string) =>
      platform.call('/api/v1/registry/permissions', { method: 'PUT', body: { user, on, permission } });
    expect((await grant('alice', 'model:art', 'READ')).status).toBe(200);
    expect(granted).toEqual([['alice', { on: 'model:art', permission: 'READ' }]]);
    expect((await grant('nobody', 'model:art', 'READ')).status).toBe(404);
    expect((await grant('alice', 'art', 'READ')).status).toBe(400);
    expect((await grant('alice', 'model:art', 'OWN')).status).toBe(400);
    const body = { name: 'alice', password: 'a very secret pass phrase' };
    await platform.call('/api/v1/registry/users', { method: 'POST', body });
    const { items } = await platform.ports.documents.find<AuditEntry>('audit', { limit: 100 });
    expect(JSON.stringify(items)).not.toContain('very secret');
    expect(items.filter(({ action }) => action === 'grantPermission')).toHaveLength(4);
    const list = await platform.call('/api/v1/registry/users', { key: keys['operator']! });
    expect(list.status).toBe(403);
  });

  it('has no users where it is the own record', async () => {
    const none = platform.ports as { mirror: Ports['mirror'] };
    const held = none.mirror;
    held!.registry.permissions = undefined as never;
    const answer = await json(await platform.call('/api/v1/registry/users'));
    expect(answer).toMatchObject({
      status: 400,
      detail: expect.stringContaining('REGISTRY_URL=mlflow') as string,
    });
  });
});
