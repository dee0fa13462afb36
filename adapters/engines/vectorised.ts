import { ownTrades } from '../../domain/backtest/engine-conventions.js';
import { backtest } from '../../domain/backtest/engine.js';
import { ownEngine } from './own.js';

/** Ours, and what the others are compared with. */
export const vectorised = ownEngine('vectorised', ({ bars, signal, spec }) =>
  ownTrades(backtest({ bars, signal, spec })),
);
