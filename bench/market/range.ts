import { join } from 'node:path';
import { environment, readConfig } from '../../adapters/config.js';
import { parquetSeries } from '../../adapters/series/parquet.js';
import { startPlatform } from '../../cli/up.js';
import { seededRandom } from '../../domain/random.js';
import { timeframeMs, type Stream } from '../../domain/streams.js';
import type { MarketPart } from '../market.js';
import { madeBars, madeSymbols } from './made.js';
import { percentile } from './times.js';

const SYMBOLS = 200;
/** 5.7 years of hours. */
const BARS = 50_000;
const QUERIES = 300;
const WINDOW = 720;
const START = Date.UTC(2018, 0, 1);
const SOURCE = { kind: 'live', detail: '' } as const;
const HOUR = timeframeMs('1h');

/** 30 days (720 bars) of any symbol at any time, from ten million stored bars: in process and over HTTP. */
export const benchRange: MarketPart = async ({ directory }) => {
  const config = readConfig({ ...environment(), FINSIGHT_DATA_DIR: directory, FINSIGHT_ML: 'off' });
  const series = parquetSeries(join(directory, 'bars'));
  const symbols = madeSymbols(SYMBOLS);
  const streamOf = (symbol = ''): Stream => ({ exchange: 'binance', symbol, timeframe: '1h' });
  for (const symbol of symbols) {
    const columns = madeBars({ seed: symbol, timeframe: '1h', from: START, count: BARS });
    await series.writeColumns?.({ stream: streamOf(symbol), columns, source: SOURCE });
  }
  const next = seededRandom('range');
  const asked = Array.from({ length: QUERIES }, () => {
    const from = START + Math.floor(next() * (BARS - WINDOW)) * HOUR;
    return { symbol: symbols[Math.floor(next() * SYMBOLS)] ?? '', range: { from, to: from + WINDOW * HOUR } };
  });
  const inProcess = await timesOf(asked, async ({ symbol, range }) => {
    const bars = await series.read({ stream: streamOf(symbol), source: SOURCE, range, asOf: Infinity });
    return bars.length;
  });
  await series.close();
  const platform = await startPlatform(config, { port: 0 });
  try {
    const overHttp = await timesOf(asked, async ({ symbol, range }) => {
      const query = `from=${range.from}&to=${range.to}&limit=1000&order=oldest`;
      const response = await fetch(`${platform.apiUrl}/api/v1/bars/binance/${symbol}/1h?${query}`);
      return ((await response.json()) as { bars: unknown[] }).bars.length;
    });
    return {
      storedBars: SYMBOLS * BARS,
      barsPerQuery: WINDOW,
      inProcess,
      overHttp,
      limits: { inProcessP95Ms: 20, overHttpP95Ms: 50 },
    };
  } finally {
    await platform.stop();
  }
};

/** The first is not counted: it loads what is loaded once. */
async function timesOf<T>(asked: T[], ask: (each: T) => Promise<number>): Promise<Record<string, number>> {
  const times: number[] = [];
  for (const each of asked) {
    const start = performance.now();
    const bars = await ask(each);
    times.push(performance.now() - start);
    if (bars !== WINDOW) throw new Error(`A query gave ${bars} of ${WINDOW} bars`);
  }
  const [first = NaN, ...rest] = times;
  return {
    firstMs: Number(first.toFixed(1)),
    p50Ms: percentile(rest, 0.5),
    p95Ms: percentile(rest, 0.95),
    p99Ms: percentile(rest, 0.99),
  };
}
