import { COLLECTIONS, type CollectionSpec } from '../../domain/collections.js';
import { wordsOf } from '../../domain/news/words.js';
import type { MongoIndex } from '../mongodb.js';
import { factsOf } from './article-facts.js';

/** Beside a stored article: its words, as MongoDB's $text knows neither prefixes nor nested conditions. */
export interface SearchMembers {
  words: string[];
  /** When it was published. */
  at: number;
  /** When it became known. */
  first: number;
  /** When its present text did. */
  from: number;
  /** When its text is to go; null: never, or it is gone. */
  expires: number | null;
}

/** The words of all versions of an article that was changed lie at `search.past`, which a write of the article leaves alone. */
export const PAST = 'search.past';

export const isSearched = (spec: CollectionSpec): boolean => spec === COLLECTIONS.articles;

export function searchMembers(doc: object, at: number): SearchMembers {
  const { title, text, firstSeenAt: first, knownFrom: from, retainUntil: expires } = factsOf(doc, at);
  return { words: wordsIn([{ title, text }]), at, first, from, expires };
}

export const wordsIn = (texts: { title: string; text: string }[]): string[] => [
  ...new Set(texts.flatMap(({ title, text }) => [...wordsOf(title), ...wordsOf(text)])),
];

export const SEARCH_INDEXES: MongoIndex[] = [
  { keys: { 'search.words': 1, at: -1, _id: -1 } },
  { keys: { [PAST]: 1 }, sparse: true },
  { keys: { 'search.from': 1 } },
  { keys: { 'search.expires': 1 } },
];
