import { resolveStrategy, STRATEGIES } from '../domain/strategies/index.js';
import { parseStream } from '../domain/streams.js';
import { connectApi, dataOf } from './api.js';
import { addEngines } from './backtest/engines.js';
import { addVerify } from './backtest/verify.js';
import { printJson, printTable } from './output.js';
import { runStory } from './run.js';
import { decimalNumber, given, jsonObject, type AddCommands } from './shell.js';

/** `backtest run|verify|engines|list|strategies`. */
export const addBacktest: AddCommands = (program, shell) => {
  const backtest = program.command('backtest').description('test strategies on stored bars');
  backtest
    .command('run <stream>')
    .requiredOption(
      '--strategy <name>',
      Object.keys(STRATEGIES).join(', '),
      (name: string) => resolveStrategy(name).name,
    )
    .option('--params <json>', 'parameters of the strategy', jsonObject)
    .option('--source <kind>', 'of the stored bars')
    .option('--from <time>')
    .option('--to <time>')
    .option('--fee-bps <bps>', 'fee per side', decimalNumber)
    .option('--slippage-bps <bps>', 'slippage per fill', decimalNumber)
    .option('--cash <amount>', 'start cash, quote currency', decimalNumber)
    .action(async (stream: string, options: Record<string, unknown>) => {
      parseStream(stream);
      printJson(await runStory(shell.config(), 'runBacktest', given({ stream, ...options })));
    });
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
    const rows = Object.values(STRATEGIES).map(({ name, summary, params }) => ({ name, summary, params }));
    if (shell.json()) return printJson({ strategies: rows });
    printTable(rows.map(({ params, ...row }) => ({ ...row, params: Object.keys(params).join(', ') })));
  });
};

interface Metrics {
  totalReturn: number | null;
  sharpe: number | null;
  maxDrawdown: number | null;
}
