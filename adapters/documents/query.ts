import { COLLECTIONS, type CollectionName, type CollectionSpec } from '../../domain/collections.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { Doc, DocumentQuery } from '../ports.js';

/** What a query and a document must be is the same in every backend. */
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 10_000;

/** @throws InvalidInputError naming the known collections. */
export function specOf(collection: string): CollectionSpec {
  if (Object.hasOwn(COLLECTIONS, collection)) return COLLECTIONS[collection as CollectionName];
  throw new InvalidInputError(
    `Unknown collection "${collection}"; known: ${Object.keys(COLLECTIONS).join(', ')}`,
  );
}

/** @throws InvalidInputError where a member that is no array cannot be filtered by. */
export function checkField(collection: string, spec: CollectionSpec, field: string): void {
  if (field === 'id' || spec.fields.includes(field)) return;
  const known = ['id', ...spec.fields, ...spec.arrays].join(', ');
  throw new InvalidInputError(`Cannot filter ${collection} by "${field}"; known: ${known}`);
}

/** The time that a document is listed by. @throws InvalidInputError where it has no id or no time. */
export function timeOf(collection: string, spec: CollectionSpec, doc: Doc<unknown>): number {
  const at = (doc as unknown as Record<string, unknown>)[spec.time];
  if (typeof doc.id !== 'string' || doc.id === '')
    throw new InvalidInputError(`A document of ${collection} has no id: it must be a text`);
  if (typeof at !== 'number' || !Number.isFinite(at))
    throw new InvalidInputError(
      `Document ${doc.id} of ${collection} has no time: ${spec.time} must be epoch ms, not ${at}`,
    );
  return at;
}

/** @throws InvalidInputError where an update gave a document of another id. */
export function checkSameId(collection: string, id: string, doc: Doc<unknown>): void {
  if (doc.id === id) return;
  throw new InvalidInputError(`An update of ${id} in ${collection} must keep its id; it gave ${doc.id}`);
}

/** The furthest instants of JavaScript: infinities mean them. @throws InvalidInputError for NaN. */
export function instant(time: number): number {
  if (Number.isNaN(time)) throw new InvalidInputError('A range needs epoch milliseconds; got NaN');
  return Math.max(-8.64e15, Math.min(8.64e15, time));
}

/** @throws InvalidInputError naming the bounds. */
export function limitOf({ limit = DEFAULT_LIMIT }: Pick<DocumentQuery, 'limit'>): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new InvalidInputError(`limit ${limit} is not a whole number from 1 to ${MAX_LIMIT}`);
}

/** The collection is part of it: a cursor of another listing would skip documents in silence. */
export const encodeCursor = (collection: string, row: { at: number; id: string }): string =>
  Buffer.from(JSON.stringify([collection, row.at, row.id])).toString('base64url');

/** @throws InvalidInputError where the text is no cursor of this collection. */
export function decodeCursor(collection: string, text: string): { at: number; id: string } {
  const parts = parsed(Buffer.from(text, 'base64url').toString('utf8'));
  if (Array.isArray(parts)) {
    const [name, at, id] = parts as unknown[];
    if (name === collection && typeof at === 'number' && typeof id === 'string') return { at, id };
  }
  throw new InvalidInputError(
    `Unknown cursor "${text.slice(0, 80)}" for ${collection}; pass the one of the page before`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
