import type { Source } from '../domain/sources.js';
/** Interfaces of what tells of the installation as a whole; a part of ports.ts. */

export interface ListedSymbol {
  /** `BTC-USDT`. */
  symbol: string;
  timeframes: string[];
}

/** What can be collected. */
export interface CataloguePort {
  /** By id. `recorded`: how many streams the recording has of it. */
  exchanges(): Promise<{ id: string; isLive: boolean; recorded: number }[]>;
  /** By name. @throws InvalidInputError or NotFoundError for an unknown exchange, UnreachableError */
  symbols(exchange: string, source: 'live' | 'recorded'): Promise<ListedSymbol[]>;
}

export interface StoreState {
  seam: 'documents' | 'events' | 'series' | 'objects' | 'cache';
  /** Scheme of its address. */
  backend: string;
  /** Without secrets. */
  address: string;
  version: string | null;
  bytes: number | null;
  freeBytes: number | null;
  /** Why nothing is known of it. */
  error: string | null;
}

/** The configured stores as a whole. */
export interface StoragePort {
  /** One entry a store; one that does not answer says so. */
  stores(): Promise<StoreState[]>;
  /** Makes their settings as their addresses want them. Returns the addresses that were looked after. */
  ensure(): Promise<string[]>;
  /** Everything that was set, without secrets. */
  settings(): Record<string, unknown>;
}

/** The digest of a stored partition beside the one that it was stored with. */
export interface PartitionSeal {
  /** Its place in the store. */
  name: string;
  ok: boolean;
  expected: string;
  found: string;
}

/** Which scores a feature may see: of one model about one asset, known from `from` to `asOf`, epoch ms. */
export interface SentimentRequest {
  model: string;
  asset: string;
  source: Source;
  from: number;
  asOf: number;
}
