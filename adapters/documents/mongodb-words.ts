import { COLLECTIONS, type CollectionSpec } from '../../domain/collections.js';
import { wordsOf } from '../../domain/news/words.js';
import type { MongoIndex } from '../mongodb.js';
import { factsOf } from './article-facts.js';

/** Beside a stored article: its words, as MongoDB's $text knows neither prefixes nor nested conditions. */
export interface SearchMembers {
  words: string[];
  /** When it was published. */
  at: number;
  /** When this revision became known. */
  from: number;
  /** When its text is to go. */
  expires?: number;
}

export const isSearched = (spec: CollectionSpec): boolean =>
  spec === COLLECTIONS.articles || spec === COLLECTIONS.articleVersions;

export function searchMembers(doc: object, at: number): SearchMembers {
  const { title, text, knownFrom: from, retainUntil } = factsOf(doc, at);
  const words = [...new Set([...wordsOf(title), ...wordsOf(text)])];
  const { publishedAt = at } = doc as { publishedAt?: number };
  return { words, at: publishedAt, from, ...(retainUntil === null ? {} : { expires: retainUntil }) };
}

export const SEARCH_INDEXES: MongoIndex[] = [
  { keys: { 'search.words': 1, 'search.at': -1, _id: -1 } },
  { keys: { 'search.at': -1, _id: -1 } },
  { keys: { 'search.from': 1 } },
  { keys: { 'search.expires': 1 }, sparse: true },
];
