import type { BarColumns } from '../../domain/bars.js';
import { backtest } from '../../domain/backtest/engine.js';
import { CONVENTIONS } from '../../domain/backtest/conventions.js';
import type { BacktestSpec } from '../../domain/backtest/spec.js';
import { seededNormal } from '../../domain/random.js';
import type { TearSheetParts } from '../../domain/report/tear-sheet.js';
import { smaCross } from '../../domain/strategies/sma-cross.js';
import { FIRST_BAR, HOUR, SOURCE } from '../api/made-records.js';

/** An SMA cross on 10,000 hourly bars of a seeded random walk. */
export function madeTearSheet(): TearSheetParts {
  const bars = madeWalk(10_000);
  const params = { fast: 20, slow: 100 };
  const spec: BacktestSpec = {
    stream: 'binance/BTC-USDT/1h',
    strategy: '<sma> & cross',
    params,
    from: FIRST_BAR,
    to: FIRST_BAR + 10_000 * HOUR,
    asOf: FIRST_BAR + 10_000 * HOUR,
    costs: { feeBps: 10, slippageBps: 2 },
    cash: 100_000,
    size: { kind: 'equity', fraction: 1 },
    closeAtEnd: false,
    periodsPerYear: 365,
  };
  const run = backtest({ bars, signal: smaCross.signal({ bars, params, timeframeMs: HOUR }), spec });
  const held = backtest({ bars, signal: new Float64Array(bars.close.length).fill(1), spec });
  return {
    result: {
      id: 'bt_made',
      spec,
      stream: spec.stream,
      strategy: spec.strategy,
      engine: 'vectorised',
      metrics: run.metrics,
      benchmark: held.metrics,
      trials: 154,
      detail: { key: 'backtests/bt_made.json', sha256: 'aa' },
      digest: 'digest-of-result',
      barsSha256: 'digest-of-bars',
      evaluation: null,
      conventions: CONVENTIONS,
      run: null,
      createdAt: spec.to,
      source: SOURCE,
    },
    time: bars.time,
    equity: run.equity,
    benchmarkEquity: held.equity,
    close: bars.close,
    trades: run.trades,
    verdict: 'Not distinguishable from luck.',
    evidence: [{ name: 'deflated Sharpe', text: '0.12', meaning: 'a test sentence' }],
    tried: {
      ...{ kind: 'sweep', id: 'sw_made', spec },
      params: { fast: [10, 10, 20, 20, 20], slow: [50, 100, 50, 100, 200] },
      sharpe: [0.2, -0.4, 0.1, 0.7, -0.2],
    },
  };
}

function madeWalk(n: number): BarColumns {
  const normal = seededNormal('tear sheet');
  const close = new Float64Array(n);
  for (let i = 0, value = 20_000; i < n; i++) close[i] = value *= Math.exp(0.006 * normal());
  const open = close.map((value, i) => close[i - 1] ?? value);
  return {
    time: close.map((_, i) => FIRST_BAR + i * HOUR),
    open,
    high: close.map((value, i) => Math.max(value, open[i] ?? 0) * 1.001),
    low: close.map((value, i) => Math.min(value, open[i] ?? 0) * 0.999),
    close,
    volume: new Float64Array(n).fill(1),
  };
}
