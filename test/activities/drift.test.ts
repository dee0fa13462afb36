import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivities } from '../../activities/index.js';
import { championId } from '../../activities/models.js';
import type { DriftReport } from '../../domain/drift/report.js';
import type { Evaluation } from '../../domain/evaluation.js';
import { decideOnDrift } from '../../domain/drift/retraining.js';
import type { Ports } from '../../adapters/ports.js';
import { HOUR } from '../domain/made-regimes.js';
import { madeChampion, MADE_SOURCE, settle, storeRegimes } from './made-champions.js';
import { madePorts } from './made-ports.js';

const CALM = { deviation: 0.006, reversion: 0 };
const STREAM = 'binance/BTC-USDT/1h';
/** The present of these tests moves on by hand. */
let now = 0;
const made = madePorts();
const ports: Ports = { ...made.ports, now: () => now };
const steps = createActivities(ports);
afterAll(() => made.remove());

let champion: { model: string; evaluation: Evaluation };
const look = async (asOf: number, more: object = {}) => {
  const plan = await steps.io.planDrift({ stream: STREAM, asOf, recentBars: 500, ...more });
  if ('idle' in plan) throw new Error(plan.idle);
  const { champions, ...rest } = plan;
  return steps.cpu.measureDrift({ plan: rest, ...champions[0]! });
};
const reportOf = (id: string) => ports.documents.get<DriftReport>('driftReports', id);
const told = async () =>
  (await ports.events.recent({ type: 'drift.detected', limit: 100 })).map(({ payload }) => payload);

describe('drift of a stored stream', () => {
  const rows = { calm: 6000, later: 1200 };
  let end = 0;
  let change = 0;
  beforeAll(async () => {
    const times = await storeRegimes(ports, {
      stream: STREAM,
      seed: '3',
      regimes: [
        { ...CALM, bars: rows.calm },
        { deviation: 0.02, reversion: 0, bars: rows.later },
      ],
    });
    end = times.at(-1)! + HOUR;
    change = times[rows.calm]!;
    now = end;
    expect(await steps.io.planDrift({ stream: STREAM })).toEqual({
      stream: STREAM,
      idle: `no champion was evaluated on ${STREAM}`,
    });
    champion = await madeChampion(ports, { streams: [STREAM], from: times[0]!, to: change - 600 * HOUR });
  }, 60_000);

  it('there is nothing to do where nothing is stored, and a source that is not stored is named', async () => {
    expect(await steps.io.planDrift({ stream: 'binance/XRP-USDT/1h' })).toMatchObject({
      idle: 'no bars of binance/XRP-USDT/1h are stored',
    });
    await expect(steps.io.planDrift({ stream: STREAM, source: 'live' })).rejects.toThrow(/from live/);
    await expect(steps.io.planDrift({ stream: STREAM, level: 2 })).rejects.toThrow('level is 2');
    await expect(steps.io.planDrift({ stream: STREAM, recentBars: 3 })).rejects.toThrow('recentBars is 3');
  });

  it('none before the change; what cannot be said is said', async () => {
    const { id, verdict, episode } = await look(change);
    expect({ verdict, episode }).toEqual({ verdict: 'stable', episode: null });
    const report = (await reportOf(id))!;
    expect(report.asOf).toBe(change);
    expect(report.window.rows).toBe(500);
    expect(report.findings.map((each) => [each.family, each.verdict])).toEqual([
      ['inputs', 'stable'],
      ['residuals', 'unknown'],
      ['calibration', 'unknown'],
    ]);
    expect(report.findings[1]!.reasons[0]).toMatch(/^0 settled forecasts .* 30 are needed$/);
    expect(report.inputs!.map(({ name }) => name)).toContain('atr_14');
    expect(report.inputs!.map(({ name }) => name).join()).not.toMatch(/hour|weekday/);
    expect(await told()).toEqual([]);
  });

  it('leads back to the champion, its evidence and the bars, and verifies', async () => {
    const { id } = await look(change);
    const root = await ports.lineage.explain(id);
    expect(root).toMatchObject({ id, kind: 'drift', facts: { verdict: 'stable', inputs: 'stable' } });
    expect(root.parents.map(({ kind }) => kind)).toEqual([
      ...['model', 'evaluation', 'dataset', 'bars', 'scores'],
    ]);
    expect(root.parents[0]!.id).toBe(`mdl_${champion.model}`);
    expect(await ports.lineage.verify(id)).toMatchObject({ ok: true, firstBroken: null });
  });

  it('the same look is the same report', async () => {
    const first = await look(change);
    const before = await ports.documents.count('driftReports', {});
    expect(await look(change)).toEqual(first);
    expect(await ports.documents.count('driftReports', {})).toBe(before);
  });

  it('a change of volatility is found by the inputs, and told once however long it lasts', async () => {
    const verdicts = [];
    for (const hours of [600, 700, 800]) verdicts.push((await look(change + hours * HOUR)).verdict);
    expect(verdicts).toEqual(['drift', 'drift', 'drift']);
    const events = await told();
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ stream: STREAM, model: champion.model, families: 'inputs' });
    expect(String(events[0]!['reasons'])).toMatch(/atr_14|volatility/);
  });

  it('settled forecasts that err and miss more are drift of residuals and calibration', async () => {
    await settle(ports, { champion, stream: STREAM, from: change, hours: 800, error: 0.05, inside: 0.55 });
    const { id, episode } = await look(change + 900 * HOUR);
    const report = (await reportOf(id))!;
    expect(report.findings.map(({ verdict }) => verdict)).toEqual(['drift', 'drift', 'drift']);
    expect(report.settled!.n).toBeGreaterThan(400);
    expect(report.calibration!.coverage).toBeLessThan(0.7);
    expect(report.residuals!.since).toBeGreaterThanOrEqual(report.settled!.from);
    expect(episode).toMatchObject({ reports: 4, calm: 0 });
    expect(await told()).toHaveLength(1);
  });

  it('by policy it is told, or trained anew once in a while, with the reason in the audit', async () => {
    const { id } = await look(change + 900 * HOUR);
    const decide = (policy: 'off' | 'alert' | 'retrain', report = id) =>
      steps.io.decideOnDrift({ report, policy, coolDownHours: 48 });
    expect(await decide('off')).toMatchObject({ action: 'none' });
    expect(await decide('alert')).toMatchObject({ action: 'alert', model: champion.model });
    expect(await decide('retrain')).toMatchObject({ action: 'retrain' });
    // A repeated attempt of the step is the same decision.
    expect(await decide('retrain')).toMatchObject({ action: 'retrain' });
    const { id: next } = await look(change + 1000 * HOUR);
    now += 47 * HOUR;
    const waits = await decide('retrain', next);
    expect(waits.action).toBe('wait');
    expect(waits.reason).toContain(id);
    now += HOUR;
    expect(await decide('retrain', next)).toMatchObject({ action: 'retrain' });
    const { items } = await ports.documents.find<Record<string, unknown>>('audit', {
      where: { principal: 'watchDrift' },
      order: 'oldest',
    });
    // Entries of one moment stand in no order.
    expect(items.map(({ action }) => action).sort()).toEqual([
      ...['drift.alert', 'drift.none', 'drift.retrain', 'drift.retrain', 'drift.wait'],
    ]);
    const alert = items.find(({ action }) => action === 'drift.alert');
    expect(alert!['detail']).toMatchObject({ report: id, policy: 'alert' });
  });

  it('a report that is not there is named', () =>
    expect(steps.io.decideOnDrift({ report: 'drf_none', policy: 'alert' })).rejects.toThrow('drf_none'));

  it('a champion whose evaluation or training part is gone is named', async () => {
    const plan = await steps.io.planDrift({ stream: STREAM, asOf: end });
    if ('idle' in plan) throw new Error(plan.idle);
    const asked = { plan, model: plan.champions[0]!.model, evaluation: 'evl_gone' };
    await expect(steps.cpu.measureDrift(asked)).rejects.toThrow('No evaluation "evl_gone"');
  });

  it('a retraining of a name without a champion is refused', async () => {
    await expect(steps.io.planRetraining({ name: 'nobody', source: MADE_SOURCE })).rejects.toThrow(
      /No champion of "nobody"/,
    );
    const alias = championId('made-1h-h1', MADE_SOURCE);
    expect(await ports.documents.get('aliases', alias)).toMatchObject({ name: 'made-1h-h1' });
  });
});

it('nothing is decided on what is not drift', () =>
  expect(
    decideOnDrift({
      ...{ report: { id: 'a', verdict: 'watch' }, policy: 'retrain', coolDownHours: 1 },
      ...{ before: null, now: 0 },
    }),
  ).toEqual({ action: 'none', reason: 'the verdict is watch' }));
