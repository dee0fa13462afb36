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
  type KeptValidators,
  type SourceRecord,
} from '../domain/news/source-health.js';
import { isSame, pendingFault } from '../domain/news/pending.js';
import type { ProblemTally } from '../domain/news/problems.js';
import { begunWindows, OVERLAP_MS, windowsToCollect } from '../domain/news/windows.js';
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

/**
 * What to ask each source for that can be asked for windows; the others give what they show, and are asked to go on
 * with what was begun.
 */
export async function windowsOf(
  ports: Ports,
  feeds: readonly string[],
  { from, to }: Window,
): Promise<Record<string, Window[]>> {
  const windows: Record<string, Window[]> = {};
  for (const feed of feeds) {
    const source = await managedSource(ports, { kind: 'live', detail: '' }, feed);
    if (!source) continue;
    const record = (await ports.documents.get<SourceRecord>('sourceHealth', feed)) ?? emptyRecord(feed);
    const begun = begunWindows(record);
    if (await ports.sources.windowed(source))
      windows[feed] = windowsToCollect(record, await ports.sources.recentTimes(feed), to);
    else if (begun.length > 0) windows[feed] = [{ from, to }, ...begun];
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

/** How a collection of one window ended. */
interface End {
  failure: string | null;
  validators: KeptValidators | null;
  /** Cursor of the first page that is left for another collection; null where none is. */
  rest: string | null;
  problems: ProblemTally | null;
}

/** Where a collection of a window that was begun before goes on; null for its first page. */
export async function cursorOf(
  ports: Ports,
  { feed, from, to }: Pick<Collection, 'feed' | 'from' | 'to'>,
): Promise<string | null> {
  const record = await ports.documents.get<SourceRecord>('sourceHealth', feed);
  return record?.pending?.find((each) => isSame(each, { from, to }))?.cursor ?? null;
}

/** Why pages that are left can not be kept for later: the collection has failed then. Null where they can. */
export async function faultOfRest(ports: Ports, { feed, from, to }: Collection): Promise<string | null> {
  const record = await ports.documents.get<SourceRecord>('sourceHealth', feed);
  const fault = pendingFault(record?.pending ?? [], { from, to });
  return fault === null ? null : `Source "${feed}": ${fault}`;
}

/**
 * Before when all that a source shows again at each collection was stored, or is left for windows that were begun; null
 * where it was not collected before, and in such a window itself.
 */
export async function reachedBefore(ports: Ports, { feed, from, to }: Collection): Promise<number | null> {
  const record = await ports.documents.get<SourceRecord>('sourceHealth', feed);
  const isBegun = record?.pending?.some((each) => isSame(each, { from, to })) ?? false;
  return isBegun || !record?.collectedTo ? null : record.collectedTo - OVERLAP_MS;
}

/**
 * Writes how a collection ended into the source's record. That a source began to fail, or is well again, becomes an
 * event of the same transaction. A repeated attempt changes nothing.
 */
export async function recordCollection(
  ports: Ports,
  { feed, from, to }: Collection,
  end: End,
): Promise<void> {
  const at = ports.now();
  const run = runKey(at);
  const key = `${run} ${from} ${to}`;
  const asked = { from, to };
  const window = end.failure === null ? asked : null;
  await ports.documents.update<SourceRecord>(
    'sourceHealth',
    feed,
    (record) => recordOutcome(record ?? emptyRecord(feed), { ...end, key, run, at, window, asked }),
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
