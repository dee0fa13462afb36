import type { ResearchReport } from '../domain/research.js';
import { connectApi, dataOf } from './api.js';
import { printJson, printTable, say } from './output.js';
import { researchInputOf } from './platform-commands.js';
import { researchOptions, type ResearchFlags } from './research-flags.js';
import { followStory, runStory } from './run.js';
import { jsonObject, wholeNumber, type AddCommands, type Shell } from './shell.js';
import { printReport } from './start.js';

/** `run <job>` and `runs list|show|follow|cancel`. */
export const addRuns: AddCommands = (program, shell) => {
  const run = program.command('run').description('start a job and follow it');
  researchOptions(run.command('research').description('the main job')).action(
    async (flags: ResearchFlags) => {
      const input = researchInputOf(flags) as unknown as Record<string, unknown>;
      const report = (await runStory(shell.config(), 'research', input)) as ResearchReport;
      if (shell.json()) printJson(report);
      else printReport(report);
    },
  );
  run
    .command('story <kind>')
    .description('any story by its name, with its one JSON argument')
    .requiredOption('--input <json>', 'the argument', jsonObject)
    .action(async (kind: string, { input }: { input: Record<string, unknown> }) => {
      printJson(await runStory(shell.config(), kind, input));
    });

  const runs = program.command('runs').description('what ran and what runs');
  runs
    .command('list', { isDefault: true })
    .option('--kind <kind>', 'only this kind of story')
    .option('--limit <n>', 'how many', wholeNumber, 20)
    .action(async (query: { kind?: string; limit: number }) => listRuns(shell, query));
  runs.command('show <workflowId>').action(async (workflowId: string) => {
    const { client } = connectApi(shell.config());
    printJson(dataOf(await client.GET('/runs/{workflowId}', { params: { path: { workflowId } } })));
  });
  runs.command('follow <workflowId>').action(async (workflowId: string) => {
    printJson(await followStory(shell.config(), workflowId));
  });
  runs.command('cancel <workflowId>').action(async (workflowId: string) => {
    const { client } = connectApi(shell.config());
    dataOf(await client.DELETE('/runs/{workflowId}', { params: { path: { workflowId } } }));
    say(`asked ${workflowId} to stop`);
    if (shell.json()) printJson({ workflowId, cancelled: true });
  });
};

async function listRuns(shell: Shell, query: { kind?: string; limit: number }): Promise<void> {
  const { client } = connectApi(shell.config());
  const page = dataOf(await client.GET('/runs', { params: { query: query } as never }));
  if (shell.json()) return printJson(page);
  const { items } = page as {
    items: { workflowId: string; kind: string; status: string; startedAt: number }[];
  };
  printTable(
    items.map(({ workflowId, kind, status, startedAt }) => ({
      started: new Date(startedAt).toISOString(),
      kind,
      status,
      workflowId,
    })),
  );
}
