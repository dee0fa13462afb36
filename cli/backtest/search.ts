import { Option, type Command } from 'commander';
import { isStrategyFile } from '../../domain/strategies/source.js';
import { searchFile, type LocalSearchInput } from '../../activities/search/local.js';
import type { SearchInput } from '../../activities/search/planning.js';
import {
  OBJECTIVES,
  type Method,
  type Objective,
  type Validation,
} from '../../domain/backtest/search/search.js';
import { InvalidInputError } from '../../domain/errors.js';
import { canonicalStream } from '../../domain/streams.js';
import { printJson, say } from '../output.js';
import { runStory } from '../run.js';
import { download, writeWhole } from './export.js';
import {
  addCostFlags,
  addFileFlags,
  addStrategyFlag,
  addWindowFlags,
  costsOf,
  fileOf,
  periodsOf,
  refuseFileFlags,
  storedCosts,
  withPorts,
  type BacktestFlags,
  type CostFlags,
} from './flags.js';
import { parseEntry, sentStrategy } from './strategy.js';
import { decimalNumber, given, jsonObject, wholeNumber, type Shell } from '../shell.js';

interface SearchFlags extends CostFlags {
  strategy: string;
  space: Record<string, unknown>;
  local?: boolean;
  bars?: string;
  method?: Method;
  objective?: Objective;
  trials?: number;
  seed?: number;
  patience?: number;
  gain: number;
  validation?: Validation;
  size?: string;
  cash?: number;
  closeAtEnd?: boolean;
  periods?: string;
  report?: string;
  source?: string;
  from?: string;
  to?: string;
  format?: string;
  columns?: string;
  timeUnit?: string;
  volume?: boolean;
}

/** `backtest search`: parameters by a grid, at random or by Bayesian optimisation, judged on days they have not seen. */
export function addSearch(backtest: Command, shell: Shell): void {
  const command = backtest
    .command('search [stream]')
    .description('search parameters on stored bars, as a durable story that resumes, or on a file')
    .requiredOption(
      '--space <json>',
      'by parameter: [10,20], "10:60:5" or {"min":10,"max":60,"step":1,"log":false}',
      jsonObject,
    )
    .option('--bars <file>', 'with --local: the file of bars')
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
    .option('--cash <amount>', 'start cash, quote currency (default: 100000)', decimalNumber)
    .option('--close-at-end', 'close at the last close what is open there')
    .option('--report <file>', 'write what was chosen and what it is worth as a page');
  addWindowFlags(addFileFlags(addCostFlags(addStrategyFlag(command)))).action(
    async (stream: string | undefined, flags: SearchFlags) => {
      if (isStrategyFile(flags.strategy))
        throw new InvalidInputError(`A search runs our strategies; ${flags.strategy} is a file`);
      const { strategy, space, method, objective, trials, seed, validation } = flags;
      const patience =
        flags.patience === undefined ? {} : { patience: { trials: flags.patience, gain: flags.gain } };
      const search = {
        ...{ strategy, space, spec: specOf(flags) },
        ...given({ method, objective, trials, seed, validation }),
        ...patience,
      };
      if (flags.local) return local(shell, { stream, flags, search });
      if (stream === undefined)
        throw new InvalidInputError('Say what to search on: a stream, or --local --bars <file>');
      refuseFileFlags(flags);
      const { source, from, to } = flags;
      const input = { stream: canonicalStream(stream), ...search, ...given({ source, from, to }) };
      const found = await runStory(shell.config(), 'searchBacktest', input);
      if (flags.report !== undefined) await keepReport(shell, flags.report, found as { id: string });
      printJson(found);
    },
  );
}

function specOf(flags: SearchFlags): NonNullable<SearchInput['spec']> {
  const { size, cash, closeAtEnd } = flags;
  const costs = flags.local ? costsOf(flags) : storedCosts(flags);
  return { costs, ...given({ size, cash, closeAtEnd, periodsPerYear: periodsOf(flags) }) };
}

async function local(
  shell: Shell,
  {
    stream,
    flags,
    search,
  }: { stream: string | undefined; flags: SearchFlags; search: LocalSearchInput['search'] },
): Promise<void> {
  const file = fileOf(flags as BacktestFlags, stream);
  const onProgress = (done: number, most: number): void => say(`${done} of ${most} trials`);
  const asked = { file, search, onProgress, report: flags.report !== undefined };
  const { html, ...report } = await withPorts(shell, (ports) => searchFile(ports, asked));
  if (html !== undefined) say(`report: ${await writeWhole(flags.report ?? '', html)}`);
  printJson(report);
}

async function keepReport(shell: Shell, out: string, { id }: { id: string }): Promise<void> {
  const path = `/searches/${encodeURIComponent(id)}/report`;
  say(`report: ${await writeWhole(out, await download(shell, { path, accept: 'text/html' }))}`);
}

/** `backtest compare`: several strategies over the same window. */
export function addCompare(backtest: Command, shell: Shell): void {
  backtest
    .command('compare <stream> <strategies...>')
    .description(
      'strategies over the same window: donchian, ./my.ts, or with parameters sma-cross:{"fast":10}',
    )
    .option('--fee-bps <bps>', 'fee per side', decimalNumber)
    .option('--slippage-bps <bps>', 'slippage per fill', decimalNumber)
    .option('--cash <amount>', 'start cash, quote currency', decimalNumber)
    .option('--source <kind>', 'of the stored bars')
    .option('--from <time>')
    .option('--to <time>')
    .action(async (stream: string, texts: string[], flags: Record<string, unknown>) => {
      if (texts.length < 2)
        throw new InvalidInputError('A comparison needs at least 2 strategies; name another');
      const strategies: object[] = [];
      for (const { strategy, params } of texts.map(parseEntry))
        strategies.push({ ...(await sentStrategy(shell, strategy)), ...given({ params }) });
      const input = { stream: canonicalStream(stream), strategies, ...given(flags) };
      printJson(await runStory(shell.config(), 'compareStrategies', input));
    });
}
