import { TIMEFRAMES, timeframeMs, type Timeframe } from '../../domain/streams.js';
import { placeOf } from './bars-as-trades.js';
import type { BarProvider, ReplayBars, ReplayMarket } from './provider.js';

/** Binance's spot and USD-M markets differ in the path, the rows of one answer and the decimals of a price. */
export const KINDS = {
  '/api/v3': { exchange: 'binance', limit: 1000, decimals: 8 },
  '/fapi/v1': { exchange: 'binanceusdm', limit: 1500, decimals: 0 },
} as const;
export type Prefix = keyof typeof KINDS;

export interface Answer {
  status: number;
  body: unknown;
}

const refused = (code: number, msg: string): Answer => ({ status: 400, body: { code, msg } });

/** `GET …/klines`: bars from `startTime` on, or the latest ones up to `endTime`, as Binance renders them. */
export async function klines(
  provider: BarProvider,
  request: { exchange: string; prefix: Prefix; query: URLSearchParams },
): Promise<Answer> {
  const { exchange, prefix, query } = request;
  for (const name of ['symbol', 'interval'])
    if (!query.get(name))
      return refused(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
  const interval = query.get('interval') ?? '';
  if (!Object.hasOwn(TIMEFRAMES, interval)) return refused(-1120, 'Invalid interval.');
  const numbers = ['limit', 'startTime', 'endTime'].map((name) => numberOf(query.get(name)));
  if (numbers.some(Number.isNaN) || numbers[0] === 0)
    return refused(-1100, 'Illegal characters found in a parameter.');
  const [limit = 500, start, end = Infinity] = numbers;
  const market = await marketOf(provider, {
    exchange,
    pair: query.get('symbol') ?? '',
    timeframe: interval as Timeframe,
  });
  const bars = market && (await provider.bars(market));
  if (!bars) return refused(-1121, 'Invalid symbol.');
  const most = Math.min(limit, KINDS[prefix].limit);
  return {
    status: 200,
    body: rowsOf(bars, {
      start,
      end: Math.min(end, provider.now()),
      most,
      step: timeframeMs(interval as Timeframe),
      prefix,
    }),
  };
}

/** Undefined where it was not sent, NaN where it is no whole number. */
const numberOf = (text: string | null): number | undefined =>
  text === null ? undefined : /^\d+$/.test(text) ? Number(text) : NaN;

async function marketOf(
  provider: BarProvider,
  wanted: { exchange: string; pair: string; timeframe: Timeframe },
): Promise<ReplayMarket | null> {
  const { exchange, pair, timeframe } = wanted;
  const same = (await provider.markets()).filter(
    (each) => each.exchange === exchange && each.symbol.replace('-', '') === pair,
  );
  const symbol = same[0]?.symbol;
  return symbol ? { exchange, symbol, timeframe } : null;
}

function rowsOf(
  { columns, garbled }: ReplayBars,
  window: { start: number | undefined; end: number; most: number; step: number; prefix: Prefix },
): unknown[] {
  const { time } = columns;
  const behind = window.end === Infinity ? time.length : placeOf(time, window.end + 1);
  const first = window.start === undefined ? Math.max(0, behind - window.most) : placeOf(time, window.start);
  const rows: unknown[] = [];
  for (let i = first; i < Math.min(behind, first + window.most); i++) {
    const { shown, texts, ignored } = cellsOf({ columns, garbled }, i, KINDS[window.prefix].decimals);
    const open = time[i] ?? 0;
    rows.push([shown, ...texts, open + window.step - 1, '0', 0, '0', '0', ignored]);
  }
  return rows;
}

/** A bar as texts: open, high, low, close, volume, each with the decimals that a venue shows at least. */
export function cellsOf(
  { columns, garbled }: ReplayBars,
  place: number,
  decimals: number,
): { shown: number | null; texts: string[]; ignored: string | undefined } {
  const fault = garbled.get(place);
  const texts = (['open', 'high', 'low', 'close', 'volume'] as const).map((name, at) => {
    const value = columns[name][place] ?? NaN;
    return Number.isNaN(value) ? (fault?.cells[at + 1] ?? '') : decimal(value, decimals);
  });
  // A row whose time could not be read has only a place; what was found goes into the field that Binance ignores.
  return fault?.timeless
    ? { shown: null, texts, ignored: fault.cells[0] }
    : { shown: columns.time[place] ?? 0, texts, ignored: '0' };
}

/** Plain decimals that read back as the same number; never an exponent. */
export function decimal(value: number, least: number): string {
  const text = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  const plain = match ? shifted(match[1] ?? '', (match[2] ?? '') + (match[3] ?? ''), Number(match[4])) : text;
  if (!Number.isFinite(value) || least === 0) return plain;
  const [whole = '0', fraction = ''] = plain.split('.');
  return `${whole}.${fraction.padEnd(least, '0')}`;
}

const shifted = (sign: string, digits: string, exponent: number): string =>
  exponent < 0
    ? `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
    : `${sign}${digits.padEnd(exponent + 1, '0')}`;
