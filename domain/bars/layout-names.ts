import { InvalidInputError } from '../errors.js';
import type { Places } from './layout-orders.js';

const NAMES: Record<'open' | 'high' | 'low' | 'close', string[]> = {
  open: ['open', 'o', 'open_price', 'price_open', 'opening_price', 'opn'],
  high: ['high', 'h', 'high_price', 'price_high', 'max', 'max_price'],
  low: ['low', 'l', 'low_price', 'price_low', 'min', 'min_price'],
  close: ['close', 'c', 'close_price', 'price_close', 'closing_price', 'cls', 'last', 'close_last', 'price'],
};
/** The first of these that is there and holds times is the time: opens before stamps, numbers before texts. */
export const TIME_NAMES = [
  'open_time',
  'opentime',
  'time_open',
  'timeopen',
  'start',
  'start_time',
  'start_at',
  'window_start',
  'period_start',
  'starttime',
  'time_period_start',
  'bucket',
  'mts',
  'unix',
  'unix_timestamp',
  'unixtimestamp',
  'timestamp',
  'ts',
  't',
  'datetime',
  'date_time',
  'gmt_time',
  'date',
  'day',
  'time',
  'index',
  'index_level_0',
  '',
];
const CLOSING = ['close_time', 'closetime', 'time_close', 'timeclose', 'end', 'end_time', 'time_period_end'];
/** MetaTrader counts price changes where a market tells no volume; its column of volumes is 0 then. */
export const TICK_VOLUMES = ['tickvol', 'tick_volume', 'tick_vol'];
const VOLUMES = [
  'volume',
  'v',
  'base_volume',
  'basevolume',
  'volume_base',
  'volume_traded',
  'vol',
  'volumefrom',
  'volume_from',
  'qty',
  ...TICK_VOLUMES,
];
const ADJUSTED = ['adj_close', 'adjclose', 'adjusted_close', 'adj_close_price'];
const SYMBOLS = ['symbol', 'ticker', 'tic', 'pair', 'product_id', 'instrument'];

/** `Adj Close`, `adjClose` and `<ADJ_CLOSE>` as `adj_close`, `4. close` as `close`. */
export const plainName = (name: string): string =>
  name
    .replace(/^\uFEFF/, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    // Alpha Vantage numbers its members: `1. open`.
    .replace(/^\d_/, '');

export const isTimeName = (name: string): boolean => name !== '' && TIME_NAMES.includes(plainName(name));

export interface NamedLayout {
  vendor: string;
  /** Without the time: several columns may be it, the sample decides. */
  places: Omit<Places, 'time'>;
  times: number[];
  /** Where the symbol stands, if the rows name it. */
  symbol: number | null;
}

interface NamesOptions {
  /** Such as BTC: tells apart volumes named by their asset. */
  base?: string;
  /** What the first row calls its market, such as BTCUSDT; begins with the base asset. */
  symbol?: string;
  /** The file has none. */
  noVolume?: boolean;
}

/** Where the symbol of each row stands, if the header names it; else -1. */
export const symbolPlace = (header: string[]): number =>
  header.findIndex((name) => SYMBOLS.includes(plainName(name)));

/**
 * The columns of a header.
 * @throws InvalidInputError naming what is missing or stands there twice.
 */
export function placesByName(header: string[], options: NamesOptions = {}): NamedLayout {
  const names = header.map(plainName);
  const found = (known: string[]): number => {
    const name = known.find((each) => names.includes(each));
    const place = name === undefined ? -1 : names.indexOf(name);
    if (name !== undefined && names.includes(name, place + 1))
      throw new InvalidInputError(
        `The column ${header[place]} stands twice in "${header.join(',')}"; a file holds the bars of one stream`,
      );
    return place;
  };
  const prices = {
    open: found(NAMES.open),
    high: found(NAMES.high),
    low: found(NAMES.low),
    close: found(NAMES.close),
  };
  const volume = options.noVolume ? -1 : volumeOf(names, header, options);
  const missing = Object.entries({ ...prices, ...(!options.noVolume && { volume }) }).filter(
    ([, place]) => place < 0,
  );
  const shown = header.join(',');
  if (missing.length > 0)
    throw new InvalidInputError(
      `No column ${missing.map(([name]) => name).join(', ')} in "${shown}"; ` +
        (missing.length === 1 && volume < 0
          ? '--columns volume=<name> decides, volume=none stores 0'
          : '--columns time=<name>,open=<name>,high=<name>,low=<name>,close=<name>,volume=<name> decides'),
    );
  const times = TIME_NAMES.map((name) => names.indexOf(name)).filter((place) => place >= 0);
  if (times.length === 0)
    throw new InvalidInputError(
      names.some((name) => CLOSING.includes(name))
        ? `"${shown}" has the closing times of its bars only; bars are stored by the time they open`
        : `No column with a time in "${shown}"; --columns time=<name>,… decides`,
    );
  const adjusted = found(ADJUSTED);
  const symbol = symbolPlace(header);
  return {
    vendor: vendorOf(names),
    places: { ...prices, volume, ...(adjusted >= 0 && { adjusted }) },
    times,
    symbol: symbol < 0 ? null : symbol,
  };
}

const QUOTE = /(currency|quote|usd[tc]?|[bt]usd|fdusd|dai|eur|gbp|jpy|try|krw|brl)$/;

function volumeOf(names: string[], header: string[], { base, symbol = '' }: NamesOptions): number {
  const exact = VOLUMES.find((each) => names.includes(each));
  if (exact !== undefined) return names.indexOf(exact);
  const named = names.filter((name) => /^volume_./.test(name));
  const own = base === undefined ? -1 : names.indexOf(`volume_${base.toLowerCase()}`);
  if (own >= 0 || named.length === 0) return own;
  const ofSymbol = named.filter((name) => symbol.toLowerCase().startsWith(name.slice('volume_'.length)));
  if (base === undefined && ofSymbol.length === 1) return names.indexOf(ofSymbol[0] ?? '');
  if (named.length === 1 || named.some((name) => QUOTE.test(name)))
    return names.indexOf(named.find((name) => !QUOTE.test(name)) ?? named[0] ?? '');
  throw new InvalidInputError(
    `Several volumes in "${header.join(',')}"; --stream <exchange>/<BASE-QUOTE>/<timeframe> or --columns volume=<name> decides`,
  );
}

/** A guess at who wrote it, for people. */
function vendorOf(names: string[]): string {
  const has = (...some: string[]): boolean => some.some((name) => names.includes(name));
  if (has('adj_close')) return 'yahoo';
  if (has('quote_asset_volume', 'quote_volume', 'taker_buy_volume') && has('close_time')) return 'binance';
  if (has('mts')) return 'bitfinex';
  if (has('start') && has('low')) return 'coinbase';
  if (has('vwap') && has('count', 'trades')) return 'kraken';
  if (has('unix') && has('symbol')) return 'cryptodatadownload';
  return 'named columns';
}
