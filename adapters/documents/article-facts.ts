import type { Article } from '../../domain/news/articles.js';
import { sourceKey as keyOf, type Source } from '../../domain/sources.js';

/** What is searched and counted of a stored article; whatever else a document holds is left alone. */
export interface ArticleFacts {
  title: string;
  text: string;
  feed: string;
  language: string;
  storyId: string;
  sourceKey: string;
  tickers: string[];
  topics: string[];
  revision: number;
  firstSeenAt: number;
  /** When its present text became known. */
  knownFrom: number;
  /** When its text is to go, epoch ms; null where it has none, or may stay. */
  retainUntil: number | null;
}

type Stored = Partial<Article> & { sourceKey?: unknown };

/** Documents of tests and of older versions lack members: what is not there counts as empty. */
export function factsOf(doc: object, at: number): ArticleFacts {
  const stored = doc as Stored;
  const text = textOf(stored.text);
  const { firstSeenAt = at, contentSeenAt } = stored;
  return {
    title: textOf(stored.title),
    text,
    feed: textOf(stored.feed),
    language: textOf(stored.language),
    storyId: textOf(stored.storyId),
    sourceKey: textOf(stored.sourceKey) || sourceOf(stored.source),
    tickers: textsOf(stored.tickers),
    topics: textsOf(stored.topics),
    revision: Number.isInteger(stored.revision) ? Number(stored.revision) : 1,
    firstSeenAt,
    knownFrom: contentSeenAt ?? firstSeenAt,
    retainUntil: typeof stored.retainUntil === 'number' && text !== '' ? stored.retainUntil : null,
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? [...new Set(value.filter((each) => typeof each === 'string'))] : [];

const sourceOf = (source: Source | undefined): string =>
  typeof source?.kind === 'string' ? keyOf(source) : '';
