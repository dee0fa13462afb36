import type { DriftReport } from '../domain/drift/report.js';
import { DRIFT_POLICIES, type DriftPolicy } from '../domain/drift/retraining.js';
import { InvalidInputError } from '../domain/errors.js';
import { canonicalStream } from '../domain/streams.js';
import type { RetrainingReport, WatchReport } from '../workflows/drift.js';
import { connectApi, dataOf } from './api.js';
import { printJson, printTable, say } from './output.js';
import { runStory } from './run.js';
import { given, wholeNumber, type AddCommands, type Shell } from './shell.js';

interface WatchFlags {
  source?: string;
  name?: string;
  recentBars?: number;
  policy?: string;
  coolDownHours?: number;
}

/** `drift list|show|run|retrain`. */
export const addDrift: AddCommands = (program, shell) => {
  const drift = program.command('drift').description('whether what champions see and how they err has moved');
  drift
    .command('list', { isDefault: true })
    .option('--stream <id>', 'only of this stream')
    .option('--model <name@version>', 'only of this model')
    .option('--limit <n>', 'how many', wholeNumber, 100)
    .action(async ({ stream, ...rest }: { stream?: string; model?: string; limit: number }) => {
      const query = given({ ...rest, ...(stream ? { stream: canonicalStream(stream) } : {}) });
      const page = dataOf(
        await connectApi(shell.config()).client.GET('/drift', { params: { query } } as never),
      );
      if (shell.json()) return printJson(page);
      printTable((page as unknown as { items: DriftReport[] }).items.map(rowOf));
    });
  drift.command('show <id>').action(async (id: string) => {
    const { client } = connectApi(shell.config());
    const report = dataOf(await client.GET('/drift/{id}', { params: { path: { id } } } as never));
    if (shell.json()) printJson(report);
    else showReport(report as unknown as DriftReport);
  });
  drift
    .command('run <stream>')
    .description("look at a stream's champions now")
    .option('--source <kind>', 'of the stored bars; left out: the newest')
    .option('--name <model>', 'only the champion of this name')
    .option('--recent-bars <n>', 'rows of the recent window; left out: thirty days', wholeNumber)
    .option('--policy <policy>', 'off, alert or retrain; left out: alert')
    .option('--cool-down-hours <n>', 'between two retrainings; left out: 72', wholeNumber)
    .action(async (stream: string, flags: WatchFlags) => {
      checkPolicy(flags.policy);
      const input = given({ stream: canonicalStream(stream), ...flags });
      showWatch(shell, (await runStory(shell.config(), 'watchDrift', input)) as WatchReport);
    });
  drift
    .command('retrain <name>')
    .description('train a champion anew; it is served where it beats the old one on recent rows')
    .requiredOption('--source <kind>', 'whose champion: live, recorded:<directory>, simulated:<seed>')
    .option('--days <n>', "of the window; left out: as long as the champion's", wholeNumber)
    .action(async (name: string, flags: { source: string; days?: number }) => {
      const report = await runStory(shell.config(), 'retrainModel', given({ name, ...flags }));
      if (shell.json()) return printJson(report);
      const { champion, challenger, decision, reasons } = report as RetrainingReport;
      say(`${challenger} ${decision} against ${champion}`);
      for (const reason of reasons) say(`  ${reason}`);
    });
};

function checkPolicy(policy: string | undefined): void {
  if (policy !== undefined && !DRIFT_POLICIES.includes(policy as DriftPolicy))
    throw new InvalidInputError(`Unknown policy "${policy}"; known: ${DRIFT_POLICIES.join(', ')}`);
}

const rowOf = (report: DriftReport): Record<string, unknown> => ({
  id: report.id,
  stream: report.stream,
  model: report.model,
  asOf: new Date(report.asOf).toISOString(),
  verdict: report.verdict,
  ...Object.fromEntries(report.findings.map(({ family, verdict }) => [family, verdict])),
  since: report.episode ? new Date(report.episode.since).toISOString() : '',
});

function showReport(report: DriftReport): void {
  printTable([rowOf(report)]);
  for (const { family, verdict, reasons } of report.findings)
    say(`${family}: ${verdict}${reasons.map((reason) => `\n  ${reason}`).join('')}`);
  printTable(
    (report.inputs ?? []).map(({ name, psi, distance, qValue, effect, referenceMean, recentMean }) => ({
      ...{ input: name, psi: psi?.toFixed(3), distance: distance?.toFixed(3), q: qValue?.toPrecision(3) },
      ...{ effect: effect?.toFixed(1), before: referenceMean?.toFixed(4), now: recentMean?.toFixed(4) },
    })),
  );
}

function showWatch(shell: Shell, report: WatchReport): void {
  if (shell.json()) return printJson(report);
  if (report.idle !== null) return say(report.idle);
  printTable(
    report.reports.map(({ id, model, verdict, episode, decision }) => ({
      ...{ id, model, verdict, since: episode ? new Date(episode.since).toISOString() : '' },
      ...{ action: decision.action, reason: decision.reason },
    })),
  );
  for (const { model, reason } of report.failures) say(`${model} could not be looked at: ${reason}`);
  for (const { challenger, decision, reasons } of report.retrained)
    say(`${challenger} ${decision}: ${reasons.join(' ')}`);
}
