import { join } from 'node:path';
import { environment, readConfig } from '../../adapters/config.js';
import { parquetSeries } from '../../adapters/series/parquet.js';
import { startPlatform } from '../../cli/up.js';
import type { BarsKey } from '../../domain/bars.js';
import { seededRandom } from '../../domain/random.js';
import { timeframeMs, type Timeframe } from '../../domain/streams.js';
import type { MarketPart } from '../market.js';
import { madeBars, madeSymbols } from './made.js';
import { percentile } from './times.js';

const QUERIES = 300;
const DAYS = 30;
const START = Date.UTC(2018, 0, 1);
const SOURCE = { kind: 'live', detail: '' } as const;
const DAY = 86_400_000;

/** Ten million bars each: 200 streams of 5.7 years of hours, 20 of nearly a year of minutes. */
const SETS: Record<string, { timeframe: Timeframe; symbols: number; bars: number }> = {
  hours: { timeframe: '1h', symbols: 200, bars: 50_000 },
  minutes: { timeframe: '1m', symbols: 20, bars: 500_000 },
};

/**
 * 30 days of any symbol at any time from ten million stored bars: as columns, which features and backtests read, as an
 * object a bar, which the API gives, and over HTTP, where a page is at most 1,000 bars.
 */
export const benchRange: MarketPart = async ({ directory }) => {
  const figures: Record<string, unknown> = {};
  for (const [name, set] of Object.entries(SETS)) figures[name] = await benchSet(join(directory, name), set);
  return { ...figures, limits: { inProcessP95Ms: 20, overHttpP95Ms: 50 } };
};

async function benchSet(
  directory: string,
  { timeframe, symbols: count, bars }: (typeof SETS)[string],
): Promise<Record<string, unknown>> {
  const series = parquetSeries(join(directory, 'bars'));
  const symbols = madeSymbols(count);
  const streamOf = (symbol = '') => ({ exchange: 'binance', symbol, timeframe });
  for (const symbol of symbols) {
    const columns = madeBars({ seed: symbol, timeframe, from: START, count: bars });
    await series.writeColumns?.({ stream: streamOf(symbol), columns, source: SOURCE });
  }
  const step = timeframeMs(timeframe);
  const window = (DAYS * DAY) / step;
  const next = seededRandom('range');
  const asked = Array.from({ length: QUERIES }, (): BarsKey => {
    const from = START + Math.floor(next() * (bars - window)) * step;
    const stream = streamOf(symbols[Math.floor(next() * count)]);
    return { stream, source: SOURCE, range: { from, to: from + DAYS * DAY }, asOf: Infinity };
  });
  const asColumns = await timesOf(asked, window, async (key) => (await series.readColumns(key)).time.length);
  const asBars = await timesOf(asked, window, async (key) => (await series.read(key)).length);
  await series.close();
  const overHttp = window > PAGE ? undefined : await askOverHttp(directory, asked, window);
  return { storedBars: count * bars, barsPerQuery: window, asColumns, asBars, overHttp };
}

/** Bars of one page of the API. */
const PAGE = 1000;

async function askOverHttp(
  directory: string,
  asked: BarsKey[],
  window: number,
): Promise<Record<string, number>> {
  const config = readConfig({ ...environment(), FINSIGHT_DATA_DIR: directory, FINSIGHT_ML: 'off' });
  const platform = await startPlatform(config, { port: 0 });
  try {
    return await timesOf(asked, window, async ({ stream, range }) => {
      const query = `from=${range.from}&to=${range.to}&limit=${PAGE}&order=oldest`;
      const path = `bars/${stream.exchange}/${stream.symbol}/${stream.timeframe}`;
      const response = await fetch(`${platform.apiUrl}/api/v1/${path}?${query}`);
      return ((await response.json()) as { bars: unknown[] }).bars.length;
    });
  } finally {
    await platform.stop();
  }
}

/** The first is not counted: it loads what is loaded once. */
async function timesOf<T>(
  asked: T[],
  expected: number,
  ask: (each: T) => Promise<number>,
): Promise<Record<string, number>> {
  const times: number[] = [];
  for (const each of asked) {
    const start = performance.now();
    const bars = await ask(each);
    times.push(performance.now() - start);
    if (bars !== expected) throw new Error(`A query gave ${bars} of ${expected} bars`);
  }
  const [first = NaN, ...rest] = times;
  return {
    firstMs: Number(first.toFixed(1)),
    p50Ms: percentile(rest, 0.5),
    p95Ms: percentile(rest, 0.95),
    p99Ms: percentile(rest, 0.99),
  };
}
