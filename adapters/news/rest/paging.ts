import { query, type JsonValue } from 'jsonpath-rfc9535';
import type { TimeRange } from '../../../domain/bars.js';
import { digestOf } from '../../../domain/digest.js';
import { InvalidInputError } from '../../../domain/errors.js';
import type { RawItem } from '../../../domain/news/articles.js';
import { readPublished } from '../../../domain/news/dates.js';
import type { MappedSettings, Paging } from '../../../domain/news/mapping.js';
import type { TemplateValues } from '../../../domain/news/templates.js';
import type { HttpAnswer } from '../../http/http.js';
import type { NewsPage } from '../../ports.js';

/** Where a collection stands; written as the cursor, so it never holds a secret. */
export interface PageState {
  /** Which page this is, from 1. */
  n: number;
  /** The page that this collection began with; left out where it is the first. */
  start?: number;
  /** Digest of the items of the page before. */
  seen?: string;
  cursor?: string;
  url?: string;
  before?: number;
}

/** @throws InvalidInputError for a text that is none of these cursors */
export function readCursor(text: string | undefined): PageState {
  if (text === undefined) return { n: 1 };
  try {
    const state = JSON.parse(text) as PageState;
    if (Number.isInteger(state.n)) return state;
  } catch {
    // Told below.
  }
  throw new InvalidInputError(`"${text.slice(0, 60)}" is no cursor of a REST source`);
}

/** What the request of a page is filled in with. */
export function valuesOf(paging: Paging, { n, cursor, before }: PageState, range: TimeRange): TemplateValues {
  const size = 'size' in paging ? paging.size : undefined;
  return {
    ...range,
    before: before ?? range.to,
    page: paging.kind === 'page' ? paging.first + n - 1 : undefined,
    offset: paging.kind === 'offset' ? paging.size * (n - 1) : undefined,
    size,
    cursor,
  };
}

interface Fetched {
  settings: MappedSettings;
  state: PageState;
  answer: HttpAnswer;
  body: unknown;
  items: RawItem[];
  range: TimeRange;
}

/**
 * The cursor of the page after, null at the end; `rest` in its place where the collection has had as many pages as it
 * may. A source that answers each page alike does not heed its paging: it ends there.
 */
export function cursorsAfter(fetched: Fetched): Pick<NewsPage, 'next' | 'rest' | 'problems'> {
  const { settings, items } = fetched;
  const { n, start = 1, seen } = fetched.state;
  const state = nextState(fetched);
  if (!state) return { next: null };
  const digest = items.length > 0 ? digestOf(items).slice(0, 16) : undefined;
  if (digest !== undefined && digest === seen) {
    const detail = `page ${n} is page ${n - 1} again: the source does not heed its paging`;
    return { next: null, problems: [{ what: 'repeated-page', detail }] };
  }
  const after = { n: n + 1, ...state };
  if (n - start + 1 < settings.maxPages)
    return {
      next: cursorOf({ ...after, ...(start > 1 ? { start } : {}), ...(digest ? { seen: digest } : {}) }),
    };
  return { next: null, rest: cursorOf(restOf(settings, { n, after })) };
}

const cursorOf = (state: PageState): string => JSON.stringify(state);

/** Pages that are counted move up when an item is taken away meanwhile: the last one is read again then. */
function restOf(
  { paging, maxPages }: MappedSettings,
  { n, after }: { n: number; after: PageState },
): PageState {
  const isCounted = paging.kind === 'page' || paging.kind === 'offset';
  const from = isCounted && maxPages > 1 ? n : after.n;
  return { ...after, n: from, start: from };
}

function nextState(fetched: Fetched): Omit<PageState, 'n'> | null {
  const { settings, state, items, body } = fetched;
  const { paging } = settings;
  switch (paging.kind) {
    case 'none':
      return null;
    case 'page':
    case 'offset':
      return items.length === 0 || items.length < (paging.size ?? 0) ? null : {};
    case 'cursor': {
      const [value] = query(body as JsonValue, paging.path);
      const cursor = typeof value === 'number' ? String(value) : value;
      return typeof cursor === 'string' && cursor !== '' && cursor !== state.cursor ? { cursor } : null;
    }
    case 'next':
      return nextAddress(fetched, paging.path);
    case 'before':
      return before(fetched);
  }
}

/** A source's word for its next page is followed on its own site only, and kept without the key. */
function nextAddress(
  { settings, state, answer, body }: Fetched,
  path: string | undefined,
): { url: string } | null {
  const [found] = path === undefined ? [linkOf(answer.headers['link'])] : query(body as JsonValue, path);
  if (typeof found !== 'string' || !URL.canParse(found, answer.url)) return null;
  const url = new URL(found, answer.url);
  if (url.origin !== new URL(settings.url).origin) return null;
  if (settings.auth?.in === 'query') url.searchParams.delete(settings.auth.name);
  return url.toString() === (state.url ?? settings.url) ? null : { url: url.toString() };
}

/** RFC 8288: `<https://…>; rel="next"`. */
const linkOf = (header: string | undefined): string | undefined =>
  header
    ?.split(/,(?=\s*<)/)
    .map((part) => /^\s*<([^>]*)>.*;\s*rel="?next"?/i.exec(part)?.[1])
    .find(Boolean);

function before({ state, items, range }: Fetched): { before: number } | null {
  const times = items.map(({ publishedAt }) => (publishedAt ? readPublished(publishedAt) : null));
  const oldest = Math.min(...times.filter((time) => time !== null));
  if (!Number.isFinite(oldest) || oldest <= range.from) return null;
  // A page full of one second's items must not be asked for again.
  return { before: Math.min(oldest, (state.before ?? range.to) - 1000) };
}
