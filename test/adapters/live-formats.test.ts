import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { LIVE_FORMATS, liveFormatOf } from '../../adapters/markets/live-formats.js';
import { together } from '../../adapters/markets/stream.js';
import type { LiveMessage } from '../../adapters/ports.js';
import { validateBars } from '../../domain/bars.js';
import type { Stream } from '../../domain/streams.js';
import { recordedDirectory } from '../recorded.js';
import { LIVE, opened } from './made-markets.js';

const streamOf = (exchange: string, symbol: string): Stream => ({ exchange, symbol, timeframe: '1m' });

describe('the messages of live venues', () => {
  it('are asked for at the address of the venue, for the market that is followed', () => {
    const asked = Object.keys(LIVE_FORMATS).map((exchange) => {
      const format = liveFormatOf(exchange);
      const stream = streamOf(exchange, 'BTC-USDT');
      return [exchange, format.address(stream), JSON.stringify(format.hello(stream))];
    });
    expect(asked).toEqual([
      ['binance', 'wss://stream.binance.com:9443/ws/btcusdt@kline_1m', '[]'],
      ['binanceusdm', 'wss://fstream.binance.com/ws/btcusdt@kline_1m', '[]'],
      [
        'coinbase',
        'wss://advanced-trade-ws.coinbase.com',
        '[{"type":"subscribe","product_ids":["BTC-USDT"],"channel":"market_trades"},{"type":"subscribe","product_ids":["BTC-USDT"],"channel":"heartbeats"}]',
      ],
      [
        'coinbaseexchange',
        'wss://ws-feed.exchange.coinbase.com',
        '[{"type":"subscribe","product_ids":["BTC-USDT"],"channels":["matches","heartbeat"]}]',
      ],
      [
        'kraken',
        'wss://ws.kraken.com/v2',
        '[{"method":"subscribe","params":{"channel":"trade","symbol":["BTC/USDT"],"snapshot":false}}]',
      ],
    ]);
  });

  it.each([
    ['binance', { error: { code: 2, msg: 'Invalid request' } }],
    ['coinbaseexchange', { type: 'error', message: 'Failed to subscribe' }],
    ['kraken', { method: 'subscribe', success: false, error: 'Currency pair not supported' }],
  ])('of %s that refuse are final errors', (exchange, message) => {
    const stream = streamOf(exchange, 'NO-SUCH');
    expect(() => liveFormatOf(exchange).read(message, stream)).toThrow(/refuses to be followed for NO-SUCH/);
  });

  it.each([
    null,
    7,
    'text',
    [],
    {},
    { e: 'kline' },
    { type: 'match' },
    { channel: 'trade', data: [{}] },
    [1, [[]], 'trade', 'XBT/USD'],
  ])('that make no sense (%j) say nothing', (message) => {
    for (const exchange of Object.keys(LIVE_FORMATS))
      expect(liveFormatOf(exchange).read(message, streamOf(exchange, 'BTC-USD'))).toEqual([]);
  });

  it('are not to be had from other venues and sources, and it is said so', () => {
    expect(() => liveFormatOf('bitfinex')).toThrow(/bitfinex cannot be followed live; known: binance,/);
    const simulated = opened({ kind: 'simulated', detail: '1' });
    expect(() => simulated.watch(streamOf('binance', 'BTC-USDT'))).toThrow(
      /a simulated source has nothing to come/,
    );
    expect(() => opened(LIVE)).not.toThrow();
  });
});

const shared = recordedDirectory();
describe.skipIf(!shared)('recorded traffic (skipped where the recording is missing)', () => {
  /** Every message that came from the venue. */
  const messages = (file: string): unknown[] =>
    gunzipSync(readFileSync(join(shared ?? '', 'exchange_raw/cryptofeed_captures', file)))
      .toString()
      .split('\n')
      .flatMap((line) => {
        const match = /^\d+\.\d+: (.*)$/.exec(line);
        return match ? [JSON.parse(match[1] ?? '') as unknown] : [];
      });
  const read = (file: string, stream: Stream): LiveMessage[] =>
    messages(file).flatMap((message) => liveFormatOf(stream.exchange).read(message, stream));

  it('of Binance has closed bars of the market that is followed, and only those', () => {
    const bars = (symbol: string) =>
      read('BINANCE_FUTURES.ws.1.0.gz', streamOf('binanceusdm', symbol)).flatMap((each) =>
        each.kind === 'bars' ? each.bars : [],
      );
    expect(bars('SUSHI-USDT')).toEqual([
      {
        time: 1626992700000,
        open: 7.608,
        high: 7.618,
        low: 7.607,
        close: 7.617,
        volume: 3005,
        knownAt: 1626992760000,
      },
    ]);
    for (const symbol of ['AKRO-USDT', 'KEEP-USDT', 'CTK-USDT']) {
      expect(bars(symbol)).toHaveLength(1);
      expect(validateBars(bars(symbol), { timeframe: '1m', from: 0, to: Infinity }).bad).toEqual([]);
    }
    expect(bars('BTC-USDT')).toEqual([]);
    expect(read('BINANCE.ws.1.0.gz', streamOf('binance', 'NKN-USDT'))).toEqual([]);
  });

  it("of Coinbase has each market's trades, one id after the other", () => {
    const all = messages('COINBASE.ws.28.0.gz') as { type?: string; product_id?: string }[];
    const products = new Set(all.filter(({ type }) => type === 'match').map((each) => each.product_id ?? ''));
    expect(products.size).toBeGreaterThan(3);
    for (const product of products) {
      const trades = read('COINBASE.ws.28.0.gz', streamOf('coinbaseexchange', product)).flatMap((each) =>
        each.kind === 'trade' ? [each.trade] : [],
      );
      expect(trades).toHaveLength(
        all.filter((each) => each.type === 'match' && each.product_id === product).length,
      );
      const ids = trades.map((trade) => Number(trade.id));
      expect(ids).toEqual(ids.map((_, i) => (ids[0] ?? 0) + i));
    }
  });

  it('of Kraken has trades of several at a time', () => {
    const trades = read('KRAKEN.ws.48.0.gz', streamOf('kraken', 'XMR-USD'));
    expect(trades[0]).toEqual({
      kind: 'trade',
      trade: { id: null, time: 1618678142557, price: 354.11, amount: '0.89594024' },
    });
    const rows = (messages('KRAKEN.ws.48.0.gz') as unknown[][]).filter((each) => each[3] === 'XMR/USD');
    expect(trades).toHaveLength(rows.reduce((sum, each) => sum + (each[1] as unknown[]).length, 0));
  });
});

it('bars that came while nobody was reading are handed on together, in their order among the trades', () => {
  const bar = (time: number) => ({ time, open: 1, high: 1, low: 1, close: 1, volume: 1, knownAt: time + 1 });
  const trade = { kind: 'trade', trade: { id: null, time: 3, price: 1, amount: '1' } } as const;
  const told: LiveMessage[] = [1, 2].map((time) => ({ kind: 'bars', bars: [bar(time)] }));
  expect(together([...told, trade, { kind: 'bars', bars: [bar(4)] }])).toEqual([
    { kind: 'bars', bars: [bar(1), bar(2)] },
    trade,
    { kind: 'bars', bars: [bar(4)] },
  ]);
  expect(told).toEqual([1, 2].map((time) => ({ kind: 'bars', bars: [bar(time)] })));
});
