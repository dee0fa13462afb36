import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment, readConfig } from '../adapters/config.js';
import { openPorts } from '../adapters/open.js';
import type { SeriesPort } from '../adapters/ports.js';
import { startPlatform } from '../cli/up.js';
import { seededRandom } from '../domain/random.js';
import { timeframeMs, type Stream, type Timeframe } from '../domain/streams.js';
import { shares } from './shares.js';

const DAY = 86_400_000;
const FROM = Date.UTC(2015, 0, 1);
const SOURCE = { kind: 'simulated', detail: 'bench' } as const;
const QUERIES = 200;

/** 30 days out of ten million stored bars of each length: in process, and over HTTP in pages of 1000. */
export async function benchRange(): Promise<Record<string, unknown>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'finsight-bench-'));
  const config = readConfig({ ...environment(), FINSIGHT_DATA_DIR: dataDir, FINSIGHT_ML: 'off' });
  const ports = openPorts(config);
  try {
    const hourly = await fill(ports.series, { timeframe: '1h', symbols: 100, bars: 100_000 });
    const minutes = await fill(ports.series, { timeframe: '1m', symbols: 20, bars: 500_000 });
    const result: Record<string, unknown> = {
      bars: { '1h': 10_000_000, '1m': 10_000_000 },
      queries: QUERIES,
    };
    result['inProcess'] = {
      '1h': await ask(hourly, (query) => ports.series.readColumns(query)),
      '1m': await ask(minutes, (query) => ports.series.readColumns(query)),
    };
    const platform = await startPlatform(config, { port: 0 });
    try {
      result['http'] = {
        '1h': await ask(hourly, async ({ stream, range }) => {
          const { exchange, symbol, timeframe } = stream;
          const query = `from=${range.from}&to=${range.to}&limit=1000&order=oldest`;
          const url = `${platform.apiUrl}/api/v1/bars/${exchange}/${symbol}/${timeframe}?${query}`;
          const answer = await fetch(url);
          if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
          await answer.arrayBuffer();
        }),
      };
    } finally {
      await platform.stop();
    }
    return { ...result, limits: { inProcessP95Ms: 20, httpP95Ms: 50 } };
  } finally {
    await ports.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

interface Filled {
  streams: Stream[];
  from: number;
  to: number;
}

async function fill(
  series: SeriesPort,
  args: { timeframe: Timeframe; symbols: number; bars: number },
): Promise<Filled> {
  const { timeframe, symbols, bars } = args;
  const step = timeframeMs(timeframe);
  const time = Float64Array.from({ length: bars }, (_, i) => FROM + i * step);
  const streams: Stream[] = [];
  for (let i = 0; i < symbols; i++) {
    const stream: Stream = { exchange: 'binance', symbol: `S${i}-USDT`, timeframe };
    const random = seededRandom(`range ${timeframe} ${i}`);
    let price = 10_000;
    const close = time.map(() => (price = Math.max(100, price + Math.round((random() - 0.5) * 40))) / 100);
    const columns = {
      time,
      open: close,
      high: close.map((value) => value + 0.05),
      low: close.map((value) => value - 0.05),
      close,
      volume: time.map(() => Math.round(random() * 1e6) / 1000),
      knownAt: time.map((open) => open + step),
    };
    if (!series.writeColumns) throw new Error('The store of this benchmark takes columns');
    await series.writeColumns({ stream, source: SOURCE, columns });
    streams.push(stream);
  }
  return { streams, from: FROM, to: FROM + bars * step };
}

type Query = Parameters<SeriesPort['readColumns']>[0];

async function ask(
  filled: Filled,
  work: (query: Query) => Promise<unknown>,
): Promise<Record<string, number>> {
  const random = seededRandom('queries');
  const times: number[] = [];
  for (let i = 0; i < QUERIES; i++) {
    const stream = filled.streams[Math.floor(random() * filled.streams.length)] as Stream;
    const step = timeframeMs(stream.timeframe);
    const spare = filled.to - filled.from - 30 * DAY;
    const from = filled.from + Math.floor((random() * spare) / step) * step;
    const query = { stream, source: SOURCE, range: { from, to: from + 30 * DAY }, asOf: Infinity };
    const begun = performance.now();
    await work(query);
    times.push(performance.now() - begun);
  }
  return shares(times);
}
