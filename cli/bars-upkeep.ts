import type { MoveBarsInput, MoveBarsReport, PruneInput, PruneReport } from '../activities/upkeep.js';
import { InvalidInputError } from '../domain/errors.js';
import { formatSource } from '../domain/sources.js';
import { parseStream } from '../domain/streams.js';
import { inProcess, isLocal, type Steps } from './in-process.js';
import { printJson, printTable, say } from './output.js';
import { runStory } from './run.js';
import { given, wholeNumber, type AddCommands, type Shell } from './shell.js';

interface PruneFlags extends Omit<PruneInput, 'stream' | 'dryRun'> {
  dryRun?: boolean;
  remove?: boolean;
  local?: boolean;
}

/** `bars move|prune`: which store bars lie in, and for how long they are kept. */
export const addBarsUpkeep: AddCommands = (program, shell) => {
  const bars = program.commands.find((each) => each.name() === 'bars') ?? program.command('bars');
  bars
    .command('move')
    .description('move bars between the two stores of a hybrid: address, as SERIES_URL says')
    .option('--days <n>', 'how old a bar must be; left out: as SERIES_URL says', wholeNumber)
    .option('--dry-run', 'only say what would be moved')
    .option('--local', 'in this process, without a running platform')
    .action(async ({ local, ...flags }: MoveBarsInput & { local?: boolean }) => {
      const input = given(flags);
      const config = shell.config();
      const report = isLocal(config, local)
        ? await inProcess(config, async (steps) => steps.moveAgedBars(await steps.planMove(input)))
        : ((await runStory(config, 'moveBars', { ...input })) as MoveBarsReport);
      showMove(shell, report);
    });
  bars
    .command('prune <stream>')
    .description('remove bars that are older than so many days; without --remove it only says which')
    .requiredOption('--days <n>', 'what is older goes', wholeNumber)
    .option('--source <kind>', 'of the stored bars, where several are stored')
    .option('--dry-run', 'only say what would be removed (so it is without --remove)')
    .option('--remove', 'remove it, with an entry in the audit')
    .option('--local', 'in this process, without a running platform')
    .action(async (stream: string, { local, remove = false, dryRun, ...flags }: PruneFlags) => {
      parseStream(stream);
      if (remove && dryRun) throw new InvalidInputError('Give --dry-run or --remove, not both');
      const input = { ...given(flags), stream, dryRun: !remove } as PruneInput;
      const config = shell.config();
      const report = isLocal(config, local)
        ? await inProcess(config, (steps) => pruneHere(steps, input))
        : ((await runStory(config, 'pruneBars', { ...input })) as PruneReport);
      showPrune(shell, report);
    });
};

/** What the story pruneBars does. */
async function pruneHere(steps: Steps, input: PruneInput): Promise<PruneReport> {
  const plan = await steps.planPruning(input);
  if (plan.dryRun || plan.versions === 0) return { ...plan, removed: 0 };
  return steps.removeOldBars({ ...plan, principal: 'local', tenant: 'default' });
}

function showMove(shell: Shell, report: MoveBarsReport): void {
  if (shell.json()) return printJson(report);
  printTable(
    report.streams.map(({ saving, ...each }) => ({
      ...each,
      from: iso(each.from),
      to: iso(each.to),
      'saving/month': saving.toPrecision(3),
    })),
  );
  if (report.streamsLeftOut > 0) say(`and ${report.streamsLeftOut} more streams`);
  say(
    `${report.versions} bars ${report.dryRun ? 'would be moved' : 'moved'}, older than ${report.days} days`,
  );
}

function showPrune(shell: Shell, report: PruneReport): void {
  if (shell.json()) return printJson(report);
  const { stream, source, from, to, versions, removed, dryRun } = report;
  printTable([
    { stream, source: formatSource(source), from: iso(from), to: iso(to), older: versions, removed },
  ]);
  if (dryRun) say('nothing is removed: --remove does it');
}

const iso = (time: number): string => new Date(time).toISOString();
