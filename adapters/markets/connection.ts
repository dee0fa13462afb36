import type { Exchange } from 'ccxt';
import { InvalidInputError, UnreachableError } from '../../domain/errors.js';
import { nearNames } from '../../domain/near-names.js';
import type { Stream } from '../../domain/streams.js';
import { Lanes, Turns } from '../contention.js';
import { unheard } from './answers.js';
import { openClient, type VenueClient } from './client.js';
import { translateVenueError } from './faults.js';
import { sharedLimit, type LimitCache } from './limits.js';
import { traitsOf } from './traits.js';

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

/** How long a list of markets and a clock difference hold before they are asked for again. */
const FRESH_MS = 600_000;

/**
 * Answers of one venue that are read at a time: more of them, each some MB while the client reads it, would only wait for
 * each other, and outlive the collection of what is young.
 */
const ANSWERS_AT_A_TIME = 4;

/** A venue's client with its turn in the shared limit, its list of markets and its clock. */
export function connectVenue(options: VenueOptions) {
  const limit = options.cache && sharedLimit(options.name, options.cache, traitsOf(options.client).limit);
  const listing = { at: -Infinity };
  const clock = { at: -Infinity, ahead: 0 };
  const turns = new Turns();
  const lanes = new Lanes(ANSWERS_AT_A_TIME);
  let opening: Promise<VenueClient> | null = null;

  const open = (): Promise<VenueClient> => {
    const onRetryAfter = (seconds: number): void => void limit?.pause(seconds).catch(() => undefined);
    opening ??= openClient({
      id: options.client,
      name: options.name,
      host: options.host,
      plainSymbols: !limit,
      onRetryAfter,
    });
    return opening;
  };
  const ask = async <T>(work: (client: VenueClient) => Promise<T>): Promise<T> => {
    const client = await open();
    await limit?.turn();
    const answer = (): Promise<T> => work(client);
    return lanes.take(answer).catch((error: unknown) => {
      throw translateVenueError(options.name, error);
    });
  };
  /**
   * A replay lists what it has been asked for, and a venue new symbols: a miss is believed when the list is new. A list
   * that another stream is waiting for may be from before this one's symbol, so each has its turn.
   */
  const listAnew = (isThere: () => boolean): Promise<void> =>
    turns.take('markets', async () => {
      if (isThere() || (limit && Date.now() - listing.at <= FRESH_MS)) return;
      await unheard(() => ask(async ({ exchange }) => exchange.loadMarkets(true)));
      listing.at = Date.now();
    });
  const listed = async (stream: Stream, kind?: 'perpetual'): Promise<string> => {
    const { exchange } = await open();
    const found = marketOf(exchange, stream, kind);
    if (found) return found;
    await listAnew(() => marketOf(exchange, stream, kind) !== undefined);
    const symbol = marketOf(exchange, stream, kind);
    if (symbol) return symbol;
    throw unknownSymbol(options.name, exchange, stream);
  };
  /** The venue's present. `seen`: an instant that the venue has told of, so that a clock behind it is read again. */
  const now = async (seen = -Infinity): Promise<number> => {
    const guess = Date.now() + clock.ahead;
    if (Date.now() - clock.at <= FRESH_MS && guess >= seen) return guess;
    const { exchange } = await open();
    const time = exchange.has['fetchTime']
      ? Number(await unheard(() => ask(async () => exchange.fetchTime())))
      : Date.now();
    if (!Number.isFinite(time)) throw new UnreachableError(`${options.name} does not tell its time`);
    Object.assign(clock, { at: Date.now(), ahead: time - Date.now() });
    return time;
  };
  return { open, ask, listed, now };
}

/** `BTC-USDT` as a spot market where the venue has one, else as a linear perpetual. */
function marketOf(exchange: Exchange, stream: Stream, kind?: 'perpetual'): string | undefined {
  const [base, quote] = stream.symbol.split('-');
  const perpetual = `${base}/${quote}:${quote}`;
  return (kind ? [perpetual] : [`${base}/${quote}`, perpetual]).find((symbol) => exchange.markets?.[symbol]);
}

function unknownSymbol(name: string, exchange: Exchange, stream: Stream): InvalidInputError {
  const wanted = stream.symbol.replace('-', '/');
  const known = Object.keys(exchange.markets ?? {}).map((symbol) => symbol.split(':')[0] ?? symbol);
  const near = nearNames(wanted, known).join(', ');
  return new InvalidInputError(
    `Unknown symbol "${wanted}" at ${name}; near it: ${near || 'none, it lists no market'}`,
  );
}
