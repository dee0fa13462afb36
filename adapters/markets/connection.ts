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
  /** Symbols as sent, without ccxt's renaming; left out: of a replay only. */
  plainSymbols?: boolean;
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
  /** What the venue's clock said, and when by this machine's steady one: setting its clock changes nothing. */
  const clock = { told: NaN, at: -Infinity };
  /** The same of the latest answer's Date header. */
  const dated = { told: NaN, at: -Infinity };
  const turns = new Turns();
  const lanes = new Lanes(ANSWERS_AT_A_TIME);
  let opening: Promise<VenueClient> | null = null;

  const open = (): Promise<VenueClient> => {
    const onRetryAfter = (seconds: number): void => void limit?.pause(seconds).catch(() => undefined);
    opening ??= openClient({
      id: options.client,
      name: options.name,
      host: options.host,
      plainSymbols: options.plainSymbols ?? !limit,
      onRetryAfter,
      onDate: (told) => void Object.assign(dated, { told, at: performance.now() }),
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
  /**
   * The venue's present, whatever this machine's clock says: by its time, else by the date of its answers. `seen`: an
   * instant that the venue has told of, so that a clock behind it is read again.
   */
  const now = async (seen = -Infinity): Promise<number> => {
    const since = performance.now() - clock.at;
    if (since <= FRESH_MS && clock.told + since >= seen) return clock.told + since;
    const { exchange } = await open();
    if (exchange.has['fetchTime']) {
      const told = Number(await unheard(() => ask(async () => exchange.fetchTime())));
      if (!Number.isFinite(told)) throw new UnreachableError(`${options.name} does not tell its time`);
      Object.assign(clock, { told, at: performance.now() });
      return told;
    }
    if (Number.isFinite(dated.told)) return dated.told + (performance.now() - dated.at);
    throw new UnreachableError(
      `${options.name} tells no time and its answers have no date, so which bars are closed cannot be known`,
    );
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
