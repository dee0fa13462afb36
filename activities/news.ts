import type { NewsPage, Ports } from '../adapters/ports.js';
import { FINAL_ERRORS, messageOf } from '../domain/errors.js';
import { sourceKey, type Source } from '../domain/sources.js';
import type { KeptValidators } from '../domain/news/source-health.js';
import { attempt, beat, resumed } from './beat.js';
import { newsStore, type NewsStore } from './news/storing.js';
import type { Touched } from './news/stories.js';
import {
  inLanguage,
  managedSource,
  recordCollection,
  validatorsFor,
  validatorsOf,
  windowsOf,
  type Terms,
} from './sources.js';
import { readSource, readTime, twoYearsBefore, type WindowInput } from './window.js';

export interface NewsInput extends WindowInput {
  feeds?: string[];
  /** Ids of managed sources: live ones, in the place of `source` and `feeds`. */
  sources?: string[];
}

export interface NewsPlan {
  source: Source;
  feeds: string[];
  from: number;
  to: number;
  /** Articles of the window that were stored when the plan was made. */
  present: number;
  /** What feeds are asked for that can be asked for windows: what is new, and silences that may be holes. */
  windows?: Record<string, { from: number; to: number }[]>;
}

export interface FeedReport {
  feed: string;
  fetched: number;
  stored: number;
  duplicates: number;
  rejected: number;
  failure: string | null;
}

type Progress = FeedReport & {
  cursor: string | null;
  done: boolean;
  pages: number;
  validators: KeptValidators | null;
  /** Publication times of what was stored: stories are made of them at the end. */
  touched?: Touched;
};

/** A feed's window to collect, from its beginning or from where a step before got to. */
export type FeedPlan = Pick<NewsPlan, 'source' | 'from' | 'to'> & { feed: string; resume?: Progress };

/** With `resume` there is more: it failed for a passing reason after it had got on. */
export type FeedResult = FeedReport & { resume?: Progress };

/** A feed that fails for a passing reason is asked so often, with Temporal's back-off between, before it is a failure. */
const FEED_ATTEMPTS = 6;

export function newsSteps(ports: Ports) {
  const store = newsStore(ports);
  return {
    async resolveNews(input: NewsInput): Promise<NewsPlan> {
      const source = await sourceOf(ports, input);
      const feeds = input.sources ?? input.feeds ?? (await ports.news(source).feeds());
      const to = input.to === undefined ? ports.now() : readTime('to', input.to);
      const from = input.from === undefined ? twoYearsBefore(to) : readTime('from', input.from);
      const isOpen = source.kind === 'live' && input.from === undefined && input.to === undefined;
      const windows = isOpen ? await windowsOf(ports, feeds, to) : {};
      const plan = { source, feeds, from, to, ...(Object.keys(windows).length > 0 ? { windows } : {}) };
      return { ...plan, present: await countArticles(ports, plan) };
    },

    /** Articles of a window that are stored. */
    countArticles: (window: Pick<NewsPlan, 'source' | 'from' | 'to' | 'feeds'>): Promise<number> =>
      countArticles(ports, window),

    /**
     * Reads one feed page by page. What may pass (429, 5xx, no answer) is thrown, so that Temporal tries again; after
     * pages that were stored the story goes on with a step of its own, whose attempts are counted anew. A feed that stays
     * unreadable becomes a failure in the report, not of the run. How it ended is kept in the source's record.
     */
    async collectFeed({ resume, ...plan }: FeedPlan): Promise<FeedResult> {
      const empty = { feed: plan.feed, fetched: 0, stored: 0, duplicates: 0, rejected: 0, failure: null };
      const state: Progress = resumed<Progress>() ??
        resume ?? { ...empty, cursor: null, done: false, pages: 0, validators: null };
      const managed = await managedSource(ports, plan.source, plan.feed);
      const before = state.pages;
      while (!state.done && state.failure === null) {
        const page = await fetchPage(ports, plan, { state, managed: managed !== null }).catch(
          (error: Error) => error,
        );
        if (!(page instanceof Error)) await takePage(store, { ...plan, terms: managed }, { page, state });
        else if (mayPass(page) && state.pages > before) return { ...report(state), resume: state };
        else if (mayPass(page) && attempt() < FEED_ATTEMPTS) throw page;
        else state.failure = messageOf(page);
        beat(state);
      }
      if (state.touched) await store.updateStories(plan.source, state.touched);
      const { failure, validators } = state;
      if (managed) await recordCollection(ports, plan, { failure, validators });
      return report(state);
    },
  };
}

/** Live where managed sources are asked for. @throws NotFoundError for one that there is not */
async function sourceOf(ports: Ports, input: NewsInput): Promise<Source> {
  for (const id of input.sources ?? []) await ports.sources.get(id);
  if (input.sources) return { kind: 'live', detail: '' };
  return input.source ? readSource(input.source) : (await ports.chooseSource()).source;
}

async function fetchPage(
  ports: Ports,
  plan: FeedPlan,
  { state, managed }: { state: Progress; managed: boolean },
): Promise<NewsPage> {
  const { source, feed, from, to } = plan;
  const isFirst = state.cursor === null;
  const held = isFirst && managed ? await validatorsFor(ports, plan) : null;
  const { etag, lastModified } = held ?? {};
  return ports.news(source).fetchPage({
    feed,
    range: { from, to },
    ...(state.cursor === null ? {} : { cursor: state.cursor }),
    ...(held ? { etag: etag ?? null, lastModified: lastModified ?? null } : {}),
  });
}

/** Stores a page and moves on behind it. */
async function takePage(
  store: NewsStore,
  plan: FeedPlan & { terms: Terms | null },
  { page, state }: { page: NewsPage; state: Progress },
): Promise<void> {
  const stored = await store.storePage(plan, inLanguage(page.items, plan.terms?.language));
  state.fetched += stored.fetched;
  state.stored += stored.stored;
  state.duplicates += stored.duplicates + stored.changed;
  state.rejected += stored.rejected;
  // A retry may find as duplicates what the attempt before it has stored.
  const isTouched = stored.stored + stored.changed > 0 || attempt() > 1;
  if (isTouched && stored.touched) state.touched = joinTouched(state.touched, stored.touched);
  if (state.cursor === null) state.validators = page.notModified ? null : validatorsOf(page, plan);
  state.cursor = page.next;
  state.done = page.next === null;
  state.pages++;
}

const joinTouched = (a: Touched | undefined, b: Touched): Touched =>
  a ? { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) } : b;

const mayPass = (error: unknown): boolean =>
  !(error instanceof Error && (FINAL_ERRORS as readonly string[]).includes(error.name));

const countArticles = (
  ports: Ports,
  { source, feeds, from, to }: Pick<NewsPlan, 'source' | 'from' | 'to' | 'feeds'>,
): Promise<number> =>
  ports.documents.count('articles', {
    where: { sourceKey: sourceKey(source), feed: feeds },
    range: { from, to },
  });

const report = ({ feed, fetched, stored, duplicates, rejected, failure }: Progress): FeedReport => ({
  feed,
  fetched,
  stored,
  duplicates,
  rejected,
  failure,
});
