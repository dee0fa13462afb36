import type { NewsPage, Ports } from '../adapters/ports.js';
import { FINAL_ERRORS, messageOf } from '../domain/errors.js';
import { sourceKey, type Source } from '../domain/sources.js';
import { isReadToItsEnd } from '../domain/news/pending.js';
import { attempt, beat, resumed } from './beat.js';
import { movePast, newProgress, reportOf, type FeedReport, type Progress } from './news/progress.js';
import { newsStore, type NewsStore } from './news/storing.js';
import {
  cursorOf,
  faultOfRest,
  inLanguage,
  managedSource,
  reachedBefore,
  recordCollection,
  validatorsFor,
  windowsOf,
  type Terms,
} from './sources.js';
import { readSource, readTime, twoYearsBefore, type WindowInput } from './window.js';

export type { FeedReport } from './news/progress.js';

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
      // Recordings are of any age, and are taken whole.
      const first = source.kind === 'recorded' ? 0 : twoYearsBefore(to);
      const from = input.from === undefined ? first : readTime('from', input.from);
      const isOpen = source.kind === 'live' && input.from === undefined && input.to === undefined;
      const windows = isOpen ? await windowsOf(ports, feeds, { from, to }) : {};
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
      const managed = await managedSource(ports, plan.source, plan.feed);
      const begun = managed ? await cursorOf(ports, plan) : null;
      const state: Progress = resumed<Progress>() ?? resume ?? newProgress(plan.feed, begun);
      const before = state.pages;
      while (!state.done && state.failure === null) {
        const page = await fetchPage(ports, plan, { state, managed: managed !== null }).catch(
          (error: Error) => error,
        );
        if (!(page instanceof Error)) await takePage(store, { ...plan, terms: managed }, { page, state });
        else if (mayPass(page) && state.pages > before) return { ...reportOf(state), resume: state };
        else if (mayPass(page) && attempt() < FEED_ATTEMPTS) throw page;
        else state.failure = messageOf(page);
        beat(state);
      }
      if (state.touched) await store.updateStories(plan.source, state.touched);
      if (managed) await recordEnd(ports, plan, state);
      return reportOf(state);
    },
  };
}

/** What is left of the window is kept for another collection, or is none where the last page was behind all that is wanted. */
async function recordEnd(ports: Ports, plan: FeedPlan, state: Progress): Promise<void> {
  if (state.failure === null && state.rest) {
    const { newest = { first: null, last: null } } = state;
    const known = await knownBefore(ports, plan);
    if (isReadToItsEnd(newest, Math.max(plan.from, known ?? plan.from))) state.rest = null;
    else state.failure = await faultOfRest(ports, plan);
  }
  const { failure, validators, rest = null, problems = null } = state;
  const left = failure === null ? rest : null;
  await recordCollection(ports, plan, { failure, validators, rest: left, problems });
}

/** What a source that cannot be asked for windows shows again at each collection; null where all of a window is wanted. */
async function knownBefore(ports: Ports, plan: FeedPlan): Promise<number | null> {
  const source = await ports.sources.get(plan.feed);
  if (plan.from < twoYearsBefore(plan.to) || (await ports.sources.windowed(source))) return null;
  return reachedBefore(ports, plan);
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
  movePast(state, { page, stored, window: plan });
}

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
