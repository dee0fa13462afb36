import { existsSync } from 'node:fs';
import { COLLECTIONS } from '../domain/collections.js';
import { canonicalJson } from '../domain/digest.js';
import { DataQualityError, InvalidInputError, NotFoundError } from '../domain/errors.js';
import { sourceKey } from '../domain/sources.js';
import { streamId } from '../domain/streams.js';
import { redacted } from './addresses.js';
import { DOCUMENTS, openDocuments } from './documents/index.js';
import { OBJECTS, openObjects } from './objects/index.js';
import type { Closable, DocumentsPort, ObjectsPort, SeriesPort } from './ports.js';
import { copyVersions, piecesOf } from './series/copy.js';
import { openSeries, SERIES } from './series/index.js';

/** What a store can hold. The same scheme may hold several: a bucket has bars or objects. */
export const CONTENTS = ['bars', 'objects', 'documents'] as const;
export type Content = (typeof CONTENTS)[number];

export interface MoveRequest {
  from: string;
  to: string;
  /** Needed only where both schemes hold more than one kind. */
  content?: Content;
  /** Removes from the first store what lies in the second and was compared. */
  remove?: boolean;
  /** Where an earlier run stopped, as it was reported. */
  cursor?: string;
}

export interface MoveProgress {
  /** To go on from here. */
  cursor: string;
  /** Versions of bars, objects or documents. */
  copied: number;
  /** A stream, an object's key or a collection. */
  name: string;
}

export interface MoveResult {
  content: Content;
  copied: number;
  /** Per stream, object or collection that is complete. */
  parts: { name: string; copied: number; sha256?: string }[];
}

const REGISTRIES: Record<Content, Record<string, unknown>> = {
  bars: SERIES,
  objects: OBJECTS,
  documents: DOCUMENTS,
};

/** @throws InvalidInputError where the addresses do not fit or do not say enough. */
export function contentOf({ from, to, content }: Pick<MoveRequest, 'from' | 'to' | 'content'>): Content {
  const schemes = [from, to].map((address) => address.slice(0, Math.max(0, address.indexOf(':'))));
  const fits = CONTENTS.filter((each) => schemes.every((scheme) => Object.hasOwn(REGISTRIES[each], scheme)));
  const shown = `${redacted(from)} and ${redacted(to)}`;
  if (content !== undefined) {
    if (fits.includes(content)) return content;
    const known = Object.keys(REGISTRIES[content]).map((scheme) => `${scheme}:`);
    throw new InvalidInputError(
      `${shown} cannot both hold ${content}; stores of ${content}: ${known.join(', ')}`,
    );
  }
  if (fits.length === 1 && fits[0]) return fits[0];
  if (fits.length > 1)
    throw new InvalidInputError(`${shown} can hold ${fits.join(' or ')}; say which with --content`);
  const all = CONTENTS.map((each) => `${each} (${Object.keys(REGISTRIES[each]).join(', ')})`);
  throw new InvalidInputError(`${shown} hold different things; known: ${all.join(', ')}`);
}

/** A misspelt path is not an empty store. @throws NotFoundError */
function checkSource(address: string): void {
  const path = /^(?:parquet|csv|file|sqlite):([^?]+)/.exec(address)?.[1];
  if (path !== undefined && !existsSync(path))
    throw new NotFoundError(`No store lies at ${redacted(address)}; name the directory or file that has it`);
}

type Report = (progress: MoveProgress) => Promise<void>;

/**
 * Copies everything from one store to another and compares it there; `report` is awaited after each piece. Doing a
 * piece twice changes nothing, so a run may be ended anywhere and go on at its cursor.
 * @throws DataQualityError naming what does not arrive as it was.
 */
export async function moveStore(request: MoveRequest, report: Report): Promise<MoveResult> {
  const content = contentOf(request);
  if (request.from === request.to)
    throw new InvalidInputError(`${redacted(request.from)} cannot be moved to itself; name another address`);
  const between = async <T extends Closable>(
    open: (address: string) => T,
    work: (from: T, to: T) => Promise<MoveResult['parts']>,
  ): Promise<MoveResult> => {
    checkSource(request.from);
    const [from, to] = [open(request.from), open(request.to)];
    try {
      const parts = await work(from, to);
      return { content, parts, copied: parts.reduce((sum, part) => sum + part.copied, 0) };
    } finally {
      await Promise.allSettled([from.close(), to.close()]);
    }
  };
  if (content === 'bars') return between(openSeries, (from, to) => moveBars({ from, to, request, report }));
  if (content === 'objects')
    return between(openObjects, (from, to) => moveObjects({ from, to, request, report }));
  return between(openDocuments, (from, to) => moveDocuments({ from, to, request, report }));
}

interface Task<T> {
  from: T;
  to: T;
  request: MoveRequest;
  report: Report;
}

/** A cursor is the place of a piece in the order of the work. */
function readCursor(cursor: string | undefined, parts: number): string[] {
  if (cursor === undefined) return [];
  const read = cursor.split('\n');
  if (read.length === parts) return read;
  throw new InvalidInputError(`Unknown cursor "${cursor.slice(0, 80)}"; pass the one that was reported`);
}

async function moveBars({ from, to, request, report }: Task<SeriesPort>): Promise<MoveResult['parts']> {
  const [doneName = '', doneUntil = ''] = readCursor(request.cursor, 2);
  const parts: MoveResult['parts'] = [];
  const named = (await from.streams()).map((place) => ({
    place,
    name: `${sourceKey(place.source)} ${streamId(place.stream)}`,
  }));
  for (const { place, name } of named.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (name < doneName) continue;
    let copied = 0;
    for (const piece of piecesOf(place, place.range)) {
      if (name === doneName && piece.to <= Number(doneUntil)) continue;
      const versions = await copyVersions({ from, to }, place, piece);
      copied += versions.length;
      if (request.remove && versions.length > 0) await from.remove({ ...place, bars: versions });
      await report({ cursor: `${name}\n${piece.to}`, copied, name });
    }
    const key = { ...place, asOf: Infinity };
    const { sha256 } = await to.digest(key);
    // With `remove` the first store is empty by now: every piece was compared before it went.
    if (!request.remove && (await from.digest(key)).sha256 !== sha256)
      throw new DataQualityError(
        `${name}: the second store holds other bars of this range, too; choose an empty one`,
      );
    parts.push({ name, copied, sha256 });
  }
  return parts;
}

async function moveObjects({ from, to, request, report }: Task<ObjectsPort>): Promise<MoveResult['parts']> {
  const [done = ''] = readCursor(request.cursor, 1);
  const parts: MoveResult['parts'] = [];
  for (const key of await from.list('')) {
    if (key <= done) continue;
    const wanted = await from.head(key);
    // Removed since it was listed.
    if (!wanted) continue;
    if ((await to.head(key))?.sha256 !== wanted.sha256) await to.put(key, await from.get(key, wanted.sha256));
    await to.get(key, wanted.sha256);
    if (request.remove) await from.remove(key);
    parts.push({ name: key, copied: 1, sha256: wanted.sha256 });
    await report({ cursor: key, copied: parts.length, name: key });
  }
  return parts;
}

const PAGE = 500;

async function moveDocuments({
  from,
  to,
  request,
  report,
}: Task<DocumentsPort>): Promise<MoveResult['parts']> {
  const [doneName = '', doneCursor = ''] = readCursor(request.cursor, 2);
  const parts: MoveResult['parts'] = [];
  for (const name of Object.keys(COLLECTIONS).sort()) {
    if (name < doneName) continue;
    let cursor: string | null = name === doneName ? doneCursor : '';
    let copied = 0;
    while (cursor !== null) {
      const query = { order: 'oldest' as const, limit: PAGE, ...(cursor ? { cursor } : {}) };
      const page: { items: { id: string }[]; cursor: string | null } = await from.find(name, query);
      await to.upsert(name, page.items);
      const ids = page.items.map(({ id }) => id);
      if (canonicalJson(await to.getMany(name, ids)) !== canonicalJson(page.items))
        throw new DataQualityError(
          `${name}: documents between ${ids[0]} and ${ids.at(-1)} did not arrive as they were`,
        );
      if (request.remove) await from.remove(name, ids);
      copied += ids.length;
      ({ cursor } = page);
      if (cursor !== null) await report({ cursor: `${name}\n${cursor}`, copied, name });
    }
    parts.push({ name, copied });
  }
  return parts.filter((part) => part.copied > 0);
}
