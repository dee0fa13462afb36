// Fingerprints of articles: a part of ports.ts.
import type { Closable } from './ports-closable.js';

/** What one text of an article is found by. */
export interface NearRow {
  /** Of the article and its text: 52 bits of a digest. */
  key: number;
  articleId: string;
  /** Articles of one kind of source are compared with each other only. */
  space: string;
  /** Of publication, counted from 1970-01-01 UTC. */
  day: number;
  print: Uint32Array;
}

export interface StoredNearRow extends NearRow {
  /** Who has read up to a number has read all below it, whoever wrote them. */
  seq: number;
}

/**
 * A log of fingerprints that every process follows. A row is unsettled until its article has been compared with all
 * that were there: what a killed worker leaves is seen by that.
 */
export interface NearPort extends Closable {
  /** Appends rows whose key is new, unsettled. */
  append(rows: NearRow[], at: number): Promise<void>;
  /** Makes rows that are there unsettled again: their articles' order has changed. */
  reopen(rows: Pick<NearRow, 'key' | 'articleId' | 'space'>[], at: number): Promise<void>;
  /** Rows of a day after a number, in order. */
  read(query: { space: string; day: number; after: number; limit: number }): Promise<StoredNearRow[]>;
  /** All rows of articles. */
  ofArticles(articleIds: string[]): Promise<NearRow[]>;
  /** Those of the keys that have no row, or an unsettled one. */
  unsettled(keys: number[]): Promise<number[]>;
  /** Unsettled rows that were appended before a time, oldest first. */
  leftBehind(query: {
    space: string;
    before: number;
    limit: number;
  }): Promise<Pick<NearRow, 'key' | 'articleId'>[]>;
  settle(keys: number[]): Promise<void>;
}
