import type { Rule } from '../../domain/backtest/rules.js';
import type { RunSpec } from '../../domain/backtest/spec.js';
import { combinationsOf } from '../../domain/backtest/sweep.js';
import { resolveStrategy } from '../../domain/strategies/index.js';

/** 154 combinations each. */
export const GRIDS: Record<string, { strategy: string; grid: Record<string, unknown> }> = {
  sma: { strategy: 'sma-cross', grid: { fast: '10:60:5', slow: '70:200:10' } },
  ema: { strategy: 'ema-cross', grid: { fast: '10:60:5', slow: '70:200:10' } },
  rsi: { strategy: 'rsi', grid: { length: '5:31:2', lower: '20:40:2', exit: 50, upper: 80 } },
  bollinger: { strategy: 'bollinger', grid: { length: '10:75:5', width: '1:3:0.2' } },
  macd: { strategy: 'macd', grid: { fast: '6:18:2', slow: '20:40:2', smooth: [7, 9] } },
};

export const SPEC: RunSpec = {
  costs: { feeBps: 10, slippageBps: 0 },
  cash: 20_000_000,
  size: { kind: 'units', units: 1 },
  closeAtEnd: false,
  periodsPerYear: 365,
};

export function rulesOf(name: string): Rule[] {
  const { strategy, grid } = GRIDS[name]!;
  const found = resolveStrategy(strategy);
  return combinationsOf(found, grid).list.map((params) => found.rule!(params));
}
