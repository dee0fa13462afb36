import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../../domain/evaluation.js';
import { bestBaseline, modelId, shouldPromote } from '../../domain/models.js';

const figures = (name: string, mae: number, directionalAccuracy: number, n: number) => ({
  name,
  n,
  mae,
  directionalAccuracy,
  wilson95: [0, 1] as [number, number],
});

/** An evaluation that deserves promotion, changed. */
function evaluation(more: Partial<Evaluation> = {}): Evaluation {
  const n = more.n ?? 2000;
  return {
    id: 'evl_1',
    model: 'ridge@1',
    stream: 'binance/BTC-USDT/1h',
    horizonBars: 1,
    from: 0,
    to: 1,
    n,
    mae: 99,
    directionalAccuracy: 0.54,
    wilson95: [0, 1],
    baselines: [
      figures('persistence', 100, NaN, n),
      figures('drift', 100.5, 0.51, n),
      figures('majority', 101, 0.5, n),
      figures('momentum', 140, 0.48, n),
      figures('reversal', 145, 0.52, n),
    ],
    pesaranTimmermann: { statistic: 1, pValue: 0.1 },
    dieboldMariano: { statistic: 1, pValue: 0.1 },
    conformal: { coverage: 0.9, scale: 1, n: 100, measuredCoverage: 0.9 },
    profitAfterCosts: { total: 0.1, buyAndHold: 0.05, feeBps: 10, slippageBps: 2 },
    forecasts: { key: 'forecasts/evl_1.json', sha256: '' },
    dataset: 'ds_1',
    createdAt: 0,
    source: { kind: 'simulated', detail: '1' },
    ...more,
  };
}

const decide = (evaluations: Evaluation[], parityMaxAbs = 1e-6) =>
  shouldPromote({ evaluations, parityMaxAbs });

describe('shouldPromote', () => {
  it('promotes where every rule holds, and gives the figures of each', () => {
    const { promote, reasons } = decide([evaluation(), evaluation({ stream: 'binance/ETH-USDT/1h' })]);
    expect(promote).toBe(true);
    expect(reasons).toHaveLength(7);
    for (const reason of reasons) expect(reason).toMatch(/^For.*: .*\d.*\.$/);
    expect(reasons.join(' ')).toContain('54.00 % of 4000');
  });

  it.each<[string, Evaluation[], number, RegExp]>([
    ['differs after export', [evaluation()], 2e-5, /differs by 2\.0e-5, allowed is 0\.00001/],
    ['has an unknown parity', [evaluation()], NaN, /unknown amount/],
    ['has a parity that was lost', [evaluation()], null as unknown as number, /unknown amount/],
    [
      'has few forecasts on one stream',
      [evaluation(), evaluation({ n: 99, stream: 'b/C-D/1h' })],
      0,
      /b\/C-D\/1h has 99/,
    ],
    [
      'may be a coin',
      [evaluation({ directionalAccuracy: 0.52 })],
      0,
      /lower bound 49\.\d+ % must be above 50 %/,
    ],
    ['has no direction', [evaluation({ directionalAccuracy: NaN })], 0, /lower bound no number/],
    [
      'is beaten by a baseline',
      [
        evaluation({
          baselines: [figures('persistence', 100, NaN, 2000), figures('reversal', 150, 0.55, 2000)],
        }),
      ],
      0,
      /54\.00 % against 55\.00 % of reversal/,
    ],
    [
      'errs more than persistence',
      [evaluation({ mae: 101.5 })],
      0,
      /1\.0150 times persistence's, allowed is 1\.01/,
    ],
    [
      'is too good',
      [evaluation({ directionalAccuracy: 0.61 })],
      0,
      /61\.00 % on 2000; above 60\.00 % .* leak/,
    ],
    ['has no evidence', [], 0, /no evaluation/],
  ])('rejects a model that %s', (_, evaluations, parity, reason) => {
    const { promote, reasons } = decide(evaluations, parity);
    expect(promote).toBe(false);
    expect(reasons.filter((each) => each.startsWith('Against:')).join(' ')).toMatch(reason);
  });

  it('pools the streams by their counts', () => {
    const { reasons } = decide([
      evaluation({ n: 3000, directionalAccuracy: 0.5 }),
      evaluation({ n: 1000, directionalAccuracy: 0.58 }),
    ]);
    expect(reasons.join(' ')).toContain('52.00 % of 4000');
  });

  it('tells a loss after costs without deciding by it', () => {
    const { promote, reasons } = decide([
      evaluation({ profitAfterCosts: { total: -0.2, buyAndHold: 0, feeBps: 10, slippageBps: 2 } }),
    ]);
    expect(promote).toBe(true);
    expect(reasons.at(-1)).toMatch(/^Against, not deciding: .*-20\.00 % after costs/);
  });

  it('takes a high accuracy on few forecasts for luck, not for a leak', () => {
    const { promote } = decide([evaluation({ n: 150, directionalAccuracy: 0.62 })]);
    expect(promote).toBe(true);
  });

  it('follows another policy where one is given', () => {
    const args = { evaluations: [evaluation({ directionalAccuracy: 0.61 })], parityMaxAbs: 0 };
    expect(shouldPromote({ ...args, policy: { leakAccuracy: 0.7 } }).promote).toBe(true);
  });
});

describe('bestBaseline', () => {
  it('is persistence where none errs less', () => {
    expect(bestBaseline([evaluation()])).toEqual({ name: 'persistence', error: 1, accuracy: NaN });
    expect(bestBaseline([])).toMatchObject({ name: 'persistence' });
    const tie = [figures('persistence', 100, NaN, 10), figures('drift', 100, 0.6, 10)];
    expect(bestBaseline([evaluation({ baselines: tie })]).name).toBe('persistence');
  });

  it('is the one that errs least over all streams', () => {
    const stream = (drift: number, reversal: number, n: number) =>
      evaluation({
        baselines: [
          figures('persistence', 100, NaN, n),
          figures('drift', drift, 0.5, n),
          figures('reversal', reversal, 0.6, n),
        ],
      });
    const best = bestBaseline([stream(99, 90, 100), stream(99, 120, 300)]);
    expect(best).toMatchObject({ name: 'drift', accuracy: 0.5 });
    expect(best.error).toBeCloseTo(0.99, 12);
  });
});

it('a model id names and versions it', () => {
  expect(modelId({ name: 'ridge-1h-h1', version: '3' })).toBe('mdl_ridge-1h-h1@3');
});
