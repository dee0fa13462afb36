import { InvalidInputError, NotFoundError } from '../../domain/errors.js';
import type { Article } from '../../domain/news/articles.js';
import { NO_PROBLEMS, withProblems } from '../../domain/news/problems.js';
import { rhythmOf, silencesOf, type Silence } from '../../domain/news/rhythm.js';
import { changedSource, sourceOf, type NewsSource } from '../../domain/news/source.js';
import {
  emptyRecord,
  errorBudgetOf,
  freshnessOf,
  itemsPerDay,
  stateOfHealth,
  type SourceRecord,
} from '../../domain/news/source-health.js';
import type { Config } from '../config.js';
import type { CachePort, DocumentsPort, HttpClient, NewsPage, NewsRequest } from '../ports.js';
import type { Breaker, SourceHealth, SourcesPort } from '../ports-sources.js';
import { discover } from './discover.js';
import type { KindTools, SourceKind } from './kind.js';
import { allKinds, kindNamed, KINDS } from './kinds.js';
import { storedSources } from './stored-sources.js';

export interface SourcesOptions {
  config: Pick<Config, 'feeds' | 'newsAdapters' | 'newsKeys'>;
  documents: DocumentsPort;
  cache: Pick<CachePort, 'take'>;
  http: HttpClient;
  /** What the client knows of a host. */
  breaker?: (host: string) => Promise<Breaker>;
  now?: () => number;
}

const DAY_MS = 86_400_000;
const HEAD_TIMEOUT_MS = 5000;

/** News sources with the pages that they give. */
export interface NewsSources extends SourcesPort {
  fetchPage(request: NewsRequest): Promise<NewsPage>;
}

export function openSources(options: SourcesOptions): NewsSources {
  const { config, documents, http, now = Date.now } = options;
  const secret = (name: string): string | undefined =>
    Object.hasOwn(config.newsKeys, name) ? config.newsKeys[name] : undefined;
  const tools: KindTools = { http, cache: options.cache, secret };
  const stored = storedSources(documents, { feeds: config.feeds, now });
  let loading: Promise<Map<string, SourceKind>> | null = null;
  const kinds = (): Promise<Map<string, SourceKind>> => (loading ??= allKinds(config.newsAdapters));
  // A faulty file of the user's must not stop the sources that have nothing to do with it.
  const kindOf = async ({ kind }: Pick<NewsSource, 'kind'>): Promise<SourceKind> =>
    KINDS.find((each) => each.kind === kind) ?? kindNamed(await kinds(), kind);
  /** As it can be stored. */
  const checked = async (source: NewsSource): Promise<NewsSource> => {
    const kind = await kindOf(source);
    const settings = kind.check(source.settings);
    await checkAddress(kind.addressOf(settings), http);
    await kind.verify?.(settings, tools);
    return { ...source, settings, host: kind.hostOf(settings) };
  };

  return {
    ...stored,
    kinds: async () =>
      [...(await kinds()).values()].map(({ kind, summary, schema, file }) => ({
        kind,
        summary,
        settings: schema,
        file,
      })),
    define: (definition, by) =>
      checked(sourceOf(definition, { host: '', origin: 'made', createdAt: now(), createdBy: by })),
    async change(id, change) {
      const before = await stored.get(id);
      const source = changedSource(before, change, now());
      // One that has become unusable can be paused, or kept for longer; it cannot be begun with.
      const begins = source.state === 'enabled' && before.state === 'paused';
      return change.settings !== undefined || begins ? checked(source) : source;
    },
    windowed: async (source) => (await kindOf(source)).windowed(source.settings),
    async test(source, limit) {
      const began = now();
      const request = { source, range: { from: began - 7 * DAY_MS, to: began }, interactive: true };
      const page = await (await kindOf(source)).fetchPage(request, tools);
      const { items, next, rest, problems = [] } = page;
      const elapsedMs = now() - began;
      const more = next !== null || rest !== undefined;
      const tally = withProblems(NO_PROBLEMS, problems);
      return { items: items.slice(0, limit), found: items.length, more, elapsedMs, problems: tally };
    },
    health: (source) => healthOf(source, options),
    recentTimes: (id) => recentTimes(documents, id, now()),
    discover: (url) => discover(url, http),
    async fetchPage({ feed, ...request }) {
      const source = await stored.get(feed).catch(async (error: unknown) => {
        if (!(error instanceof NotFoundError)) throw error;
        const known = (await stored.list()).map(({ id }) => id);
        throw new InvalidInputError(`Unknown feed "${feed}"; known: ${known.join(', ')}`);
      });
      return (await kindOf(source)).fetchPage({ source, ...request }, tools);
    },
    close: () => http.close(),
  };
}

const CLOSED: Breaker = { state: 'closed', until: null };

async function healthOf(source: NewsSource, options: SourcesOptions): Promise<SourceHealth> {
  const { documents, breaker = async () => CLOSED, now = Date.now } = options;
  const at = now();
  const times = await recentTimes(documents, source.id, at);
  const record = (await documents.get<SourceRecord>('sourceHealth', source.id)) ?? emptyRecord(source.id);
  const freshness = freshnessOf(times, at);
  const errorBudget = errorBudgetOf(record, at);
  const { silentSince } = freshness;
  const paused = source.state === 'paused';
  return {
    id: source.id,
    state: stateOfHealth(record, { paused, silentSince, budgetSpent: errorBudget.spent }),
    record,
    freshness,
    errorBudget,
    silences: silencesSince(times, at),
    breaker: await breaker(source.host),
    itemsPerDay: itemsPerDay(times, at),
  };
}

/** Before its first item nothing is known of a source. */
function silencesSince(times: readonly number[], at: number): Silence[] {
  const known = times.filter((time) => time >= at - 14 * DAY_MS);
  const from = known.reduce((a, b) => Math.min(a, b), at);
  return silencesOf(times, { from, to: at }, rhythmOf(times));
}

/** A source that does not answer now can be right; one that must not be asked cannot. */
async function checkAddress(url: string | null, http: HttpClient): Promise<void> {
  if (url === null) return;
  await http
    .request({ url, method: 'HEAD', interactive: true, timeoutMs: HEAD_TIMEOUT_MS })
    .catch((error: unknown) => {
      // An answer such as "HTTP 405" is one: it was asked.
      if (error instanceof InvalidInputError && !/\bHTTP \d{3}\b/.test(error.message)) throw error;
    });
}

/** When a source published lately: the newest thousand items of four weeks. */
async function recentTimes(documents: DocumentsPort, id: string, now: number): Promise<number[]> {
  const { items } = await documents.find<Article>('articles', {
    where: { feed: id, sourceKey: 'live' },
    range: { from: now - 28 * DAY_MS, to: now + 1 },
    limit: 1000,
  });
  return items.map(({ publishedAt }) => publishedAt);
}
