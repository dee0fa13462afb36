import { NotFoundError } from '../../domain/errors.js';
import type { BacktestEngine, BacktestEnginesPort } from '../ports-engines.js';
import { parquetTables } from '../tables.js';
import { backtestingPy } from './backtesting-py.js';
import { backtrader } from './backtrader.js';
import { eventDriven } from './event-driven.js';
import { readTrades, tableOf } from './job.js';
import { ta4j } from './ta4j.js';
import { vectorbt } from './vectorbt.js';
import { vectorised } from './vectorised.js';

/** One line an engine; the first is the reference. */
export const ENGINES: Record<string, BacktestEngine> = {
  vectorised,
  'event-driven': eventDriven,
  backtrader,
  vectorbt,
  'backtesting.py': backtestingPy,
  ta4j,
};

export const openEngines = (): BacktestEnginesPort => ({
  list: () =>
    Object.values(ENGINES).map((engine) => {
      const { name, licence, home, conventions } = engine;
      const reason = engine.missing();
      return {
        name,
        licence,
        home,
        conventions,
        version: engine.version(),
        available: reason === null,
        reason,
      };
    }),
  get(name) {
    const engine = Object.hasOwn(ENGINES, name) ? ENGINES[name] : undefined;
    if (engine) return engine;
    throw new NotFoundError(`Unknown engine "${name}"; known: ${Object.keys(ENGINES).join(', ')}`);
  },
  encode: (job) => parquetTables().encode(tableOf(job)),
  decode: readTrades,
});
