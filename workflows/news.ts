import type { FeedPlan, FeedReport, FeedResult, NewsInput } from '../activities/news.js';
import type { NewsReport } from '../domain/research.js';
import { mapBounded } from './fan-out.js';
import { trackProgress } from './progress.js';
import { io } from './steps.js';

/**
 * Reads every feed of a window, or what each source has new and may have missed; a feed that cannot be read is
 * reported and the others go on.
 */
export async function collectNews(input: NewsInput): Promise<NewsReport> {
  const progress = trackProgress(['plan', 'collect'], input);
  const plan = await progress.run('plan', () => io.resolveNews(input));
  progress.label({ Source: plan.source.kind });
  const { feeds, present, windows = {}, ...window } = plan;
  let read = 0;
  const reports = await progress.run(
    'collect',
    () =>
      mapBounded(feeds, async (feed) => {
        const asked = windows[feed] ?? [window];
        const report = await collectWindows(asked.map((each) => ({ ...window, ...each, feed })));
        progress.note('collect', `${++read} of ${feeds.length} feeds`);
        return report;
      }),
    (all) => `${sum(all, 'stored')} new articles of ${feeds.length} feeds`,
  );
  const counted = sum(reports, 'stored');
  // What a killed attempt stored is in the store; the attempt after it took that for duplicates.
  const stored = Math.max(counted, (await io.countArticles({ ...window, feeds })) - present);
  const unfinished = reports.filter((report) => report.unfinished).map(({ feed }) => feed);
  return {
    fetched: sum(reports, 'fetched'),
    stored,
    changed: sum(reports, 'changed'),
    duplicates: Math.max(0, sum(reports, 'duplicates') - (stored - counted)),
    rejected: sum(reports, 'rejected'),
    failures: reports.flatMap((report) =>
      report.failure ? [{ feed: report.feed, reason: report.failure }] : [],
    ),
    ...(unfinished.length > 0 ? { unfinished } : {}),
  };
}

/** One after the other: a feed's host is asked by one at a time. What failed once is not asked for more. */
async function collectWindows(plans: FeedPlan[]): Promise<FeedReport> {
  const reports: FeedReport[] = [];
  for (const plan of plans) {
    const report = await collectWindow(plan);
    reports.push(report);
    if (report.failure !== null) break;
  }
  const [first] = reports as [FeedReport, ...FeedReport[]];
  return {
    feed: first.feed,
    fetched: sum(reports, 'fetched'),
    stored: sum(reports, 'stored'),
    changed: sum(reports, 'changed'),
    duplicates: sum(reports, 'duplicates'),
    rejected: sum(reports, 'rejected'),
    failure: reports.at(-1)?.failure ?? null,
    ...(reports.some(({ unfinished }) => unfinished) ? { unfinished: true } : {}),
  };
}

/** A step that failed after pages that it stored is followed by one that goes on there. */
async function collectWindow(plan: FeedPlan): Promise<FeedReport> {
  let result: FeedResult = await io.collectFeed(plan);
  while (result.resume) result = await io.collectFeed({ ...plan, resume: result.resume });
  return result;
}

const sum = (
  reports: FeedReport[],
  key: 'fetched' | 'stored' | 'changed' | 'duplicates' | 'rejected',
): number =>
  // Steps of runs that began before changes were counted tell none.
  reports.reduce((total, report) => total + (report[key] ?? 0), 0);
