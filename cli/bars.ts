import { canonicalStream, parseStream } from '../domain/streams.js';
import { connectApi, dataOf } from './api.js';
import { addBarsFiles } from './bars-files.js';
import { printJson, printTable } from './output.js';
import { runStory } from './run.js';
import { given, wholeNumber, type AddCommands } from './shell.js';

interface Window {
  source?: string;
  from?: string;
  to?: string;
}

/** `bars collect|list|show`, and what `bars-files.ts` adds. */
export const addBars: AddCommands = (program, shell) => {
  const bars = program.command('bars').description('market data');
  addBarsFiles(bars, shell);
  bars
    .command('collect <stream>')
    .description('bring a stream up to date, such as binance/BTC-USDT/1h')
    .option('--source <kind>', 'live, recorded:<dir>, simulated[:<seed>]')
    .option('--from <time>')
    .option('--to <time>')
    .action(async (stream: string, window: Window) => {
      const input = given({ stream: canonicalStream(stream), ...window });
      printJson(await runStory(shell.config(), 'collectBars', input));
    });
  bars
    .command('list', { isDefault: true })
    .description('stored streams')
    .action(async () => {
      const { client } = connectApi(shell.config());
      const page = dataOf(await client.GET('/streams', {}));
      if (shell.json()) return printJson(page);
      printTable((page as { items: Record<string, unknown>[] }).items.map(flat));
    });
  bars
    .command('show <stream>')
    .description('stored bars, newest first')
    .option('--limit <n>', 'how many', wholeNumber, 10)
    .option('--from <time>')
    .option('--to <time>')
    .action(async (id: string, options: { limit: number } & Window) => {
      const { exchange, symbol, timeframe } = parseStream(id);
      const { client } = connectApi(shell.config());
      const query = { ...options, order: 'newest' };
      const answer = await client.GET('/bars/{exchange}/{symbol}/{timeframe}', {
        params: { path: { exchange, symbol, timeframe }, query },
      } as never);
      const page = dataOf(answer) as { bars?: Record<string, unknown>[]; items?: Record<string, unknown>[] };
      if (shell.json()) return printJson(page);
      printTable((page.items ?? page.bars ?? []).map((bar) => ({ ...bar, time: iso(bar['time']) })));
    });
};

const iso = (time: unknown): string => new Date(Number(time)).toISOString();

/** Nested members as text, for a table. */
export const flat = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      typeof value === 'object' ? JSON.stringify(value) : value,
    ]),
  );
