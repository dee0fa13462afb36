import type { EngineTrades } from '../../domain/backtest/agreement.js';
import type { BacktestEngine, EngineJob } from '../ports-engines.js';
import { codeVersion } from '../version.js';

/** An engine of ours, in this process; it trades our decisions, made by our indicators. */
export const ownEngine = (name: string, trade: (job: EngineJob) => EngineTrades): BacktestEngine => ({
  name,
  licence: 'Apache-2.0',
  home: 'typescript',
  conventions: [],
  version: codeVersion,
  missing: () => null,
  unsupported: () => null,
  async run(job) {
    const started = performance.now();
    const used = process.cpuUsage();
    const { trades, finalEquity } = trade(job);
    const { user, system } = process.cpuUsage(used);
    return {
      trades: [...trades],
      refused: [],
      version: codeVersion(),
      decided: 'replay',
      finalEquity,
      seconds: (performance.now() - started) / 1000,
      cpuSeconds: (user + system) / 1e6,
    };
  },
});
