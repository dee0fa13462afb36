import type { Source } from './sources.js';

/** One payment between longs and shorts of a perpetual: above 0 the longs pay. */
export interface FundingRate {
  /** When it was paid, epoch ms UTC. */
  time: number;
  /** Share of the position's value; 0.0001 is one basis point. */
  rate: number;
}

export interface FundingPage {
  rates: FundingRate[];
  rejected: { row: unknown; reason: string }[];
  /** Where the next page begins, or null at the end of the range. */
  next: number | null;
}

/** As stored in `funding`; known at the time of payment. */
export interface StoredFunding extends FundingRate {
  /** `fnd_<exchange>_<symbol>_<source>_<time>`. */
  id: string;
  /** `<exchange>/<BASE-QUOTE>`. */
  market: string;
  source: Source;
  sourceKey: string;
  knownAt: number;
}

export interface FundingReport {
  market: string;
  source: Source;
  from: number;
  to: number;
  fetched: number;
  stored: number;
  rejected: number;
}

/** Venues (ccxt ids) whose linear markets are perpetuals only: a stream of theirs needs no more to be known as one. */
const PERPETUALS_ONLY = new Set(['binanceusdm', 'krakenfutures', 'kucoinfutures', 'hyperliquid', 'dydx']);

export const tradesPerpetualsOnly = (exchange: string): boolean => PERPETUALS_ONLY.has(exchange);
