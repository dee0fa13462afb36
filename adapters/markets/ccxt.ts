import type { Exchange } from 'ccxt';
import { InvalidInputError, messageOf, UnreachableError } from '../../domain/errors.js';
import type { Source } from '../../domain/sources.js';
import { timeframeMs, type Stream } from '../../domain/streams.js';
import type { BarPage, CachePort } from '../ports.js';

/** Requests a minute that stay well below what venues allow to one address. */
const LIMIT = { capacity: 20, refillPerSecond: 10 };

export interface CcxtOptions {
  source: Source;
  /** Base address that replaces the venue's own, or undefined for the venue itself. */
  host?: string;
  cache: Pick<CachePort, 'take'>;
}

/** One venue through ccxt's own REST client, loaded when it is first used. */
export function ccxtVenue(exchangeId: string, options: CcxtOptions) {
  let opening: Promise<Exchange> | null = null;
  const open = (): Promise<Exchange> => (opening ??= openExchange(exchangeId, options.host));
  const limited = async <T>(work: (exchange: Exchange) => Promise<T>): Promise<T> => {
    const exchange = await open();
    for (;;) {
      const { waitMs } = await options.cache.take(`exchange:${exchangeId}:${options.host ?? ''}`, LIMIT);
      if (waitMs === 0) break;
      await new Promise((resolve) => setTimeout(resolve, Math.min(waitMs, 1000)));
    }
    try {
      if (!exchange.markets) await exchange.loadMarkets();
      return await work(exchange);
    } catch (error) {
      throw translated(exchangeId, error);
    }
  };
  const marketOf = (exchange: Exchange, stream: Stream): string => {
    const spot = stream.symbol.replace('-', '/');
    const quote = stream.symbol.split('-')[1] ?? '';
    const found = [spot, `${spot}:${quote}`].find((symbol) => exchange.markets?.[symbol]);
    if (found) return found;
    const base = spot.split('/')[0] ?? spot;
    const near = Object.keys(exchange.markets ?? {}).filter((symbol) => symbol.startsWith(base.slice(0, 2)));
    const some = (near.length > 0 ? near : Object.keys(exchange.markets ?? {})).slice(0, 5).join(', ');
    throw new InvalidInputError(`Unknown symbol "${spot}" at ${exchangeId}; it has, among others: ${some}`);
  };

  return {
    /** @throws InvalidInputError where the venue has no such symbol or timeframe. */
    check: (stream: Stream): Promise<void> =>
      limited(async (exchange) => {
        marketOf(exchange, stream);
        const known = Object.keys(exchange.timeframes ?? {});
        if (known.includes(stream.timeframe)) return;
        throw new InvalidInputError(
          `${exchangeId} has no ${stream.timeframe} bars; it has ${known.join(', ')}`,
        );
      }),
    lastClosed: (stream: Stream): Promise<number> =>
      limited(async (exchange) => {
        const step = timeframeMs(stream.timeframe);
        const rows = await exchange.fetchOHLCV(marketOf(exchange, stream), stream.timeframe, undefined, 3);
        const now = options.source.kind === 'live' ? Date.now() : Infinity;
        const closed = rows.map((row) => Number(row[0])).filter((time) => time + step <= now);
        const last = closed.at(-1);
        if (last === undefined)
          throw new UnreachableError(`${exchangeId} gave no closed bar of ${stream.symbol}`);
        return last;
      }),
    fetch: (stream: Stream, range: { from: number; to: number }, limit: number): Promise<BarPage> =>
      limited(async (exchange) => {
        const rows = await exchange.fetchOHLCV(
          marketOf(exchange, stream),
          stream.timeframe,
          range.from,
          limit,
        );
        return pageOf(rows, stream, range, limit);
      }),
    close: async (): Promise<void> => {
      opening = null;
    },
  };
}

/** Rows in range as bars; where nothing came, the next page begins behind the hole, so that paging always ends. */
export function pageOf(
  rows: unknown[],
  stream: Stream,
  range: { from: number; to: number },
  limit: number,
): BarPage {
  const step = timeframeMs(stream.timeframe);
  const page: BarPage = { bars: [], rejected: [], next: null };
  let newest = -Infinity;
  for (const row of rows) {
    const [time, open, high, low, close, volume] = (Array.isArray(row) ? row : []).map(numberOf) as number[];
    if (time === undefined || !Number.isFinite(time))
      page.rejected.push({ row, reason: 'the row has no time' });
    else if (time < range.from) continue;
    else {
      newest = Math.max(newest, time);
      if (time >= range.to) continue;
      page.bars.push({
        time,
        open: open ?? NaN,
        high: high ?? NaN,
        low: low ?? NaN,
        close: close ?? NaN,
        volume: volume ?? NaN,
        knownAt: time + step,
      });
    }
  }
  const reached = Number.isFinite(newest) ? newest + step : range.from + limit * step;
  page.next = reached < range.to ? reached : null;
  return page;
}

const numberOf = (value: unknown): number => (value === null || value === undefined ? NaN : Number(value));

async function openExchange(id: string, host: string | undefined): Promise<Exchange> {
  const { default: ccxt } = await import('ccxt');
  const venues = ccxt as unknown as Record<string, unknown> & { exchanges: string[] };
  if (!venues.exchanges.includes(id)) {
    const near = venues.exchanges.filter((each) => each.startsWith(id.slice(0, 3))).slice(0, 6);
    throw new InvalidInputError(
      `Unknown exchange "${id}"; near it: ${near.join(', ') || 'binance, binanceusdm, kraken'}`,
    );
  }
  const Venue = venues[id] as new (options: object) => Exchange;
  const spot = id === 'binance';
  const exchange = new Venue({
    // Limits are shared by all workers through the cache instead.
    enableRateLimit: false,
    timeout: 15_000,
    options: {
      fetchCurrencies: false,
      ...(id.startsWith('binance') ? { fetchMarkets: { types: [spot ? 'spot' : 'linear'] } } : {}),
    },
  });
  exchange.has['fetchCurrencies'] = false;
  if (host) replaceHosts(exchange, host);
  return exchange;
}

function replaceHosts(exchange: Exchange, host: string): void {
  const api = exchange.urls['api'] as Record<string, unknown>;
  for (const [name, address] of Object.entries(api))
    if (typeof address === 'string' && URL.canParse(address))
      api[name] = host + new URL(address).pathname.replace(/\/$/, '');
}

/** By the names of ccxt's error tree: what can pass is transient, what the caller got wrong is final. */
function translated(exchange: string, error: unknown): unknown {
  if (error instanceof InvalidInputError || error instanceof UnreachableError) return error;
  const names = ancestry(error);
  const text = messageOf(error).slice(0, 300);
  if (names.includes('BadSymbol'))
    return new InvalidInputError(`${exchange} does not know the symbol: ${text}`);
  if (names.includes('AuthenticationError') || names.includes('PermissionDenied'))
    return new InvalidInputError(`${exchange} refuses access: ${text}`);
  if (names.includes('BadRequest') || names.includes('ArgumentsRequired') || names.includes('NotSupported'))
    return new InvalidInputError(`${exchange} refuses the request: ${text}`);
  return new UnreachableError(`${exchange} does not answer properly (${names[0] ?? 'Error'}): ${text}`);
}

function ancestry(error: unknown): string[] {
  const names: string[] = [];
  for (
    let kind = (error as object | null)?.constructor;
    kind && kind !== Object;
    kind = Object.getPrototypeOf(kind)
  )
    if (kind.name) names.push(kind.name);
  return names;
}
