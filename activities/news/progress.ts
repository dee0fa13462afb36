import type { NewsPage } from '../../adapters/ports.js';
import type { RawItem } from '../../domain/news/articles.js';
import { readPublished } from '../../domain/news/dates.js';
import { NO_PROBLEMS, withProblems, type ProblemTally } from '../../domain/news/problems.js';
import type { KeptValidators } from '../../domain/news/source-health.js';
import { attempt } from '../beat.js';
import { validatorsOf } from '../sources.js';
import type { StoredPage } from './storing.js';
import type { Touched } from './stories.js';

export interface FeedReport {
  feed: string;
  fetched: number;
  stored: number;
  /** Stored articles that came with another text: both are kept. */
  changed: number;
  duplicates: number;
  rejected: number;
  failure: string | null;
  /** It has more pages than one collection may read: the next one goes on. */
  unfinished?: boolean;
}

/** How far a step has got in a feed's window: heartbeats and steps that go on carry it. */
export type Progress = FeedReport & {
  cursor: string | null;
  done: boolean;
  pages: number;
  validators: KeptValidators | null;
  /** Publication times of what was stored: stories are made of them at the end. */
  touched?: Touched;
  /** Where another collection goes on. */
  rest?: string | null;
  problems?: ProblemTally;
  /** Newest item of the first page and of the last one, epoch ms. */
  newest?: { first: number | null; last: number | null };
};

/** A feed without end is not read for ever; kinds with a limit of their own stop before. */
export const MOST_PAGES = 1000;

export const newProgress = (feed: string, cursor: string | null): Progress => ({
  feed,
  fetched: 0,
  stored: 0,
  changed: 0,
  duplicates: 0,
  rejected: 0,
  failure: null,
  cursor,
  done: false,
  pages: 0,
  validators: null,
});

/** Counts a stored page and moves on behind it. */
export function movePast(
  state: Progress,
  { page, stored, window }: { page: NewsPage; stored: StoredPage; window: { from: number; to: number } },
): void {
  state.fetched += stored.fetched;
  state.stored += stored.stored;
  state.changed += stored.changed;
  state.duplicates += stored.duplicates;
  state.rejected += stored.rejected;
  // A retry may find as duplicates what the attempt before it has stored.
  const isTouched = stored.stored + stored.changed > 0 || attempt() > 1;
  if (isTouched && stored.touched) state.touched = joinTouched(state.touched, stored.touched);
  if (state.cursor === null) state.validators = page.notModified ? null : validatorsOf(page, window);
  if (!page.notModified) state.problems = withProblems(state.problems ?? NO_PROBLEMS, page.problems ?? []);
  const last = newestOf(page.items);
  state.newest = { first: state.newest ? state.newest.first : last, last };
  state.pages++;
  const isEnough = page.next !== null && state.pages >= MOST_PAGES;
  state.rest = isEnough ? page.next : (page.rest ?? null);
  state.cursor = page.next ?? state.rest;
  state.done = page.next === null || isEnough;
}

const joinTouched = (a: Touched | undefined, b: Touched): Touched =>
  a ? { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) } : b;

const newestOf = (items: readonly RawItem[]): number | null =>
  items.reduce<number | null>((newest, { publishedAt }) => {
    const time = publishedAt ? readPublished(publishedAt) : null;
    return time === null ? newest : Math.max(newest ?? time, time);
  }, null);

export const reportOf = ({
  feed,
  fetched,
  stored,
  changed,
  duplicates,
  rejected,
  failure,
  rest,
}: Progress): FeedReport => ({
  feed,
  fetched,
  stored,
  changed,
  duplicates,
  rejected,
  failure,
  ...(rest && failure === null ? { unfinished: true } : {}),
});
