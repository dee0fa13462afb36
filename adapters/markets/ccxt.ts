import type { Exchange } from 'ccxt';
import type { TimeRange } from '../../domain/bars.js';
import { InvalidInputError, UnreachableError } from '../../domain/errors.js';
import { nearNames } from '../../domain/near-names.js';
import { timeframeMs, type Stream } from '../../domain/streams.js';
import type { BarPage } from '../ports.js';
import { openClient, type VenueClient } from './client.js';
import { translateVenueError } from './faults.js';
import { sharedLimit, type LimitCache } from './limits.js';
import { pageOf } from './pages.js';

export interface VenueOptions {
  /** ccxt's id of the client that is used. */
  client: string;
  /** What streams and messages call the venue, mostly the same. */
  name: string;
  /** Base address that replaces the venue's own, or undefined for the venue itself. */
  host?: string | undefined;
  /** Holds the limit that all processes share; null for a replay on loopback, which needs none. */
  cache: LimitCache | null;
}

export type Venue = ReturnType<typeof ccxtVenue>;

/** How long a list of markets and a clock difference hold before a miss asks the venue again. */
const FRESH_MS = 600_000;
const DEFAULT_PAGE = 300;
/** Rows asked for to find the last closed one: the newest is open, and some may be unreadable. */
const LATEST_ROWS = 10;

/** One venue through ccxt's own REST client, loaded on first use; never retries, and throws domain/errors.ts only. */
export function ccxtVenue(options: VenueOptions) {
  const limit = options.cache && sharedLimit(options.name, options.cache);
  const listing = { at: -Infinity };
  const clock = { at: -Infinity, ahead: 0 };
  let opening: Promise<VenueClient> | null = null;

  const open = (): Promise<VenueClient> => {
    const onRetryAfter = (seconds: number): void => void limit?.pause(seconds).catch(() => undefined);
    opening ??= openClient({ id: options.client, name: options.name, host: options.host, plainSymbols: !limit, onRetryAfter });
    return opening;
  };
  const ask = async <T>(work: (client: VenueClient) => Promise<T>): Promise<T> => {
    const client = await open();
    await limit?.turn();
    return work(client).catch((error: unknown) => {
      throw translateVenueError(options.name, error);
    });
  };
  const listed = async (stream: Stream): Promise<string> => {
    const { exchange } = await open();
    const found = marketOf(exchange, stream);
    if (found) return found;
    // A replay lists what it has been asked for, and a venue new symbols: a miss is believed when the list is new.
    if (!limit || Date.now() - listing.at > FRESH_MS) {
      await ask(async () => exchange.loadMarkets(true));
      listing.at = Date.now();
    }
    const symbol = marketOf(exchange, stream);
    if (symbol) return symbol;
    throw unknownSymbol(options.name, exchange, stream);
  };
  const now = async (): Promise<number> => {
    if (Date.now() - clock.at <= FRESH_MS) return Date.now() + clock.ahead;
    const { exchange } = await open();
    const time = exchange.has['fetchTime'] ? Number(await ask(async () => exchange.fetchTime())) : Date.now();
    if (!Number.isFinite(time)) throw new UnreachableError(`${options.name} does not tell its time`);
    Object.assign(clock, { at: Date.now(), ahead: time - Date.now() });
    return time;
  };
  const check = async (stream: Stream): Promise<string> => {
    const { exchange } = await open();
    const known = Object.keys(exchange.timeframes ?? {});
    if (!known.includes(stream.timeframe))
      throw new InvalidInputError(`${options.name} has no ${stream.timeframe} bars; it has ${known.join(', ')}`);
    return listed(stream);
  };
  const rows = async (stream: Stream, window: { from?: number; limit: number }) => {
    const symbol = await check(stream);
    return ask(async ({ exchange, rowsOf }) =>
      rowsOf(await exchange.fetchOHLCV(symbol, stream.timeframe, window.from, window.limit)),
    );
  };

  return {
    /** @throws InvalidInputError where the venue has no such symbol or timeframe. */
    async check(stream: Stream): Promise<void> {
      await check(stream);
    },
    /** Open time of the last bar that is closed by the venue's own clock. */
    async lastClosed(stream: Stream): Promise<number> {
      const latest = await rows(stream, { limit: LATEST_ROWS });
      const range = { from: 0, to: Infinity };
      const page = pageOf(latest, { range, timeframe: stream.timeframe, limit: LATEST_ROWS, now: await now() });
      const last = page.bars.at(-1);
      if (!last) throw new UnreachableError(`${options.name} gave no closed ${stream.timeframe} bar of ${stream.symbol}`);
      return last.time;
    },
    /** One page of closed bars; `wanted` is cut to what the venue gives at once. */
    async fetch(stream: Stream, range: TimeRange, wanted: number | undefined): Promise<BarPage> {
      const symbol = await check(stream);
      const { exchange } = await open();
      const size = Math.max(1, Math.min(wanted ?? Infinity, largestPage(exchange, symbol)));
      const needed = Math.ceil((range.to - range.from) / timeframeMs(stream.timeframe));
      if (!(needed > 0)) return { bars: [], rejected: [], next: null };
      const count = Math.min(size, needed);
      const fetched = await rows(stream, { from: range.from, limit: count });
      return pageOf(fetched, { range, timeframe: stream.timeframe, limit: count, now: await now() });
    },
  };
}

/** `BTC-USDT` as a spot market where the venue has one, else as a linear perpetual. */
function marketOf(exchange: Exchange, stream: Stream): string | undefined {
  const [base, quote] = stream.symbol.split('-');
  return [`${base}/${quote}`, `${base}/${quote}:${quote}`].find((symbol) => exchange.markets?.[symbol]);
}

function unknownSymbol(name: string, exchange: Exchange, stream: Stream): InvalidInputError {
  const wanted = stream.symbol.replace('-', '/');
  const known = Object.keys(exchange.markets ?? {}).map((symbol) => symbol.split(':')[0] ?? symbol);
  const near = nearNames(wanted, known).join(', ');
  return new InvalidInputError(`Unknown symbol "${wanted}" at ${name}; near it: ${near || 'none, it lists no market'}`);
}

/** Binance's clients cap a request at 1000 rows; ccxt knows the caps of most others. */
function largestPage(exchange: Exchange, symbol: string): number {
  if (exchange.id.startsWith('binance')) return 1000;
  const known: unknown = exchange.featureValue(symbol, 'fetchOHLCV', 'limit');
  return typeof known === 'number' && known > 0 ? known : DEFAULT_PAGE;
}
