import type { Command } from 'commander';
import { createActivities } from '../../activities/index.js';
import { addCounts, NO_COUNTS, type RescoreChunk, type RescoreInput } from '../../activities/rescoring.js';
import type { Config } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import { BudgetSpentError } from '../../domain/errors.js';
import type { RescoreReport } from '../../workflows/rescoring.js';
import { connectApi, dataOf } from '../api.js';
import { isLocal } from '../in-process.js';
import { printJson, printTable, say } from '../output.js';
import { followStory } from '../run.js';
import { decimalNumber, given, list, type Shell } from '../shell.js';

type Flags = Omit<RescoreInput, 'model'> & { detach?: boolean; local?: boolean };

/** `sentiment rescore`, and holding it. */
export function addRescoring(sentiment: Command, shell: Shell): void {
  sentiment
    .command('rescore <model>')
    .description('score the archive with a model; scores of other models stay')
    .option('--source <source>', 'live, recorded:<directory>, simulated')
    .option('--from <time>', 'published at or after')
    .option('--to <time>', 'published before')
    .option('--feeds <list>', 'only of these feeds', list)
    .option('--languages <list>', 'only in these languages', list)
    .option('--tickers <list>', 'only about these base assets', (text: string) => list(text.toUpperCase()))
    .option('--per-second <n>', 'articles a second at most', decimalNumber)
    .option('--detach', 'print the workflow id and do not wait')
    .option('--local', 'in this process, without a running platform')
    .action(async (model: string, { local, detach, ...flags }: Flags) => {
      const config = shell.config();
      const input = { model, ...given(flags) } as RescoreInput;
      if (isLocal(config, local)) return showReport(shell, await rescoreHere(config, input));
      const { client } = connectApi(config);
      const { workflowId } = dataOf(await client.POST('/sentiment/rescores', { body: input as never }));
      if (!detach) return showReport(shell, (await followStory(config, workflowId)) as RescoreReport);
      if (shell.json()) return printJson({ workflowId });
      process.stdout.write(`${workflowId}\n`);
    });
  for (const verb of ['pause', 'resume'] as const)
    sentiment
      .command(`${verb} <workflowId>`)
      .description(verb === 'pause' ? 'hold a re-scoring at its place' : 'let a re-scoring go on')
      .action(async (workflowId: string) => {
        const { client } = connectApi(shell.config());
        const params = { path: { workflowId } };
        dataOf(await client.POST(`/sentiment/rescores/{workflowId}/${verb}`, { params }));
        if (shell.json()) return printJson({ workflowId, told: verb });
        say(`told ${workflowId} to ${verb}`);
      });
}

/** What the story rescoreNews does, without its patience: a spent budget ends it, and again it goes on there. */
async function rescoreHere(config: Config, input: RescoreInput): Promise<RescoreReport> {
  const ports = openPorts(config);
  try {
    const steps = createActivities(ports).gpu;
    const plan = await steps.planRescore(input);
    const counts = { ...NO_COUNTS };
    for (let cursor: string | null = ''; cursor !== null;) {
      const chunk: RescoreChunk = await steps.rescoreArticles({ plan, cursor });
      addCounts(counts, chunk);
      if (chunk.waitUntil !== null) throw new BudgetSpentError(chunk.reason, chunk.waitUntil);
      cursor = chunk.next;
      say(`${counts.articles} of ${plan.total}`);
    }
    const { late } = await steps.countLate({ plan, articles: counts.articles });
    const { model, sourceKey: source, from, to } = plan;
    return { model, source, from, to, ...counts, late };
  } finally {
    await ports.close();
  }
}

function showReport(shell: Shell, report: RescoreReport): void {
  if (shell.json()) return printJson(report);
  printTable([{ ...report }]);
}
