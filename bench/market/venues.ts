import { parentPort, workerData } from 'node:worker_threads';
import { startLiveReplay } from '../../adapters/replay/live.js';
import type { BarProvider } from '../../adapters/replay/provider.js';
import { madeBars } from './made.js';

export interface VenuesInput {
  symbols: string[];
  from: number;
  /** First bar that is played live. */
  live: number;
  count: number;
  barsPerSecond: number;
}

/** Venues in a thread of their own, so that what they do is not counted as ours. */
const { symbols, from, live, count, barsPerSecond } = workerData as VenuesInput;
const replays = await Promise.all(
  symbols.map((symbol) => {
    const market = { exchange: 'binance', symbol, timeframe: '1m' } as const;
    const { knownAt: _, ...columns } = madeBars({ seed: symbol, timeframe: '1m', from, count });
    const provider: BarProvider = {
      anySymbol: false,
      markets: async () => [market],
      bars: async () => ({ columns, garbled: new Map() }),
      now: () => Date.now(),
    };
    return startLiveReplay({ provider, market, from: live, barsPerSecond, seed: symbol });
  }),
);
parentPort?.postMessage({ urls: replays.map((each) => each.url) });
// Each clock runs evenly once it is followed: one reading tells at what instant any bar closes.
parentPort?.on('message', () => {
  parentPort?.postMessage({ at: Date.now(), clocks: replays.map((each) => each.now()) });
});
