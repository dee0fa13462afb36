import { describe, expect, it } from 'vitest';
import { seededNormal } from '../../domain/random.js';
import { permuteEntries, shuffleTrades } from '../../domain/significance/permutation.js';
import { strategiesTable } from '../../domain/significance/table.js';
import { verdictOf, type Evidence } from '../../domain/significance/verdict.js';

const SOUND: Evidence = {
  sharpe: 0.1,
  n: 1000,
  trials: 20,
  deflatedSharpe: 0.99,
  pbo: 0.1,
  spa: 0.01,
  interval: [0.03, 0.15],
  minimumTrackRecord: 300,
};

describe('the verdict', () => {
  it.each([
    [
      'all that speaks for it',
      {},
      'edge',
      /^more than luck: after 20 trials .* 99 %; .* p = 0.010; overfitting/,
    ],
    ['one trial', { trials: 1, pbo: undefined }, 'edge', /^more than luck: the Sharpe ratio is above 0 with/],
    [
      'a low deflated Sharpe ratio',
      { deflatedSharpe: 0.5 },
      'luck',
      /^not distinguishable from luck: after 20/,
    ],
    ['a test that finds chance as good', { spa: 0.4 }, 'luck', /^not distinguishable .* p = 0.40\.$/],
    ['probable overfitting', { pbo: 0.6 }, 'luck', /below the median in the other with probability 60 %/],
    [
      'a deflated Sharpe ratio in between',
      { deflatedSharpe: 0.93 },
      'doubtful',
      /^doubtful: after 20 trials/,
    ],
    ['an interval with 0', { interval: [-0.01, 0.1] }, 'doubtful', /interval of the Sharpe ratio includes 0/],
    [
      'a short record',
      { minimumTrackRecord: 1000.5 },
      'doubtful',
      /1000 returns are .* than the 1001 needed/,
    ],
    ['a loss', { sharpe: -0.1 }, 'no edge', /mean return is not above 0/],
    ['nothing', { sharpe: NaN }, 'no result', /the returns never vary/],
    ['almost certainty', { deflatedSharpe: 0.99999 }, 'edge', /99.9 %/],
  ])('on %s', (_, change, finding, sentence) => {
    const evidence = Object.fromEntries(
      Object.entries({ ...SOUND, ...change }).filter(([, value]) => value !== undefined),
    );
    const verdict = verdictOf(evidence as unknown as Evidence);
    expect(verdict.finding).toBe(finding);
    expect(verdict.sentence).toMatch(sentence);
  });

  it('is another one for a planted edge than for walks', () => {
    const judge = (edge: number): string => {
      const draw = seededNormal('planted');
      const names = Array.from({ length: 40 }, (__, k) => `s${k}`);
      const returns = Float64Array.from({ length: 1000 * 40 }, (__, i) => draw() + (i % 40 === 7 ? edge : 0));
      return strategiesTable({ returns, names, resamples: 300, seed: 'v', parts: 10 }).verdict.finding;
    };
    expect(judge(0)).toBe('luck');
    expect(judge(0.25)).toBe('edge');
  });
});

describe('permuted entries', () => {
  const draw = seededNormal('entries');
  const returns = Float64Array.from({ length: 400 }, () => draw() / 100);

  it('find skill where it was the moments, and none in holding by chance', () => {
    const clever = returns.map((each, i) => (Math.floor(i / 5) % 2 === 0 && each > 0 ? 1 : 0));
    expect(permuteEntries(clever, returns).pValue).toBeLessThan(0.01);
    const blind = returns.map((_, i) => (i % 20 < 8 ? 1 : i % 20 < 12 ? -1 : 0));
    expect(permuteEntries(blind, returns).pValue).toBeGreaterThan(0.05);
  });

  it('have nothing to tell where something is always held, or never', () => {
    expect(
      permuteEntries(
        returns.map(() => 1),
        returns,
      ).pValue,
    ).toBe(1);
    expect(permuteEntries(new Float64Array(400), returns)).toMatchObject({ observed: 0, pValue: 1, mean: 0 });
  });

  it('earn on average what the time in the market earns', () => {
    const held = returns.map((_, i) => (i % 10 < 3 ? 1 : 0));
    const steady = new Float64Array(400).fill(0.001);
    const { observed, mean } = permuteEntries(held, steady);
    expect(mean).toBeCloseTo(observed, 12);
  });
});

describe('shuffled trades', () => {
  it('show what falls the same trades could have had', () => {
    const profits = Float64Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 10 : -8));
    const order = shuffleTrades(profits, 1000);
    expect(order.observed).toBeCloseTo(8 / 1010, 12);
    expect(order.shareDeeper).toBe(1);
    expect(order.worst).toBeGreaterThanOrEqual(order.quantile95);
    expect(order.median).toBeGreaterThan(order.observed);
    expect(order.ruin).toBe(0);
    expect(shuffleTrades(Float64Array.of(-600, 700, -600), 1000).ruin).toBeGreaterThan(0);
  });

  it('have no fall without trades', () => {
    expect(shuffleTrades(new Float64Array(0), 100)).toMatchObject({ observed: 0, worst: 0 });
  });
});
