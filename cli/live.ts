import { canonicalStream } from '../domain/streams.js';
import { connectApi, dataOf } from './api.js';
import { printJson } from './output.js';
import { runStory } from './run.js';
import { given, wholeNumber, type AddCommands } from './shell.js';

interface Window {
  source?: string;
  from?: string;
  to?: string;
}

/** `bars stream|watch|funding`: what goes on by itself, and the payments of perpetuals. */
export const addLive: AddCommands = (program, shell) => {
  const bars = program.commands.find((each) => each.name() === 'bars') ?? program.command('bars');
  const start = async (kind: string, input: Record<string, unknown>): Promise<void> => {
    const { client } = connectApi(shell.config());
    printJson(dataOf(await client.POST('/runs', { body: { kind, input } as never })));
  };
  bars
    .command('stream <stream>')
    .description('follow a market live; runs in the platform until it is cancelled (runs cancel)')
    .option('--from <time>', 'first bar to have; left out: behind the newest stored one')
    .option('--until <time>', 'where to end; then the command waits for it')
    .action(async (stream: string, options: { from?: string; until?: string }) => {
      const input = given({ stream: canonicalStream(stream), ...options });
      if (options.until === undefined) return start('streamBars', input);
      printJson(await runStory(shell.config(), 'streamBars', input));
    });
  bars
    .command('watch <stream>')
    .description("keep a stream's coverage whole; runs in the platform until it is cancelled (runs cancel)")
    .option('--every-ms <ms>', 'between two looks', wholeNumber)
    .action(async (stream: string, options: { everyMs?: number }) => {
      await start('maintainCoverage', given({ stream: canonicalStream(stream), ...options }));
    });
  bars
    .command('funding <market>')
    .description('bring funding rates up to date, such as binanceusdm/BTC-USDT')
    .option('--source <kind>', 'live')
    .option('--from <time>')
    .option('--to <time>')
    .action(async (market: string, window: Window) => {
      printJson(await runStory(shell.config(), 'collectFunding', given({ market, ...window })));
    });
};
