import { backtest, type BacktestArgs } from '../../domain/backtest/engine.js';
import { backtestEvents } from '../../domain/backtest/events/run.js';
import { strategyOfSignal } from '../../domain/backtest/events/signal.js';
import type { BacktestOutcome, RunSpec } from '../../domain/backtest/spec.js';

/** Buying and holding at the same size and costs. */
export function holding(args: Omit<BacktestArgs, 'signal'>): BacktestOutcome {
  const { bars, spec } = args;
  // Holding lays no orders: what only the event-driven engine knows is no part of it.
  const { engine, exits: _exits, fillShare: _fillShare, ...plain } = spec;
  return backtest({
    ...args,
    signal: new Float64Array(bars.close.length).fill(1),
    spec: engine === undefined ? spec : (plain satisfies RunSpec),
  });
}

/** One run by the engine that the spec names. @throws InvalidInputError as the engines do. */
export function runEngine(args: BacktestArgs): BacktestOutcome {
  if (args.spec.engine !== 'event-driven') return backtest(args);
  const { signal, ...rest } = args;
  return backtestEvents({ ...rest, strategy: strategyOfSignal(signal) });
}
