import { backtest, type BacktestArgs } from '../../domain/backtest/engine.js';
import { backtestEvents } from '../../domain/backtest/events/run.js';
import { strategyOfSignal } from '../../domain/backtest/events/signal.js';
import { backtestRule, type RuleArgs } from '../../domain/backtest/rule-run.js';
import { signalOfRule } from '../../domain/backtest/rules.js';
import type { BacktestOutcome, RunSpec } from '../../domain/backtest/spec.js';

/** What is traded: a signal, or a rule, which runs faster. */
export type Decided = BacktestArgs | RuleArgs;

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
export function runEngine(args: Decided): BacktestOutcome {
  const isRule = 'rule' in args;
  if (args.spec.engine !== 'event-driven') return isRule ? backtestRule(args) : backtest(args);
  const signal = isRule ? signalOfRule(args.rule, args.bars) : args.signal;
  return backtestEvents({ ...args, strategy: strategyOfSignal(signal) });
}
