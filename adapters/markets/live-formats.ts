import { InvalidInputError } from '../../domain/errors.js';
import { timeframeMs, type Stream } from '../../domain/streams.js';
import type { LiveMessage } from '../ports.js';

/** How a venue is followed over WebSocket: where, what is sent first, and what its messages say of a stream. */
export interface LiveFormat {
  address(stream: Stream): string;
  hello(stream: Stream): unknown[];
  /** Nothing for what is no closed bar and no trade. @throws InvalidInputError where the venue refuses. */
  read(message: unknown, stream: Stream): LiveMessage[];
}

type Members = Record<string, unknown>;
const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null ? (value as Members) : {};
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const plain = ({ symbol }: Stream): string => symbol.replace('-', '');

const refused = (stream: Stream, text: unknown): InvalidInputError =>
  new InvalidInputError(
    `${stream.exchange} refuses to be followed for ${stream.symbol}: ${JSON.stringify(text)}`,
  );

/** Bars of their own, with a mark when they are closed: `<symbol>@kline_<interval>`. */
const binance = (host: string): LiveFormat => ({
  address: (stream) => `${host}/ws/${plain(stream).toLowerCase()}@kline_${stream.timeframe}`,
  hello: () => [],
  read(message, stream) {
    const outer = membersOf(message);
    // Combined streams wrap the event.
    const event = 'data' in outer ? membersOf(outer['data']) : outer;
    if (event['error'] !== undefined) throw refused(stream, event['error']);
    const bar = membersOf(event['k']);
    const { exchange: _, ...wanted } = { ...stream, symbol: plain(stream) };
    if (event['e'] !== 'kline' || bar['x'] !== true) return [];
    if (bar['s'] !== wanted.symbol || bar['i'] !== wanted.timeframe) return [];
    const time = Number(bar['t']);
    const [open, high, low, close, volume] = ['o', 'h', 'l', 'c', 'v'].map((name) => Number(bar[name]));
    const values = { open, high, low, close, volume } as Record<
      'open' | 'high' | 'low' | 'close' | 'volume',
      number
    >;
    return [{ kind: 'bars', bars: [{ time, ...values, knownAt: time + timeframeMs(stream.timeframe) }] }];
  },
});

const tradeOf = (trade: { id: unknown; time: number; price: unknown; amount: unknown }): LiveMessage[] => {
  const { id, time, price, amount } = trade;
  const sound = Number.isFinite(time) && Number(price) > 0 && Number(amount) >= 0;
  const text = typeof amount === 'number' ? amount : String(amount);
  if (!sound) return [];
  return [
    {
      kind: 'trade',
      trade: { id: id === undefined ? null : String(id), time, price: Number(price), amount: text },
    },
  ];
};

/** No bars: trades by the channel `matches` of the older feed, or `market_trades` of the present one. */
const coinbase = (host: string, channel: 'matches' | 'market_trades'): LiveFormat => ({
  address: () => host,
  hello: ({ symbol }) =>
    channel === 'matches'
      ? [{ type: 'subscribe', product_ids: [symbol], channels: ['matches', 'heartbeat'] }]
      : ['market_trades', 'heartbeats'].map((each) => ({
          type: 'subscribe',
          product_ids: [symbol],
          channel: each,
        })),
  read(message, stream) {
    const event = membersOf(message);
    if (event['type'] === 'error') throw refused(stream, event['message'] ?? event['reason']);
    const own = event['type'] === 'match' ? [event] : tradesIn(event);
    return own
      .filter((trade) => trade['product_id'] === stream.symbol)
      .flatMap((trade) =>
        tradeOf({
          id: trade['trade_id'],
          time: Date.parse(String(trade['time'])),
          price: trade['price'],
          amount: trade['size'],
        }),
      );
  },
});

/** A first message holds trades from before: they are older than what is followed, and harmless. */
const tradesIn = (event: Members): Members[] =>
  event['channel'] === 'market_trades'
    ? listOf(event['events'])
        .flatMap((each) => listOf(membersOf(each)['trades']).map(membersOf))
        .reverse()
    : [];

/** Trades of version 2, which have ids, and of version 1, which have none. */
const kraken = (host: string): LiveFormat => ({
  address: () => `${host}/v2`,
  hello: ({ symbol }) => [
    {
      method: 'subscribe',
      params: { channel: 'trade', symbol: [symbol.replace('-', '/')], snapshot: false },
    },
  ],
  read(message, stream) {
    const [base, quote] = stream.symbol.split('-');
    if (Array.isArray(message)) {
      const old = `${base === 'BTC' ? 'XBT' : base}/${quote}`;
      const [, rows, channel, pair] = message as unknown[];
      if (channel !== 'trade' || pair !== old) return [];
      return listOf(rows).flatMap((row) => {
        const [price, amount, seconds] = listOf(row);
        return tradeOf({ id: undefined, time: Math.floor(Number(seconds) * 1000), price, amount });
      });
    }
    const event = membersOf(message);
    if (event['success'] === false) throw refused(stream, event['error']);
    if (event['channel'] !== 'trade') return [];
    return listOf(event['data'])
      .map(membersOf)
      .filter((trade) => trade['symbol'] === `${base}/${quote}`)
      .flatMap((trade) =>
        tradeOf({
          id: trade['trade_id'],
          time: Date.parse(String(trade['timestamp'])),
          price: trade['price'],
          amount: trade['qty'],
        }),
      );
  },
});

export const LIVE_FORMATS: Record<string, LiveFormat> = {
  binance: binance('wss://stream.binance.com:9443'),
  binanceusdm: binance('wss://fstream.binance.com'),
  coinbase: coinbase('wss://advanced-trade-ws.coinbase.com', 'market_trades'),
  coinbaseexchange: coinbase('wss://ws-feed.exchange.coinbase.com', 'matches'),
  kraken: kraken('wss://ws.kraken.com'),
};

/** @throws InvalidInputError naming the venues that can be followed. */
export function liveFormatOf(exchange: string): LiveFormat {
  const format = Object.hasOwn(LIVE_FORMATS, exchange) ? LIVE_FORMATS[exchange] : undefined;
  if (format) return format;
  throw new InvalidInputError(
    `${exchange} cannot be followed live; known: ${Object.keys(LIVE_FORMATS).join(', ')}. Collect it on a schedule`,
  );
}
