import { describe, expect, it } from 'vitest';
import type { Prediction } from '../../domain/prediction.js';
import { groupOf, revisionOf, settle, settlementId, unsettleable } from '../../domain/settlement.js';
import { isGivenUp, openOf, PATIENCE, postponed } from '../../domain/settlement/waiting.js';

const HOUR = 3_600_000;
const BASE: Prediction = {
  id: 'prd_0123456789abcdef01234567',
  stream: 'binance/BTC-USDT/1h',
  model: 'ridge-1h-h1@1',
  reason: 'champion',
  asOf: 100 * HOUR,
  horizonBars: 2,
  targetTime: 102 * HOUR,
  lastClose: 100,
  mean: 101,
  interval: { lower: 98, upper: 103, coverage: 0.9 },
  probabilityUp: 0.6,
  inputs: {},
  read: { from: 0, to: 1, asOf: 1 },
  createdAt: 100 * HOUR,
  source: { kind: 'simulated', detail: '1' },
  settledAt: null,
  realised: null,
};
const outcome = (realised: number, closeBefore: number | null = 99) => ({
  realised,
  closeBefore,
  knownAt: 102 * HOUR,
});
const at = { settledAt: 103 * HOUR };

describe('a settlement', () => {
  it('scores a forecast that was right on its side', () => {
    expect(settle(BASE, outcome(102), at)).toMatchObject({
      id: 'stl_0123456789abcdef01234567',
      status: 'settled',
      realised: 102,
      error: -1,
      absoluteError: 1,
      persistenceError: 2,
      directionRight: true,
      momentumRight: true,
      wentUp: true,
      inside: true,
      width: 5,
      late: false,
      trigger: 'request',
      knownAt: 102 * HOUR,
    });
    const { brier, pnl } = settle(BASE, outcome(102), at);
    expect(brier).toBeCloseTo(0.16, 12);
    expect(pnl.gross).toBeCloseTo(0.02, 12);
    // Twelve basis points on each side.
    expect(pnl.net).toBeCloseTo(0.9988 ** 2 * 1.02 - 1, 12);
    expect(pnl).toMatchObject({ feeBps: 10, slippageBps: 2 });
  });

  it.each([
    ['up and it fell', {}, 97, { directionRight: false, inside: false, wentUp: false }, -0.03],
    ['down and it fell', { mean: 99 }, 97, { directionRight: true }, 0.03],
    ['a close that did not move', {}, 100, { directionRight: null, wentUp: false, inside: true }, 0],
    ['no move at all', { mean: 100 }, 102, { directionRight: null }, 0],
    ['an abstention', { abstained: 'too unsure' }, 102, { directionRight: null, abstained: 'too unsure' }, 0],
    ['the bounds belong to it', {}, 103, { inside: true }, 0.03],
  ] as const)('%s', (_, change, realised, expected, gross) => {
    const settled = settle({ ...BASE, ...change }, outcome(realised), at);
    expect(settled).toMatchObject(expected);
    expect(settled.pnl.gross).toBeCloseTo(gross, 12);
  });

  it('has no position, so no costs, where nothing is claimed', () => {
    expect(settle({ ...BASE, mean: 100 }, outcome(102), at).pnl.net).toBe(0);
  });

  it('has no width where the interval is open, and no momentum where the bar before is not stored', () => {
    const open = { ...BASE, interval: { lower: 0, upper: Infinity, coverage: 0.9 } };
    expect(settle(open, outcome(1e9, null), at)).toMatchObject({
      width: null,
      inside: true,
      momentumRight: null,
    });
  });

  it('says where a live prediction was made after its outcome', () => {
    const live = { ...BASE, source: { kind: 'live', detail: '' } } as const;
    expect(settle({ ...live, createdAt: BASE.targetTime }, outcome(1), at).late).toBe(true);
    expect(settle({ ...live, createdAt: BASE.targetTime - 1 }, outcome(1), at).late).toBe(false);
    expect(settle({ ...BASE, createdAt: BASE.targetTime }, outcome(1), at).late).toBe(false);
  });

  it('is superseded, never changed', () => {
    const first = settle(BASE, outcome(102), at);
    const second = revisionOf(first, settle(BASE, outcome(97), { settledAt: 200 * HOUR }), 'corrected');
    expect(second).toMatchObject({
      id: 'stl_0123456789abcdef01234567_r2',
      revision: 2,
      isRevision: true,
      supersedes: first.id,
      reason: 'corrected',
      directionRight: false,
    });
    expect(revisionOf(second, first, 'again').id).toBe(settlementId(BASE.id, 3));
  });

  it('stays in the record where it cannot be had', () => {
    const record = unsettleable(BASE, { ...at, reason: 'no bar' });
    expect(record).toMatchObject({ status: 'unsettleable', reason: 'no bar', realised: null, brier: null });
    expect(record.id).toBe('stl_0123456789abcdef01234567');
  });
});

describe('a prediction that waits', () => {
  it('is looked at soon after its target, by the story of its stream, horizon and source', () => {
    expect(openOf(BASE)).toMatchObject({
      id: BASE.id,
      group: 'binance/BTC-USDT/1h/h2/simulated-1',
      dueAt: BASE.targetTime + PATIENCE.grace,
      waitsSince: null,
    });
    expect(groupOf({ ...BASE, horizonBars: 3 })).not.toBe(groupOf(BASE));
  });

  it('is tried again with growing pauses, and given up after thirty days', () => {
    let open = openOf(BASE);
    const start = BASE.targetTime;
    let now = start;
    const pauses: number[] = [];
    for (let i = 0; i < 12; i++) {
      open = postponed(open, { now, reason: 'missing' });
      pauses.push((open.dueAt - now) / 60_000);
      now = open.dueAt;
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]);
    expect(open).toMatchObject({ waitsSince: start, tries: 12, reason: 'missing' });
    expect(isGivenUp(open, start + PATIENCE.giveUp - 1)).toBe(false);
    expect(isGivenUp(open, start + PATIENCE.giveUp)).toBe(true);
    expect(isGivenUp(openOf(BASE), Number.MAX_SAFE_INTEGER)).toBe(false);
  });
});
