import { InvalidInputError } from '../../domain/errors.js';
import type { Source } from '../../domain/sources.js';
import { streamId, type Stream } from '../../domain/streams.js';
import { startReplay } from '../replay/exchange.js';
import type { BarProvider } from '../replay/provider.js';
import { ccxtVenue, type Venue } from './ccxt.js';
import { venueClass } from './client.js';

/** Venues whose own wire format the replay speaks, limits and trades included. */
const SPOKEN = ['kraken', 'coinbase', 'coinbaseexchange'];

type Replay = Awaited<ReturnType<typeof startReplay>>;

/**
 * The clients that read a replay, which is started at the first call. A simulated venue is read by its own client where
 * the replay speaks its format, so that its limits and its way to older bars are what runs; every other one by Binance's.
 * Recorded bars are always read by Binance's: those without a trade and those that cannot be read would be lost on a way
 * over trades.
 */
export function replayedVenues(source: Source, provider: BarProvider) {
  const venues = new Map<string, Promise<Venue>>();
  let starting: Promise<Replay> | null = null;
  const started = (): Promise<Replay> => (starting ??= startReplay({ provider }));
  const opened = (key: string, open: () => Promise<Venue>): Promise<Venue> => {
    const known = venues.get(key) ?? open();
    venues.set(key, known);
    known.catch(() => venues.delete(key));
    return known;
  };

  /** Binance's client; another venue is read below its own path. */
  const common = async (name: string): Promise<Venue> => {
    const { url } = await started();
    return name === 'binance' || name === 'binanceusdm'
      ? ccxtVenue({ client: name, name, host: url, cache: null })
      : ccxtVenue({ client: 'binance', name, host: `${url}/venue/${name}`, cache: null });
  };
  /** Trades belong to one length of bars: lengths of a simulated symbol are histories of their own. */
  const own = async ({ exchange: name, timeframe }: Stream): Promise<Venue> => {
    const { url } = await started();
    const host = `${url}/bars/${timeframe}`;
    return ccxtVenue({ client: name, name, host, cache: null, plainSymbols: false });
  };
  const choose = async (stream: Stream): Promise<Venue> => {
    const { exchange, timeframe } = stream;
    if (source.kind === 'simulated' && SPOKEN.includes(exchange) && (await hasBars(stream))) {
      const venue = await opened(`${exchange} ${timeframe}`, () => own(stream));
      // Symbols that the client renames (XBT, LUNA) cannot be asked for by the name that they have here.
      const lists = await venue.check(stream).then(() => true, isRefusal);
      if (lists) return venue;
    }
    return opened(exchange, () => common(exchange));
  };

  return {
    of: (stream: Stream): Promise<Venue> => opened(streamId(stream), () => choose(stream)),
    async close(): Promise<void> {
      const replay = starting;
      starting = null;
      venues.clear();
      await (await replay?.catch(() => null))?.close();
    },
  };
}

/** True where the venue has bars of that very length; others would be made of another simulated history. */
async function hasBars({ exchange, timeframe }: Stream): Promise<boolean> {
  const Client = await venueClass(exchange);
  return Object.hasOwn(new Client({}).timeframes ?? {}, timeframe);
}

function isRefusal(error: unknown): false {
  if (error instanceof InvalidInputError) return false;
  throw error;
}
