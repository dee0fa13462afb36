import type { IndexOptions, IndexQuestion } from '../domain/sentiment/index-question.js';
import type { IndexPoint } from '../domain/sentiment/sentiment-index.js';
import type { Score } from '../domain/sentiment/scores.js';

/** What an answer about the index was made from. */
export interface IndexOrigin extends IndexOptions {
  asset: string;
  /** `<name>@<version>`; null where nothing was scored. */
  model: string | null;
  source: { kind: string; detail: string } | null;
  /** Nothing known later is in it, nor, where it was asked for, what was scored later; epoch ms. */
  asOf: number;
}

export interface IndexAnswer extends IndexOrigin {
  /** Of the points; null where there are none. */
  from: number | null;
  to: number | null;
  /** Articles behind the points, each once. */
  counts: { articles: number; abstained: number; ownOpinion: number };
  points: IndexPoint[];
}

/** The articles behind one point, the heaviest first. */
export interface IndexMembers extends IndexOrigin {
  at: number;
  point: IndexPoint;
  members: { score: Score; weight: number }[];
}

/** The sentiment index, computed from scores as they were known, through the cache. */
export interface SentimentIndexPort {
  /** @throws InvalidInputError for a question that cannot be read, NotFoundError for an unknown model */
  read(question: IndexQuestion): Promise<IndexAnswer>;
  /** @throws as `read` */
  members(question: IndexQuestion & { at: number; limit: number }): Promise<IndexMembers>;
  /** New scores of a kind of source (`live` …) are stored: what was read before is old. */
  refresh(sourceKey: string): Promise<void>;
}
