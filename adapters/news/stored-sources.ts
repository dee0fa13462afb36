import { canonicalJson } from '../../domain/digest.js';
import { NotFoundError } from '../../domain/errors.js';
import { nearNames } from '../../domain/near-names.js';
import { configuredSources, DEFAULT_SOURCES, READY_SOURCES } from '../../domain/news/default-sources.js';
import type { NewsSource } from '../../domain/news/source.js';
import { emptyRecord, type SourceRecord } from '../../domain/news/source-health.js';
import type { DocumentsPort } from '../ports.js';
import type { SourcesPort } from '../ports-sources.js';

/** Sources that are stored: `removed` is one of the registry that is not wanted. */
type Stored = Omit<NewsSource, 'state'> & { state: NewsSource['state'] | 'removed' };

/** The sources of an installation: the registry or FINSIGHT_FEEDS, under what is stored. */
export function storedSources(
  documents: DocumentsPort,
  { feeds, now }: { feeds: Record<string, string>; now: () => number },
): Pick<SourcesPort, 'list' | 'get' | 'save' | 'remove'> {
  const base = baseOf(feeds);
  const list = async (): Promise<NewsSource[]> => {
    const found = new Map<string, NewsSource | Stored>(base.map((source) => [source.id, source]));
    for (const source of await readAll(documents)) found.set(source.id, source);
    return [...found.values()]
      .filter((source): source is NewsSource => source.state !== 'removed')
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  const find = async (id: string): Promise<NewsSource | null> => {
    const source =
      (await documents.get<Stored>('newsSources', id)) ?? base.find((each) => each.id === id) ?? null;
    return source?.state === 'removed' ? null : (source as NewsSource | null);
  };
  const get = async (id: string): Promise<NewsSource> => {
    const source = await find(id);
    if (source) return source;
    const known = (await list()).map((each) => each.id);
    throw new NotFoundError(`No news source "${id}"; near it: ${nearNames(id, known).join(', ') || 'none'}`);
  };
  return {
    list,
    get,
    async save(source) {
      const before = await find(source.id);
      await documents.upsert('newsSources', [source]);
      // What was as it was by the old settings need not be by the new ones, and their cursors lead elsewhere.
      if (before && canonicalJson(before.settings) !== canonicalJson(source.settings))
        await forgetValidators(documents, source.id);
    },
    async remove(id) {
      const source = await get(id);
      const gone: Stored = { ...source, state: 'removed', updatedAt: now() };
      if (base.some((each) => each.id === id)) await documents.upsert<Stored>('newsSources', [gone]);
      else await documents.remove('newsSources', [id]);
      await documents.remove('sourceHealth', [id]);
    },
  };
}

/** Feeds that were configured take the place of the default feeds; what is ready to use stays. */
function baseOf(feeds: Record<string, string>): readonly NewsSource[] {
  const configured = configuredSources(feeds);
  if (configured.length === 0) return DEFAULT_SOURCES;
  return [...configured, ...READY_SOURCES.filter(({ id }) => !Object.hasOwn(feeds, id))];
}

async function readAll(documents: DocumentsPort): Promise<Stored[]> {
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

async function forgetValidators(documents: DocumentsPort, id: string): Promise<void> {
  if (!(await documents.get('sourceHealth', id))) return;
  await documents.update<SourceRecord>('sourceHealth', id, (record) => ({
    ...(record ?? emptyRecord(id)),
    validators: null,
    pending: record?.pending?.map((each) => ({ ...each, cursor: null })) ?? [],
  }));
}
