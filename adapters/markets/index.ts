import { InvalidInputError } from '../../domain/errors.js';
import type { Source } from '../../domain/sources.js';
import { baseOf, timeframeMs, type Stream } from '../../domain/streams.js';
import type { Config } from '../config.js';
import type { CachePort, MarketsPort } from '../ports.js';
import { startReplay } from '../replay/exchange.js';
import { simulatedProvider, type BarProvider } from '../replay/provider.js';
import { recordedProvider } from '../replay/recorded.js';
import { ccxtVenue } from './ccxt.js';

type Options = { config: Pick<Config, 'exchangeHosts'>; cache: Pick<CachePort, 'take'> };

/** Venues' bars by kind of source; recorded and simulated ones come through a replay venue on loopback. */
export const MARKETS: Record<Source['kind'], (source: Source, options: Options) => MarketsPort> = {
  live: (source, options) => venuesOf(source, options, null),
  recorded: (source, options) => venuesOf(source, options, recordedProvider(source.detail)),
  simulated: (source, options) => venuesOf(source, options, simulatedProvider(source.detail)),
};

export const openMarkets = (source: Source, options: Options): MarketsPort =>
  MARKETS[source.kind](source, options);

const PAGE = 1000;

function venuesOf(source: Source, options: Options, provider: BarProvider | null): MarketsPort {
  const venues = new Map<string, ReturnType<typeof ccxtVenue>>();
  let replay: ReturnType<typeof startReplay> | null = null;
  const hostOf = async (exchange: string): Promise<string | undefined> => {
    if (!provider) return options.config.exchangeHosts[exchange];
    return (await (replay ??= startReplay({ provider }))).url;
  };
  /** A recorded venue that is not Binance is read through Binance's client below its own path. */
  const venue = async (exchange: string): Promise<ReturnType<typeof ccxtVenue>> => {
    const known = venues.get(exchange);
    if (known) return known;
    const own = !provider || exchange === 'binance' || exchange === 'binanceusdm';
    const host = await hostOf(exchange);
    const opened = ccxtVenue(own ? exchange : 'binance', {
      source,
      cache: options.cache,
      ...(host ? { host: own ? host : `${host}/venue/${exchange}` } : {}),
    });
    venues.set(exchange, opened);
    return opened;
  };

  return {
    source,
    async resolve({ symbol, timeframe, exchange }) {
      const stream = {
        exchange: await exchangeOf(provider, { symbol, timeframe, exchange }),
        symbol,
        timeframe,
      };
      await (await venue(stream.exchange)).check(stream);
      return stream;
    },
    async lastClosed(stream) {
      return (await venue(stream.exchange)).lastClosed(stream);
    },
    async fetchBars({ stream, range, limit }) {
      const step = timeframeMs(stream.timeframe);
      const wanted = Math.min(limit ?? PAGE, Math.ceil((range.to - range.from) / step));
      return (await venue(stream.exchange)).fetch(stream, range, wanted);
    },
    async close() {
      for (const each of venues.values()) await each.close();
      venues.clear();
      await (await replay)?.close();
      replay = null;
    },
  };
}

/** Recorded: the venue whose folder holds the symbol; else the one asked for, or Binance spot. */
async function exchangeOf(
  provider: BarProvider | null,
  wanted: { symbol: string; timeframe: Stream['timeframe']; exchange?: string | undefined },
): Promise<string> {
  const markets = (await provider?.markets()) ?? [];
  if (markets.length === 0) return wanted.exchange ?? 'binance';
  const venues = markets.filter((each) => !wanted.exchange || each.exchange === wanted.exchange);
  if (venues.length === 0)
    throw new InvalidInputError(
      `No recording of exchange "${wanted.exchange}"; recorded: ${names(markets.map((each) => each.exchange))}`,
    );
  const same = venues.filter((each) => each.symbol === wanted.symbol);
  if (same.length === 0)
    throw new InvalidInputError(
      `No recording of ${wanted.symbol}; recorded: ${names(venues.map((each) => each.symbol))}`,
    );
  const found = same.find((each) => each.timeframe === wanted.timeframe);
  if (found) return found.exchange;
  throw new InvalidInputError(
    `No ${wanted.timeframe} recording of ${baseOf(wanted.symbol)}; recorded: ${names(same.map((each) => each.timeframe))}`,
  );
}

const names = (values: string[]): string => [...new Set(values)].sort().join(', ');
