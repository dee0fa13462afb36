import { byNanoseconds, type TradeMarks } from './trade-marks.js';

/** What ccxt does not tell of a venue and paging must know. Measured or documented by the venues, as data. */
export interface VenueTraits {
  /** Bars of one request at most, where ccxt does not know. */
  page?: number;
  /** Only so many of the latest bars are served; older ones are made from trades. */
  latestBars?: number;
  /** How its trades are paged. */
  trades?: TradeMarks;
  /** Requests from one address; left out: bursts of 20, 10 a second. */
  limit?: { capacity: number; refillPerSecond: number };
}

const TRAITS: Record<string, VenueTraits> = {
  binance: { page: 1000 },
  binanceus: { page: 1000 },
  binanceusdm: { page: 1000 },
  binancecoinm: { page: 1000 },
  kraken: {
    latestBars: 720,
    trades: byNanoseconds,
    limit: { capacity: 15, refillPerSecond: 1 },
  },
  coinbase: { page: 300 },
  coinbaseexchange: { page: 300 },
};

export const traitsOf = (client: string): VenueTraits =>
  Object.hasOwn(TRAITS, client) ? (TRAITS[client] ?? {}) : {};
