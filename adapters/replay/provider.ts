import type { BarColumns } from '../../domain/bars.js';
import { simulateBars, simulatedGenesis, SIMULATED_NOW } from '../../domain/simulation.js';
import { parseTimeframe, type Timeframe } from '../../domain/streams.js';

export interface ReplayMarket {
  exchange: string;
  /** `BTC-USDT`. */
  symbol: string;
  timeframe: Timeframe;
}

/** Where a replay exchange takes its bars from. */
export interface BarProvider {
  /** Venue and symbol of everything it has; a simulated one answers for any symbol and is empty here. */
  markets(): Promise<ReplayMarket[]>;
  /** All bars, ascending; null where it has none. Rows that cannot be read are NaN, as a venue's garbage would be. */
  bars(market: ReplayMarket): Promise<BarColumns | null>;
  /** Its present, epoch ms: what the venue's clock says. */
  now(): Promise<number>;
}

/** The documented random walk of domain/simulation.ts as a venue. */
export function simulatedProvider(seed: string): BarProvider {
  const made = new Map<string, BarColumns>();
  return {
    markets: async () => [],
    async bars({ symbol, timeframe }) {
      parseTimeframe(timeframe);
      const key = `${symbol} ${timeframe}`;
      const bars = made.get(key) ?? simulateBars({ seed, symbol, timeframe });
      made.set(key, bars);
      return bars.time.length > 0 && simulatedGenesis(timeframe) < SIMULATED_NOW ? bars : null;
    },
    now: async () => SIMULATED_NOW,
  };
}
