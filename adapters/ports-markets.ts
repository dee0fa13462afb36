// Markets and news: a part of ports.ts.
import type { Bar, TimeRange } from '../domain/bars.js';
import type { FundingPage } from '../domain/funding.js';
import type { VenueAnswer } from '../domain/lineage.js';
import type { RawItem } from '../domain/news/articles.js';
import type { NewsProblem } from '../domain/news/problems.js';
import type { Source } from '../domain/sources.js';
import type { Stream, Timeframe } from '../domain/streams.js';
import type { Trade } from '../domain/trades.js';
import type { Closable } from './ports-closable.js';

export interface BarPage {
  bars: Bar[];
  /** Rows the venue sent that are no bars, with the reason. */
  rejected: { row: unknown; reason: string }[];
  /** Where the next page begins (a bar open), or null at the end of the range. */
  next: number | null;
  /** What the venue answered for this page. */
  answers?: VenueAnswer[];
}

/** What a live market says; a venue tells its closed bars, or the trades that they are made from. */
export type LiveMessage =
  /** The connection is there, for the first time or again: what came meanwhile was missed. */
  | { kind: 'connected' }
  /** Bars that have closed, in the order in which they were told: one, or all that came while nobody was reading. */
  | { kind: 'bars'; bars: Bar[] }
  | { kind: 'trade'; trade: Trade }
  /** Nothing has come for a second. */
  | { kind: 'quiet' };

export interface MarketsPort extends Closable {
  source: Source;
  /** The ccxt exchange id and stream that serve a symbol. @throws InvalidInputError naming what is known. */
  resolve(request: { symbol: string; timeframe: Timeframe; exchange?: string }): Promise<Stream>;
  /** Open time of the last closed bar, as the source sees its own present. */
  lastClosed(stream: Stream): Promise<number>;
  /** Open of its first bar, where the source knows that; null or left out where it does not. */
  firstOpen?(stream: Stream): Promise<number | null>;
  /**
   * One page of closed bars in [from, to), ascending. `seen`: an instant that the venue has told of; where its clock is
   * taken to be behind that, it is asked for again.
   */
  fetchBars(request: { stream: Stream; range: TimeRange; limit?: number; seen?: number }): Promise<BarPage>;
  /** Follows a market, connecting again whenever the connection is lost, until the caller leaves the loop. */
  watch(stream: Stream): AsyncIterable<LiveMessage>;
  /** One page of a perpetual's funding rates in [from, to), ascending. @throws InvalidInputError where the source has none. */
  fetchFunding(request: { exchange: string; symbol: string; range: TimeRange }): Promise<FundingPage>;
}

/** What an answer said of itself, so that the next request can ask whether it is still as it was. */
export interface Validators {
  etag?: string | null;
  lastModified?: string | null;
}

export interface NewsPage extends Validators {
  items: RawItem[];
  /** Opaque, for the page after; null at the end. */
  next: string | null;
  /** Cursor of the page after, where this collection has had as many pages as one may: another one goes on there. */
  rest?: string;
  /** The feed is as it was when it gave the request's validators: no items, and nothing to store. */
  notModified?: boolean;
  /** What of the answer was not as it should be; left out where nothing was, or the kind cannot tell. */
  problems?: NewsProblem[];
}

export interface NewsRequest extends Validators {
  feed: string;
  range: TimeRange;
  cursor?: string;
  /** A person waits: robots.txt, rates and breakers do not hold it up. */
  interactive?: boolean;
  signal?: AbortSignal;
}

export interface NewsPort extends Closable {
  source: Source;
  /** Names of the feeds this source has. */
  feeds(): Promise<string[]>;
  fetchPage(request: NewsRequest): Promise<NewsPage>;
}
