import { LRUCache } from 'lru-cache';
import type { BarColumns } from '../../domain/bars.js';
import type { FundingRate } from '../../domain/funding.js';
import { simulateBars, SIMULATED_NOW } from '../../domain/simulation.js';
import type { Timeframe } from '../../domain/streams.js';

export interface ReplayMarket {
  exchange: string;
  /** `BTC-USDT`. */
  symbol: string;
  timeframe: Timeframe;
}

export interface ReplayBars {
  /** Ascending; a cell that cannot be read is NaN, a time that cannot is where the row was met. */
  columns: BarColumns;
  /** Rows with such cells, by their place in the columns. */
  garbled: ReadonlyMap<number, GarbledRow>;
}

export interface GarbledRow {
  /** As found: [time, open, high, low, close, volume]. */
  cells: readonly string[];
  /** True where its time could not be read. */
  timeless: boolean;
}

/** Where a replay exchange takes its bars from. */
export interface BarProvider {
  /** True where any symbol can be asked for; `markets` then lists those that were. */
  anySymbol: boolean;
  /** Everything it has; where several venues have a symbol, the preferred one comes first. */
  markets(): Promise<ReplayMarket[]>;
  /** All its bars of a market, or null. @throws DataQualityError where they cannot be read at all. */
  bars(market: ReplayMarket): Promise<ReplayBars | null>;
  /** Funding rates of a perpetual, ascending; left out or null where it has none. */
  funding?(market: { exchange: string; symbol: string }): Promise<FundingRate[] | null>;
  /** Its present, epoch ms: what the venue's clock says. */
  now(): number;
}

/** Streams held in memory, as many as one worker collects at a time: five years of hours are 2 MB each. */
export const HELD_STREAMS = 16;

/** The documented random walk of domain/simulation.ts as a venue. */
export function simulatedProvider(seed: string): BarProvider {
  const made = new LRUCache<string, ReplayBars>({ max: HELD_STREAMS });
  const asked = new Map<string, ReplayMarket>();
  return {
    anySymbol: true,
    markets: async () => [...asked.values()],
    async bars({ exchange, symbol, timeframe }) {
      asked.set(`${exchange} ${symbol} ${timeframe}`, { exchange, symbol, timeframe });
      const key = `${symbol} ${timeframe}`;
      const bars = made.get(key) ?? {
        columns: simulateBars({ seed, symbol, timeframe }),
        garbled: new Map(),
      };
      made.set(key, bars);
      return bars;
    },
    now: () => SIMULATED_NOW,
  };
}
