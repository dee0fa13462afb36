import { Option, type Command } from 'commander';
import { OBJECTIVES } from '../../domain/backtest/search/search.js';
import { InvalidInputError } from '../../domain/errors.js';
import { resolveStrategy, STRATEGIES } from '../../domain/strategies/index.js';
import { canonicalStream } from '../../domain/streams.js';
import { printJson } from '../output.js';
import { runStory } from '../run.js';
import { decimalNumber, given, jsonObject, wholeNumber, type Shell } from '../shell.js';

interface SearchFlags extends Record<string, unknown> {
  strategy: string;
  patience?: number;
  gain: number;
  feeBps?: number;
  slippageBps?: number;
  size?: string;
}

/** `backtest search`: parameters by a grid, at random or by Bayesian optimisation, judged on days they have not seen. */
export function addSearch(backtest: Command, shell: Shell): void {
  backtest
    .command('search <stream>')
    .description('search parameters on stored bars, as a durable story that resumes')
    .requiredOption(
      '--strategy <name>',
      Object.keys(STRATEGIES).join(', '),
      (name: string) => resolveStrategy(name).name,
    )
    .requiredOption(
      '--space <json>',
      'by parameter: [10,20], "10:60:5" or {"min":10,"max":60,"step":1,"log":false}',
      jsonObject,
    )
    .addOption(new Option('--method <name>', 'default: random').choices(['grid', 'random', 'bayesian']))
    .addOption(new Option('--objective <name>', 'default: sharpe').choices([...OBJECTIVES]))
    .option('--trials <n>', 'at most (default: 200; bayesian: 100)', wholeNumber)
    .option('--seed <n>', 'of the draws (default: 1)', wholeNumber)
    .option('--patience <n>', 'end after so many trials without a gain', wholeNumber)
    .option('--gain <x>', 'what counts as a gain', decimalNumber, 0)
    .option(
      '--validation <json>',
      '{"kind":"walk-forward","train":180,"test":30,"purge":1,"embargo":0,"anchored":false} or {"kind":"combinatorial","groups":6,"tested":2,"purge":1,"embargo":5}',
      jsonObject,
    )
    .option('--size <kind:amount>', 'units:1, cash:1000, equity:0.5 …')
    .option('--fee-bps <bps>', 'fee per side (default: 10)', decimalNumber)
    .option('--slippage-bps <bps>', 'slippage per fill (default: 2)', decimalNumber)
    .option('--source <kind>', 'of the stored bars')
    .option('--from <time>')
    .option('--to <time>')
    .action(async (stream: string, flags: SearchFlags) => {
      const { patience, gain, feeBps, slippageBps, size, ...rest } = flags;
      const costs = { feeBps: feeBps ?? 10, slippageBps: slippageBps ?? 2 };
      const spec = given({ costs, size });
      const input = { stream: canonicalStream(stream), ...given(rest), spec };
      const ending = patience === undefined ? {} : { patience: { trials: patience, gain } };
      printJson(await runStory(shell.config(), 'searchBacktest', { ...input, ...ending }));
    });
}

/** `backtest compare`: several strategies over the same window. */
export function addCompare(backtest: Command, shell: Shell): void {
  backtest
    .command('compare <stream> <strategies...>')
    .description('strategies over the same window: donchian, or with parameters sma-cross:{"fast":10}')
    .option('--fee-bps <bps>', 'fee per side', decimalNumber)
    .option('--slippage-bps <bps>', 'slippage per fill', decimalNumber)
    .option('--cash <amount>', 'start cash, quote currency', decimalNumber)
    .option('--source <kind>', 'of the stored bars')
    .option('--from <time>')
    .option('--to <time>')
    .action(async (stream: string, texts: string[], flags: Record<string, unknown>) => {
      const strategies = texts.map(parseEntry);
      if (strategies.length < 2)
        throw new InvalidInputError('A comparison needs at least 2 strategies; name another');
      const input = { stream: canonicalStream(stream), strategies, ...given(flags) };
      printJson(await runStory(shell.config(), 'compareStrategies', input));
    });
}

function parseEntry(text: string): { strategy: string; params?: Record<string, unknown> } {
  const colon = text.indexOf(':');
  const strategy = resolveStrategy(colon < 0 ? text : text.slice(0, colon)).name;
  return colon < 0 ? { strategy } : { strategy, params: jsonObject(text.slice(colon + 1)) };
}
