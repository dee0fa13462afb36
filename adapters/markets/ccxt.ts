import type { Exchange } from 'ccxt';
import type { TimeRange } from '../../domain/bars.js';
import { InvalidInputError, UnreachableError } from '../../domain/errors.js';
import type { FundingPage } from '../../domain/funding.js';
import {
  ceilToBar,
  floorToBar,
  streamId,
  timeframeMs,
  type Stream,
  type Timeframe,
} from '../../domain/streams.js';
import type { BarPage } from '../ports.js';
import { connectVenue, type VenueOptions } from './connection.js';
import { fundingPage } from './funding.js';
import { barsFromShorter, shorterThan } from './longer.js';
import { barsFromTrades } from './older.js';
import { pageOf } from './pages.js';
import { byTime } from './trade-marks.js';
import { traitsOf } from './traits.js';

export type Venue = ReturnType<typeof ccxtVenue>;

const DEFAULT_PAGE = 300;
/**
 * How the last closed bar is looked for: the newest row is open, some may be unreadable, quiet markets have few, and some
 * clients take this machine's clock for the venue's unless they are told where to begin.
 */
const LATEST = [{ limit: 10 }, { limit: 300 }, { limit: 300, begin: true }];

interface Window {
  range: TimeRange;
  /** An instant that the venue has told of. */
  seen?: number;
}

/** One venue through ccxt's own REST client, loaded on first use; never retries, and throws domain/errors.ts only. */
export function ccxtVenue(options: VenueOptions) {
  const { name } = options;
  const connection = connectVenue(options);
  const { open, ask, listed, now } = connection;
  const traits = traitsOf(options.client);

  /** The symbol in ccxt's terms, and the length that the venue's own bars have. */
  const check = async (stream: Stream): Promise<{ symbol: string; own: Timeframe }> => {
    const { exchange } = await open();
    const known = Object.keys(exchange.timeframes ?? {});
    const own = known.includes(stream.timeframe) ? stream.timeframe : shorterThan(stream.timeframe, known);
    if (!own)
      throw new InvalidInputError(
        `${name} has no ${stream.timeframe} bars and none to make them from; it has ${known.join(', ')}`,
      );
    return { symbol: await listed(stream), own };
  };

  /** Bars as the venue has them, by the rows of one request. */
  const rowPage = async (stream: Stream, symbol: string, window: Window & { limit: number }) => {
    const { timeframe } = stream;
    const { range, limit } = window;
    const from = Number.isFinite(range.from) ? range.from : undefined;
    const rows = await ask(async ({ exchange, rowsOf }) =>
      rowsOf(await exchange.fetchOHLCV(symbol, timeframe, from, limit)),
    ).catch((error: unknown) => {
      // Of many streams at one venue, the one that failed is told.
      if (error instanceof Error) error.message = `${streamId(stream)}: ${error.message}`;
      throw error;
    });
    // Rows are not from the future: where they seem to be, the clock is what is wrong.
    const told = window.seen ?? -Infinity;
    const seen = rows.reduce((most, { values }) => Math.max(most, soundTime(values[0])), told);
    return pageOf(rows, { range, timeframe, limit, now: await now(seen) });
  };

  /** One page of the venue's own bars: from its rows, or from its trades where those are too old. */
  const ownPage = async (stream: Stream, symbol: string, window: Window & { limit?: number }) => {
    const { range, limit: wanted, seen } = window;
    const step = timeframeMs(stream.timeframe);
    const needed = Math.ceil((range.to - range.from) / step);
    if (!(needed > 0)) return { bars: [], rejected: [], next: null };
    const { exchange } = await open();
    const { latestBars } = traits;
    if (latestBars) {
      // Two bars of room: one is open, and one may close while we ask.
      const served = ceilToBar((await now(seen)) - (latestBars - 2) * step, stream.timeframe);
      if (range.from < served) {
        const to = Math.min(range.to, served, range.from + (wanted ?? Infinity) * step);
        const page = await barsFromTrades(
          { name, marks: traits.trades ?? byTime, ask },
          { stream, symbol, range: { from: range.from, to } },
        );
        return { ...page, next: page.next ?? (to < range.to ? to : null) };
      }
    }
    const size = Math.max(1, Math.min(wanted ?? Infinity, traits.page ?? largestPage(exchange, symbol)));
    return rowPage(stream, symbol, { ...window, limit: Math.min(size, needed) });
  };

  return {
    /** @throws InvalidInputError where the venue has no such symbol or timeframe. */
    async check(stream: Stream): Promise<void> {
      await check(stream);
    },
    /** Open time of the last bar that is closed by the venue's own clock. */
    async lastClosed(stream: Stream): Promise<number> {
      const { symbol, own } = await check(stream);
      for (const { limit, begin = false } of LATEST) {
        // By then the clock itself is in doubt.
        const from = begin
          ? floorToBar(await now(Infinity), own) - (limit - 1) * timeframeMs(own)
          : -Infinity;
        const range = { from, to: Infinity };
        const page = await rowPage({ ...stream, timeframe: own }, symbol, { range, limit });
        const last = page.bars.at(-1);
        if (!last) continue;
        if (own === stream.timeframe) return last.time;
        return floorToBar(last.time + timeframeMs(own), stream.timeframe) - timeframeMs(stream.timeframe);
      }
      throw new UnreachableError(`${name} gave no closed ${stream.timeframe} bar of ${stream.symbol}`);
    },
    /** One page of closed bars; `limit` is cut to what the venue gives at once. */
    async fetch(stream: Stream, window: Window & { limit?: number }): Promise<BarPage> {
      const { symbol, own } = await check(stream);
      if (own === stream.timeframe) return ownPage(stream, symbol, window);
      const { range, seen } = window;
      const to = Math.min(range.to, await now(seen));
      return barsFromShorter({ range: { ...range, to }, from: own, to: stream.timeframe }, (each) =>
        ownPage({ ...stream, timeframe: own }, symbol, { ...window, range: each }),
      );
    },
    /** One page of the funding rates of a perpetual. */
    async funding(market: { exchange: string; symbol: string }, range: TimeRange): Promise<FundingPage> {
      const symbol = await listed({ ...market, timeframe: '1h' }, 'perpetual');
      return fundingPage({ name, ask }, symbol, range);
    },
  };
}

/** Garbage must not make the clock be asked for at every page. */
const soundTime = (time: unknown): number =>
  typeof time === 'number' && time < Date.now() + 10 * YEAR ? time : -Infinity;

const YEAR = 365 * 86_400_000;

/** ccxt knows the caps of most venues. */
function largestPage(exchange: Exchange, symbol: string): number {
  const known: unknown = exchange.featureValue(symbol, 'fetchOHLCV', 'limit');
  return typeof known === 'number' && known > 0 ? known : DEFAULT_PAGE;
}
