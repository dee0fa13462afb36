import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { streamSteps } from '../../activities/stream.js';
import { environment, readConfig } from '../../adapters/config.js';
import { openMarkets } from '../../adapters/markets/index.js';
import { openPorts } from '../../adapters/open.js';
import type { MarketsPort, Ports } from '../../adapters/ports.js';
import type { MarketPart } from '../market.js';
import { madeBars, madeSymbols } from './made.js';
import { percentile } from './times.js';
import type { VenuesInput } from './venues.js';

const STREAMS = 50;
const MINUTE = 60_000;
const FROM = Date.UTC(2024, 0, 1);
/** Two weeks are stored when the streams begin, as in the middle of a month. */
const HISTORY = 20_000;
const LIVE = { kind: 'live', detail: '' } as const;
/** No limit of requests: the venues are 50, on loopback. */
const UNLIMITED = {
  take: async () => ({ waitMs: 0, remaining: 1 }),
  get: async () => null,
  set: async () => undefined,
};

/**
 * 50 replayed streams of minutes followed by the steps that follow live ones. Pace: how long after its close a bar is
 * stored while a bar closes somewhere ten times a second; flood: how many are stored while more come than can be
 * stored one by one.
 */
export const benchLive: MarketPart = async ({ directory }) => ({
  pace: await follow(join(directory, 'pace'), { barsPerSecond: 0.2, bars: 6 }),
  flood: await follow(join(directory, 'flood'), { barsPerSecond: 50, bars: 1500 }),
  limits: { paceP95Ms: 100, floodBarsPerMinute: 100_000 },
});

interface Run {
  barsPerSecond: number;
  bars: number;
}

interface Stored {
  symbol: string;
  time: number;
  at: number;
}

async function follow(dataDir: string, { barsPerSecond, bars }: Run): Promise<Record<string, unknown>> {
  const symbols = madeSymbols(STREAMS);
  const live = FROM + HISTORY * MINUTE;
  const input: VenuesInput = { symbols, from: FROM, live, count: HISTORY + bars + 10, barsPerSecond };
  const venues = new Worker(new URL('./venues.js', import.meta.url), { workerData: input });
  const [{ urls }] = (await once(venues, 'message')) as [{ urls: string[] }];
  const opened = openPorts(readConfig({ ...environment(), FINSIGHT_DATA_DIR: dataDir }));
  const stored: Stored[] = [];
  const ports = watched(opened, { symbols, urls, stored });
  try {
    const steps = streamSteps(ports);
    const until = live + bars * MINUTE;
    const following = symbols.map(async (symbol, i) => {
      const stream = { exchange: 'binance', symbol, timeframe: '1m' } as const;
      const columns = madeBars({ seed: symbol, timeframe: '1m', from: FROM, count: HISTORY });
      await opened.series.writeColumns?.({ stream, columns, source: LIVE });
      const plan = await steps.planStream({ stream: `binance/${symbol}/1m`, from: live, until });
      // Streams begin one after the other, evenly over the length of a bar where that is long.
      await new Promise((resolve) =>
        setTimeout(resolve, barsPerSecond < 1 ? (i / STREAMS) * (1000 / barsPerSecond) : 0),
      );
      return steps.followStream(plan);
    });
    const reached = new Promise((resolve) => setTimeout(resolve, 1000 / barsPerSecond + 4000));
    const clocks = reached.then(async () => {
      venues.postMessage('clocks');
      return ((await once(venues, 'message')) as [{ at: number; clocks: number[] }])[0];
    });
    const states = await Promise.all(following);
    return figures(stored, {
      healed: states.reduce((sum, state) => sum + state.healed, 0),
      lateness: latenessOf(await clocks, symbols, barsPerSecond),
    });
  } finally {
    await venues.terminate();
    await Promise.all(ports.opened.map((each) => each.close()));
    await opened.close();
  }
}

/** The ports with a venue for each symbol, noting when each bar was stored. */
function watched(
  ports: Ports,
  { symbols, urls, stored }: { symbols: string[]; urls: string[]; stored: Stored[] },
): Ports & { opened: MarketsPort[] } {
  const opened = symbols.map((_, i) =>
    openMarkets(LIVE, { config: { exchangeHosts: { binance: urls[i] ?? '' } }, cache: UNLIMITED }),
  );
  const of = ({ symbol }: { symbol: string }): MarketsPort => opened[symbols.indexOf(symbol)] as MarketsPort;
  const markets: MarketsPort = {
    source: LIVE,
    resolve: (request) => of(request).resolve(request),
    lastClosed: (stream) => of(stream).lastClosed(stream),
    fetchBars: (request) => of(request.stream).fetchBars(request),
    watch: (stream) => of(stream).watch(stream),
    fetchFunding: (request) => of(request).fetchFunding(request),
    close: async () => undefined,
  };
  const series: Ports['series'] = {
    ...ports.series,
    async write(write) {
      const answer = await ports.series.write(write);
      for (const { time } of write.bars) stored.push({ symbol: write.stream.symbol, time, at: Date.now() });
      return answer;
    },
  };
  return { ...ports, series, markets: () => markets, opened };
}

/** Milliseconds from the close of a bar, by its venue's clock, to when it was stored. */
function latenessOf(
  { at, clocks }: { at: number; clocks: number[] },
  symbols: string[],
  barsPerSecond: number,
): (bar: Stored) => number {
  const perMs = (barsPerSecond * MINUTE) / 1000;
  return (bar) => {
    const closed = at + (bar.time + MINUTE - (clocks[symbols.indexOf(bar.symbol)] ?? NaN)) / perMs;
    return bar.at - closed;
  };
}

function figures(
  stored: Stored[],
  { healed, lateness }: { healed: number; lateness: (bar: Stored) => number },
): Record<string, unknown> {
  const times = stored.map((bar) => bar.at);
  const minutes =
    (Math.max(...times) - Math.min(...times.map((at, i) => at - Math.max(0, lateness(stored[i]!))))) / 60_000;
  const late = stored.map(lateness);
  return {
    streams: STREAMS,
    bars: stored.length,
    askedOverRest: healed,
    barsPerMinute: Math.round(stored.length / minutes),
    closeToStored: {
      p50Ms: percentile(late, 0.5),
      p95Ms: percentile(late, 0.95),
      maxMs: percentile(late, 1),
    },
  };
}
