import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploymentSteps } from '../../activities/deployment.js';
import { moveAlias } from '../../activities/deployment/aliases.js';
import { rolloutSteps, type Proposal } from '../../activities/deployment/rollout.js';
import { turningSteps, type Applied } from '../../activities/deployment/turning.js';
import type { LatencyProbe } from '../../domain/deployment/evidence.js';
import type { Deployment, DeploymentStage } from '../../domain/deployment/record.js';
import { UnreachableError } from '../../domain/errors.js';
import { SEARCH_ATTRIBUTES } from '../../infra/temporal-server.js';
import { madePorts } from '../activities/made-ports.js';
import { replayed, testServerBinary } from '../temporal.js';
import {
  aliasOf,
  codeOf,
  countRequests,
  QUICK,
  recordOf,
  serveVersion,
  storeKey,
  storeVersion,
} from './made-rollouts.js';
import { scriptedWorkers } from './scripted.js';

const binary = testServerBinary();
const KEYWORD = 2;
const HOUR = 3_600_000;
const PROBE: LatencyProbe = {
  ...{ answered: 5, probes: 5, p50Ms: 1, p95Ms: 2, by: 'onnx (cpu)', failure: null },
};

describe.skipIf(!binary)('a rollout (skipped without the time-skipping server)', () => {
  let environment: TestWorkflowEnvironment;
  let workers: { stop(): Promise<void> };
  const { ports, remove } = madePorts({});
  const turning = turningSteps(ports);
  const loaded: string[] = [];
  const unloaded: string[] = [];
  let interfere: (what: Applied) => Promise<void> = async () => undefined;
  const ended: string[] = [];

  beforeAll(async () => {
    await storeKey(ports);
    environment = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: binary! } },
    });
    await environment.connection.operatorService.addSearchAttributes({
      namespace: 'default',
      searchAttributes: Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD])),
    });
    const applyDeployment = async (what: Applied): Promise<void> => {
      await interfere(what);
      await turning.applyDeployment(what);
    };
    workers = await scriptedWorkers({
      connection: environment.nativeConnection,
      namespace: 'default',
      steps: {
        io: { ...rolloutSteps(ports), ...turning, applyDeployment },
        gpu: {
          probeCandidate: async () => PROBE,
          loadVersion: async ({ model }: { model: string }) => void loaded.push(model),
          unloadVersion: async ({ model }: { model: string }) => void unloaded.push(model),
        },
      },
    });
  }, 60_000);
  afterAll(async () => {
    await workers?.stop();
    await environment?.teardown();
    await remove();
  });

  const handleOf = (name: string) => environment.client.workflow.getHandle(`deployment/${name}`);
  const start = async (name: string): Promise<void> => {
    const options = { taskQueue: 'finsight', workflowId: `deployment/${name}`, args: [{ name }] };
    await environment.client.workflow.start('manageDeployment', options);
    ended.push(name);
  };
  const update = (name: string, what: string, argument: unknown) =>
    handleOf(name).executeUpdate<Deployment, [unknown]>(what, { args: [argument] });
  const refusal = (work: Promise<unknown>): Promise<{ type: string; message: string }> =>
    work.then(
      () => ({ type: '', message: 'it was taken' }),
      (error: Error) => error.cause as unknown as { type: string; message: string },
    );
  const reached = async (name: string, stage: DeploymentStage, percent?: number): Promise<Deployment> => {
    await expect
      .poll(
        async () => {
          const record = await handleOf(name).query<Deployment | null>('deployment');
          return `${record?.stage} ${percent === undefined ? '' : record?.percent}`;
        },
        { timeout: 20_000, interval: 30 },
      )
      .toBe(`${stage} ${percent ?? ''}`);
    return (await recordOf(ports, name))!;
  };
  const propose = async (name: string, proposal: Partial<Proposal> = {}): Promise<Deployment> => {
    await serveVersion(ports, { name, version: '1' });
    await storeVersion(ports, { name, version: '2' });
    await start(name);
    return update(name, 'propose', { model: `${name}@2`, by: 'anna', policy: QUICK, ...proposal });
  };
  const awaited = async (name: string, proposal: Partial<Proposal> = {}): Promise<Deployment> => {
    await propose(name, proposal);
    await countRequests(ports, await reached(name, 'shadow'), { requests: 20 });
    return reached(name, 'approval');
  };
  const inCanary = async (name: string, proposal: Partial<Proposal> = {}): Promise<Deployment> => {
    const record = await awaited(name, proposal);
    const { evidenceSha256 } = record;
    await update(name, 'approve', { code: codeOf(record), evidenceSha256 });
    return reached(name, 'canary', 25);
  };
  const auditOf = async (target: string): Promise<string[]> => {
    const { items } = await ports.documents.find<{ action: string }>('audit', {
      where: { target },
      order: 'oldest',
    });
    return items.map(({ action }) => action);
  };

  it('goes from its evidence to the champion, and every decision is in the audit log', async () => {
    const waiting = await awaited('whole');
    expect(waiting).toMatchObject({ trainedBy: 'anna', champion: 'mdl_whole@1', candidate: 'mdl_whole@2' });
    expect(waiting.checks.map(({ name, passed }) => [name, passed])).toEqual([
      ['evaluation', true],
      ['parity', true],
      ['leakAudit', true],
      ['latency', true],
    ]);
    expect(waiting.shadow).toMatchObject({
      requests: 20,
      failures: 0,
      meanAbsDifference: expect.closeTo(0.1),
    });
    const { evidenceSha256 } = waiting;
    const decided = await update('whole', 'approve', { code: codeOf(waiting), evidenceSha256 });
    expect(decided).toMatchObject({ decision: 'approved', by: 'berta', candidate: 'mdl_whole@2' });
    await countRequests(ports, await reached('whole', 'canary', 25), { requests: 20 });
    const done = await reached('whole', 'promoted');
    expect(done).toMatchObject({ champion: 'mdl_whole@2', previous: 'mdl_whole@1', candidate: null });
    expect(await aliasOf(ports, 'whole')).toBe('mdl_whole@2');
    expect(loaded.filter((model) => model.startsWith('mdl_whole'))).toEqual(['mdl_whole@2', 'mdl_whole@2']);
    expect(await auditOf('mdl_whole@2')).toEqual([
      ...['deployment.evidence', 'deployment.shadow', 'deployment.approval', 'deployment.approved'],
      ...['deployment.canary', 'model.promoted'],
    ]);
    const [event] = await ports.events.recent({ type: 'model.promoted', limit: 1 });
    expect(event?.payload).toMatchObject({
      ...{ model: 'whole', version: 'mdl_whole@2', replaced: 'mdl_whole@1', evidenceSha256 },
    });
    const stages = await ports.documents.getMany<{ stage: string }>('models', ['mdl_whole@1', 'mdl_whole@2']);
    expect(stages.map(({ stage }) => stage)).toEqual(['archived', 'champion']);
  }, 60_000);

  it('refuses a second version of the name, and a direct decision does not move its alias', async () => {
    await propose('busy');
    await storeVersion(ports, { name: 'busy', version: '3' });
    const second = await refusal(update('busy', 'propose', { model: 'busy@3', by: 'carl' }));
    expect(second).toMatchObject({ type: 'ConflictError' });
    expect(second.message).toMatch(/^mdl_busy@2 of busy:simulated-9 is on its way .*one version of a name/);
    const other = await refusal(update('busy', 'propose', { model: 'other@3', by: 'carl' }));
    expect(other).toMatchObject({ type: 'InvalidInputError', message: expect.stringContaining('"other@3"') });
    const report = await deploymentSteps(ports).decideDeployment({
      ...{ model: 'busy@3', evaluations: ['evl_busy@3'] },
    });
    expect(report.decision).toBe('kept');
    expect(report.reasons[0]).toContain('a rollout of mdl_busy@2 is under way');
    expect(await aliasOf(ports, 'busy')).toBe('mdl_busy@1');
    // A story that does not wait for an answer leaves its refusal in the audit log.
    await handleOf('busy').signal('proposal', { model: 'busy@3', by: 'retrainModel' });
    await expect.poll(() => auditOf('mdl_busy@3')).toContain('deployment.refused');
  }, 60_000);

  it('rejects a version whose evidence does not hold, with the figures', async () => {
    await serveVersion(ports, { name: 'weak', version: '1' });
    await storeVersion(ports, { name: 'weak', version: '2', accuracy: 0.5 });
    await start('weak');
    await update('weak', 'propose', { model: 'weak@2', by: 'anna', policy: QUICK });
    const record = await reached('weak', 'rejected');
    expect(record.reasons.join('\n')).toContain('Against: evaluation: ');
    expect(await refusal(update('weak', 'propose', { model: 'weak@7', by: 'anna' }))).toMatchObject({
      ...{ type: 'NotFoundError', message: expect.stringContaining('No model "weak@7"') },
    });
    expect(await aliasOf(ports, 'weak')).toBe('mdl_weak@1');
  }, 60_000);

  it('asks a person about a version whose evaluation does not hold, where the policy says so', async () => {
    await serveVersion(ports, { name: 'waived', version: '1' });
    await storeVersion(ports, { name: 'waived', version: '2', accuracy: 0.5 });
    await start('waived');
    const policy = { ...QUICK, evidence: { waiveEvaluation: true } };
    await update('waived', 'propose', { model: 'waived@2', by: 'anna', policy });
    await countRequests(ports, await reached('waived', 'shadow'), { requests: 20 });
    const record = await reached('waived', 'approval');
    expect(record.checks.filter(({ passed }) => !passed).map(({ name }) => name)).toEqual(['evaluation']);
    await update('waived', 'rollback', { reason: 'enough seen' });
  }, 60_000);

  it('takes a failing canary back by itself, and a promoted version to the one before', async () => {
    await countRequests(ports, await inCanary('failing'), { requests: 10, failures: 6 });
    const record = await reached('failing', 'rolledBack');
    expect(record).toMatchObject({ percent: 0, champion: 'mdl_failing@1', candidate: 'mdl_failing@2' });
    expect(record.reasons[0]).toMatch(/^error rate: 6 of 10 requests failed/);
    await countRequests(ports, await inCanary('later'), { requests: 20 });
    await countRequests(ports, await reached('later', 'promoted'), { requests: 60, ms: 5000 });
    const later = await reached('later', 'rolledBack');
    expect(later.reasons[0]).toMatch(/^latency: its p95 is/);
    expect(later).toMatchObject({ champion: 'mdl_later@1', candidate: 'mdl_later@2', previous: null });
    expect(await aliasOf(ports, 'later')).toBe('mdl_later@1');
    const [event] = await ports.events.recent({ type: 'model.rolledBack', limit: 1 });
    expect(event?.payload).toMatchObject({ version: 'mdl_later@1', replaced: 'mdl_later@2' });
    await expect.poll(() => unloaded).toEqual(expect.arrayContaining(['mdl_failing@2', 'mdl_later@2']));
    const twice = await refusal(update('later', 'rollback', { reason: 'again' }));
    expect(twice.message).toContain('Nothing of later can be rolled back: its stage is rolledBack');
  }, 60_000);

  it('is taken back by hand in one command, at any time before', async () => {
    await propose('byhand');
    await reached('byhand', 'shadow');
    expect(await refusal(update('byhand', 'rollback', {}))).toMatchObject({ type: 'InvalidInputError' });
    const record = await update('byhand', 'rollback', { reason: 'a doubt' });
    expect(record).toMatchObject({ stage: 'rolledBack', champion: 'mdl_byhand@1' });
    expect(record.reasons).toEqual(['Against: temporal: a doubt']);
  }, 60_000);

  /** Stories that look every tenth of a second would have the server skip from one look to the next. */
  const onlyThis = async (): Promise<void> => {
    for (const name of new Set(ended))
      await handleOf(name)
        .terminate()
        .catch(() => undefined);
  };

  it('escalates an approval that nobody gives, lets it expire, and takes none after that', async () => {
    await onlyThis();
    const record = await awaited('unheard');
    await environment.sleep('9h');
    expect((await recordOf(ports, 'unheard'))!.approval.escalatedAt).not.toBeNull();
    const [event] = await ports.events.recent({ type: 'deployment.escalated', limit: 1 });
    expect(event?.payload).toMatchObject({ candidate: 'mdl_unheard@2' });
    await environment.sleep('70h');
    const late = await reached('unheard', 'rejected');
    expect(late.approval.state).toBe('expired');
    const { evidenceSha256 } = record;
    const answer = update('unheard', 'approve', { code: codeOf(record), evidenceSha256 });
    expect((await refusal(answer)).message).toContain('Nothing of unheard waits for an approval');
    expect(await auditOf('mdl_unheard@2')).toContain('deployment.expired');
  }, 60_000);

  it('ends in the shadow where nobody asks anything', async () => {
    await onlyThis();
    const slow = { shadow: { minRequests: 10, maxMs: HOUR }, lookMs: HOUR / 6 };
    await propose('alone', { policy: { ...QUICK, ...slow } });
    await reached('alone', 'shadow');
    await environment.sleep('2h');
    expect((await reached('alone', 'rejected')).reasons[0]).toBe(
      'Against: 0 mirrored requests, 10 are needed.',
    );
  }, 60_000);

  it('comes out the same where a worker dies in the middle of the swap', async () => {
    const record = await inCanary('cut');
    let cuts = 0;
    interfere = async ({ record: { model, source }, alias, action }) => {
      if (action !== 'model.promoted' || model !== 'cut' || cuts++ > 0) return;
      // The alias is moved, and nothing else is.
      await moveAlias(ports, { name: model, source, ...alias! });
      throw new UnreachableError('killed here');
    };
    await countRequests(ports, record, { requests: 20 });
    const done = await reached('cut', 'promoted');
    expect(cuts).toBeGreaterThan(1);
    expect(done).toMatchObject({ champion: 'mdl_cut@2', previous: 'mdl_cut@1' });
    const events = await ports.events.recent({ type: 'model.promoted', limit: 100 });
    expect(events.filter(({ payload }) => payload['model'] === 'cut')).toHaveLength(1);
  }, 60_000);

  it('goes on in a new run, and every history replays', async () => {
    const histories = [];
    for (const name of new Set(ended))
      histories.push({ workflowId: `deployment/${name}`, history: await handleOf(name).fetchHistory() });
    expect(await replayed(histories)).toBeGreaterThan(7);
    await onlyThis();
  }, 60_000);
});
