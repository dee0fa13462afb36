import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { signalOfRule } from '../../domain/backtest/rules.js';
import type { SentimentPoint } from '../../domain/features.js';
import { seededRandom } from '../../domain/random.js';
import { STRATEGIES, resolveParams, resolveStrategy } from '../../domain/strategies/index.js';
import { recordedDirectory } from '../recorded.js';
import { HOUR, START, columnsOf, walk } from './made-bars.js';

const barsOf = (close: number[], high = close, low = close) => ({
  ...columnsOf(close.length),
  close: Float64Array.from(close),
  high: Float64Array.from(high),
  low: Float64Array.from(low),
});

/** Both sides on closes whose decisions can be checked by hand. */
describe('decisions that were checked by hand:', () => {
  it.each<[string, string, Record<string, number>, number[], number[]]>([
    // Averages of two: 1.5 2.5 2.5 1.5 1 against the closes.
    ['an average crossed', 'sma-cross', { fast: 1, slow: 2 }, [1, 2, 3, 2, 1, 1], [0, 1, 1, -1, -1, 0]],
    // EMA(2): 1.5, then + 2/3 of the distance: 2.5, 2.167, 1.389, 1.13.
    [
      'a fading average crossed',
      'ema-cross',
      { fast: 1, slow: 2 },
      [1, 2, 3, 2, 1, 1],
      [0, 1, 1, -1, -1, -1],
    ],
    // Gains 1, .5, .25, 1.625, 1.8125 and losses 0, 1, .75, .375, .1875 → 100, 33.3, 25, 81.25, 90.6.
    [
      'a strength index',
      'rsi',
      { length: 2, lower: 30, upper: 70, exit: 50 },
      [1, 2, 3, 1, 0.5, 3.5, 5.5],
      [0, 0, -1, 0, 1, -1, -1],
    ],
    // Means of three 2, 2, 4.33, 5, 4.67, 4; deviations .82, .82, 2.62, 2.45, 2.87, 2.16.
    [
      'Bollinger bands of one deviation',
      'bollinger',
      { length: 3, width: 1 },
      [2, 1, 3, 2, 8, 5, 1, 6],
      [0, 0, -1, -1, -1, -1, 1, 0],
    ],
    // Changes over two bars, percent: +100, 0, −50, 0, +200.
    [
      'a change of more than half',
      'momentum',
      { length: 2, threshold: 40 },
      [1, 2, 2, 2, 1, 2, 3],
      [0, 0, 1, 0, -1, 0, 1],
    ],
    [
      'a channel broken',
      'donchian',
      { entry: 3, exit: 2 },
      [5, 6, 5, 6, 7, 6, 5, 4, 5, 6.5],
      [0, 0, 0, 0, 1, 1, -1, -1, -1, 1],
    ],
    // z of the last of four: 1.73, 1, −.58, −.33, −1.52, 1.501.
    [
      'a distance from the mean',
      'mean-reversion',
      { length: 4, enter: 1.5, exit: 0.5 },
      [1, 1, 1, 2, 2, 1, 1.5, 0, 3],
      [0, 0, 0, -1, -1, 0, 0, 1, -1],
    ],
  ])('%s', (_, name, given, closes, expected) => {
    const strategy = resolveStrategy(name);
    const both = resolveParams(strategy, { ...given, direction: 0 });
    const bars = barsOf(closes);
    expect(Array.from(strategy.signal({ bars, params: both, timeframeMs: HOUR }))).toEqual(expected);
  });

  it('a line that leaves its signal line', () => {
    const closes = [...Array<number>(12).fill(10), 11, 12, 13, 12, 10, 8, 7, 9, 12];
    const strategy = resolveStrategy('macd');
    const params = resolveParams(strategy, { fast: 2, slow: 4, smooth: 3, direction: 0 });
    const signal = strategy.signal({ bars: barsOf(closes), params, timeframeMs: HOUR });
    expect(Array.from(signal.subarray(11))).toEqual([0, 1, 1, 1, -1, -1, -1, -1, 1, 1]);
  });

  it('news: what is known at the close, fading by half a bar each', () => {
    const strategy = resolveStrategy('news-sentiment');
    const params = resolveParams(strategy, { halfLifeHours: 1, enter: 0.3, exit: 0.25, direction: 0 });
    const at = (bars: number, value: number) => ({ knownAt: START + bars * HOUR, value });
    const sentiment = [at(2, 1), at(2, 1), at(5.5, -1), at(6, -1), at(6, -1)];
    // 2/3, 1/2, .5/1.5, .25/1.25, (.125 − .71 − 2)/3.83, …, −.32/1.48: a close is one bar after its open.
    const signal = strategy.signal({ bars: columnsOf(9), params, timeframeMs: HOUR, sentiment });
    expect(Array.from(signal)).toEqual([0, 1, 1, 1, 0, -1, -1, -1, 0]);
  });
});

describe('news by the sentiment index', () => {
  const strategy = resolveStrategy('news-sentiment');
  const at = (
    bars: number,
    value: number,
    more: Partial<SentimentPoint['opinion']> = {},
  ): SentimentPoint => ({
    knownAt: START + bars * HOUR,
    value,
    opinion: { positive: Math.max(0, value), negative: Math.max(0, -value), abstained: false, ...more },
  });
  const signalOf = (sentiment: SentimentPoint[], given: Record<string, number>, bars = 6): number[] => {
    const params = resolveParams(strategy, {
      halfLifeHours: 1,
      enter: 0.3,
      exit: 0.25,
      direction: 0,
      ...given,
    });
    return Array.from(strategy.signal({ bars: columnsOf(bars), params, timeframeMs: HOUR, sentiment }));
  };

  it('is a mean that does not shrink, until its window is over; a value alone will do', () => {
    const { opinion: _, ...plain } = at(1, 0.5);
    for (const point of [plain, at(1, 0.5)]) {
      expect(signalOf([point], { basis: 1, windowHours: 3 })).toEqual([1, 1, 1, 0, 0, 0]);
      expect(signalOf([point], { basis: 0 })).toEqual([0, 0, 0, 0, 0, 0]);
    }
  });

  it('leaves abstentions out, and counts a story that is told again less', () => {
    const silent = at(1, 0, { abstained: true });
    expect(signalOf([at(1, 0.5), silent, silent], { basis: 1 }, 1)).toEqual([1]);
    const told = [at(1, 1, { story: 's' }), at(1, 1, { story: 's' }), at(1, 1, { story: 's' }), at(1, -0.9)];
    expect(signalOf(told, { basis: 1, enter: 0.4 }, 1)).toEqual([0]);
    const others = told.map((point, i) => at(1, point.value, { story: `${i}` }));
    expect(signalOf(others, { basis: 1, enter: 0.4 }, 1)).toEqual([1]);
  });

  it('waits, where it is cautious, until the interval is clear of what is enough', () => {
    const some = (n: number) => Array.from({ length: n }, () => at(1, 0.9));
    expect(signalOf(some(2), { basis: 1 }, 1)).toEqual([1]);
    expect(signalOf(some(2), { basis: 2 }, 1)).toEqual([0]);
    expect(signalOf(some(30), { basis: 2 }, 1)).toEqual([1]);
    expect(
      signalOf(
        some(30).map((point) => at(1, -point.value)),
        { basis: 2 },
        1,
      ),
    ).toEqual([-1]);
  });

  it('decides by what was known, whatever comes after', () => {
    const next = seededRandom('news');
    const sentiment = Array.from({ length: 80 }, (_, i) => at(i / 2, 2 * next() - 1, { story: `${i % 7}` }));
    for (const basis of [1, 2]) {
      const all = signalOf(sentiment, { basis }, 40);
      expect(signalOf(sentiment.slice(0, 41), { basis }, 20)).toEqual(all.slice(0, 20));
    }
  });

  it('leaves the parameters of older results as they were, and refuses windows in which nothing is left', () => {
    expect(resolveParams(strategy, {})).toEqual({ halfLifeHours: 12, enter: 0.15, exit: 0.05, direction: 1 });
    expect(() => resolveParams(strategy, { basis: 1, halfLifeHours: 0.1 })).toThrow(/at most 500 times/);
    expect(resolveParams(strategy, { halfLifeHours: 0.1 })).toMatchObject({ halfLifeHours: 0.1 });
  });
});

describe.each(Object.values(STRATEGIES).filter(({ rule }) => rule))('the rule of $name', (strategy) => {
  const bars = walk(400, 3);
  it.each([1, -1, 0])('says what its signal says, direction %i, and takes no other side', (direction) => {
    const given = strategy.params['direction'] ? { direction } : {};
    const params = resolveParams(strategy, given);
    const signal = strategy.signal({ bars, params, timeframeMs: HOUR });
    expect(signalOfRule(strategy.rule!(params), bars)).toEqual(signal);
    expect(new Set(signal)).toEqual(new Set(direction === 0 ? signal : [0, direction]));
    const warmUp = strategy.warmUp(params);
    expect(signal.subarray(0, warmUp).every((value) => value === 0)).toBe(true);
  });
});

it('every strategy decides at the first bar behind its warm-up where the market moves enough', () => {
  for (const strategy of Object.values(STRATEGIES).filter(({ rule }) => rule)) {
    const small: Record<string, number> = { enter: 0.1, width: 0.1, lower: 49, upper: 51, exit: 50 };
    if (strategy.name === 'mean-reversion') small['exit'] = 0;
    if (strategy.name === 'donchian') delete small['exit'];
    const mine = Object.entries(small).filter(([name]) => strategy.params[name]);
    const params = resolveParams(strategy, { ...Object.fromEntries(mine), direction: 0 });
    const warmUp = strategy.warmUp(params);
    const firsts = [...Array(60).keys()].map((seed) =>
      strategy
        .signal({ bars: walk(400, seed + 1), params, timeframeMs: HOUR })
        .findIndex((value) => value !== 0),
    );
    const first = Math.min(...firsts.filter((row) => row >= 0));
    expect({ name: strategy.name, first }).toEqual({ name: strategy.name, first: warmUp });
  }
});

it.each([
  ['rsi', { lower: 80 }, /lower \(80\) must be below upper \(70\)/],
  ['rsi', { exit: 90 }, /exit \(90\) not outside/],
  ['macd', { fast: 26 }, /fast \(26\) must be below slow \(26\)/],
  ['donchian', { exit: 30 }, /exit \(30\) must not be above entry \(20\)/],
  ['mean-reversion', { exit: 2 }, /exit \(2\) must be below enter \(2\)/],
  ['news-sentiment', { exit: 0.5 }, /exit \(0.5\) must not be above enter/],
  ['momentum', { direction: 2 }, /direction of momentum is 2; it must be a whole number from -1 to 1/],
] as const)('%s refuses %o', (name, given, message) => {
  const refusing = () => resolveParams(resolveStrategy(name), given);
  expect(refusing).toThrow(expect.objectContaining({ name: 'InvalidInputError' }));
  expect(refusing).toThrow(message);
});

it('a direction that was added later leaves the parameters of older results as they were', () => {
  const cross = resolveStrategy('sma-cross');
  expect(resolveParams(cross, { direction: 1 })).toEqual({ fast: 20, slow: 100 });
  expect(resolveParams(cross, { direction: 0 })).toEqual({ fast: 20, slow: 100, direction: 0 });
});

const recorded = recordedDirectory();
const fixture = recorded === null ? '' : resolve(recorded, '../fixtures/talib_500.json');
if (!existsSync(fixture) && process.env['CI'] === 'true')
  throw new Error(`No fixtures at ${fixture}; CI needs them`);
describe.skipIf(!existsSync(fixture))(
  'decisions on TA-Lib columns (skipped where ../shared/fixtures is missing)',
  () => {
    const file = () => JSON.parse(readFileSync(fixture, 'utf8')) as Record<string, Record<string, number[]>>;
    it.each<[string, Record<string, number>, (column: (key: string) => number[], i: number) => number]>([
      [
        'sma-cross',
        { fast: 5, slow: 20 },
        (of, i) => Math.sign((of('SMA_5')[i] ?? 0) - (of('SMA_20')[i] ?? NaN)),
      ],
      [
        'ema-cross',
        { fast: 20, slow: 100 },
        (of, i) => Math.sign((of('EMA_20')[i] ?? 0) - (of('EMA_100')[i] ?? NaN)),
      ],
      ['macd', {}, (of, i) => Math.sign(of('MACDHIST_12_26_9')[i] ?? NaN)],
      ['momentum', { length: 10 }, (of, i) => Math.sign(of('ROC_10')[i] ?? NaN)],
    ])('%s', (name, given, expected) => {
      const { bars, indicators } = file();
      const columns = columnsOf(500);
      for (const key of ['open', 'high', 'low', 'close', 'volume'] as const)
        columns[key] = Float64Array.from(bars![key]!);
      const strategy = resolveStrategy(name);
      const params = resolveParams(strategy, { ...given, direction: 0 });
      const signal = strategy.signal({ bars: columns, params, timeframeMs: HOUR });
      const of = (key: string): number[] => indicators![key]!;
      const wanted = Array.from(signal, (_, i) => expected(of, i) || 0);
      expect(Array.from(signal)).toEqual(wanted);
      expect(new Set(wanted).size).toBe(3);
    });
  },
);
