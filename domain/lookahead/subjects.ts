import { signalOfRule, type Rule } from '../backtest/rules.js';
import type { BarColumns } from '../bars.js';
import { targetColumn } from '../dataset/samples.js';
import type { DatasetSpec } from '../dataset.js';
import {
  buildFeatures,
  describeWarmUp,
  INDEX_FEATURE_VERSION,
  type FeatureMatrix,
  type FeatureVersion,
} from '../features.js';
import type { Strategy } from '../strategies/strategy.js';
import type { Timeframe } from '../streams.js';
import { latestBars, type MarketData } from './data.js';
import type { Decisions, Memory, Subject } from './subject.js';

/** A strategy with these parameters; what it needs beside bars is taken, or made, from the data. */
export function strategySubject(strategy: Strategy, params: Record<string, number>): Subject {
  return {
    name: strategy.name,
    kind: 'strategy',
    warmUp: strategy.warmUp(params),
    memory: strategy.rule ? memoryOf(strategy.rule(params)) : 'held',
    horizonBars: 0,
    tolerance: 0,
    decide(data) {
      const bars = latestBars(data);
      const more = strategy.needs === 'forecasts' ? { forecasts: madeForecasts(bars, data.timeframeMs) } : {};
      const { timeframeMs, news } = data;
      const signal = strategy.signal({ bars, params, timeframeMs, sentiment: [...news], ...more });
      return decisionsOf(bars, { signal });
    },
  };
}

/** A rule whose position is what its last comparison says has no memory of its own; its averages may fade. */
export function memoryOf({ long, short }: Rule): Memory {
  const sides = [long, short].flatMap((side) => side ?? []);
  if (sides.some(({ exit }) => exit !== 'otherwise')) return 'held';
  const names = sides.flatMap(({ enter }) => [enter.left, enter.right]).map(nameOf);
  return names.some((name) => FADING.has(name)) ? 'fading' : 'window';
}

const nameOf = (operand: number | { name: string }): string =>
  typeof operand === 'number' ? '' : operand.name;

/** Columns that remember all bars before, ever less. */
const FADING = new Set(
  'EMA DEMA TEMA KAMA RSI MACD TRIX ATR NATR ADX DX PLUS_DI MINUS_DI SAR STOCHRSI OBV AD'.split(' '),
);

/** Directions that a bar's own time tells: forecasts that know nothing of any price. */
function madeForecasts(
  bars: BarColumns,
  timeframeMs: number,
): { time: Float64Array; direction: Float64Array } {
  const time = bars.time.map((open) => open + timeframeMs);
  return { time, direction: time.map((close) => Math.sign(Math.sin(close / 7e7))) };
}

/** The features that models are trained on and served with; every column is audited. */
export const featureSubject = (timeframe: Timeframe): Subject => ({
  name: 'features',
  kind: 'features',
  warmUp: describeWarmUp(),
  // Averages of the MACD, the RSI and of the sentiment fade.
  memory: 'fading',
  horizonBars: 0,
  tolerance: 1e-6,
  decide(data) {
    const matrix = matrixOf(data, timeframe, INDEX_FEATURE_VERSION);
    const columns = matrix.names.map((name, i) => [name, matrix.columns[i] ?? []] as const);
    return decisionsOf(matrixBars(matrix, data), Object.fromEntries(columns));
  },
});

/** What models are trained to say: it looks ahead by its horizon, and no bar further. */
export const labelSubject = (timeframe: Timeframe, horizonBars: number): Subject => ({
  name: `labels ${horizonBars} bars ahead`,
  kind: 'labels',
  warmUp: describeWarmUp(),
  memory: 'window',
  horizonBars,
  tolerance: 1e-9,
  decide(data) {
    const matrix = matrixOf(data, timeframe);
    const target = targetColumn({ matrix, horizon: horizonBars, timeframeMs: data.timeframeMs });
    return decisionsOf(matrixBars(matrix, data), { target });
  },
});

export const specOf = (horizonBars: number): DatasetSpec => ({
  lookBack: 8,
  horizonBars,
  validationShare: 0.15,
  testShare: 0.15,
  embargoBars: horizonBars,
});

export const matrixOf = (data: MarketData, timeframe: Timeframe, version?: FeatureVersion): FeatureMatrix =>
  buildFeatures({
    ...{ bars: latestBars(data), timeframe, sentiment: [...data.news], asOf: Infinity },
    ...(version && { version }),
  });

/** Open times of a matrix' rows, whose own times are closes. */
export const matrixBars = ({ time }: FeatureMatrix, { timeframeMs }: MarketData): { time: Float64Array } => ({
  time: time.map((close) => close - timeframeMs),
});

export const decisionsOf = (
  { time }: { time: Float64Array },
  columns: Record<string, ArrayLike<number>>,
): Decisions => ({ time, columns });

/** The signal of a rule, as a subject of its own. */
export const ruleSubject = (name: string, warmUp: number, rule: Rule): Subject => ({
  name,
  kind: 'strategy',
  warmUp,
  memory: memoryOf(rule),
  horizonBars: 0,
  tolerance: 0,
  decide(data) {
    const bars = latestBars(data);
    return decisionsOf(bars, { signal: signalOfRule(rule, bars) });
  },
});
