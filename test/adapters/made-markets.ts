import { join } from 'node:path';
import { afterAll } from 'vitest';
import { sqliteCache } from '../../adapters/cache/sqlite.js';
import { openMarkets } from '../../adapters/markets/index.js';
import type { BarPage, MarketsPort } from '../../adapters/ports.js';
import { startReplay, type Fault, type ReplayRequest } from '../../adapters/replay/exchange.js';
import { recordedProvider } from '../../adapters/replay/recorded.js';
import type { Source } from '../../domain/sources.js';
import type { Stream } from '../../domain/streams.js';
import { temporaryDirectory } from './directories.js';
import { csvOf, hourlyLines, HOUR, madeRecording, START } from './made-recordings.js';

export const LIVE: Source = { kind: 'live', detail: '' };
const open: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const each of open.reverse()) await each.close();
});
export const kept = <T extends { close(): Promise<void> }>(each: T): T => {
  open.push(each);
  return each;
};

export const opened = (source: Source, exchangeHosts: Record<string, string> = {}): MarketsPort => {
  const cache = kept(sqliteCache(join(temporaryDirectory(), 'cache.db')));
  return kept(openMarkets(source, { config: { exchangeHosts }, cache }));
};
export const recorded = (files: Record<string, string>): MarketsPort =>
  opened({ kind: 'recorded', detail: madeRecording(files) });

/** A live venue that is the replay with faults. */
export async function faulty(
  faults: (request: ReplayRequest) => Fault | null,
  bars = 2500,
): Promise<MarketsPort> {
  const provider = recordedProvider(
    madeRecording({ 'ohlcv/binance_spot_1h/BTCUSDT_1h.csv': csvOf(hourlyLines(bars)) }),
  );
  const { url } = kept(await startReplay({ provider, faults }));
  return opened(LIVE, { binance: url });
}

export const BTC: Stream = { exchange: 'binance', symbol: 'BTC-USDT', timeframe: '1h' };
export const range = (from: number, to: number) => ({ from: START + from * HOUR, to: START + to * HOUR });
export const onKlines = (fault: Fault) => (request: ReplayRequest) =>
  request.path.endsWith('klines') ? fault : null;

export async function collect(markets: MarketsPort, stream: Stream, window: { from: number; to: number }) {
  const pages: BarPage[] = [];
  for (let from: number | null = window.from; from !== null && pages.length < 1000;) {
    const page = await markets.fetchBars({ stream, range: { from, to: window.to } });
    pages.push(page);
    from = page.next;
  }
  return {
    bars: pages.flatMap((page) => page.bars),
    rejected: pages.flatMap((page) => page.rejected),
    pages,
  };
}
