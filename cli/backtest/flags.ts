import { Option, type Command } from 'commander';
import type { FileBarsInput } from '../../activities/backtest/bars-file.js';
import type { BarsNote, LocalSpec } from '../../activities/backtest/local.js';
import { openPorts } from '../../adapters/open.js';
import type { Ports } from '../../adapters/ports.js';
import { parseSize } from '../../domain/backtest/sizing.js';
import { parseSlippage, printSlippage } from '../../domain/backtest/slippage.js';
import type { Costs, EngineName, Exits } from '../../domain/backtest/spec.js';
import { InvalidInputError } from '../../domain/errors.js';
import { resolveStrategy, STRATEGIES } from '../../domain/strategies/index.js';
import { isStrategyFile } from '../../domain/strategies/source.js';
import { decimalNumber, given, type Shell } from '../shell.js';

export interface CostFlags {
  feeBps?: number;
  slippageBps?: number;
  halfSpread?: number;
  impactBps?: number;
  slippage?: string;
}

/** What `run` and `sweep` are told alike. */
export interface BacktestFlags extends CostFlags {
  strategy: string;
  local?: boolean;
  bars?: string;
  size?: string;
  cash?: number;
  funding?: boolean;
  engine?: EngineName;
  stopBps?: number;
  targetBps?: number;
  trailBps?: number;
  fillShare?: number;
  closeAtEnd?: boolean;
  periods?: string;
  volume?: boolean;
  source?: string;
  from?: string;
  to?: string;
  format?: string;
  columns?: string;
  timeUnit?: string;
}

export function addBacktestFlags(command: Command): Command {
  addStrategyFlag(command)
    .option('--bars <file>', 'with --local: csv, json, ndjson, parquet or arrow, plain, gzip or zip')
    .option(
      '--size <kind:amount>',
      'units:1, cash:1000, equity:0.5, volatility:…, risk:… (default: equity:1)',
    )
    .option('--cash <amount>', 'start cash, quote currency (default: 100000)', decimalNumber)
    .addOption(
      new Option('--engine <name>', 'vectorised (default), or bar by bar with orders inside it').choices([
        'vectorised',
        'event-driven',
      ]),
    )
    .option('--stop-bps <bps>', 'event-driven: a stop so far from each entry', decimalNumber)
    .option('--target-bps <bps>', 'event-driven: a limit so far from each entry', decimalNumber)
    .option('--trail-bps <bps>', 'event-driven: a trailing stop beside each entry', decimalNumber)
    .option(
      '--fill-share <share>',
      'event-driven: most of a bar’s volume that one order takes',
      decimalNumber,
    )
    .option('--close-at-end', 'close at the last close what is open there');
  return addWindowFlags(addFileFlags(addCostFlags(command)));
}

export const addStrategyFlag = (command: Command): Command =>
  command
    .requiredOption(
      '--strategy <name>',
      `${Object.keys(STRATEGIES).join(', ')}; or a file such as ./my.ts`,
      (name: string) => (isStrategyFile(name) ? name : resolveStrategy(name).name),
    )
    .option('--local', 'in this process, on a file of bars');

export const addCostFlags = (command: Command): Command =>
  command
    .option('--fee-bps <bps>', 'fee per side (default: 10)', decimalNumber)
    .option('--slippage-bps <bps>', 'slippage per fill (default: 0 with --local, else 2)', decimalNumber)
    .option('--half-spread <price>', 'half of the spread, units of the price', decimalNumber)
    .option('--impact-bps <bps>', 'slippage of a fill as large as its bar', decimalNumber)
    .option('--slippage <kind:amount>', 'bps:2, spread:0.5, volume:100, or several joined by +');

export const addFileFlags = (command: Command): Command =>
  command
    .option('--no-volume', 'the file has no volumes, and none are needed')
    .option('--format <format>', 'of the file; by what stands in it')
    .option('--columns <list>', 'of the file, time=<name>,… by name')
    .addOption(new Option('--time-unit <unit>', 'of epoch times').choices(['s', 'ms', 'us', 'ns']));

export const addWindowFlags = (command: Command): Command =>
  command
    .addOption(
      new Option('--periods <days>', 'days of a year for the yearly figures').choices(['365', '252']),
    )
    .option('--source <kind>', 'of the stored bars')
    .option('--from <time>')
    .option('--to <time>');

/** What only files need. @throws InvalidInputError naming what says nothing about stored bars */
export function refuseFileFlags(flags: Partial<BacktestFlags>): void {
  for (const [name, flag] of Object.entries(FILE_FLAGS))
    if (flags[name as keyof BacktestFlags] !== undefined)
      throw new InvalidInputError(`--${flag} is for --local; leave it out`);
  if (flags.volume === false) throw new InvalidInputError('--no-volume is for --local; leave it out');
}

const FILE_FLAGS = { bars: 'bars', format: 'format', columns: 'columns', timeUnit: 'time-unit' };

/** Undefined where it was not said. */
export const periodsOf = ({ periods }: { periods?: string }): 365 | 252 | undefined =>
  periods === undefined ? undefined : periods === '252' ? 252 : 365;

/** The file that is meant. @throws InvalidInputError where it is not said, or a stream is said too. */
export function fileOf(flags: BacktestFlags, stream: string | undefined): FileBarsInput {
  const { bars, format, columns, timeUnit } = flags;
  if (bars === undefined || stream !== undefined)
    throw new InvalidInputError('--local tests on a file: give --bars <file>, and no stream');
  for (const name of ['source', 'from', 'to'] as const)
    if (flags[name] !== undefined)
      throw new InvalidInputError(`--${name} is for stored bars; with --local the whole file is tested on`);
  const layout = given({ format, columns, timeUnit }) as Partial<FileBarsInput>;
  return { ...layout, path: bars, noVolume: flags.volume === false };
}

export function specOf(flags: BacktestFlags): LocalSpec {
  return {
    strategy: flags.strategy,
    costs: costsOf(flags),
    cash: flags.cash ?? 100_000,
    size: parseSize(flags.size ?? 'equity:1'),
    closeAtEnd: flags.closeAtEnd ?? false,
    periodsPerYear: periodsOf(flags) ?? 365,
    ...eventsOf(flags),
  };
}

/** On stored bars slippage is 2 basis points where nothing is said of it, as in every story. */
export function storedCosts(flags: CostFlags): Costs {
  const { slippage, slippageBps, halfSpread, impactBps } = flags;
  const isSaid = [slippage, slippageBps, halfSpread, impactBps].some((each) => each !== undefined);
  return costsOf(isSaid ? flags : { ...flags, slippageBps: 2 });
}

export function costsOf(flags: CostFlags): Costs {
  const { feeBps = 10, slippage, slippageBps, halfSpread, impactBps } = flags;
  if (slippage === undefined)
    return { feeBps, slippageBps: slippageBps ?? 0, ...given({ halfSpread, impactBps }) };
  if (slippageBps !== undefined || halfSpread !== undefined || impactBps !== undefined)
    throw new InvalidInputError(
      `--slippage ${slippage} says all of the slippage; give no other of its flags`,
    );
  return { feeBps, ...parseSlippage(slippage) };
}

/** On the platform the parts of the slippage are one text. */
export function slippageOf(flags: CostFlags, standardBps = 2): { slippage?: string; slippageBps?: number } {
  const { slippage, slippageBps, halfSpread, impactBps } = flags;
  if (halfSpread === undefined && impactBps === undefined) return given({ slippage, slippageBps });
  if (slippage !== undefined)
    throw new InvalidInputError(
      `--slippage ${slippage} says all of the slippage; give no other of its flags`,
    );
  return {
    slippage: printSlippage({ slippageBps: slippageBps ?? standardBps, ...given({ halfSpread, impactBps }) }),
  };
}

/** What only the event-driven engine knows, as the flags say it; the engine itself only where it is not the usual one. */
export function eventsOf(flags: BacktestFlags): { engine?: EngineName; exits?: Exits; fillShare?: number } {
  const { engine, stopBps, targetBps, trailBps, fillShare } = flags;
  const exits = given({ stopBps, targetBps, trailBps });
  return {
    ...(engine === 'event-driven' ? { engine } : {}),
    ...(Object.keys(exits).length > 0 ? { exits } : {}),
    ...given({ fillShare }),
  };
}

/** Does something with the ports of this process, and closes them. */
export async function withPorts<T>(shell: Shell, work: (ports: Ports) => Promise<T>): Promise<T> {
  const ports = openPorts(shell.config());
  try {
    return await work(ports);
  } finally {
    await ports.close();
  }
}

/** What a person should know of the bars. */
export function remarksOf({ gapsFound, zeroVolumeBars, inconsistentBars }: BarsRemarks): string[] {
  return [
    ...(gapsFound > 0
      ? [`the bars have ${gapsFound} gaps; orders are filled at the first bar after one`]
      : []),
    ...(zeroVolumeBars > 0 ? [`${zeroVolumeBars} bars have no volume; fills there are not to be had`] : []),
    ...(inconsistentBars > 0
      ? [
          `${inconsistentBars} bars have an open or close outside of their low and high, which were taken as they are; "finsight bars check" lists them`,
        ]
      : []),
  ];
}

type BarsRemarks = Pick<BarsNote, 'gapsFound' | 'zeroVolumeBars' | 'inconsistentBars'>;
