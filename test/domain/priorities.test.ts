import { describe, expect, it } from 'vitest';
import { STORY_KINDS } from '../../api/story-inputs.js';
import {
  childUrgency,
  priorityOf,
  readTenantWeights,
  URGENCIES,
  weightOf,
  type Urgency,
} from '../../domain/priorities.js';

const NOW = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const keyOf = (
  kind: string,
  by: 'person' | 'schedule' | 'event',
  input: Record<string, unknown> = {},
): number => priorityOf(kind, { input, by, weights: {}, now: NOW }).priorityKey;

describe('how urgent a story is', () => {
  it.each<[string, Urgency, Urgency]>([
    ['predict', 'live', 'live'],
    ['settlePredictions', 'live', 'live'],
    ['deployModel', 'live', 'live'],
    ['runBacktest', 'interactive', 'usual'],
    ['research', 'interactive', 'usual'],
    ['collectNews', 'interactive', 'usual'],
    ['a story of tomorrow', 'interactive', 'usual'],
    ['trainModel', 'training', 'training'],
    ['sweepBacktest', 'training', 'training'],
    ['rescoreNews', 'backfill', 'backfill'],
    ['cleanObjects', 'backfill', 'backfill'],
  ])('%s is %s where a person waits for it, %s where not', (kind, asked, scheduled) => {
    expect(keyOf(kind, 'person')).toBe(URGENCIES[asked]);
    expect(keyOf(kind, 'schedule')).toBe(URGENCIES[scheduled]);
    expect(keyOf(kind, 'event')).toBe(URGENCIES[scheduled]);
  });

  it.each<[Record<string, unknown>, Urgency]>([
    [{}, 'interactive'],
    [{ from: NOW - 31 * DAY }, 'interactive'],
    [{ from: NOW - 33 * DAY }, 'backfill'],
    [{ from: '2020-01-01', to: '2020-01-31T00:00:00Z' }, 'interactive'],
    [{ from: '2020-01-01', to: '2021-01-01' }, 'backfill'],
    [{ from: 0, to: NOW }, 'backfill'],
    [{ from: 'nonsense' }, 'interactive'],
    [{ to: NOW }, 'interactive'],
  ])('a collection of %j is %s', (input, urgency) => {
    expect(keyOf('collectBars', 'person', input)).toBe(URGENCIES[urgency]);
  });

  it('a long window makes no back-fill of what only reads', () => {
    expect(keyOf('runBacktest', 'person', { from: 0, to: NOW })).toBe(URGENCIES.interactive);
  });

  it('the tenant is the fairness key, with its weight', () => {
    const weights = { ops: 2.5, '*': 0.5 };
    const of = (tenant?: string) =>
      priorityOf('predict', {
        input: {},
        by: 'person',
        ...(tenant === undefined ? {} : { tenant }),
        weights,
        now: NOW,
      });
    expect(of('ops')).toEqual({ priorityKey: 1, fairnessKey: 'ops', fairnessWeight: 2.5 });
    expect(of('else')).toMatchObject({ fairnessKey: 'else', fairnessWeight: 0.5 });
    expect(of('')).toMatchObject({ fairnessKey: 'default' });
    expect(of()).toMatchObject({ fairnessKey: 'default' });
    expect(weightOf({}, 'anyone')).toBe(1);
  });

  it('every story that a person can start has one of the five', () => {
    for (const kind of STORY_KINDS) expect(Object.values(URGENCIES)).toContain(keyOf(kind, 'person'));
  });
});

describe('a story that is a step of another', () => {
  it.each<[string, number | undefined, number | undefined]>([
    ['trainModel', 2, 4],
    ['trainModel', undefined, 4],
    ['trainModel', 0, 4],
    ['trainModel', 5, undefined],
    ['trainModel', 4, undefined],
    ['collectBars', 2, undefined],
    ['collectBars', 5, undefined],
    ['predict', 3, undefined],
    ['rescoreNews', 4, 5],
  ])('%s below one of %s gets %s', (kind, parent, expected) => {
    expect(childUrgency(kind, parent)).toBe(expected);
  });
});

describe('weights of tenants', () => {
  it('are read from pairs', () => {
    expect(readTenantWeights(' research=4, ops=0.5 ,*=1,')).toEqual({ research: 4, ops: 0.5, '*': 1 });
    expect(readTenantWeights('')).toEqual({});
  });

  it.each([
    'research',
    'research=',
    'research=-1',
    'research=0',
    'research=1001',
    'Research=1',
    'a b=1',
    '=3',
    'x=1e3',
    'x=NaN',
  ])('"%s" is named', (pair) => {
    expect(() => readTenantWeights(`ops=1,${pair}`)).toThrow(`Unreadable weight "${pair}"`);
  });

  it('a tenant has one', () => {
    expect(() => readTenantWeights('ops=1,ops=2')).toThrow('"ops" has two weights');
  });
});
