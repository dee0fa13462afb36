import { Context } from '@temporalio/activity';
import type { EventRow, NewsPage, Ports } from '../adapters/ports.js';
import { NotFoundError } from '../domain/errors.js';
import type { RawItem } from '../domain/news/articles.js';
import { readPublished } from '../domain/news/dates.js';
import type { Relevance } from '../domain/news/wanted.js';
import type { NewsSource } from '../domain/news/source.js';
import {
  emptyRecord,
  recordOutcome,
  transitionOf,
  windowsToCollect,
  type KeptValidators,
  type SourceRecord,
} from '../domain/news/source-health.js';
import type { Source } from '../domain/sources.js';

interface Window {
  from: number;
  to: number;
}

/** One collection of a feed. */
interface Collection extends Window {
  source: Source;
  feed: string;
}

/** What a source's definition says of its articles. */
export interface Terms {
  licence: string | null;
  retentionDays: number | null;
  language: string | null;
  relevance?: Relevance | null;
}

const DAY_MS = 86_400_000;

/** Null where the feed is none of the managed sources: a recorded or simulated one. */
export async function managedSource(ports: Ports, source: Source, feed: string): Promise<NewsSource | null> {
  if (source.kind !== 'live') return null;
  return ports.sources.get(feed).catch((error: unknown) => {
    if (error instanceof NotFoundError) return null;
    throw error;
  });
}

/** What to ask each source for that can be asked for windows; the others give what they show. */
export async function windowsOf(
  ports: Ports,
  feeds: readonly string[],
  to: number,
): Promise<Record<string, Window[]>> {
  const windows: Record<string, Window[]> = {};
  for (const feed of feeds) {
    const source = await managedSource(ports, { kind: 'live', detail: '' }, feed);
    if (!source || !(await ports.sources.windowed(source))) continue;
    const record = await ports.documents.get<SourceRecord>('sourceHealth', feed);
    windows[feed] = windowsToCollect(record ?? emptyRecord(feed), await ports.sources.recentTimes(feed), to);
  }
  return windows;
}

/** What to send along to be told that nothing is new; only where what was stored then has all that is wanted now. */
export async function validatorsFor(
  ports: Ports,
  { feed, from }: Collection,
): Promise<KeptValidators | null> {
  const held = (await ports.documents.get<SourceRecord>('sourceHealth', feed))?.validators;
  return held && held.from <= from ? held : null;
}

/** What a first page said of itself; nothing where an item of it lies beyond the window and so is not stored. */
export function validatorsOf(page: NewsPage, { from, to }: Window): KeptValidators | null {
  const { etag = null, lastModified = null } = page;
  if (!etag && !lastModified) return null;
  const times = page.items.map((item) => (item.publishedAt ? readPublished(item.publishedAt) : null));
  return times.some((time) => time !== null && time >= to) ? null : { etag, lastModified, from };
}

/** Items with their source's language where they do not say their own. */
export const inLanguage = (items: RawItem[], language: string | null | undefined): RawItem[] =>
  language ? items.map((item) => ({ language, ...item })) : items;

/** What may be done with an article's text, and until when it is kept. */
export function termsOf(
  terms: Terms | null | undefined,
  seenAt: number,
): { licence?: string | null; retainUntil?: number | null } {
  if (!terms) return {};
  const { licence, retentionDays } = terms;
  return { licence, retainUntil: retentionDays === null ? null : seenAt + retentionDays * DAY_MS };
}

/**
 * Writes how a collection ended into the source's record. That a source began to fail, or is well again, becomes an
 * event of the same transaction. A repeated attempt changes nothing.
 */
export async function recordCollection(
  ports: Ports,
  { feed, from, to }: Collection,
  end: { failure: string | null; validators: KeptValidators | null },
): Promise<void> {
  const at = ports.now();
  const key = `${runKey(at)} ${from} ${to}`;
  const window = end.failure === null ? { from, to } : null;
  await ports.documents.update<SourceRecord>(
    'sourceHealth',
    feed,
    (record) => recordOutcome(record ?? emptyRecord(feed), { ...end, key, at, window }),
    (after, before) => eventsOf(before ?? emptyRecord(feed), after, at),
  );
}

function eventsOf(before: SourceRecord, after: SourceRecord, at: number): EventRow[] {
  const change = transitionOf(before, after);
  if (change === null) return [];
  const { id, lastFailure, lastFailureAt, lastSuccessAt, failuresInARow } = after;
  return [
    {
      id: `evt_source_${change}_${id}_${at}`,
      type: change === 'failed' ? 'source.failed' : 'source.recovered',
      at,
      payload: { sourceId: id, reason: lastFailure, failuresInARow, lastFailureAt, lastSuccessAt },
    },
  ];
}

/** Tells one run of a story from the next; a step that is called in process is a run of its own. */
function runKey(at: number): string {
  try {
    return Context.current().info.workflowExecution?.runId ?? String(at);
  } catch {
    return String(at);
  }
}
