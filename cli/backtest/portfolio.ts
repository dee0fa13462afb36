import { Option, type Command } from 'commander';
import type { FileBarsInput } from '../../activities/backtest/bars-file.js';
import { portfolioOnFiles } from '../../activities/backtest/portfolio-files.js';
import { SPANS, type SpanRule } from '../../domain/backtest/portfolio/plan.js';
import { parseRebalance } from '../../domain/backtest/portfolio/rebalance.js';
import { InvalidInputError } from '../../domain/errors.js';
import { canonicalStream } from '../../domain/streams.js';
import { printJson, printTable, say } from '../output.js';
import { runStory } from '../run.js';
import { parseEntry, sentStrategy, type StrategyEntry } from './strategy.js';
import { decimalNumber, given, jsonObject, list, type Shell } from '../shell.js';
import {
  addCostFlags,
  addFileFlags,
  addWindowFlags,
  costsOf,
  periodsOf,
  refuseFileFlags,
  remarksOf,
  slippageOf,
  withPorts,
  type CostFlags,
} from './flags.js';

interface PortfolioFlags extends CostFlags {
  strategy: StrategyEntry[];
  params?: Record<string, number>;
  local?: boolean;
  bars: string[];
  weights?: number[];
  rebalance: string;
  span?: SpanRule;
  cash?: number;
  closeAtEnd?: boolean;
  periods?: string;
  funding?: boolean;
  volume?: boolean;
  trades?: boolean;
  source?: string;
  from?: string;
  to?: string;
  format?: string;
  columns?: string;
  timeUnit?: string;
}

/** `backtest portfolio`: several streams or files that share their cash, with one strategy or one for each. */
export function addPortfolio(backtest: Command, shell: Shell): void {
  const command = backtest
    .command('portfolio [streams...]')
    .description('test several instruments that share the cash, by one strategy or one for each')
    .requiredOption(
      '--strategy <name>',
      'for all; or once for each instrument, in their order: donchian, ./my.ts, sma-cross:{"fast":10}',
      (text: string, before?: StrategyEntry[]) => [...(before ?? []), parseEntry(text)],
    )
    .option('--local', 'in this process, on files of bars')
    .option('--params <json>', 'parameters of the one strategy', jsonObject)
    .option('--bars <file>', 'with --local, once for each instrument', collect, [])
    .option('--weights <list>', 'shares of the equity in their order: 0.6,0.4 (default: alike)', numbers)
    .option('--rebalance <rule>', 'signals, a period such as 1d or 1w, or drift:0.05', 'signals')
    .addOption(
      new Option('--span <rule>', 'same (default) refuses different spans; common: what all have').choices([
        ...SPANS,
      ]),
    )
    .option('--cash <amount>', 'start cash, quote currency (default: 100000)', decimalNumber)
    .option('--close-at-end', 'close at the last close what is open there')
    .option('--funding', 'pay the stored funding rates (default: where a venue has perpetuals only)')
    .option('--no-funding', 'pay none')
    .option('--trades', 'with --local: print the trades too');
  addCostFlags(command);
  addFileFlags(command);
  addWindowFlags(command).action(async (streams: string[], flags: PortfolioFlags) => {
    // A rule that is none is told before anything is read or started.
    parseRebalance(flags.rebalance);
    if (flags.local) return local(shell, streams, flags);
    if (streams.length === 0)
      throw new InvalidInputError('Say what to test on: streams, or --local with --bars <file> for each');
    const { bars, strategy: _, ...others } = flags;
    refuseFileFlags({ ...others, ...(bars[0] !== undefined && { bars: bars[0] }) });
    if (flags.trades) throw new InvalidInputError('--trades is for --local; leave it out');
    const { weights, rebalance, span, cash, closeAtEnd, funding, source, from, to } = flags;
    const sent: object[] = [];
    for (const { strategy, params } of entriesOf(flags))
      sent.push({ ...(await sentStrategy(shell, strategy)), ...given({ params }) });
    const input = {
      streams: streams.map(canonicalStream),
      ...(sent.length === 1 ? sent[0] : { strategies: sent }),
      ...given({ weights, rebalance, span, cash, closeAtEnd, funding, source, from, to }),
      ...given({ feeBps: flags.feeBps, periodsPerYear: periodsOf(flags) }),
      ...slippageOf(flags),
    };
    printJson(await runStory(shell.config(), 'backtestPortfolio', input));
  });
}

async function local(shell: Shell, streams: string[], flags: PortfolioFlags): Promise<void> {
  if (streams.length > 0 || flags.bars.length === 0)
    throw new InvalidInputError('--local tests on files: give --bars <file> for each, and no streams');
  for (const name of ['source', 'from', 'to'] as const)
    if (flags[name] !== undefined)
      throw new InvalidInputError(`--${name} is for stored bars; with --local whole files are tested on`);
  if (flags.funding)
    throw new InvalidInputError('--funding is for stored streams; a file of bars holds no funding rates');
  const { weights, span = 'same', format, columns, timeUnit, volume } = flags;
  const layout = given({ format, columns, timeUnit }) as Partial<FileBarsInput>;
  const input = {
    files: flags.bars.map((path) => ({ ...layout, path, noVolume: volume === false })),
    ...{ strategies: entriesOf(flags), span, rebalance: parseRebalance(flags.rebalance) },
    ...given({ weights }),
    spec: {
      costs: costsOf(flags),
      cash: flags.cash ?? 100_000,
      closeAtEnd: flags.closeAtEnd ?? false,
      periodsPerYear: periodsOf(flags) ?? 365,
    },
  };
  const { trades, ...report } = await withPorts(shell, (ports) => portfolioOnFiles(ports, input));
  if (shell.json()) return printJson(flags.trades ? { ...report, trades } : report);
  for (const each of report.instruments) for (const remark of remarksOf(each)) say(`${each.name}: ${remark}`);
  for (const note of report.notes) say(note);
  if (flags.trades) printTable(trades.map(({ instrument, ...trade }) => ({ instrument, ...trade })));
  printTable(Object.entries(report.metrics).map(([figure, value]) => ({ figure, value })));
}

/** The strategies with their parameters; those of the only one may stand beside it. */
function entriesOf({ strategy: entries, params }: PortfolioFlags): StrategyEntry[] {
  const [only, ...others] = entries;
  if (params === undefined || !only) return entries;
  if (others.length > 0 || only.params)
    throw new InvalidInputError(
      '--params is of one strategy that has none of its own; put them beside each: --strategy sma-cross:{"fast":10}',
    );
  return [{ ...only, params }];
}

const collect = (file: string, before: string[]): string[] => [...before, file];

const numbers = (text: string): number[] => list(text).map(decimalNumber);
