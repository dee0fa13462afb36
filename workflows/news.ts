import type { FeedReport, NewsInput } from '../activities/news.js';
import type { NewsReport } from '../domain/research.js';
import { trackProgress } from './progress.js';
import { io } from './steps.js';

/** Reads every feed of a window; a feed that cannot be read is reported and the others go on. */
export async function collectNews(input: NewsInput): Promise<NewsReport> {
  const progress = trackProgress(['plan', 'collect']);
  const plan = await progress.run('plan', () => io.resolveNews(input));
  const reports = await progress.run('collect', () =>
    Promise.all(plan.feeds.map((feed) => io.collectFeed({ ...plan, feed }))),
  );
  return {
    fetched: sum(reports, 'fetched'),
    stored: sum(reports, 'stored'),
    duplicates: sum(reports, 'duplicates'),
    rejected: sum(reports, 'rejected'),
    failures: reports.flatMap((report) =>
      report.failure ? [{ feed: report.feed, reason: report.failure }] : [],
    ),
  };
}

const sum = (reports: FeedReport[], key: 'fetched' | 'stored' | 'duplicates' | 'rejected'): number =>
  reports.reduce((total, report) => total + report[key], 0);
