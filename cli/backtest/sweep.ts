import type { Command } from 'commander';
import { sweepFile, type LocalSweep } from '../../activities/backtest/local.js';
import { printSize } from '../../domain/backtest/sizing.js';
import { InvalidInputError } from '../../domain/errors.js';
import { isStrategyFile } from '../../domain/strategies/source.js';
import { canonicalStream } from '../../domain/streams.js';
import { printJson, printTable, say } from '../output.js';
import { runStory } from '../run.js';
import { given, jsonObject, wholeNumber, type Shell } from '../shell.js';
import { download, writeWhole } from './export.js';
import {
  addBacktestFlags,
  fileOf,
  refuseFileFlags,
  remarksOf,
  specOf,
  storedCosts,
  withPorts,
  type BacktestFlags,
} from './flags.js';

interface SweepFlags extends BacktestFlags {
  grid: Record<string, unknown>;
  threads?: number;
  report?: string;
}

/** `backtest sweep`: every combination of a grid, on a stored stream or with --local on a file of bars. */
export function addSweep(backtest: Command, shell: Shell): void {
  addBacktestFlags(backtest.command('sweep [stream]'))
    .description('test every combination of a grid of parameters')
    .requiredOption(
      '--grid <json>',
      'values by parameter: {"fast":[10,15],"slow":"70:200:10"}; a range has both ends',
      jsonObject,
    )
    .option('--threads <n>', 'with --local: worker threads (default: one a core; 0: none)', wholeNumber)
    .option('--report <file>', 'write the parameter map and the best as a page')
    .action(async (stream: string | undefined, flags: SweepFlags) => {
      if (isStrategyFile(flags.strategy))
        throw new InvalidInputError(
          `A sweep runs our strategies; ${flags.strategy} is a file: "backtest run" runs it, with its --params`,
        );
      if (flags.local) return sweepLocal(shell, stream, flags);
      if (stream === undefined)
        throw new InvalidInputError('Say what to sweep over: a stream, or --local --bars <file>');
      refuseFileFlags(flags);
      if (flags.threads !== undefined)
        throw new InvalidInputError('--threads is for --local; a worker uses its own cores');
      const { strategy, grid, source, from, to } = flags;
      const { strategy: _strategy, size, ...rest } = specOf(flags);
      const spec = { ...rest, costs: storedCosts(flags), size: printSize(size) };
      const input = { stream: canonicalStream(stream), strategy, grid, spec, ...given({ source, from, to }) };
      const found = await runStory(shell.config(), 'sweepBacktest', input);
      if (flags.report !== undefined) await keepReport(shell, flags.report, found as { id: string });
      printJson(found);
    });
}

async function keepReport(shell: Shell, out: string, { id }: { id: string }): Promise<void> {
  const path = `/sweeps/${encodeURIComponent(id)}/report`;
  say(`report: ${await writeWhole(out, await download(shell, { path, accept: 'text/html' }))}`);
}

async function sweepLocal(shell: Shell, stream: string | undefined, flags: SweepFlags): Promise<void> {
  const { grid, threads } = flags;
  const stop = new AbortController();
  const leave = (): void => stop.abort();
  process.once('SIGINT', leave);
  try {
    const input = { file: fileOf(flags, stream), spec: specOf(flags), grid, signal: stop.signal };
    const asked = { ...input, ...given({ threads }), report: flags.report !== undefined };
    const { html, ...report } = await withPorts(shell, (ports) => sweepFile(ports, asked));
    if (html !== undefined) say(`report: ${await writeWhole(flags.report ?? '', html)}`);
    if (shell.json()) return printJson(report);
    show(report);
  } finally {
    process.off('SIGINT', leave);
  }
}

const SHOWN = 20;

/** The best by Sharpe ratio: looked at, not to be believed, as it is the best of many. */
function show({ rows, skipped, bars, path, nsPerBarCombination }: LocalSweep): void {
  for (const remark of remarksOf(bars)) say(remark);
  if (skipped.length > 0)
    say(
      `${skipped.length} combinations left out, such as ${JSON.stringify(skipped[0]?.params)}: ${skipped[0]?.reason}`,
    );
  const best = rows.toSorted((a, b) => (b.metrics.sharpe || -Infinity) - (a.metrics.sharpe || -Infinity));
  printTable(
    best.slice(0, SHOWN).map(({ params, metrics }) => ({
      ...params,
      entries: metrics.entries,
      return: metrics.totalReturn.toFixed(4),
      sharpe: metrics.sharpe.toFixed(2),
      drawdown: metrics.maxDrawdown.toFixed(4),
    })),
  );
  say(
    `${rows.length} combinations by ${path === 'grid' ? 'the grid' : 'single runs'}, ${nsPerBarCombination.toFixed(2)} ns a bar and combination; the best of ${rows.length} is better than it will be`,
  );
}
