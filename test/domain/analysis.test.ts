import { describe, expect, it } from 'vitest';
import { analyse } from '../../domain/backtest/analysis.js';
import { backtest } from '../../domain/backtest/engine.js';
import type { Trade } from '../../domain/backtest/spec.js';
import { tradeFigures } from '../../domain/backtest/trade-figures.js';
import { dailyReturns, dailyTimes } from '../../domain/metrics.js';
import { seededNormal } from '../../domain/random.js';
import { FREE, SPEC } from './made-backtests.js';

const DAY = 86_400_000;
const START = Date.UTC(2023, 0, 1);
const HOUR = 3_600_000;

function made(days: number, drift: number) {
  const normal = seededNormal('analysis');
  const n = days * 24;
  const time = Float64Array.from({ length: n }, (_, i) => START + i * HOUR);
  let price = 100;
  const close = time.map(() => (price *= Math.exp(0.005 * normal() + drift)));
  const open = close.map((_, i) => close[i - 1] ?? 100);
  const high = close.map((value, i) => Math.max(value, open[i] ?? 0));
  const low = close.map((value, i) => Math.min(value, open[i] ?? 0));
  return { time, open, high, low, close, volume: close.map(() => 1) };
}

const trade = (profit: number, change: Partial<Trade> = {}): Trade => ({
  side: 'long',
  entryTime: START,
  entryPrice: 100,
  exitTime: START + 2 * HOUR,
  exitPrice: 100 + profit,
  units: 1,
  fees: 0.5,
  profit,
  ...change,
});

describe('the analysis of a backtest', () => {
  const bars = made(400, 0.0001);
  const signal = bars.close.map((_, i) => (i % 48 < 24 ? 1 : 0));
  const { equity, trades, metrics } = backtest({ bars, signal, spec: SPEC });
  const holding = backtest({ bars, signal: bars.close.map(() => 1), spec: { ...SPEC, costs: FREE } }).equity;
  const input = { time: bars.time, equity, trades, start: SPEC.cash, periodsPerYear: 365 as const };

  it('agrees with the metrics of the run', () => {
    const analysis = analyse({ ...input, benchmarkEquity: holding });
    expect(analysis.sharpe).toBeCloseTo(metrics.sharpe, 12);
    expect(analysis.days).toBe(400);
    expect(analysis.trades.closed).toBe(metrics.exits);
    expect(analysis.trades.profitFactor).toBeCloseTo(metrics.profitFactor, 12);
    expect(analysis.benchmark?.beta).toBeGreaterThan(0.2);
    expect(analysis.benchmark?.beta).toBeLessThan(0.8);
    expect(analysis.sharpeInterval[0]).toBeLessThan(analysis.sharpe);
    expect(analysis.sharpeInterval[1]).toBeGreaterThan(analysis.sharpe);
    const compounded = analysis.byYear.reduce((level, year) => level * (1 + year.return), 1);
    expect(compounded - 1).toBeCloseTo(metrics.totalReturn, 9);
    expect(analysis.byMonth).toHaveLength(14);
  });

  it('puts the entries at other moments where positions are given', () => {
    const priceReturns = bars.close.map((close, i) => close / (bars.open[i] ?? NaN) - 1);
    const position = signal.map((_, i) => signal[i - 1] ?? 0);
    const { entries } = analyse({ ...input, position, priceReturns });
    expect(entries?.pValue).toBeGreaterThan(0.01);
    expect(analyse(input).entries).toBeNull();
  });

  it('holding beside itself has beta 1', () => {
    const { benchmark } = analyse({ ...input, equity: holding, trades: [], benchmarkEquity: holding });
    expect(benchmark?.beta).toBeCloseTo(1, 9);
    expect(benchmark?.alpha).toBeCloseTo(0, 9);
  });

  it('believes less after more trials, and is the same each time', () => {
    const alone = analyse(input);
    const many = analyse({ ...input, trials: 1000, trialSharpes: [0.1, -0.1, 0.05, -0.05, 0.02, 0.01] });
    expect(alone.deflatedSharpe).toBe(alone.probabilisticSharpe);
    expect(alone).toMatchObject({ trials: 1, expectedMaximumSharpe: 0 });
    expect(many.trials).toBe(1000);
    expect(many.deflatedSharpe).toBeLessThan(alone.deflatedSharpe);
    expect(analyse(input)).toEqual(alone);
  });

  it('does not care in which currency the money is', () => {
    const scale = (values: Float64Array) => values.map((each) => each * 1000);
    const here = analyse({ ...input, benchmarkEquity: holding });
    const there = analyse({
      ...input,
      equity: scale(equity),
      benchmarkEquity: scale(holding),
      start: SPEC.cash * 1000,
    });
    expect(there.sharpe).toBeCloseTo(here.sharpe, 9);
    expect(there.deflatedSharpe).toBeCloseTo(here.deflatedSharpe, 9);
    expect(there.drawdown?.depth).toBeCloseTo(here.drawdown?.depth ?? NaN, 9);
  });

  it('says when the deepest fall was', () => {
    const time = Float64Array.from({ length: 5 }, (_, i) => START + i * DAY);
    const falling = Float64Array.of(110, 99, 90, 120, 121);
    const { drawdown, longestDrawdownDays } = analyse({
      ...input,
      time,
      equity: falling,
      trades: [],
      start: 100,
    });
    expect(drawdown).toMatchObject({
      start: START,
      trough: START + 2 * DAY,
      recovery: START + 3 * DAY,
      days: 3,
    });
    expect(longestDrawdownDays).toBe(3);
  });

  it.each([
    ['nothing was ever traded', Float64Array.of(100, 100, 100), 'no result'],
    ['everything was lost', Float64Array.of(100, -5, -5), 'no edge'],
    ['there is one day', Float64Array.of(101), 'no result'],
    ['there is no bar', new Float64Array(0), 'no result'],
  ])('has figures, or NaN, when %s', (_, values, finding) => {
    const time = values.map((__, i) => START + i * DAY);
    const analysis = analyse({ ...input, time, equity: values, trades: [], start: 100 });
    expect(analysis.verdict.finding).toBe(finding);
    expect(analysis.trades.expectancy).toBeNaN();
  });
});

describe('figures of trades', () => {
  const time = Float64Array.of(START, START + 365.25 * DAY);
  const equity = Float64Array.of(1000, 1000);

  it('are of the closed ones, turnover and fees of all', () => {
    const open = trade(-0.5, { exitTime: null, exitPrice: null });
    const figures = tradeFigures({ trades: [trade(4), trade(-2), trade(-1), open], equity, time });
    expect(figures).toMatchObject({
      closed: 3,
      open: 1,
      best: 4,
      worst: -2,
      longestLosing: 2,
      longestWinning: 1,
    });
    expect(figures.turnover).toBeCloseTo((204 + 198 + 199 + 100) / 1000, 12);
    expect(figures.feeShare).toBeCloseTo(2 / 701, 12);
    expect(figures.expectancy).toBeCloseTo(1 / 3, 12);
    expect(figures.expectancyReturn).toBeCloseTo(0.01 / 3, 12);
    expect(figures.hitRate).toBeCloseTo(1 / 3, 12);
    expect(figures.payoffRatio).toBeCloseTo(4 / 1.5, 12);
    expect(figures.profitFactor).toBeCloseTo(4 / 3, 12);
    expect(figures.averageHoldingMs).toBe(2 * HOUR);
  });
});

describe('the days of daily returns', () => {
  it.each([true, false])('are as many as the returns, idle ones too: %s', (everyDay) => {
    const time = Float64Array.of(START + HOUR, START + 5 * HOUR, START + 3 * DAY, START + 4 * DAY + HOUR);
    const days = dailyTimes(time, everyDay);
    const returns = dailyReturns({ time, equity: time.map(() => 1), start: 1, everyDay });
    expect(days).toHaveLength(returns.length);
    expect(days[0]).toBe(START);
    expect(days.at(-1)).toBe(START + 4 * DAY);
  });
});
