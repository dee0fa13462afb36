import type { defaultPayloadConverter } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoryKind } from '../../api/story-inputs.js';
import { PAYLOAD_LIMIT_BYTES } from '../../domain/payloads.js';
import type { ResearchReport, Run } from '../../domain/research.js';
import * as stories from '../../workflows/index.js';
import { NODE_QUEUES } from '../../workers/worker.js';
import { replayAll, temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';

const binary = temporalBinary();
const BY = { principal: 'local', tenant: 'default' };
const KINDS = Object.keys(stories) as StoryKind[];
/** Stories that the main job has no need of. */
const ALONE = new Set<StoryKind>([
  'measureBars',
  'transformBars',
  'healBars',
  'breakBars',
  'maintainCoverage',
  'streamBars',
  'collectFunding',
  'collectStreams',
  'moveBars',
  'pruneBars',
  'cleanObjects',
  'syncRegistry',
  'verifyBacktest',
  'auditLookahead',
  'backtestPortfolio',
  'sweepBacktest',
  'searchBacktest',
  'compareStrategies',
  'rescoreNews',
  'compareSentiment',
  'settlePredictions',
  'watchDrift',
  'manageDeployment',
  'retrainModel',
  'tuneModel',
  'inferDataset',
  'reproduceModel',
  'walkForward',
]);
const SYMBOLS = ['BTC', 'ETH', 'BNB', 'SOL', 'LINK', 'DOGE', 'ADA', 'XRP', 'DOT', 'LTC', 'TRX', 'UNI'];
const window = { from: '2023-01-01', to: '2023-03-01' };
const stream = 'binance/BTC-USDT/1h';
const milliseconds = { from: Date.UTC(2023, 0, 1), to: Date.UTC(2023, 2, 1), asOf: Date.UTC(2023, 2, 1) };

/** One input of each story; none of them gets past its first step without a worker for it. */
const INPUTS: Record<StoryKind, Record<string, unknown>> = {
  research: { source: 'simulated', symbols: ['BTC/USDT', 'ETH/USDT'], ...window, trainer: 'ridge' },
  collectBars: { source: 'simulated', stream, ...window },
  collectStreams: { source: 'simulated', streams: [stream], ...window },
  moveBars: { dryRun: true },
  pruneBars: { stream, days: 365 },
  cleanObjects: { days: 30 },
  syncRegistry: { name: 'ridge-1h-h1' },
  measureBars: { source: 'simulated', stream, ...window },
  healBars: { source: 'simulated', stream, ...window },
  breakBars: { source: 'simulated', stream, drop: 3 },
  maintainCoverage: { source: 'simulated', stream, from: window.from },
  streamBars: { stream },
  collectFunding: { market: 'binanceusdm/BTC-USDT', ...window },
  transformBars: { source: 'simulated', stream, timeframe: '4h', ...window },
  collectNews: { source: 'simulated', ...window },
  enrichSentiment: { source: 'simulated', ...window },
  rescoreNews: { source: 'simulated', model: 'lexicon', ...window },
  compareSentiment: { source: 'simulated', models: ['ngram-logistic', 'lexicon'] },
  buildDataset: {
    source: { kind: 'simulated', detail: 'seed 1' },
    streams: [stream],
    ...{ ...milliseconds, sentimentModel: 'news@1', lookBack: 96, horizonBars: 1 },
  },
  trainModel: { name: 'ridge-1h-h1', dataset: 'ds_0', trainer: 'ridge' },
  tuneModel: { name: 'ridge-1h-h1', base: { dataset: 'ds_0', trainer: 'ridge' }, trials: 4 },
  reproduceModel: { model: 'ridge-1h-h1@0123' },
  inferDataset: { model: 'ridge-1h-h1@0123', dataset: 'ds_0' },
  walkForward: { streams: [stream], source: 'simulated', ...window, trainer: 'ridge' },
  evaluateModel: {
    model: 'ridge-1h-h1@0123',
    dataset: 'ds_0',
    streams: [stream],
    costs: { feeBps: 10, slippageBps: 2 },
  },
  deployModel: { model: 'ridge-1h-h1@0123', evaluations: ['evl_0'] },
  predict: { source: 'simulated', stream, ...window },
  manageDeployment: { name: 'ridge-1h-h1' },
  watchDrift: { source: 'simulated', stream, policy: 'alert' },
  retrainModel: { name: 'ridge-1h-h1', source: 'simulated' },
  settlePredictions: { source: 'simulated', stream, horizonBars: 24 },
  runBacktest: { source: 'simulated', stream, strategy: 'sma-cross', ...window },
  verifyBacktest: { source: 'simulated', stream, strategy: 'sma-cross', ...window },
  auditLookahead: { source: 'simulated', stream, strategy: 'sma-cross', ...window },
  backtestPortfolio: {
    source: 'simulated',
    streams: [stream, 'binance/ETH-USDT/1h'],
    strategy: 'sma-cross',
    ...window,
  },
  compareStrategies: {
    source: 'simulated',
    stream,
    strategies: [{ strategy: 'sma-cross' }, { strategy: 'buy-and-hold' }],
  },
  searchBacktest: {
    source: 'simulated',
    stream,
    strategy: 'sma-cross',
    space: { fast: [5, 10], slow: [50] },
    trials: 2,
  },
  sweepBacktest: { source: 'simulated', stream, strategy: 'sma-cross', grid: { fast: [5, 10], slow: 50 } },
};

describe.skipIf(!binary)('every story (skipped where the Temporal binary is not installed)', () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await testPlatform(binary!);
    await platform.serve(['finsight']);
  }, 120_000);
  afterAll(() => platform?.close());

  const look = async (workflowId: string) => {
    const handle = platform.environment.client.workflow.getHandle(workflowId);
    const described = await handle.describe();
    return {
      status: await handle.query<string>('status'),
      progress: await handle.query<{ stage: string; steps: { state: string }[] }>('progress'),
      labels: described.searchAttributes,
      summary: await described.staticSummary(),
      details: await described.staticDetails(),
    };
  };
  const ended = (workflowId: string) =>
    platform.environment.client.workflow
      .getHandle(workflowId)
      .result()
      .then(
        () => 'completed',
        (error: Error) => (error.cause as Error | undefined)?.name,
      );

  it('is known to the API', () => expect(Object.keys(INPUTS).sort()).toEqual([...KINDS].sort()));

  it('answers and is labelled while it runs, and ends at once when it is cancelled', async () => {
    const started = [];
    for (const kind of KINDS) started.push(await platform.stories.start(kind, INPUTS[kind], BY));
    for (const [i, { workflowId }] of started.entries()) {
      const kind = KINDS[i]!;
      await expect.poll(async () => (await look(workflowId)).status, { message: kind }).not.toBe('waiting');
      const seen = await look(workflowId);
      expect(seen.progress, kind).toMatchObject({ stage: seen.status });
      expect(
        seen.progress.steps.map(({ state }) => state),
        kind,
      ).toContain('running');
      expect(seen.labels, kind).toMatchObject({ JobKind: [kind], Stage: [seen.status] });
      expect(seen.summary, kind).toMatch(/^[A-Z][\w-]+(: .+|, .+)$/);
      expect(seen.details, kind).toContain('**');
    }
    // The record of a run is closed by a step, so its workers come back.
    const others = started.filter((_, i) => KINDS[i] !== 'research');
    for (const { workflowId } of started) await platform.stories.cancel(workflowId);
    for (const { workflowId } of others) expect(await ended(workflowId), workflowId).toBe('CancelledFailure');
    await platform.serve(NODE_QUEUES.filter((queue) => queue !== 'finsight'));
    const { workflowId } = started[KINDS.indexOf('research')]!;
    expect(await ended(workflowId)).toBe('CancelledFailure');
    expect((await look(workflowId)).labels).toMatchObject({ JobKind: ['research'], Stage: ['cancelled'] });
  }, 60_000);

  it('runs as a step of the main job, of which every payload is small enough for 50 streams', async () => {
    const symbols = SYMBOLS.map((base) => `${base}/USDT`);
    const started = await platform.stories.start('research', { ...INPUTS.research, symbols }, BY);
    expect(await ended(started.workflowId)).toBe('completed');
    // The list of workflows follows what happened by a moment.
    const { workflow } = platform.environment.client;
    const query = `WorkflowId = '${started.workflowId}' AND ExecutionStatus = 'Completed'`;
    await expect.poll(async () => (await workflow.count(query)).count, { timeout: 15_000 }).toBe(1);
    const seen = new Map<string, Awaited<ReturnType<typeof look>>>();
    let largest = { bytes: 0, where: '' };
    for await (const { workflowId, runId, type, status } of workflow.list()) {
      if (status.name !== 'COMPLETED') continue;
      seen.set(type, await look(workflowId));
      const handle = workflow.getHandle(workflowId, runId);
      for (const { bytes, where } of payloadsOf(await handle.fetchHistory(), type))
        if (bytes > largest.bytes) largest = { bytes, where };
    }
    expect([...seen.keys()].sort()).toEqual(KINDS.filter((kind) => !ALONE.has(kind)).sort());
    for (const [kind, { status, labels, summary, progress }] of seen) {
      expect({ kind, status }).toEqual({ kind, status: 'done' });
      expect(labels, kind).toMatchObject({ JobKind: [kind], Stage: ['done'] });
      expect(summary, kind).toBeTruthy();
      expect(
        progress.steps.every(({ state }) => state === 'done'),
        kind,
      ).toBe(true);
    }
    expect(seen.get('research')?.labels).toMatchObject({
      Symbol: [SYMBOLS.map((base) => `${base}-USDT`).join('+')],
      Timeframe: ['1h'],
      Source: ['simulated'],
      ModelName: ['ridge-1h-h1'],
    });
    expect(seen.get('trainModel')?.labels).toHaveProperty('ModelVersion');
    expect(seen.get('predict')?.labels).toHaveProperty('ModelName');
    expect(seen.get('enrichSentiment')?.labels).toHaveProperty('ModelVersion');
    // What grows, grows with the streams.
    expect((largest.bytes * 50) / SYMBOLS.length, largest.where).toBeLessThan(PAYLOAD_LIMIT_BYTES);
  }, 120_000);

  it('shows the whole result to whoever asks the API, and keeps it with the run', async () => {
    const { items } = await platform.stories.list({ limit: 1, kind: 'research', status: 'completed' });
    const { result, runId } = await platform.stories.get(items[0]!.workflowId);
    const report = result as ResearchReport;
    expect(report.evaluation).toHaveLength(SYMBOLS.length);
    expect(report.predictions.map(({ stream: id }) => id)).toEqual(report.bars.map(({ stream: id }) => id));
    expect(report.backtests).toHaveLength(3 * SYMBOLS.length);
    const run = await platform.ports.documents.get<Run>('runs', `run_${runId.replaceAll('-', '')}`);
    expect(run).toMatchObject({ status: 'completed', id: report.runId });
    const found = await platform.stories.list({
      limit: 1,
      kind: 'evaluateModel',
      children: true,
      status: 'completed',
    });
    const evaluations = (await platform.stories.get(found.items[0]!.workflowId)).result;
    expect(evaluations).toMatchObject(report.evaluation.map(({ id, n }) => ({ id, n })));
  });

  it('is refused, or ends, with a clear error where its input is too large', async () => {
    const input = { source: 'simulated', feeds: Array.from({ length: 90 }, (_, i) => `${i}`.repeat(500)) };
    await expect(platform.stories.start('collectNews', input, BY)).rejects.toMatchObject({
      name: 'InvalidInputError',
      message: expect.stringMatching(/^Input of collectNews is \d+ bytes; the limit is 65536/),
    });
    const options = { taskQueue: 'finsight', workflowId: 'by-hand/large', args: [input] };
    const failure = await platform.environment.client.workflow
      .execute('collectNews', options)
      .catch((error: Error) => error.cause);
    expect(failure).toMatchObject({ type: 'PayloadTooLargeError' });
    expect((failure as Error).message).toMatch(/^Input of story collectNews is/);
  });

  it('replays', async () => {
    expect(await replayAll(platform.environment)).toBeGreaterThan(60);
  }, 120_000);
});

type Payload = Parameters<typeof defaultPayloadConverter.fromPayload>[0];

/** Every payload of a history, found by its shape: `{ metadata, data }`. */
function payloadsOf(history: unknown, where: string): { bytes: number; where: string }[] {
  if (typeof history !== 'object' || history === null || ArrayBuffer.isView(history)) return [];
  const { metadata, data } = history as Partial<Payload>;
  if (metadata && ArrayBuffer.isView(data)) return [{ bytes: data.byteLength, where }];
  return Object.entries(history).flatMap(([name, value]) =>
    payloadsOf(value, /^\d+$/.test(name) ? where : `${where}.${name}`),
  );
}
