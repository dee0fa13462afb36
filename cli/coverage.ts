import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../adapters/config.js';
import type { CoverageReport, HealReport } from '../domain/coverage.js';
import { isImport, parseSource } from '../domain/sources.js';
import { canonicalStream, parseStream } from '../domain/streams.js';
import type { BreakInput, BreakReport, HealInput } from '../workflows/coverage.js';
import { connectApi, dataOf } from './api.js';
import { inProcess, isLocal, type Steps } from './in-process.js';
import { printJson, printTable, say } from './output.js';
import { runStory } from './run.js';
import { given, wholeNumber, type AddCommands, type Shell } from './shell.js';

interface Flags extends Omit<HealInput, 'stream'> {
  local?: boolean;
  wait?: boolean;
}

/** `bars coverage|break|heal`: what a stream owes, a drill that loses some of it, and bringing it back. */
export const addCoverage: AddCommands = (program, shell) => {
  const bars = program.commands.find((each) => each.name() === 'bars') ?? program.command('bars');
  measuring(
    bars.command('coverage <stream>').description('expected, present, exchange-closed, quarantined, missing'),
  ).action(async (stream: string, flags: Flags) => {
    const { local, wait: _, ...input } = given({ ...flags, stream: canonicalStream(stream) });
    const config = shell.config();
    const report = isLocal(config, local)
      ? await inProcess(config, (steps) => steps.measureStream(input))
      : await readCoverage(config, input);
    show(shell, report);
  });
  bars
    .command('break <stream>')
    .description('a drill: lose stored bars on purpose')
    .requiredOption('--drop <bars>', 'how many', wholeNumber)
    .option('--seed <text>', 'which ones', '1')
    .option('--source <kind>', 'of the stored bars', absolute)
    .option('--local', 'in this process, without a running platform')
    .action(async (stream: string, flags: Omit<BreakInput, 'stream'> & { local?: boolean }) => {
      const { local, ...input } = given({ ...flags, stream: canonicalStream(stream) });
      const config = shell.config();
      const run = isLocal(config, local)
        ? inProcess(config, (steps) => breakHere(steps, input))
        : (runStory(config, 'breakBars', input) as Promise<BreakReport>);
      show(shell, await run);
    });
  measuring(
    bars.command('heal <stream>').description('bring back what is missing, prove what the exchange has not'),
  )
    .option('--recheck', 'also ask again for what is quarantined or exchange-closed')
    .option('--wait', 'until it is healed; without it the run is only started')
    .action(async (stream: string, flags: Flags) => {
      const { local, wait, ...input } = given({ ...flags, stream: canonicalStream(stream) });
      const config = shell.config();
      if (isLocal(config, local))
        return show(shell, await inProcess(config, (steps) => healHere(steps, input)));
      if (wait) return show(shell, (await runStory(config, 'healBars', { ...input })) as HealReport);
      const { client } = connectApi(config);
      const started = dataOf(await client.POST('/runs', { body: { kind: 'healBars', input } as never }));
      printJson(started);
    });
};

const measuring = (command: Command): Command =>
  command
    .option(
      '--source <kind>',
      'live, recorded:<dir>, simulated[:<seed>]; left out: that of the stored bars',
      absolute,
    )
    .option('--from <time>', 'the contract is widened to begin here')
    .option('--to <time>', 'the contract is widened to end here')
    .option('--calendar <name>', 'always, nyse, lse, forex or weekdays; left out: by venue and bars')
    .option('--follow', "up to the venue's last closed bar")
    .option('--local', 'in this process, without a running platform');

/** A relative directory is the caller's, not the worker's; an imported file has no place. */
const absolute = (source: string): string =>
  source.startsWith('recorded:') && !isImport(parseSource(source))
    ? `recorded:${resolve(source.slice('recorded:'.length))}`
    : source;

async function healHere(steps: Steps, { recheck = false, ...input }: HealInput): Promise<HealReport> {
  const found = await steps.measureStream(input);
  const { stream, source } = found;
  const owing = found.missing + (recheck ? found.quarantined + found.exchangeClosed : 0) > 0;
  let at: Pick<Awaited<ReturnType<Steps['fillHoles']>>, 'next' | 'open'> = {
    next: owing ? found.from : null,
    open: null,
  };
  while (at.next !== null)
    at = await steps.fillHoles({ stream, source, cursor: at.next, open: at.open, recheck });
  return steps.settleHeal({ stream, source, heal: randomUUID() });
}

async function breakHere(steps: Steps, { drop, seed = '1', ...input }: BreakInput): Promise<BreakReport> {
  const { stream, source } = await steps.measureStream(input);
  const plan = await steps.planDrill({ stream, source, drop, seed });
  const { dropped } = await steps.dropBars({ ...plan, principal: 'local', tenant: 'default' });
  return { ...(await steps.measureStream({ stream, source })), dropped };
}

/** Without changes to the contract it is read; otherwise a story changes it. */
async function readCoverage(config: Config, input: HealInput): Promise<CoverageReport> {
  const { stream, source, ...changes } = input;
  if (Object.keys(changes).length > 0)
    return (await runStory(config, 'measureBars', { ...input })) as CoverageReport;
  const { client } = connectApi(config);
  const { exchange, symbol, timeframe } = parseStream(stream);
  const params = { path: { exchange, symbol, timeframe }, query: source ? { source } : {} };
  return dataOf(await client.GET('/bars/{exchange}/{symbol}/{timeframe}/coverage', { params } as never));
}

function show(shell: Shell, report: CoverageReport & { healed?: number; dropped?: number }): void {
  if (shell.json()) return printJson(report);
  const { gaps, gapsLeftOut, source, from, to, ...rest } = report;
  const { stream, calendar, expected, present, exchangeClosed, quarantined, missing, outside } = rest;
  const change = given({ healed: report.healed, dropped: report.dropped });
  const counts = { expected, present, exchangeClosed, quarantined, missing, outside };
  printTable([
    { stream, source: source.kind, calendar, ...counts, coverage: rest.coverage.toFixed(6), ...change },
  ]);
  say(`from ${iso(from)} to ${iso(to)}; ${rest.calendarReason}`);
  if (gaps.length > 0)
    printTable(
      gaps.map((gap) => ({ from: iso(gap.from), to: iso(gap.to), bars: gap.bars, state: gap.state })),
    );
  if (gapsLeftOut > 0) say(`and ${gapsLeftOut} more gaps`);
}

const iso = (time: number): string => new Date(time).toISOString();
