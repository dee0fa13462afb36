import type { SentimentInput } from '../activities/sentiment.js';
import type { SentimentReport } from '../domain/research.js';
import { trackProgress } from './progress.js';
import { gpu } from './steps.js';

/** Scores every article of a window that the served sentiment model has not scored yet. */
export async function enrichSentiment(input: SentimentInput): Promise<SentimentReport> {
  const progress = trackProgress(['score']);
  const report: SentimentReport = { model: '', scored: 0, abstained: 0 };
  await progress.run('score', async () => {
    let cursor: string | null = '';
    while (cursor !== null) {
      const chunk: SentimentReport & { next: string | null } = await gpu.scoreArticles({ ...input, cursor });
      report.model = chunk.model;
      report.scored += chunk.scored;
      report.abstained += chunk.abstained;
      cursor = chunk.next;
      progress.note('score', `${report.scored} articles`);
    }
  });
  return report;
}
