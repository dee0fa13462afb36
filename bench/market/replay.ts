import { barsSteps } from '../../activities/bars.js';
import { environment, readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import type { MarketsPort, Ports } from '../../adapters/ports.js';
import type { MarketPart } from '../market.js';

/** Bars of a timeframe as a whole simulated history, by pages of 1,000 from the replay exchange. */
const STREAMS = ['binance/BTC-USDT/1h', 'binance/BTC-USDT/1m'];

/**
 * Collection from the replay exchange on loopback, which answers at once: what part of the time is not waiting for
 * pages (the request, the venue's answer, the client's reading) but judging and storing.
 */
export const benchReplay: MarketPart = async ({ directory }) => {
  const config = readConfig({ ...environment(), FINSIGHT_DATA_DIR: directory });
  const opened = openPorts(config);
  const pages = { ms: 0, count: 0 };
  const ports: Ports = { ...opened, markets: (source) => timedPages(opened.markets(source), pages) };
  const steps = barsSteps(ports);
  const streams: Record<string, unknown>[] = [];
  try {
    for (const stream of STREAMS) {
      // The history is made and the client loaded before the clock runs.
      const plan = await steps.resolveBars({ stream, source: 'simulated', from: 0 });
      Object.assign(pages, { ms: 0, count: 0 });
      const start = performance.now();
      let stored = 0;
      for (let cursor: number | null = plan.from; cursor !== null;) {
        const chunk = await steps.fetchBars({ ...plan, cursor });
        stored += chunk.stored;
        cursor = chunk.next;
      }
      const ms = performance.now() - start;
      streams.push({
        stream,
        stored,
        pages: pages.count,
        barsPerSecond: Math.round((stored / ms) * 1000),
        pageMs: Number((pages.ms / pages.count).toFixed(2)),
        ourMsPerPage: Number(((ms - pages.ms) / pages.count).toFixed(2)),
        ourShare: Number((1 - pages.ms / ms).toFixed(3)),
      });
    }
  } finally {
    await opened.close();
  }
  return { streams, limits: { ourShare: 0.3 } };
};

function timedPages(markets: MarketsPort, pages: { ms: number; count: number }): MarketsPort {
  return {
    ...markets,
    async fetchBars(request) {
      const start = performance.now();
      const page = await markets.fetchBars(request);
      pages.ms += performance.now() - start;
      pages.count++;
      return page;
    },
  };
}
