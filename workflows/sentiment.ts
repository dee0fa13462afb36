import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { SentimentInput } from '../activities/sentiment.js';
import { modelLabels } from '../domain/labels.js';
import type { SentimentReport } from '../domain/research.js';
import { trackProgress } from './progress.js';
import { gpu } from './steps.js';

interface Counts {
  scored: number;
  abstained: number;
}

/** What a continued run knows of the one before; nobody else sets it. */
interface Resumed {
  report: SentimentReport;
  before: Counts;
  cursor: string;
}

/** Scores every article of a window that the served sentiment model has not scored yet. */
export async function enrichSentiment(
  input: SentimentInput & { resumed?: Resumed },
): Promise<SentimentReport> {
  const { resumed, ...window } = input;
  const progress = trackProgress(['score'], input);
  const report: SentimentReport = { ...(resumed?.report ?? { model: '', scored: 0, abstained: 0 }) };
  await progress.run('score', async () => {
    const before = resumed?.before ?? (await gpu.countScores(window));
    let cursor: string | null = resumed?.cursor ?? '';
    while (cursor !== null) {
      const chunk: SentimentReport & { next: string | null } = await gpu.scoreArticles({ ...window, cursor });
      if (report.model !== chunk.model) progress.label(modelLabels(chunk.model));
      report.model = chunk.model;
      report.scored += chunk.scored;
      report.abstained += chunk.abstained;
      cursor = chunk.next;
      progress.note('score', `${report.scored} articles by ${report.model}`);
      if (cursor !== null && workflowInfo().continueAsNewSuggested)
        await continueAsNew<typeof enrichSentiment>({ ...window, resumed: { report, before, cursor } });
    }
    // What a killed attempt scored is in the store, though its count is lost.
    const after = await gpu.countScores(window);
    report.scored = Math.max(report.scored, after.scored - before.scored);
    report.abstained = Math.max(report.abstained, after.abstained - before.abstained);
  });
  return report;
}
