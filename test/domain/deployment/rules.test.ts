import { describe, expect, it } from 'vitest';
import { resolvePolicy, ROLLOUT_POLICY, type PolicyChanges } from '../../../domain/deployment/policy.js';
import {
  emptyDeployment,
  noted,
  type CanaryFigures,
  type Deployment,
  type ShadowFigures,
} from '../../../domain/deployment/record.js';
import { bucketOf, routeOf, stickyBy } from '../../../domain/deployment/routing.js';
import {
  canaryVerdict,
  rollbackReasons,
  shadowVerdict,
  type Aftermath,
} from '../../../domain/deployment/rules.js';
import { count, emptyTally, quantileMs } from '../../../domain/deployment/tallies.js';
import { nextTurn } from '../../../domain/deployment/turns.js';
import { checkPayload } from '../../../domain/payloads.js';

const HOUR = 3_600_000;
const policy = ROLLOUT_POLICY;
const nothing: Aftermath = { settled: null, drift: null };
const shadow: ShadowFigures = {
  ...{ requests: 100, failures: 0, meanAbsDifference: 0.2, maxAbsDifference: 1, p95Ms: 10, championP95Ms: 9 },
};
const canary: CanaryFigures = {
  ...{ requests: 100, failures: 0, p95Ms: 10, championRequests: 300, championFailures: 0, championP95Ms: 9 },
};

describe('the policy', () => {
  it('takes what differs from the usual one', () =>
    expect(resolvePolicy({ canary: { steps: [10] }, fourEyes: false })).toEqual({
      ...{ ...policy, fourEyes: false, canary: { ...policy.canary, steps: [10] } },
    }));

  it.each<[unknown, RegExp]>([
    [{ fourEye: false }, /Unknown "fourEye" in policy; known: fourEyes/],
    [{ canary: { step: 1 } }, /Unknown "step" in policy.canary; known: steps/],
    [{ canary: 5 }, /policy.canary is no object/],
    [{ evidence: { waiveEvaluation: 1 } } as never, /waiveEvaluation is 1; it must be true or false/],
    [
      { evidence: { waiveEvaluation: true }, approval: { required: false } },
      /waiveEvaluation needs policy.approval.required/,
    ],
    [{ canary: { steps: [50, 5] } }, /ascending percents/],
    [{ canary: { steps: [100] } }, /ascending percents/],
    [{ canary: { steps: 'all' } }, /ascending percents/],
    [{ shadow: { share: 2 } }, /policy.shadow.share is 2; it must lie in 0 … 1/],
    [{ lookMs: 1 }, /lookMs is 1; it must be 100 or more/],
    [{ watchMs: -1 }, /watchMs is -1/],
    [{ watchMs: NaN }, /watchMs is NaN/],
    [{ shadow: { minRequests: '5' } }, /minRequests is 5; it must be a number/],
    [{ fourEyes: 'no' }, /fourEyes is no; it must be true or false/],
    [{ sticky: 'hour' }, /known: auto, stream, bar/],
  ])('refuses %j', (changes, reason) =>
    expect(() => resolvePolicy(changes as PolicyChanges)).toThrow(reason),
  );
});

describe('a shadow', () => {
  it.each<[string, Partial<ShadowFigures>, number, string, RegExp | null]>([
    ['has to wait for its time', {}, HOUR / 2, 'wait', null],
    ['has to wait for requests', { requests: 10 }, 2 * HOUR, 'wait', null],
    ['passes', {}, HOUR, 'pass', /^For: 100 mirrored requests/],
    [
      'fails at once where it certainly fails too often',
      { failures: 20 },
      1,
      'fail',
      /^error rate: 20 of 100/,
    ],
    ['fails where it fails too often', { failures: 2 }, HOUR, 'fail', /Against: 2 of them failed/],
    [
      'fails where it says something else',
      { meanAbsDifference: 1.5 },
      HOUR,
      'fail',
      /Against: its forecasts differ/,
    ],
    ['fails where it is slow', { p95Ms: 90 }, HOUR, 'fail', /Against: latency/],
    [
      'fails where nobody asked in time',
      { requests: 3 },
      8 * 24 * HOUR,
      'fail',
      /Against: 3 mirrored requests/,
    ],
  ])('%s', (_, more, elapsedMs, outcome, reason) => {
    const verdict = shadowVerdict({ policy, figures: { ...shadow, ...more }, elapsedMs });
    expect(verdict.outcome).toBe(outcome);
    if (reason) expect(verdict.reasons.join('\n')).toMatch(reason);
  });
});

describe('a canary', () => {
  it.each<[string, Partial<CanaryFigures>, Partial<Aftermath>, RegExp]>([
    ['errors', { failures: 9 }, {}, /^error rate: 9 of 100/],
    ['times beside the champion', { p95Ms: 90 }, {}, /^latency: its p95 is 90.0 ms beside 9.00/],
    ['times alone', { p95Ms: 2000 }, {}, /^latency: .* allowed are 1000 ms/],
    ['coverage', {}, { settled: { n: 100, inside: 60, promised: 0.9 } }, /^calibration: .* held 60 of 100/],
    ['drift', {}, { drift: { report: 'drf_1', reasons: ['psi 0.4'] } }, /^drift: drf_1: psi 0.4/],
  ])('is taken back for its %s', (_, more, aftermath, reason) => {
    const figures = { ...canary, ...more };
    const all = { ...nothing, ...aftermath };
    expect(rollbackReasons({ policy, figures, aftermath: all }).join('\n')).toMatch(reason);
    expect(canaryVerdict({ policy, figures, elapsedMs: 1, aftermath: all }).outcome).toBe('fail');
  });

  it.each<[string, Partial<CanaryFigures>, Partial<Aftermath>]>([
    ['two failures of a thousand', { requests: 1000, failures: 2 }, {}],
    ['three failures that may be luck', { requests: 100, failures: 3 }, {}],
    ['slower times that nobody notices', { p95Ms: 40, championP95Ms: 1 }, {}],
    ['few times', { requests: 5, p95Ms: 5000 }, {}],
    ['few settled forecasts', {}, { settled: { n: 20, inside: 5, promised: 0.9 } }],
    ['a coverage as promised', {}, { settled: { n: 200, inside: 178, promised: 0.9 } }],
  ])('stays with %s', (_, more, aftermath) =>
    expect(
      rollbackReasons({ policy, figures: { ...canary, ...more }, aftermath: { ...nothing, ...aftermath } }),
    ).toEqual([]),
  );

  it('goes by its steps to all of the requests', () => {
    const record: Deployment = {
      ...emptyDeployment('m', { kind: 'live', detail: '' }, 0),
      ...{ stage: 'canary', percent: 5, canary, policy },
    };
    const at = (percent: number) =>
      nextTurn({ record: { ...record, percent }, aftermath: nothing, since: 0, now: HOUR });
    expect([at(5), at(25)]).toMatchObject([
      { kind: 'step', percent: 25 },
      { kind: 'step', percent: 50 },
    ]);
    expect(at(50)).toMatchObject({ kind: 'promote' });
  });
});

describe('the route of a request', () => {
  const record: Deployment = {
    ...emptyDeployment('m', { kind: 'live', detail: '' }, 0),
    ...{ rollout: 'rol_1', champion: 'mdl_m@1', candidate: 'mdl_m@2', policy, stage: 'canary', percent: 20 },
  };
  const key = (i: number) => ({ stream: `x/S${i}-USDT/1h`, barTime: 5, stickyKey: undefined, now: 0 });

  it('is spread by percent and stays where it was when the percent grows', () => {
    const all = Array.from({ length: 5000 }, (_, i) => i);
    const of = (percent: number) =>
      all.filter((i) => routeOf({ ...record, percent }, key(i))?.answers === 'candidate');
    expect(of(20).length / all.length).toBeCloseTo(0.2, 1);
    const more = new Set(of(50));
    expect(of(20).every((i) => more.has(i))).toBe(true);
  });

  it('keeps a stream, or a bar of it, or a caller together', () => {
    const bars = (sticky: 'stream' | 'bar', stickyKey?: string) =>
      new Set(
        Array.from({ length: 50 }, (_, barTime) =>
          bucketOf({ ...record, sticky }, { stream: 'a', barTime, stickyKey }, 'canary'),
        ),
      ).size;
    expect([bars('stream'), bars('bar'), bars('bar', 'me')]).toEqual([1, 50, 1]);
    expect(stickyBy('auto', { streams: 3, firstPercent: 5 })).toBe('bar');
    expect(stickyBy('auto', { streams: 60, firstPercent: 5 })).toBe('stream');
    expect(stickyBy('stream', { streams: 1, firstPercent: 5 })).toBe('stream');
  });

  it.each<[Partial<Deployment>, number, unknown]>([
    [{ stage: 'idle' }, 0, null],
    [{ stage: 'approval' }, 0, null],
    [{ stage: 'shadow' }, 0, { primary: 'mdl_m@1', mirror: 'mdl_m@2', percent: 0, fallback: null }],
    [{ stage: 'canary', percent: 100 }, 0, { primary: 'mdl_m@2', fallback: 'mdl_m@1', phase: 'canary-100' }],
    [
      { stage: 'promoted', champion: 'mdl_m@2', previous: 'mdl_m@1', watchedUntil: 9 },
      8,
      { fallback: 'mdl_m@1' },
    ],
    [{ stage: 'promoted', champion: 'mdl_m@2', previous: 'mdl_m@1', watchedUntil: 9 }, 9, null],
  ])('of %j at %i', (more, now, expected) => {
    const found = routeOf({ ...record, ...more }, { ...key(1), now });
    if (expected === null) expect(found).toBeNull();
    else expect(found).toMatchObject(expected as object);
  });
});

it('a tally tells quantiles to a tenth', () => {
  const tally = emptyTally();
  for (let ms = 1; ms <= 100; ms++) count(tally, { ms, failure: null });
  count(tally, { ms: 0, failure: null });
  count(tally, { ms: 5, failure: 'no' });
  expect(tally).toMatchObject({ requests: 102, failures: 1, lastFailure: 'no' });
  expect(quantileMs(tally, 0.95)! / 95).toBeGreaterThan(0.95);
  expect(quantileMs(tally, 0.95)! / 95).toBeLessThan(1.12);
  expect(quantileMs(emptyTally(), 0.95)).toBeNull();
});

it('a record of many decisions stays small enough to travel', () => {
  const evaluations = Array.from({ length: 100 }, (_, i) => `evl_${'0'.repeat(24)}${i}`);
  let record: Deployment = { ...emptyDeployment('m', { kind: 'live', detail: '' }, 0), evaluations, policy };
  record = { ...record, championEvaluations: evaluations, previousEvaluations: evaluations };
  for (let i = 0; i < 100; i++)
    record = noted(record, {
      at: i,
      by: 'anna',
      reasons: Array.from({ length: 20 }, () => 'x'.repeat(5000)),
    });
  expect(record.history).toHaveLength(20);
  expect(() => checkPayload('The record', { record })).not.toThrow();
});
