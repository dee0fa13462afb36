import { backtest } from '../../domain/backtest/engine.js';
import { ownTrades } from '../../domain/backtest/engine-conventions.js';
import { codeVersion } from '../version.js';
import type { BacktestEngine } from '../ports-engines.js';

/** Ours, and what the others are compared with. */
export const vectorised: BacktestEngine = {
  name: 'vectorised',
  licence: 'Apache-2.0',
  home: 'typescript',
  conventions: [],
  version: codeVersion,
  missing: () => null,
  unsupported: () => null,
  async run({ bars, signal, spec }) {
    const started = performance.now();
    const used = process.cpuUsage();
    const { trades, finalEquity } = ownTrades(backtest({ bars, signal, spec }));
    const { user, system } = process.cpuUsage(used);
    return {
      trades: [...trades],
      refused: [],
      version: codeVersion(),
      decided: 'rule',
      finalEquity,
      seconds: (performance.now() - started) / 1000,
      cpuSeconds: (user + system) / 1e6,
    };
  },
};
