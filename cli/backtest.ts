import { resolveParams, STRATEGIES } from '../domain/strategies/index.js';
import { addExport } from './backtest/export.js';
import { addPortfolio } from './backtest/portfolio.js';
import { addRun } from './backtest/run.js';
import { addCompare, addSearch } from './backtest/search.js';
import { addSweep } from './backtest/sweep.js';
import { connectApi, dataOf } from './api.js';
import { addEngines } from './backtest/engines.js';
import { addVerify } from './backtest/verify.js';
import { printJson, printTable } from './output.js';
import type { AddCommands } from './shell.js';

/** `backtest run|portfolio|sweep|search|compare|verify|engines|export|list|strategies`. */
export const addBacktest: AddCommands = (program, shell) => {
  const backtest = program.command('backtest').description('test strategies on stored bars');
  addRun(backtest, shell);
  addPortfolio(backtest, shell);
  addSweep(backtest, shell);
  addSearch(backtest, shell);
  addCompare(backtest, shell);
  addExport(backtest, shell);
  addVerify(backtest, shell);
  addEngines(backtest, shell);
  backtest.command('list', { isDefault: true }).action(async () => {
    const { client } = connectApi(shell.config());
    const page = dataOf(await client.GET('/backtests', {}));
    if (shell.json()) return printJson(page);
    const { items } = page as { items: { id: string; stream: string; strategy: string; metrics: Metrics }[] };
    printTable(
      items.map(({ id, stream, strategy, metrics }) => ({
        id,
        stream,
        strategy,
        return: metrics.totalReturn?.toFixed(4),
        sharpe: metrics.sharpe?.toFixed(2),
        drawdown: metrics.maxDrawdown?.toFixed(4),
      })),
    );
  });
  backtest.command('strategies').action(() => {
    const rows = Object.values(STRATEGIES).map((strategy) => ({
      name: strategy.name,
      summary: strategy.summary,
      params: strategy.params,
      /** With default parameters. */
      warmUp: strategy.warmUp(resolveParams(strategy, {})),
      needs: strategy.needs ?? null,
      /** Whether a grid's kernel runs it. */
      grid: strategy.rule !== undefined,
    }));
    if (shell.json()) return printJson({ strategies: rows });
    printTable(
      rows.map(({ name, params, warmUp, grid, summary }) => ({
        name,
        params: Object.entries(params)
          .map(([each, rule]) => `${each}=${rule.default}`)
          .join(' '),
        warmUp,
        grid: grid ? 'yes' : 'no',
        summary,
      })),
    );
  });
};

interface Metrics {
  totalReturn: number | null;
  sharpe: number | null;
  maxDrawdown: number | null;
}
