import { describe, expect, it } from 'vitest';
import { toColumns, validateBars } from '../../domain/bars.js';
import { canonicalUrl } from '../../domain/news/articles.js';
import { simulateBars, simulatedGenesis, simulateHeadlines, SIMULATED_NOW } from '../../domain/simulation.js';
import { timeframeMs, type Timeframe } from '../../domain/streams.js';

const barsOf = (symbol: string, timeframe: Timeframe, seed = '1') => {
  const columns = simulateBars({ seed, symbol, timeframe });
  return Array.from(columns.time, (time, i) => ({
    time,
    open: columns.open[i] ?? NaN,
    high: columns.high[i] ?? NaN,
    low: columns.low[i] ?? NaN,
    close: columns.close[i] ?? NaN,
    volume: columns.volume[i] ?? NaN,
    knownAt: time + timeframeMs(timeframe),
  }));
};

describe('the simulated market', () => {
  it.each([
    ['BTC-USDT', '1h'],
    ['DOGE-USDT', '4h'],
    ['ETH-BTC', '1h'],
    ['NEVERHEARDOF-EUR', '1d'],
    ['BTC-USDT', '1w'],
    ['SOL-USDT', '15m'],
  ] as const)('gives only sound bars of %s in %s, without a gap, up to its present', (symbol, timeframe) => {
    const bars = barsOf(symbol, timeframe);
    const step = timeframeMs(timeframe);
    const range = { from: simulatedGenesis(timeframe), to: SIMULATED_NOW };
    const { good, bad } = validateBars(bars, { timeframe, ...range });
    expect(bad).toEqual([]);
    expect(toColumns(good).time).toEqual(Float64Array.from(bars, (_, i) => range.from + i * step));
    expect(SIMULATED_NOW - (bars.at(-1)?.time ?? 0)).toBeLessThan(2 * step);
  });

  it('ends with the hour before 2025', () => {
    expect(barsOf('BTC-USDT', '1h').at(-1)?.time).toBe(Date.UTC(2024, 11, 31, 23));
  });

  it('is the same for the same seed and another for another seed or symbol', () => {
    expect(barsOf('BTC-USDT', '1d')).toEqual(barsOf('BTC-USDT', '1d'));
    expect(barsOf('BTC-USDT', '1d')).not.toEqual(barsOf('BTC-USDT', '1d', '2'));
    expect(barsOf('AAA-USDT', '1d')).not.toEqual(barsOf('AAB-USDT', '1d'));
  });

  it('has heavy tails, clustered volatility, volume that follows it, and no memory in its returns', () => {
    const bars = barsOf('BTC-USDT', '1h');
    const returns = bars.slice(1).map((bar, i) => Math.log(bar.close / (bars[i]?.close ?? NaN)));
    const sizes = returns.map(Math.abs);
    const spread = (values: number[], power: number): number => meanOf(values.map((value) => value ** power));
    expect(spread(returns, 4) / spread(returns, 2) ** 2).toBeGreaterThan(5);
    expect(correlation(sizes.slice(1), sizes.slice(0, -1))).toBeGreaterThan(0.1);
    expect(
      correlation(
        sizes,
        bars.slice(1).map((bar) => bar.volume * bar.close),
      ),
    ).toBeGreaterThan(0.2);
    expect(Math.abs(correlation(returns.slice(1), returns.slice(0, -1)))).toBeLessThan(0.05);
  });
});

describe('simulated headlines', () => {
  const day = 86_400_000;
  const whole = { seed: '1', bases: ['BTC', 'ETH'], from: SIMULATED_NOW - 60 * day, to: SIMULATED_NOW };
  const all = simulateHeadlines(whole);

  it('are the same in any window', () => {
    const from = whole.from + 10 * day;
    const to = from + 7.3 * day;
    expect(simulateHeadlines({ ...whole, from, to })).toEqual(
      all.filter((each) => each.publishedAt >= from && each.publishedAt < to),
    );
  });

  it('come again from other feeds now and then, with tracking parameters only', () => {
    const stories = new Set(all.map((each) => canonicalUrl(each.url)));
    expect(new Set(all.map((each) => each.url)).size).toBe(all.length);
    expect(stories.size).toBeLessThan(all.length * 0.97);
    expect(stories.size).toBeGreaterThan(all.length * 0.8);
    expect(new Set(all.map((each) => each.feed)).size).toBe(3);
  });

  it('stay within the market and its present, however wide the window', () => {
    const wide = simulateHeadlines({ ...whole, bases: ['BTC'], from: 0, to: 8.64e15 });
    expect(wide.at(-1)?.publishedAt).toBeLessThan(SIMULATED_NOW);
    expect(wide[0]?.publishedAt).toBeGreaterThanOrEqual(Date.UTC(2020, 0, 1));
  });
});

const meanOf = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function correlation(a: number[], b: number[]): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  const product = (x: number[], mx: number, y: number[], my: number): number =>
    meanOf(x.map((value, i) => (value - mx) * ((y[i] ?? 0) - my)));
  return product(a, meanA, b, meanB) / Math.sqrt(product(a, meanA, a, meanA) * product(b, meanB, b, meanB));
}
