import type { Command } from 'commander';
import { runOnFile } from '../../activities/backtest/local.js';
import { InvalidInputError } from '../../domain/errors.js';
import { canonicalStream } from '../../domain/streams.js';
import { printJson, printTable, say } from '../output.js';
import { runStory } from '../run.js';
import { given, jsonObject, type Shell } from '../shell.js';
import { addBacktestFlags, fileOf, remarksOf, specOf, withPorts, type BacktestFlags } from './flags.js';

interface RunFlags extends BacktestFlags {
  params?: Record<string, number>;
  trades?: boolean;
}

/** `backtest run`: one strategy on a stored stream, or with --local on a file of bars. */
export function addRun(backtest: Command, shell: Shell): void {
  addBacktestFlags(backtest.command('run [stream]'))
    .description('test one strategy')
    .option('--params <json>', 'parameters of the strategy', jsonObject)
    .option('--trades', 'with --local: print the trades too')
    .action(async (stream: string | undefined, flags: RunFlags) => {
      if (flags.local) return runLocal(shell, stream, flags);
      if (stream === undefined)
        throw new InvalidInputError('Say what to test on: a stream, or --local --bars <file>');
      refuseLocalOnly(flags);
      const { strategy, params, source, from, to, cash, feeBps, slippageBps } = flags;
      const input = given({ strategy, params, source, from, to, cash, feeBps, slippageBps });
      printJson(await runStory(shell.config(), 'runBacktest', { stream: canonicalStream(stream), ...input }));
    });
}

/** What a run on stored bars does not take must not be left out in silence. */
function refuseLocalOnly(flags: RunFlags): void {
  const only = ['bars', 'size', 'halfSpread', 'impactBps', 'closeAtEnd', 'periods', 'trades'] as const;
  const given = only.find((name) => flags[name] !== undefined);
  if (given !== undefined)
    throw new InvalidInputError(
      `--${given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is for --local; a run on stored bars takes all of the equity, and its trades are stored`,
    );
}

async function runLocal(shell: Shell, stream: string | undefined, flags: RunFlags): Promise<void> {
  const input = { file: fileOf(flags, stream), spec: specOf(flags), params: flags.params ?? {} };
  const { trades, ...report } = await withPorts(shell, (ports) => runOnFile(ports, input));
  if (shell.json()) return printJson(flags.trades ? { ...report, trades } : report);
  for (const remark of remarksOf(report.bars)) say(remark);
  printTable(Object.entries(report.metrics).map(([figure, value]) => ({ figure, value })));
}
