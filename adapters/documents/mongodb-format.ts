import type { CollectionSpec } from '../../domain/collections.js';
import type { Doc, EventRow } from '../ports.js';
import { fromJson, toJson } from './json.js';
import { isSearched, searchMembers, type SearchMembers } from './mongodb-words.js';

/** A document as MongoDB holds it. */
export interface StoredDoc {
  _id: string;
  /** The time that it is listed by, epoch ms. */
  at: number;
  /** Counts the changes: an update replaces only what it has read. */
  rev: number;
  /** The document; only the members that can be filtered by where `json` holds it. */
  doc: Record<string, unknown>;
  /** The document as text, where a name in it is none for BSON. */
  json?: string;
  /** Of articles: what they are found by. */
  search?: SearchMembers & { past?: string[] };
  /** Events of the document that are not in the outbox yet. */
  pending?: EventRow[];
}

/** BSON has no names with a NUL, and takes dots and dollars in them for paths and operators. */
const ODD_NAME = /^\$|[.\0]/;

export function toStored(spec: CollectionSpec, doc: Doc<unknown>, at: number): StoredDoc {
  const json = toJson(doc);
  // What JSON drops is dropped here too: every backend gives back the same.
  const plain = fromJson<Record<string, unknown>>(json);
  const search = isSearched(spec) ? { search: searchMembers(doc, at) } : {};
  const stored = { _id: doc.id, at, rev: 1, doc: plain, ...search };
  if (!hasOddName(plain)) return stored;
  const names = [...spec.fields, ...spec.arrays].filter((name) => Object.hasOwn(plain, name));
  return { ...stored, doc: Object.fromEntries(names.map((name) => [name, plain[name]])), json };
}

export const fromStored = <T>({ doc, json }: StoredDoc): Doc<T> =>
  json === undefined ? (doc as Doc<T>) : fromJson<Doc<T>>(json);

function hasOddName(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasOddName);
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).some(([name, member]) => ODD_NAME.test(name) || hasOddName(member));
}
