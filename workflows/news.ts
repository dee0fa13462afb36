import type { FeedReport, NewsInput } from '../activities/news.js';
import type { NewsReport } from '../domain/research.js';
import { mapBounded } from './fan-out.js';
import { trackProgress } from './progress.js';
import { io } from './steps.js';

/** Reads every feed of a window; a feed that cannot be read is reported and the others go on. */
export async function collectNews(input: NewsInput): Promise<NewsReport> {
  const progress = trackProgress(['plan', 'collect'], input);
  const plan = await progress.run('plan', () => io.resolveNews(input));
  progress.label({ Source: plan.source.kind });
  const { feeds, present, ...window } = plan;
  let read = 0;
  const reports = await progress.run(
    'collect',
    () =>
      mapBounded(feeds, async (feed) => {
        const report = await io.collectFeed({ ...window, feed });
        progress.note('collect', `${++read} of ${feeds.length} feeds`);
        return report;
      }),
    (all) => `${sum(all, 'stored')} new articles of ${feeds.length} feeds`,
  );
  const counted = sum(reports, 'stored');
  // What a killed attempt stored is in the store; the attempt after it took that for duplicates.
  const stored = Math.max(counted, (await io.countArticles(window)) - present);
  return {
    fetched: sum(reports, 'fetched'),
    stored,
    duplicates: Math.max(0, sum(reports, 'duplicates') - (stored - counted)),
    rejected: sum(reports, 'rejected'),
    failures: reports.flatMap((report) =>
      report.failure ? [{ feed: report.feed, reason: report.failure }] : [],
    ),
  };
}

const sum = (reports: FeedReport[], key: 'fetched' | 'stored' | 'duplicates' | 'rejected'): number =>
  reports.reduce((total, report) => total + report[key], 0);
