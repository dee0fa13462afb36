import { InvalidInputError } from './errors.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** Bar lengths in ms. Calendar months vary in length and are refused. */
export const TIMEFRAMES = {
  '1m': MINUTE,
  '3m': 3 * MINUTE,
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '30m': 30 * MINUTE,
  '1h': HOUR,
  '2h': 2 * HOUR,
  '4h': 4 * HOUR,
  '6h': 6 * HOUR,
  '8h': 8 * HOUR,
  '12h': 12 * HOUR,
  '1d': DAY,
  '1w': WEEK,
} as const;

export type Timeframe = keyof typeof TIMEFRAMES;

/** One series of bars: ccxt exchange id, `BASE-QUOTE`, timeframe. */
export interface Stream {
  exchange: string;
  symbol: string;
  timeframe: Timeframe;
}

/** A stream as people write it, `Binance/btc-usdt/1h`, as its id. @throws InvalidInputError */
export const canonicalStream = (text: string): string => streamId(parseStream(text));

/** `binance/BTC-USDT/1h` (spot), `binanceusdm/BTC-USDT/1h` (USD-M perpetual). */
export const streamId = (stream: Stream): string => `${stream.exchange}/${stream.symbol}/${stream.timeframe}`;

/** Reads an id in any case. @throws InvalidInputError when it is not `<exchange>/<BASE-QUOTE>/<timeframe>`. */
export function parseStream(id: string): Stream {
  const parts = id.split('/');
  const [name = '', symbol = '', timeframe = ''] = parts;
  const exchange = name.toLowerCase();
  if (parts.length !== 3 || !/^[a-z0-9]+$/.test(exchange))
    throw new InvalidInputError(
      `Unknown stream "${id}"; a stream is <exchange>/<BASE-QUOTE>/<timeframe>, such as binance/BTC-USDT/1h`,
    );
  return { exchange, symbol: parseSymbol(symbol), timeframe: parseTimeframe(timeframe) };
}

/** Reads `BTC/USDT` or `BTC-USDT` (any case) as `BTC-USDT`. @throws InvalidInputError */
export function parseSymbol(text: string): string {
  const match = /^([A-Z0-9]{1,20})[/-]([A-Z0-9]{1,10})$/.exec(text.trim().toUpperCase());
  if (!match)
    throw new InvalidInputError(`Unknown symbol "${text}"; a symbol is BASE/QUOTE, such as BTC/USDT`);
  return `${match[1]}-${match[2]}`;
}

/** @throws InvalidInputError naming the known timeframes. */
export function parseTimeframe(text: string): Timeframe {
  if (Object.hasOwn(TIMEFRAMES, text)) return text as Timeframe;
  throw new InvalidInputError(`Unknown timeframe "${text}"; known: ${Object.keys(TIMEFRAMES).join(', ')}`);
}

/** `BTC` of `BTC-USDT`. */
export const baseOf = (symbol: string): string => symbol.split('-')[0] ?? symbol;

export const timeframeMs = (timeframe: Timeframe): number => TIMEFRAMES[timeframe];

/** Weeks open on Monday, as exchanges have them; epoch day 0 was a Thursday. */
const phase = (timeframe: Timeframe): number => (timeframe === '1w' ? 4 * DAY : 0);

/** Open time (epoch ms UTC) of the bar that holds `time`. */
export function floorToBar(time: number, timeframe: Timeframe): number {
  const step = TIMEFRAMES[timeframe];
  const shift = phase(timeframe);
  return Math.floor((time - shift) / step) * step + shift;
}

/** When the bar that opens at `time` is final, epoch ms. */
export const closesAt = (time: number, timeframe: Timeframe): number => time + TIMEFRAMES[timeframe];

/** First bar open at or after `time`. */
export function ceilToBar(time: number, timeframe: Timeframe): number {
  const floor = floorToBar(time, timeframe);
  return floor === time ? time : floor + TIMEFRAMES[timeframe];
}

/** Bars of a year: crypto trades round the clock. */
export const barsPerYear = (timeframe: Timeframe): number => (365 * DAY) / TIMEFRAMES[timeframe];
