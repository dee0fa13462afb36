import type { Exchange } from 'ccxt';
import type { TimeRange } from '../../domain/bars.js';
import { InvalidInputError, UnreachableError } from '../../domain/errors.js';
import { streamId, timeframeMs, type Stream } from '../../domain/streams.js';
import type { BarPage } from '../ports.js';
import { connectVenue, type VenueOptions } from './connection.js';
import { pageOf } from './pages.js';

export type Venue = ReturnType<typeof ccxtVenue>;

const DEFAULT_PAGE = 300;
/** Rows asked for to find the last closed one: the newest is open, and some may be unreadable. */
const LATEST_ROWS = 10;

/** One venue through ccxt's own REST client, loaded on first use; never retries, and throws domain/errors.ts only. */
export function ccxtVenue(options: VenueOptions) {
  const { open, ask, listed, now } = connectVenue(options);
  const check = async (stream: Stream): Promise<string> => {
    const { exchange } = await open();
    const known = Object.keys(exchange.timeframes ?? {});
    if (!known.includes(stream.timeframe))
      throw new InvalidInputError(
        `${options.name} has no ${stream.timeframe} bars; it has ${known.join(', ')}`,
      );
    return listed(stream);
  };
  const rows = async (stream: Stream, window: { from?: number; limit: number }) => {
    const symbol = await check(stream);
    return ask(async ({ exchange, rowsOf }) =>
      rowsOf(await exchange.fetchOHLCV(symbol, stream.timeframe, window.from, window.limit)),
    ).catch((error: unknown) => {
      // Of many streams at one venue, the one that failed is told.
      if (error instanceof Error) error.message = `${streamId(stream)}: ${error.message}`;
      throw error;
    });
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
      const page = pageOf(latest, {
        range,
        timeframe: stream.timeframe,
        limit: LATEST_ROWS,
        now: await now(),
      });
      const last = page.bars.at(-1);
      if (!last)
        throw new UnreachableError(
          `${options.name} gave no closed ${stream.timeframe} bar of ${stream.symbol}`,
        );
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

/** Binance's clients cap a request at 1000 rows; ccxt knows the caps of most others. */
function largestPage(exchange: Exchange, symbol: string): number {
  if (exchange.id.startsWith('binance')) return 1000;
  const known: unknown = exchange.featureValue(symbol, 'fetchOHLCV', 'limit');
  return typeof known === 'number' && known > 0 ? known : DEFAULT_PAGE;
}
