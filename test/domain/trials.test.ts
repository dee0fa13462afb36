import { describe, expect, it } from 'vitest';
import {
  countTrials,
  decisionOf,
  marketOf,
  trialOf,
  varianceOfTrials,
  type Trial,
} from '../../domain/backtest/trials.js';
import type { Source } from '../../domain/sources.js';

const LIVE: Source = { kind: 'live', detail: '' };
const DAY = 86_400_000;
const trial = (
  fast: number,
  [from, to]: [number, number],
  change: Partial<Trial> & { stream?: string } = {},
): Trial => ({
  ...trialOf({
    spec: {
      stream: change.stream ?? 'binance/BTC-USDT/1h',
      strategy: 'sma-cross',
      params: { fast, slow: 100 },
      size: { kind: 'equity', fraction: 1 },
      from: from * DAY,
      to: to * DAY,
    },
    source: LIVE,
    sharpe: fast / 100,
    days: to - from,
    at: 0,
  }),
  ...change,
});
const window = { market: 'BTC-USD', from: 100 * DAY, to: 200 * DAY };

describe('what is a trial', () => {
  it('is the decision on a market and window, whatever it costs and wherever it is traded', () => {
    const here = trial(10, [0, 10]);
    expect(here.id).toMatch(/^trl_[0-9a-f]{24}$/);
    expect(trial(10, [0, 10], { stream: 'kraken/BTC-USD/1h' }).id).toBe(here.id);
    expect(trial(11, [0, 10]).id).not.toBe(here.id);
    expect(trial(10, [0, 11])).toMatchObject({ decision: here.decision });
    expect(trial(10, [0, 11]).id).not.toBe(here.id);
    expect(trial(10, [0, 10], { stream: 'binance/BTC-USDT/4h' }).decision).not.toBe(here.decision);
  });

  it('counts code that differs, and parameters in any order as the same', () => {
    const base = { stream: 'binance/BTC-USDT/1h', strategy: 's', size: { kind: 'units', units: 1 } as const };
    const [a, b] = [
      decisionOf({ ...base, params: { x: 1, y: 2 } }),
      decisionOf({ ...base, params: { y: 2, x: 1 } }),
    ];
    expect(a).toBe(b);
    expect(decisionOf({ ...base, params: { x: 1, y: 2 }, code: 'abc' })).not.toBe(a);
  });

  it.each([
    ['binance/BTC-USDT/1h', LIVE, 'BTC-USD'],
    ['kraken/BTC-USD/1m', { kind: 'recorded', detail: '/data' }, 'BTC-USD'],
    ['binance/ETH-BTC/1h', LIVE, 'ETH-BTC'],
    ['binance/BTC-USDT/1h', { kind: 'simulated', detail: '7' }, 'BTC-USD simulated-7'],
  ] as const)('%s from %o is the market %s', (stream, source, market) => {
    expect(marketOf(stream, source)).toBe(market);
  });
});

describe('counting trials', () => {
  it.each<[string, Trial[], number, number[]]>([
    ['nothing was tried', [], 1, []],
    ['three were', [trial(1, [100, 200]), trial(2, [100, 200]), trial(3, [100, 200])], 3, [0.01, 0.02, 0.03]],
    ['one was repeated', [trial(1, [100, 200]), trial(1, [100, 200])], 1, [0.01]],
    ['one was tried on two windows', [trial(1, [90, 110]), trial(1, [100, 190], { sharpe: 0.5 })], 1, [0.5]],
    ['a window ends where this one begins', [trial(1, [0, 100])], 1, []],
    ['a window reaches into it by a day', [trial(1, [0, 101]), trial(2, [100, 200])], 2, [0.02]],
    [
      'one is of another market',
      [trial(1, [100, 200], { market: 'ETH-USD' }), trial(2, [100, 200])],
      1,
      [0.02],
    ],
    ['one never traded', [trial(1, [100, 200], { sharpe: null }), trial(2, [100, 200])], 2, [0.02]],
    ['one covers half of it', [trial(1, [100, 150]), trial(2, [100, 149])], 2, [0.01]],
  ])('when %s', (_, all, trials, sharpes) => {
    expect(countTrials(all, window)).toEqual({ trials, sharpes });
    expect(countTrials(all.toReversed(), window).trials).toBe(trials);
  });

  it('includes the judged one where it is not there yet', () => {
    const all = [trial(1, [100, 200])];
    expect(countTrials(all, { ...window, decision: 'other' }).trials).toBe(2);
    expect(countTrials(all, { ...window, decision: all[0]?.decision ?? '' }).trials).toBe(1);
  });

  it.each([
    [{ trials: 1, sharpes: [0.1] }, 0],
    [{ trials: 100, sharpes: [0.1, 0.2] }, 1 / 250],
    [{ trials: 5, sharpes: [1, 2, 3, 4, 5] }, 2.5],
  ])('takes the variance of %o as %f', (count, variance) => {
    expect(varianceOfTrials(count, 250)).toBeCloseTo(variance, 12);
  });
});
