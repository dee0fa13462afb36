import { ownTrades } from '../../domain/backtest/engine-conventions.js';
import { backtestEvents } from '../../domain/backtest/events/run.js';
import { strategyOfSignal } from '../../domain/backtest/events/signal.js';
import { ownEngine } from './own.js';

/** Ours that goes bar by bar, for callbacks and orders; here it follows the decisions of the vectorised one. */
export const eventDriven = ownEngine('event-driven', ({ bars, signal, spec }) =>
  ownTrades(backtestEvents({ bars, strategy: strategyOfSignal(signal), spec })),
);
