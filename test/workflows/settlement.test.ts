import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settlementSteps, type SettlementPass } from '../../activities/settlement.js';
import type { Bar } from '../../domain/bars.js';
import type { Prediction } from '../../domain/prediction.js';
import { type Settlement } from '../../domain/settlement.js';
import { openOf, PATIENCE, type OpenPrediction } from '../../domain/settlement/waiting.js';
import { SEARCH_ATTRIBUTES } from '../../infra/temporal-server.js';
import { madePorts } from '../activities/made-ports.js';
import { replayed, testServerBinary } from '../temporal.js';
import { scriptedWorkers } from './scripted.js';

const binary = testServerBinary();
const KEYWORD = 2;
const HOUR = 3_600_000;
const STREAM = 'binance/BTC-USDT/1h';
const source = { kind: 'simulated', detail: '9' } as const;

describe.skipIf(!binary)('settling (skipped without the time-skipping server)', () => {
  let environment: TestWorkflowEnvironment;
  let workers: { stop(): Promise<void> };
  const { ports, remove } = madePorts({
    // Nothing is asked of a venue unless a test lets it.
    markets: () => ({ lastClosed: async () => venue.lastClosed() }) as never,
  });
  const venue = { lastClosed: (): number => Number.MAX_SAFE_INTEGER };
  const steps = settlementSteps(ports);
  /** What was asked by the stories, and what a test makes of it. */
  const passes: { group: string; now: number; pass: SettlementPass }[] = [];
  let interfere: () => void = () => undefined;

  beforeAll(async () => {
    environment = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: binary! } },
    });
    await environment.connection.operatorService.addSearchAttributes({
      namespace: 'default',
      searchAttributes: Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD])),
    });
    workers = await scriptedWorkers({
      connection: environment.nativeConnection,
      namespace: 'default',
      steps: {
        io: {
          ...steps,
          async settleDue(input: Parameters<typeof steps.settleDue>[0]) {
            interfere();
            const pass = await steps.settleDue(input);
            passes.push({ group: `${input.stream}/${input.horizonBars}`, now: input.now, pass });
            return pass;
          },
        },
      },
    });
  }, 60_000);
  afterAll(async () => {
    await workers?.stop();
    await environment?.teardown();
    await remove();
  });

  const predict = (start: number, i: number, horizonBars: number): Prediction => ({
    id: `prd_${horizonBars.toString(16).padStart(4, '0')}${i.toString(16).padStart(20, '0')}`,
    stream: STREAM,
    model: 'baseline:drift',
    reason: '',
    asOf: start + (i % 24) * HOUR,
    horizonBars,
    targetTime: start + ((i % 24) + horizonBars) * HOUR,
    lastClose: 100,
    mean: 101,
    interval: { lower: 95, upper: 105, coverage: 0.9 },
    probabilityUp: 0.5,
    inputs: {},
    read: { from: 0, to: 1, asOf: 1 },
    createdAt: start,
    source,
    settledAt: null,
    realised: null,
  });
  const bar = (time: number, close: number, knownAt = time + HOUR): Bar => ({
    ...{ time, open: close, high: close, low: close, close, volume: 1, knownAt },
  });
  const writeBars = (bars: Bar[]) =>
    ports.series.write({
      stream: { exchange: 'binance', symbol: 'BTC-USDT', timeframe: '1h' },
      bars,
      source,
    });
  const make = async (made: Prediction[]) => {
    await ports.documents.insert('predictions', made);
    await ports.documents.insert<OpenPrediction>('openPredictions', made.map(openOf));
  };
  const start = (horizonBars: number, input = {}) =>
    environment.client.workflow.start('settlePredictions', {
      taskQueue: 'finsight',
      workflowId: `settle/${horizonBars}/${Math.random()}`,
      args: [{ stream: STREAM, horizonBars, source, ...input }],
    });
  const presentHour = async () => Math.floor(Number(await environment.currentTimeMs()) / HOUR) * HOUR;
  const settlementsOf = async (horizonBars: number) =>
    (await ports.documents.find<Settlement>('settlements', { limit: 10_000, order: 'oldest' })).items.filter(
      (each) => each.horizonBars === horizonBars,
    );
  const replays = async (handle: Pick<Awaited<ReturnType<typeof start>>, 'workflowId' | 'fetchHistory'>) =>
    replayed([{ workflowId: handle.workflowId, history: await handle.fetchHistory() }]);

  it('waits for each target and settles a thousand, none before its bar has closed', async () => {
    const t = await presentHour();
    await writeBars(Array.from({ length: 60 }, (_, i) => bar(t + i * HOUR, 100 + i)));
    await make(Array.from({ length: 1000 }, (_, i) => predict(t, i, 12)));
    const handle = await start(12);
    // Told often, and of nothing new.
    for (let i = 0; i < 5; i++) await handle.signal('opened');
    expect(await handle.result()).toMatchObject({ settled: 1000, unsettleable: 0, revised: 0 });
    const records = await settlementsOf(12);
    expect(records).toHaveLength(1000);
    for (const each of records) {
      expect(each.settledAt).toBeGreaterThanOrEqual(each.targetTime + PATIENCE.grace);
      expect(each.settledAt).toBeLessThan(each.targetTime + HOUR);
      expect(each.realised).toBe(100 + (each.targetTime - t) / HOUR - 1);
    }
    const left = await ports.documents.count('openPredictions', {});
    const unmarked = await ports.documents.count('predictions', { where: { settledAt: null } });
    expect({ left, unmarked }).toEqual({ left: 0, unmarked: 0 });
    expect(await replays(handle)).toBe(1);
  }, 60_000);

  it('finds predictions of which it was never told', async () => {
    const t = await presentHour();
    await writeBars([bar(t + HOUR, 101)]);
    await ports.documents.insert('predictions', [{ ...predict(t, 0, 2), targetTime: t + 2 * HOUR }]);
    expect(await (await start(2)).result()).toMatchObject({ settled: 1 });
  }, 30_000);

  it('waits for a bar that comes late, and gives up one that never comes, with the reason', async () => {
    const t = await presentHour();
    const late = predict(t, 1, 3);
    const never = predict(t, 2, 3);
    await make([late, never]);
    interfere = () => {
      const now = passes.at(-1)?.now ?? 0;
      // The bar comes six hours after its target.
      if (now > late.targetTime + 6 * HOUR) void writeBars([bar(late.targetTime - HOUR, 99, now)]);
    };
    const handle = await start(3);
    expect(await handle.result()).toMatchObject({ settled: 1, unsettleable: 1 });
    interfere = () => undefined;
    const [first, second] = await settlementsOf(3);
    expect(first).toMatchObject({ status: 'settled', realised: 99, directionRight: false });
    expect(first!.settledAt).toBeGreaterThan(late.targetTime + 6 * HOUR);
    expect(second).toMatchObject({ status: 'unsettleable', realised: null });
    expect(second!.reason).toMatch(/the bar of binance\/BTC-USDT\/1h that opens at .* is not stored/);
    expect(second!.settledAt - never.targetTime).toBeGreaterThanOrEqual(PATIENCE.giveUp);
    expect(await ports.documents.get<Prediction>('predictions', never.id)).toMatchObject({
      realised: null,
      settledAt: second!.settledAt,
    });
    // A quarter of a day between two tries at most: some 120 in a month.
    expect(passes.filter(({ group }) => group === `${STREAM}/3`).length).toBeLessThan(150);
    expect(await replays(handle)).toBe(1);
  }, 60_000);

  it('appends a revision where a bar was corrected, and where one came after all', async () => {
    const before = await settlementsOf(3);
    const t = before[0]!.targetTime;
    const now = Number(await environment.currentTimeMs());
    await writeBars([bar(t - HOUR, 110, now), bar(before[1]!.targetTime - HOUR, 120, now)]);
    const handle = await environment.client.workflow.signalWithStart('settlePredictions', {
      taskQueue: 'finsight',
      workflowId: 'settle/revised',
      args: [{ stream: STREAM, horizonBars: 3, source }],
      signal: 'review',
      signalArgs: [{ from: t, to: t + 2 * HOUR }],
    });
    expect(await handle.result()).toMatchObject({ settled: 0, revised: 2 });
    const after = await settlementsOf(3);
    expect(after).toHaveLength(4);
    expect(after.filter(({ isRevision }) => !isRevision)).toEqual(before);
    expect(after.filter(({ isRevision }) => isRevision)).toMatchObject([
      { supersedes: before[0]!.id, revision: 2, realised: 110, directionRight: true },
      {
        supersedes: before[1]!.id,
        revision: 2,
        realised: 120,
        status: 'settled',
        reason: 'the bar came after all',
      },
    ]);
    // Again, there is nothing to revise.
    const again = await start(3);
    await again.signal('review', { from: t, to: t + 2 * HOUR });
    expect(await again.result()).toMatchObject({ revised: 0 });
    expect(await replays(handle)).toBe(1);
  }, 30_000);

  it('goes on as new without losing its counts or what came meanwhile', async () => {
    const t = await presentHour();
    // One due time each: more passes than a run has.
    const made = Array.from({ length: 320 }, (_, i) => ({
      ...predict(t, 0, 1),
      id: `prd_ffff${i.toString(16).padStart(20, '0')}`,
      asOf: t + i * HOUR,
      targetTime: t + (i + 1) * HOUR,
    }));
    await writeBars(Array.from({ length: 320 }, (_, i) => bar(t + i * HOUR, 100)));
    await make(made);
    const handle = await start(1);
    expect(await handle.result()).toMatchObject({ settled: 320 });
    expect((await handle.describe()).runId).not.toBe(handle.firstExecutionRunId);
    expect(await replays(handle)).toBe(1);
  }, 120_000);
});
