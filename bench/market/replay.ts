import { barsSteps, type BarsPlan } from '../../activities/bars.js';
import { environment, readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import type { Ports } from '../../adapters/ports.js';
import type { TimeRange } from '../../domain/bars.js';
import { medianOf } from '../../domain/bars/columns.js';
import { parseStream } from '../../domain/streams.js';
import type { MarketPart } from '../market.js';

/** Bars of a timeframe as a whole simulated history, by pages of 1,000 from the replay exchange. */
const TIMEFRAMES = ['1h', '1m'];
/** Of so many passes with a collection and as many without one, each over another symbol, the middle one counts. */
const SYMBOLS = ['BTC-USDT', 'ETH-USDT', 'BNB-USDT', 'SOL-USDT', 'XRP-USDT'];

/**
 * Collection from the replay exchange on loopback, which answers at once. What the pages take by themselves (the request,
 * the venue's answer, the client's reading of it) is measured apart, in turn with the collection: whatever the
 * collection takes longer than that is ours, be it waiting or work that slows the pages down.
 */
export const benchReplay: MarketPart = async ({ directory }) => {
  const ports = openPorts(readConfig({ ...environment(), FINSIGHT_DATA_DIR: directory }));
  const streams: Record<string, unknown>[] = [];
  try {
    // What is loaded once, the client and the store, is loaded before the clock runs.
    const warm = await barsSteps(ports).resolveBars({ stream: 'binance/WARM-USDT/1h', source: 'simulated' });
    await collect(ports, warm);
    for (const timeframe of TIMEFRAMES) streams.push(await benchTimeframe(ports, timeframe));
  } finally {
    await ports.close();
  }
  return { streams, limits: { ourShare: 0.3 } };
};

async function benchTimeframe(ports: Ports, timeframe: string): Promise<Record<string, unknown>> {
  const alone: Pass[] = [];
  const whole: Pass[] = [];
  for (const symbol of SYMBOLS) {
    const stream = `binance/${symbol}/${timeframe}`;
    // The history is made before the clock runs.
    const plan = await barsSteps(ports).resolveBars({ stream, source: 'simulated', from: 0 });
    await pagesAlone(ports, plan);
    alone.push(await measured(() => pagesAlone(ports, plan)));
    whole.push(await measured(() => collect(ports, plan)));
  }
  const middle = (passes: Pass[], name: keyof Pass): number =>
    medianOf(Float64Array.from(passes, (pass) => pass[name]));
  const pages = middle(alone, 'result');
  const stored = middle(whole, 'result');
  const [pageMs, ms] = [middle(alone, 'ms'), middle(whole, 'ms')];
  return {
    timeframe,
    symbols: SYMBOLS.length,
    stored,
    pages,
    barsPerSecond: Math.round((stored / ms) * 1000),
    pageMs: Number((pageMs / pages).toFixed(2)),
    ourMsPerPage: Number(((ms - pageMs) / pages).toFixed(2)),
    ourShare: Number((1 - pageMs / ms).toFixed(3)),
    // Of all threads: what a busy machine takes from the wall clock is not in it.
    ourShareOfCpu: Number((1 - middle(alone, 'cpuMs') / middle(whole, 'cpuMs')).toFixed(3)),
  };
}

/** How many pages were read. */
async function pagesAlone(ports: Ports, plan: BarsPlan): Promise<number> {
  const stream = parseStream(plan.stream);
  let pages = 0;
  for (let next: number | null = plan.from; next !== null; pages++) {
    const range: TimeRange = { from: next, to: plan.to };
    const page = await ports.markets(plan.source).fetchBars({ stream, range });
    next = page.next;
  }
  return pages;
}

/** How many bars were stored. */
async function collect(ports: Ports, plan: BarsPlan): Promise<number> {
  let stored = 0;
  for (let cursor: number | null = plan.from; cursor !== null;) {
    const chunk = await barsSteps(ports).fetchBars({ ...plan, cursor });
    stored += chunk.stored;
    cursor = chunk.next;
  }
  return stored;
}

interface Pass {
  result: number;
  ms: number;
  cpuMs: number;
}

async function measured(work: () => Promise<number>): Promise<Pass> {
  const start = performance.now();
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, ms: performance.now() - start, cpuMs: (user + system) / 1000 };
}
