import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rolloutSteps } from '../../activities/deployment/rollout.js';
import { turningSteps } from '../../activities/deployment/turning.js';
import { openApprovals } from '../../adapters/approvals.js';
import { startApi } from '../../api/server.js';
import { clientStories } from '../../api/temporal.js';
import { sha256Hex } from '../../domain/digest.js';
import type { Deployment } from '../../domain/deployment/record.js';
import { madePorts } from '../activities/made-ports.js';
import { localTemporal, temporalBinary } from '../temporal.js';
import {
  aliasOf,
  codeOf,
  countRequests,
  QUICK,
  recordOf,
  serveVersion,
  storeVersion,
} from './made-rollouts.js';
import { scriptedWorkers } from './scripted.js';

const binary = temporalBinary();
const NAME = 'model-1h';
const ID = `${NAME}:simulated-9`;
const run = promisify(execFile);

describe.skipIf(!binary)('approvals (skipped where the Temporal binary is not installed)', () => {
  let environment: TestWorkflowEnvironment;
  let workers: { stop(): Promise<void> };
  let api: { url: string; close(): Promise<void> };
  const { ports, directory, remove } = madePorts({});
  const keys: Record<string, string> = {};

  beforeAll(async () => {
    environment = await localTemporal(binary!);
    workers = await scriptedWorkers({
      ...{ connection: environment.nativeConnection, namespace: 'finsight' },
      steps: {
        io: { ...rolloutSteps(ports), ...turningSteps(ports) },
        gpu: {
          probeCandidate: async () => ({
            ...{ answered: 5, probes: 5, p50Ms: 1, p95Ms: 2, by: 'onnx (cpu)', failure: null },
          }),
          loadVersion: async () => undefined,
          unloadVersion: async () => undefined,
        },
      },
    });
    for (const id of ['anna', 'berta', 'vera']) {
      keys[id] = `key-of-${id}`;
      const roles = [id === 'vera' ? 'viewer' : 'operator'];
      const principal = { id, name: id, roles, tenant: 'default', createdAt: 1, createdBy: 'admin' };
      await ports.documents.insert('principals', [{ ...principal, keySha256: sha256Hex(keys[id]) }]);
    }
    const file = join(directory, 'keys', 'approval.ed25519');
    api = await startApi({
      ports,
      stories: clientStories(environment.client, { namespace: 'finsight' }),
      approvals: openApprovals({ file, documents: ports.documents }),
      config: { host: '127.0.0.1', port: 0, logLevel: 'silent', webDirectory: join(directory, 'web') },
    });
  }, 60_000);
  afterAll(async () => {
    await api?.close();
    await workers?.stop();
    await environment?.teardown();
    await remove();
  });

  const call = async (who: string, path: string, body: unknown = {}) => {
    const response = await fetch(`${api.url}/api/v1/deployments${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys[who]}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  };
  const post = (who: string, verb: string, body: unknown = {}) =>
    call(who, `/${encodeURIComponent(ID)}/${verb}`, body);
  const handle = () => environment.client.workflow.getHandle(`deployment/${NAME}`);
  const events = async (): Promise<number> => (await handle().fetchHistory()).events?.length ?? 0;
  const inStage = (stage: string) =>
    expect
      .poll(async () => (await recordOf(ports, NAME))?.stage, { timeout: 20_000, interval: 50 })
      .toBe(stage);
  /** The bare command, as an operator would type it. */
  const temporal = async (name: string, input: unknown): Promise<string> =>
    run(binary!, [
      ...['workflow', 'update', 'execute', '--address', environment.address, '--namespace', 'finsight'],
      ...['--workflow-id', `deployment/${NAME}`, '--name', name, '--input', JSON.stringify(input)],
    ]).then(
      ({ stdout }) => stdout,
      (error: { stderr: string }) => `refused: ${error.stderr}`,
    );
  const waiting = async (version: string): Promise<Deployment> => {
    await storeVersion(ports, { name: NAME, version, trainedBy: 'anna' });
    const started = await call('anna', '', { model: `${NAME}@${version}`, policy: QUICK });
    expect(started).toMatchObject({
      status: 202,
      body: { workflowId: `deployment/${NAME}`, stage: 'evidence' },
    });
    await inStage('shadow');
    await countRequests(ports, (await recordOf(ports, NAME))!, { requests: 20 });
    await inStage('approval');
    // Until the story has told its record it may still be writing.
    await expect.poll(async () => (await handle().query<Deployment>('deployment')).stage).toBe('approval');
    return (await recordOf(ports, NAME))!;
  };

  it('is refused before it enters the history, whatever is wrong with it', async () => {
    await serveVersion(ports, { name: NAME, version: '1' });
    const record = await waiting('2');
    const { evidenceSha256 } = record;
    // The API issues none to who trained it, nor to who may only look.
    expect(await post('anna', 'approval-code')).toMatchObject({
      ...{ status: 403, body: { detail: expect.stringContaining('anna trained mdl_model-1h@2') } },
    });
    expect((await post('vera', 'approval-code')).status).toBe(403);
    const issued = await post('berta', 'approval-code');
    expect(issued).toMatchObject({ status: 200, body: { principal: 'berta', evidenceSha256 } });
    const { code } = issued.body;
    const secret = readFileSync(join(directory, 'keys', 'approval.ed25519'), 'utf8');
    const own = (change: Parameters<typeof codeOf>[1]): string => codeOf(record, change, secret.trim());
    // The story looks at the keys when a code is issued.
    let before = -1;
    await expect.poll(async () => before === (before = await events()), { interval: 300 }).toBe(true);
    const other = 'c'.repeat(64);
    for (const [input, reason] of [
      [
        { code: own({ principal: 'anna' }), evidenceSha256 },
        'anna trained mdl_model-1h@2 and cannot approve',
      ],
      [{ code: own({ expiresAt: Date.now() - 1 }), evidenceSha256 }, 'The code has expired'],
      [{ code: own({ evidenceSha256: other }), evidenceSha256 }, `the code is for ${other}`],
      [{ code, evidenceSha256: other }, 'all three must be the same'],
      [{ code }, '"evidenceSha256" is not given'],
      [{ code: own({ candidate: `mdl_${NAME}@9` }), evidenceSha256 }, `The code is for mdl_${NAME}@9`],
      [{ code: own({ model: 'other' }), evidenceSha256 }, 'The code is for the model other'],
      [{ code: own({ action: 'rollback' }), evidenceSha256 }, 'not for "decide"'],
      [{ code: own({ principal: 'local' }), evidenceSha256 }, 'nobody is a second person'],
      [{ code: codeOf(record, {}), evidenceSha256 }, 'which is not known here'],
      [{ code: `${String(code).slice(0, -4)}AAAA`, evidenceSha256 }, 'The signature of the code is wrong'],
      [{ code: 'a word', evidenceSha256 }, 'The code is no approval code'],
      [{ evidenceSha256 }, '"code" must be an approval code'],
    ] as const)
      expect(await temporal('approve', input)).toContain(reason);
    expect(await events()).toBe(before);
    expect((await recordOf(ports, NAME))!.approval.state).toBe('waiting');
  }, 90_000);

  it('is taken from another principal by the bare temporal command, and a code is taken once', async () => {
    const { evidenceSha256 } = (await recordOf(ports, NAME))!;
    const { code } = (await post('berta', 'approval-code')).body;
    const said = await temporal('approve', { code, evidenceSha256, comment: 'looks right' });
    expect(said).toContain('approved');
    await inStage('canary');
    const back = await temporal('rollback', { reason: 'a second thought' });
    expect(back).toContain('rolledBack');
    const again = await waiting('2');
    const twice = await temporal('approve', { code, evidenceSha256: again.evidenceSha256 });
    expect(twice).toContain('refused');
    const { items } = await ports.documents.find<{ principal: string }>('audit', {
      where: { action: 'deployment.approved' },
    });
    expect(items).toMatchObject([{ principal: 'berta', target: `mdl_${NAME}@2` }]);
    const secret = readFileSync(join(directory, 'keys', 'approval.ed25519'), 'utf8');
    expect(JSON.stringify(await handle().fetchHistory())).not.toContain(secret.trim());
  }, 60_000);

  it('is given and refused over REST, and taken back in one call', async () => {
    const { evidenceSha256 } = (await recordOf(ports, NAME))!;
    expect((await post('anna', 'approve', { evidenceSha256 })).status).toBe(403);
    expect((await post('berta', 'approve', { evidenceSha256: 'c'.repeat(64) })).status).toBe(403);
    expect(await post('berta', 'approve', { evidenceSha256 })).toMatchObject({
      ...{ status: 200, body: { decision: 'approved', by: 'berta' } },
    });
    await inStage('canary');
    expect((await call('anna', '', { model: `${NAME}@2` })).status).toBe(409);
    await countRequests(ports, (await recordOf(ports, NAME))!, { requests: 20 });
    await inStage('promoted');
    expect(await aliasOf(ports, NAME)).toBe(`mdl_${NAME}@2`);
    const back = await post('berta', 'rollback', { reason: 'the desk complains' });
    expect(back).toMatchObject({ status: 200, body: { stage: 'rolledBack', champion: `mdl_${NAME}@1` } });
    expect(await aliasOf(ports, NAME)).toBe(`mdl_${NAME}@1`);
    expect((await post('berta', 'rollback', { reason: 'again' })).status).toBe(409);
    expect((await post('berta', 'reject', { evidenceSha256 })).status).toBe(409);
  }, 60_000);

  it('of a name whose story was ended from outside begins anew, and what was under way is taken back', async () => {
    await waiting('3');
    await handle().terminate();
    const back = await post('berta', 'rollback', { reason: 'it hangs' });
    expect(back.status).toBe(409);
    await inStage('rolledBack');
    expect((await recordOf(ports, NAME))!.reasons).toEqual(['Against: its story was ended from outside.']);
  }, 60_000);
});
