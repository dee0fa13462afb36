import { InvalidInputError } from '../../domain/errors.js';
import type { Source } from '../../domain/sources.js';
import { streamId, type Stream } from '../../domain/streams.js';
import type { Config } from '../config.js';
import type { BarPage, MarketsPort } from '../ports.js';
import { simulatedProvider, type BarProvider } from '../replay/provider.js';
import { recordedProvider } from '../replay/recorded.js';
import { listening } from './answers.js';
import { ccxtVenue, type Venue } from './ccxt.js';
import { venueClass } from './client.js';
import type { LimitCache } from './limits.js';
import { replayedVenues } from './replayed.js';
import { recordedVenue } from './resolution.js';
import { watchVenue } from './stream.js';

export interface MarketsOptions {
  config: Pick<Config, 'exchangeHosts'>;
  cache: LimitCache;
}

/** Venues' bars by kind of source; recorded and simulated ones come through a replay venue on loopback. */
export const MARKETS: Record<Source['kind'], (source: Source, options: MarketsOptions) => MarketsPort> = {
  live: liveMarkets,
  recorded: (source) => replayedMarkets(source, recordedProvider(source.detail)),
  simulated: (source) => replayedMarkets(source, simulatedProvider(source.detail)),
};

/** Nothing is read, listened on or connected to before the first call. */
export const openMarkets = (source: Source, options: MarketsOptions): MarketsPort =>
  MARKETS[source.kind](source, options);

const DEFAULT_EXCHANGE = 'binance';

function liveMarkets(source: Source, { config, cache }: MarketsOptions): MarketsPort {
  const venues = new Map<string, Venue>();
  const hostOf = (name: string): string | undefined =>
    Object.hasOwn(config.exchangeHosts, name) ? config.exchangeHosts[name] : undefined;
  const venue = (name: string): Venue => {
    const opened = venues.get(name) ?? ccxtVenue({ client: name, name, host: hostOf(name), cache });
    venues.set(name, opened);
    return opened;
  };
  return {
    source,
    async resolve({ symbol, timeframe, exchange = DEFAULT_EXCHANGE }) {
      const stream = { exchange, symbol, timeframe };
      await venue(exchange).check(stream);
      return stream;
    },
    lastClosed: async (stream) => venue(stream.exchange).lastClosed(stream),
    fetchBars: ({ stream, ...request }) => answered(() => venue(stream.exchange).fetch(stream, request)),
    watch: (stream) => watchVenue(stream, hostOf(stream.exchange)),
    fetchFunding: async ({ range, ...market }) => venue(market.exchange).funding(market, range),
    close: async () => venues.clear(),
  };
}

/** A page with what the venue answered for it. */
async function answered(fetch: () => Promise<BarPage>): Promise<BarPage> {
  const { result, answers } = await listening(fetch);
  return { ...result, answers };
}

function replayedMarkets(source: Source, provider: BarProvider): MarketsPort {
  const venues = replayedVenues(source, provider);
  /** The provider is asked first: what it refuses is final, which an HTTP answer could not say. */
  const venue = async (stream: Stream): Promise<Venue> => {
    if (!(await provider.bars(stream))) recordedVenue(await provider.markets(), stream);
    return venues.of(stream);
  };
  return {
    source,
    async resolve({ symbol, timeframe, exchange }) {
      const name = provider.anySymbol
        ? (exchange ?? DEFAULT_EXCHANGE)
        : recordedVenue(await provider.markets(), { symbol, timeframe, exchange });
      if (provider.anySymbol) await venueClass(name);
      const stream = { exchange: name, symbol, timeframe };
      await (await venue(stream)).check(stream);
      return stream;
    },
    lastClosed: async (stream) => (await venue(stream)).lastClosed(stream),
    firstOpen: async (stream) => (await provider.bars(stream))?.columns.time.find(Number.isFinite) ?? null,
    fetchBars: ({ stream, ...request }) => answered(async () => (await venue(stream)).fetch(stream, request)),
    watch(stream) {
      throw new InvalidInputError(
        `${streamId(stream)} cannot be followed: a ${source.kind} source has nothing to come; use live`,
      );
    },
    async fetchFunding({ exchange, symbol }) {
      throw new InvalidInputError(
        `No funding rates of ${exchange}/${symbol}: a ${source.kind} source has bars only; use live`,
      );
    },
    close: venues.close,
  };
}
