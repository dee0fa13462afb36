import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { MarketsPort } from '../../adapters/ports.js';
import { startReplay, type Fault, type ReplayRequest } from '../../adapters/replay/exchange.js';
import type { Bar } from '../../domain/bars.js';
import { sumDecimals } from '../../domain/decimals.js';
import { timeframeMs, type Stream } from '../../domain/streams.js';
import { recordedDirectory } from '../recorded.js';
import { kept, LIVE, opened } from './made-markets.js';

const shared = recordedDirectory();
const text = (path: string): string => {
  const bytes = readFileSync(join(shared ?? '', 'exchange_raw', path));
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
};
const body = (value: unknown): Fault => ({ body: typeof value === 'string' ? value : JSON.stringify(value) });

/** A venue that answers with recorded bodies where there is one, and as the replay does elsewhere. */
async function venueOf(
  name: string,
  options: { symbol: string; now: number; bodies: (request: ReplayRequest) => Fault | null },
): Promise<MarketsPort> {
  const { symbol, now, bodies } = options;
  const provider = {
    anySymbol: false,
    markets: async () => [{ exchange: name, symbol, timeframe: '1h' as const }],
    bars: async () => null,
    now: () => now,
  };
  const { url } = kept(await startReplay({ provider, faults: bodies }));
  return opened(LIVE, { [name]: url });
}

/** What the rows say: [time in ms, open, high, low, close, volume] by their places. */
const barsOf = (rows: unknown[][], places: number[], stream: Stream, unit = 1): Bar[] =>
  rows
    .map((row) => {
      const [time = NaN, open = NaN, high = NaN, low = NaN, close = NaN, volume = NaN] = places.map((place) =>
        Number(row[place]),
      );
      const knownAt = time * unit + timeframeMs(stream.timeframe);
      return { time: time * unit, open, high, low, close, volume, knownAt };
    })
    .sort((a, b) => a.time - b.time);

async function read(markets: MarketsPort, stream: Stream, expected: Bar[]) {
  const range = {
    from: expected[0]?.time ?? 0,
    to: (expected.at(-1)?.time ?? 0) + timeframeMs(stream.timeframe),
  };
  const page = await markets.fetchBars({ stream, range });
  expect(page.rejected).toEqual([]);
  return page.bars;
}

describe.skipIf(!shared)(
  'recorded answers, read by the real clients (skipped where the recording is missing)',
  () => {
    const routes = (): Record<string, Record<string, { data: unknown; queryString: string }[]>> =>
      (JSON.parse(text('gct_http_mock/binance_http.json.gz')) as { routes: never }).routes;

    it.each([
      ['binance', '/api/v3', 'BTC-USDT'],
      ['binanceusdm', '/fapi/v1', ''],
    ] as const)(
      '%s: every recorded answer of klines, and its list of markets',
      async (name, prefix, only) => {
        const all = routes();
        let compared = 0;
        for (const { data, queryString } of all[`${prefix}/klines`]?.['GET'] ?? []) {
          const query = new URLSearchParams(queryString);
          const rows = data as unknown[][];
          const pair = query.get('symbol') ?? '';
          const symbol = only || pair.replace(/USDT$/, '-USDT');
          const timeframe = query.get('interval') as Stream['timeframe'];
          // An answer without rows, or with calendar months, has no bars of ours.
          if (!Array.isArray(rows) || rows.length === 0 || query.get('interval') === '1M') continue;
          const stream: Stream = { exchange: name, symbol, timeframe };
          const expected = barsOf(rows, [0, 1, 2, 3, 4, 5], stream);
          const markets = await venueOf(name, {
            symbol,
            now: Date.UTC(2024, 11, 31),
            bodies: ({ path }) =>
              path.endsWith('klines')
                ? body(rows)
                : path.endsWith('exchangeInfo')
                  ? body(all[`${prefix}/exchangeInfo`]?.['GET']?.[0]?.data)
                  : null,
          });
          expect(await read(markets, stream, expected), queryString).toEqual(expected);
          compared += expected.length;
        }
        expect(compared).toBeGreaterThan(name === 'binance' ? 2000 : 500);
      },
    );

    it('binanceusdm: funding rates', async () => {
      const answers = routes()['/fapi/v1/fundingRate']?.['GET'] ?? [];
      const rows = answers.map(
        ({ data }) => data as { fundingTime: number; fundingRate: string; symbol: string }[],
      );
      const longest = rows.filter(Array.isArray).sort((a, b) => b.length - a.length)[0] ?? [];
      const symbol = longest[0]?.symbol.replace(/USDT$/, '-USDT') ?? '';
      const markets = await venueOf('binanceusdm', {
        symbol,
        now: Date.UTC(2024, 11, 31),
        bodies: ({ path }) => (path.endsWith('fundingRate') ? body(longest) : null),
      });
      const times = longest.map((row) => row.fundingTime);
      const range = { from: Math.min(...times), to: Math.max(...times) + 1 };
      const page = await markets.fetchFunding({ exchange: 'binanceusdm', symbol, range });
      expect(page.rates).toEqual(
        longest
          .map((row) => ({ time: row.fundingTime, rate: Number(row.fundingRate) }))
          .sort((a, b) => a.time - b.time),
      );
      expect(page).toMatchObject({ next: null, rejected: [] });
    });

    it('kraken: rows, and bars made from trades', async () => {
      const stream: Stream = { exchange: 'kraken', symbol: 'BTC-USD', timeframe: '1m' };
      const ohlc = text('xchange_json/kraken/example-ohlc-data.json');
      const rows = (JSON.parse(ohlc) as { result: { XXBTZUSD: unknown[][] } }).result.XXBTZUSD;
      const expected = barsOf(rows, [0, 1, 2, 3, 4, 6], stream, 1000).slice(3);
      const now = (expected.at(-1)?.knownAt ?? 0) + 1000;
      const bodies = ({ path }: ReplayRequest) => (path.endsWith('OHLC') ? body(ohlc) : null);
      const live = await venueOf('kraken', { symbol: 'BTC-USD', now, bodies });
      expect(await live.lastClosed(stream)).toBe(expected.at(-1)?.time);
      expect(await read(live, stream, expected)).toEqual(expected);

      const recorded = text('xchange_json/kraken/example-trades-data.json');
      const trades = (JSON.parse(recorded) as { result: { XXBTZUSD: unknown[][] } }).result.XXBTZUSD;
      let asked = 0;
      const older = await venueOf('kraken', {
        symbol: 'BTC-USD',
        now: Date.UTC(2020, 0, 1),
        bodies: ({ path }) =>
          path.endsWith('Trades')
            ? asked++ === 0
              ? body(recorded)
              : body({ error: [], result: { XXBTZUSD: [], last: '1' } })
            : null,
      });
      const first = Math.floor(Number(trades[0]?.[2]) / 60) * 60_000;
      const to = Math.floor(Number(trades.at(-1)?.[2]) / 60) * 60_000 + 60_000;
      const page = await older.fetchBars({ stream, range: { from: first, to } });
      expect(page.bars[0]).toMatchObject({ time: first, open: Number(trades[0]?.[0]) });
      expect(page.bars.at(-1)?.close).toBe(Number(trades.at(-1)?.[0]));
      expect(sumDecimals(page.bars.map((bar) => bar.volume))).toBe(
        sumDecimals(trades.map((trade) => String(trade[1]))),
      );
    });

    it('coinbase: candles of the present interface, in pages of 300', async () => {
      const stream: Stream = { exchange: 'coinbase', symbol: 'BTC-USD', timeframe: '2h' };
      const { candles } = JSON.parse(text('coinbase_rest_4h/BTC-USD_PT4H_to_2023-06.json.gz')) as {
        candles: Record<string, string>[];
      };
      for (const begin of [0, 7000, candles.length - 150]) {
        const some = candles.slice(begin, begin + 150);
        const names = ['start', 'open', 'high', 'low', 'close', 'volume'];
        const rows = some.map((candle) => names.map((name) => candle[name]));
        const expected = barsOf(rows, [0, 1, 2, 3, 4, 5], stream, 1000);
        const markets = await venueOf('coinbase', {
          symbol: 'BTC-USD',
          now: Date.UTC(2024, 11, 31),
          bodies: ({ path }) => (path.endsWith('candles') ? body({ candles: some.toReversed() }) : null),
        });
        expect(await read(markets, stream, expected)).toEqual(expected);
      }
    });

    it('coinbaseexchange: candles of the older interface, newest first, low before high', async () => {
      const stream: Stream = { exchange: 'coinbaseexchange', symbol: 'BTC-USD', timeframe: '1m' };
      const recorded = text('xchange_json/coinbasepro/example-historical-candles.json');
      const expected = barsOf(JSON.parse(recorded) as unknown[][], [0, 3, 2, 1, 4, 5], stream, 1000);
      const markets = await venueOf('coinbaseexchange', {
        symbol: 'BTC-USD',
        now: Date.UTC(2024, 11, 31),
        bodies: ({ path }) => (path.endsWith('candles') ? body(recorded) : null),
      });
      expect(await read(markets, stream, expected)).toEqual(expected);
    });

    it('bitfinex: any venue that ccxt has, by its name alone; close before high', async () => {
      const stream: Stream = { exchange: 'bitfinex', symbol: 'BTC-USD', timeframe: '1m' };
      const pair = ['BTCUSD', [null, null, null, '0.0001', '2000.0', null, null, null, null, null]];
      for (const line of text('bitfinex_rest_1m/BTCUSD_2019-01.ndjson.gz').split('\n').slice(0, 40)) {
        const recorded = (JSON.parse(line) as { body: string }).body;
        const expected = barsOf(JSON.parse(recorded) as unknown[][], [0, 1, 3, 4, 2, 5], stream);
        if (expected.length === 0) continue;
        const markets = await venueOf('bitfinex', {
          symbol: 'BTC-USD',
          now: Date.UTC(2024, 11, 31),
          bodies: ({ path }) =>
            path.includes('candles')
              ? body(recorded)
              : path.includes('conf')
                ? body([[pair], [], [], []])
                : null,
        });
        expect(await read(markets, stream, expected)).toEqual(expected);
      }
    });
  },
);
