import { canonicalJson } from '../../domain/digest.js';
import { InvalidInputError, NotFoundError } from '../../domain/errors.js';
import { nearNames } from '../../domain/near-names.js';
import type { Article } from '../../domain/news/articles.js';
import { configuredSources, DEFAULT_SOURCES, READY_SOURCES } from '../../domain/news/default-sources.js';
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
import type { HttpClient } from '../http/http.js';
import type { CachePort, DocumentsPort, NewsPage, NewsRequest } from '../ports.js';
import type { Breaker, SourcesPort } from '../ports-sources.js';
import { discover } from './discover.js';
import type { KindTools, SourceKind } from './kind.js';
import { allKinds, kindNamed } from './kinds.js';

export interface SourcesOptions {
  config: Pick<Config, 'feeds' | 'newsAdapters' | 'newsKeys'>;
  documents: DocumentsPort;
  cache: Pick<CachePort, 'take'>;
  http: HttpClient;
  /** What the client knows of a host. */
  breaker?: (host: string) => Promise<Breaker>;
  now?: () => number;
}

/** Sources that are stored: `removed` is one of the registry that is not wanted. */
type Stored = Omit<NewsSource, 'state'> & { state: NewsSource['state'] | 'removed' };

const CLOSED: Breaker = { state: 'closed', until: null };
const HEAD_TIMEOUT_MS = 5000;

/** News sources with the pages that they give. */
export interface NewsSources extends SourcesPort {
  fetchPage(request: NewsRequest): Promise<NewsPage>;
}

export function openSources(options: SourcesOptions): NewsSources {
  const { config, documents, http, breaker = async () => CLOSED, now = Date.now } = options;
  const secret = (name: string): string | undefined =>
    Object.hasOwn(config.newsKeys, name) ? config.newsKeys[name] : undefined;
  const tools: KindTools = { http, cache: options.cache, secret };
  let loading: Promise<Map<string, SourceKind>> | null = null;
  const kinds = (): Promise<Map<string, SourceKind>> => (loading ??= allKinds(config.newsAdapters));
  const base = baseOf(config.feeds);

  const list = async (): Promise<NewsSource[]> => {
    const found = new Map<string, NewsSource | Stored>(base.map((source) => [source.id, source]));
    for (const source of await storedSources(documents)) found.set(source.id, source);
    return [...found.values()]
      .filter((source): source is NewsSource => source.state !== 'removed')
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  const get = async (id: string): Promise<NewsSource> => {
    const stored = await documents.get<Stored>('newsSources', id);
    const source = stored ?? base.find((each) => each.id === id);
    if (source && source.state !== 'removed') return source as NewsSource;
    const known = (await list()).map((each) => each.id);
    throw new NotFoundError(`No news source "${id}"; near it: ${nearNames(id, known).join(', ') || 'none'}`);
  };
  /** As it can be stored. */
  const checked = async (source: NewsSource): Promise<NewsSource> => {
    const kind = kindNamed(await kinds(), source.kind);
    const settings = kind.check(source.settings);
    await checkAddress(kind.addressOf(settings), http);
    await kind.verify?.(settings, tools);
    return { ...source, settings, host: kind.hostOf(settings) };
  };

  return {
    list,
    get,
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
      const before = await get(id);
      const source = changedSource(before, change, now());
      // One that has become unusable can be paused, or kept for longer; it cannot be begun with.
      const begins = source.state === 'enabled' && before.state === 'paused';
      return change.settings !== undefined || begins ? checked(source) : source;
    },
    async save(source) {
      const before = await get(source.id).catch(() => null);
      await documents.upsert('newsSources', [source]);
      // What was as it was by the old settings need not be by the new ones.
      const isAsked = before && canonicalJson(before.settings) !== canonicalJson(source.settings);
      if (isAsked && (await documents.get('sourceHealth', source.id)))
        await documents.update<SourceRecord>('sourceHealth', source.id, (record) => ({
          ...(record ?? emptyRecord(source.id)),
          validators: null,
        }));
    },
    async remove(id) {
      const source = await get(id);
      const isBase = base.some((each) => each.id === id);
      if (isBase)
        await documents.upsert<Stored>('newsSources', [{ ...source, state: 'removed', updatedAt: now() }]);
      else await documents.remove('newsSources', [id]);
      await documents.remove('sourceHealth', [id]);
    },
    async windowed({ kind, settings }) {
      return kindNamed(await kinds(), kind).windowed(settings);
    },
    async test(source, limit) {
      const began = now();
      const kind = kindNamed(await kinds(), source.kind);
      const request = { source, range: { from: began - 7 * 86_400_000, to: began }, interactive: true };
      const page = await kind.fetchPage(request, tools);
      const items = page.items.slice(0, limit);
      return { items, found: page.items.length, more: page.next !== null, elapsedMs: now() - began };
    },
    async health(source) {
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
        breaker: await breaker(source.host),
        itemsPerDay: itemsPerDay(times, at),
      };
    },
    recentTimes: (id) => recentTimes(documents, id, now()),
    discover: (url) => discover(url, http),
    async fetchPage({ feed, ...request }) {
      const source = await get(feed).catch(async (error: unknown) => {
        if (!(error instanceof NotFoundError)) throw error;
        const known = (await list()).map((each) => each.id);
        throw new InvalidInputError(`Unknown feed "${feed}"; known: ${known.join(', ')}`);
      });
      return kindNamed(await kinds(), source.kind).fetchPage({ source, ...request }, tools);
    },
    close: () => http.close(),
  };
}

/** Feeds that were configured take the place of the default feeds; what is ready to use stays. */
function baseOf(feeds: Record<string, string>): readonly NewsSource[] {
  const configured = configuredSources(feeds);
  if (configured.length === 0) return DEFAULT_SOURCES;
  return [...configured, ...READY_SOURCES.filter(({ id }) => !Object.hasOwn(feeds, id))];
}

async function storedSources(documents: DocumentsPort): Promise<Stored[]> {
  const all: Stored[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Stored[]; cursor: string | null } = await documents.find<Stored>('newsSources', {
      limit: 1000,
      ...(cursor ? { cursor } : {}),
    });
    all.push(...page.items);
    cursor = page.cursor;
  } while (cursor);
  return all;
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
    range: { from: now - 28 * 86_400_000, to: now + 1 },
    limit: 1000,
  });
  return items.map(({ publishedAt }) => publishedAt);
}
