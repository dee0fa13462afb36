import { afterAll, describe, expect, it } from 'vitest';
import { followPredictions } from '../../activities/settlement/following.js';
import { settlementSteps } from '../../activities/settlement.js';
import type { DocumentsPort, Ports, StoryStartsPort } from '../../adapters/ports.js';
import { readScorecard } from '../../api/scorecard/reading.js';
import type { Bar } from '../../domain/bars.js';
import { UnreachableError } from '../../domain/errors.js';
import { madeEvent } from '../../domain/prediction/events.js';
import type { Prediction } from '../../domain/prediction.js';
import { quarantined } from '../../domain/quarantine.js';
import { settlementId, type Settlement } from '../../domain/settlement.js';
import { openOf, type OpenPrediction } from '../../domain/settlement/waiting.js';
import type { Source } from '../../domain/sources.js';
import { madePorts } from './made-ports.js';

const HOUR = 3_600_000;
const STREAM = 'binance/BTC-USDT/1h';
const simulated: Source = { kind: 'simulated', detail: '1' };
const START = Date.UTC(2024, 5, 1);
const NOW = Date.UTC(2026, 0, 1);

const opened: { remove(): Promise<void> }[] = [];
afterAll(async () => {
  for (const each of opened) await each.remove();
});

function made(replaced: Partial<Ports> = {}) {
  const told: { kind: string; input: unknown; name: string; args: readonly unknown[] }[] = [];
  const stories: StoryStartsPort = {
    start: async () => true,
    signal: async (kind, input, signal) => void told.push({ kind, input, ...signal }),
  };
  const all = madePorts({ stories, now: () => NOW, ...replaced });
  opened.push(all);
  return { ...all, told, steps: settlementSteps(all.ports) };
}

let next = 0;
const prediction = (change: Partial<Prediction> = {}): Prediction => ({
  id: `prd_${(++next).toString(16).padStart(24, '0')}`,
  stream: STREAM,
  model: 'baseline:drift',
  reason: '',
  asOf: START,
  horizonBars: 3,
  targetTime: START + 3 * HOUR,
  lastClose: 100,
  mean: 101,
  interval: { lower: 1, upper: 1e6, coverage: 0.9 },
  probabilityUp: 0.5,
  inputs: {},
  read: { from: 0, to: 1, asOf: 1 },
  createdAt: NOW,
  source: simulated,
  settledAt: null,
  realised: null,
  ...change,
});

const bar = (time: number, close: number, knownAt = time + HOUR): Bar => ({
  ...{ time, open: close, high: close, low: close, close, volume: 1, knownAt },
});
const stream = { exchange: 'binance', symbol: 'BTC-USDT', timeframe: '1h' } as const;
const group = { stream: STREAM, horizonBars: 3, source: simulated };
const open = async (ports: Ports, all: Prediction[]) => {
  await ports.documents.insert('predictions', all, madeEvent);
  await ports.documents.insert<OpenPrediction>('openPredictions', all.map(openOf));
};
const settlements = async (ports: Ports) =>
  (await ports.documents.find<Settlement>('settlements', { order: 'oldest' })).items;

describe('settling what is due', () => {
  it('asks the venue for bars that are not stored, all of the horizon, and settles at once what lies in the past', async () => {
    const { ports, steps } = made();
    await open(ports, [prediction()]);
    expect(await steps.settleDue({ ...group, now: NOW })).toMatchObject({
      settled: 1,
      open: 0,
      nextAt: null,
    });
    const range = { from: START - 9 * HOUR, to: START + 9 * HOUR };
    const stored = await ports.series.read({ stream, source: simulated, range, asOf: Infinity });
    expect(stored.map(({ time }) => (time - START) / HOUR)).toEqual([0, 1, 2]);
    const [record] = await settlements(ports);
    expect(record).toMatchObject({
      realised: stored[2]!.close,
      knownAt: START + 3 * HOUR,
      momentumRight: null,
    });
    const recent = await ports.events.recent({ type: 'prediction.settled', limit: 5 });
    expect(recent).toMatchObject([{ payload: { settlementId: record!.id, stream: STREAM } }]);
  });

  it('records at once that a simulated market ends before the target', async () => {
    const { ports, steps } = made();
    const end = Date.UTC(2025, 0, 1);
    const late = prediction({ asOf: end, targetTime: end + 3 * HOUR });
    await open(ports, [late]);
    expect(await steps.settleDue({ ...group, now: NOW })).toMatchObject({ unsettleable: 1, open: 0 });
    expect((await settlements(ports))[0]).toMatchObject({
      status: 'unsettleable',
      reason: 'the simulated market ends at 2025-01-01T00:00:00.000Z',
    });
    const stored = await ports.documents.get<Prediction>('predictions', late.id);
    expect(stored).toMatchObject({ settledAt: NOW, realised: null });
  });

  it('looks at nothing that is known after the clock of the story', async () => {
    const { ports, steps } = made({ markets: () => ({ lastClosed: async () => START }) as never });
    await ports.series.write({ stream, source: simulated, bars: [bar(START + 2 * HOUR, 105, NOW + 1)] });
    await open(ports, [prediction({ source: { kind: 'simulated', detail: '1' } })]);
    const before = await steps.settleDue({ ...group, now: START + 2 * HOUR });
    expect(before).toMatchObject({ settled: 0, postponed: 0, nextAt: START + 3 * HOUR + 10_000 });
    expect(await steps.settleDue({ ...group, now: NOW + 1 })).toMatchObject({ settled: 1 });
  });

  it.each([
    [
      'quarantine',
      (ports: Ports) =>
        ports.documents.insert('quarantine', [
          quarantined(
            { stream: STREAM, source: simulated },
            { bar: { time: START + 2 * HOUR }, reason: 'high is below low' },
            NOW,
          ),
        ]),
      /opens at 2024-06-01T02:00:00.000Z is in quarantine: high is below low/,
    ],
    ['a hole', async () => undefined, /is missing: the venue has none/],
  ])('waits with the reason: %s', async (_, prepare, reason) => {
    const markets = () =>
      ({
        lastClosed: async () => NOW,
        fetchBars: async () => ({ bars: [], rejected: [], next: null }),
      }) as never;
    const { ports, steps } = made({ markets });
    await prepare(ports);
    await open(ports, [prediction()]);
    expect(await steps.settleDue({ ...group, now: NOW })).toMatchObject({
      postponed: 1,
      open: 1,
      nextAt: NOW + 60_000,
    });
    const { items } = await ports.documents.find<OpenPrediction>('openPredictions', {});
    expect(items[0]?.reason).toMatch(reason);
    expect(items[0]).toMatchObject({ waitsSince: NOW, tries: 1 });
  });

  it('waits where the venue does not answer, and goes on when it does', async () => {
    let away = true;
    const own = made();
    const markets = own.ports.markets;
    own.ports.markets = (source) => {
      if (away) throw new UnreachableError('binance is away');
      return markets(source);
    };
    await open(own.ports, [prediction()]);
    const pass = await own.steps.settleDue({ ...group, now: NOW });
    expect(pass).toMatchObject({ settled: 0, postponed: 1 });
    away = false;
    expect(await own.steps.settleDue({ ...group, now: pass.nextAt! })).toMatchObject({ settled: 1 });
  });

  it('is the same when an attempt ends between its writes', async () => {
    const { ports, steps } = made();
    await open(ports, [prediction(), prediction()]);
    for (const broken of ['upsert', 'remove'] as const) {
      const documents = {
        ...ports.documents,
        [broken]: async () => {
          throw new Error('killed');
        },
      } as DocumentsPort;
      const dying = settlementSteps({ ...ports, documents });
      await expect(dying.settleDue({ ...group, now: NOW })).rejects.toThrow('killed');
    }
    const before = await settlements(ports);
    expect(before).toHaveLength(2);
    expect(await steps.settleDue({ ...group, now: NOW + 99 })).toMatchObject({ open: 0, more: false });
    expect(await settlements(ports)).toEqual(before);
    const marked = await ports.documents.find<Prediction>('predictions', {});
    expect(marked.items.map(({ settledAt }) => settledAt)).toEqual([NOW, NOW]);
    expect(await ports.events.recent({ type: 'prediction.settled', limit: 9 })).toHaveLength(2);
  });

  it('settles more than a batch, the oldest first', async () => {
    const { ports, steps } = made();
    await open(
      ports,
      Array.from({ length: 520 }, () => prediction()),
    );
    expect(await steps.settleDue({ ...group, now: NOW })).toMatchObject({
      settled: 500,
      more: true,
      open: 20,
    });
    expect(await steps.settleDue({ ...group, now: NOW })).toMatchObject({
      settled: 20,
      more: false,
      open: 0,
    });
  });
});

describe('the consumer', () => {
  it('opens what was made, tells each story once a batch, and does nothing twice', async () => {
    const { ports, told } = made();
    const all = [prediction(), prediction(), prediction({ horizonBars: 4 })];
    await ports.documents.insert('predictions', all, madeEvent);
    const follow = followPredictions(ports);
    await follow(all.map(madeEvent));
    expect(told).toMatchObject([
      { kind: 'settlePredictions', input: group, name: 'opened' },
      { input: { ...group, horizonBars: 4 }, name: 'opened' },
    ]);
    expect(await ports.documents.count('openPredictions', {})).toBe(3);
    await follow([...all.map(madeEvent), madeEvent(all[0]!)].reverse());
    expect(await ports.documents.count('openPredictions', {})).toBe(3);
    await settlementSteps(ports).settleDue({ ...group, now: NOW });
    await follow(all.map(madeEvent));
    // What is settled is not opened again.
    expect(await ports.documents.count('openPredictions', {})).toBe(1);
    await follow([{ id: 'x', type: 'prediction.made', at: 1, payload: { predictionId: 'prd_gone' } }]);
    await follow([{ id: 'y', type: 'article.collected', at: 1, payload: {} }]);
  });

  it('lets what waits for a healed bar be looked at again, and tells of the stretch', async () => {
    const { ports, told } = made();
    const waits = { ...openOf(prediction()), waitsSince: NOW - 9, dueAt: NOW + HOUR, tries: 7 };
    const other = {
      ...openOf(prediction({ targetTime: START + 9 * HOUR })),
      waitsSince: 1,
      dueAt: NOW + HOUR,
    };
    await ports.documents.insert('openPredictions', [waits, other]);
    const payload = { stream: STREAM, source: simulated, from: START, to: START + 3 * HOUR };
    await followPredictions(ports)([{ id: 'h', type: 'bars.healed', at: 1, payload }]);
    expect(await ports.documents.get<OpenPrediction>('openPredictions', waits.id)).toMatchObject({
      dueAt: NOW,
    });
    expect(await ports.documents.get<OpenPrediction>('openPredictions', other.id)).toMatchObject({
      dueAt: NOW + HOUR,
    });
    expect(told).toMatchObject([{ name: 'review', args: [{ from: START + HOUR, to: START + 4 * HOUR }] }]);
  });

  it('hands a Temporal that is away on as such, so that the event comes again', async () => {
    const stories = {
      start: async () => true,
      signal: async () => {
        throw new UnreachableError('Temporal is away');
      },
    };
    const { ports } = made({ stories });
    const one = prediction();
    await ports.documents.insert('predictions', [one]);
    await expect(followPredictions(ports)([madeEvent(one)])).rejects.toThrow(UnreachableError);
    expect(await ports.documents.count('openPredictions', {})).toBe(1);
  });
});

describe('the scorecard of what is stored', () => {
  it('counts the latest revision only, and what is open', async () => {
    const { ports, steps } = made();
    const one = prediction();
    await open(ports, [one, prediction({ model: 'ridge@1' })]);
    await steps.settleDue({ ...group, now: NOW });
    await open(ports, [prediction({ targetTime: NOW + HOUR, asOf: NOW - 2 * HOUR })]);
    const range = { from: START, to: START + 9 * HOUR };
    await ports.series.write({
      stream,
      source: simulated,
      bars: [bar(START + 2 * HOUR, 90, NOW + 1)],
    });
    const revised = await steps.reviewSettlements({ ...group, now: NOW + 1, ...range });
    expect(revised).toEqual({ revised: 2 });
    expect(await steps.reviewSettlements({ ...group, now: NOW + 1, ...range })).toEqual({ revised: 0 });
    const all = await settlements(ports);
    expect(all.map(({ id }) => id)).toContain(settlementId(one.id, 2));
    const rows = await readScorecard(ports.documents, {
      by: ['model'],
      from: 0,
      to: Number.MAX_SAFE_INTEGER,
    });
    expect(rows).toMatchObject([
      { model: 'baseline:drift', n: 1, open: 1, revised: 1, direction: { n: 1, share: 0 }, backtest: null },
      { model: 'ridge@1', n: 1, open: 0, revised: 1 },
    ]);
  });
});
