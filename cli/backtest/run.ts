import type { Command } from 'commander';
import { runOnFile } from '../../activities/backtest/local.js';
import { InvalidInputError } from '../../domain/errors.js';
import { canonicalStream } from '../../domain/streams.js';
import { printJson, printTable, say } from '../output.js';
import { runStory } from '../run.js';
import { given, jsonObject, type Shell } from '../shell.js';
import { sentStrategy } from './strategy.js';
import {
  addBacktestFlags,
  eventsOf,
  fileOf,
  periodsOf,
  refuseFileFlags,
  remarksOf,
  slippageOf,
  specOf,
  withPorts,
  type BacktestFlags,
} from './flags.js';

interface RunFlags extends BacktestFlags {
  params?: Record<string, number>;
  trades?: boolean;
}

/** `backtest run`: one strategy on a stored stream, or with --local on a file of bars. */
export function addRun(backtest: Command, shell: Shell): void {
  addBacktestFlags(backtest.command('run [stream]'))
    .description('test one strategy')
    .option('--params <json>', 'parameters of the strategy', jsonObject)
    .option('--funding', 'pay the stored funding rates (default: where a venue has perpetuals only)')
    .option('--no-funding', 'pay none')
    .option('--trades', 'with --local: print the trades too')
    .action(async (stream: string | undefined, flags: RunFlags) => {
      if (flags.local) return runLocal(shell, stream, flags);
      if (stream === undefined)
        throw new InvalidInputError('Say what to test on: a stream, or --local --bars <file>');
      refuseFileFlags(flags);
      if (flags.trades) throw new InvalidInputError('--trades is for --local; leave it out');
      const { strategy, params, source, from, to, cash, size, funding, closeAtEnd, feeBps } = flags;
      const input = {
        ...(await sentStrategy(shell, strategy)),
        ...given({ params, source, from, to, cash, size, funding, closeAtEnd, feeBps }),
        ...given({ periodsPerYear: periodsOf(flags) }),
        ...slippageOf(flags),
        ...eventsOf(flags),
      };
      printJson(await runStory(shell.config(), 'runBacktest', { stream: canonicalStream(stream), ...input }));
    });
}

async function runLocal(shell: Shell, stream: string | undefined, flags: RunFlags): Promise<void> {
  if (flags.funding)
    throw new InvalidInputError('--funding is for stored streams; a file of bars holds no funding rates');
  const input = { file: fileOf(flags, stream), spec: specOf(flags), params: flags.params ?? {} };
  const { trades, ...report } = await withPorts(shell, (ports) => runOnFile(ports, input));
  if (shell.json()) return printJson(flags.trades ? { ...report, trades } : report);
  for (const remark of [...remarksOf(report.bars), ...report.notes]) say(remark);
  printTable(Object.entries(report.metrics).map(([figure, value]) => ({ figure, value })));
}
