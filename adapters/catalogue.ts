import { DataQualityError, InvalidInputError, NotFoundError } from '../domain/errors.js';
import { TIMEFRAMES } from '../domain/streams.js';
import type { Config } from './config.js';
import { connectVenue } from './markets/connection.js';
import { venueClass } from './markets/client.js';
import type { LimitCache } from './markets/limits.js';
import type { CataloguePort, ListedSymbol } from './ports-inventory.js';
import { recordedProvider } from './replay/recorded.js';

/** A venue's list of markets holds for so long. */
const FRESH_MS = 600_000;

/** What can be collected: ccxt's venues, and those of the recording. ccxt is loaded when it is first asked for. */
export function openCatalogue(
  config: Pick<Config, 'exchangeHosts' | 'recordedDir'>,
  cache: LimitCache,
): CataloguePort {
  const recording = recordedProvider(config.recordedDir);
  const listings = new Map<string, { at: number; symbols: Promise<ListedSymbol[]> }>();
  const recorded = () =>
    recording.markets().catch((error: unknown) => {
      // No recording is no fault: there is nothing of that kind to collect then.
      if (error instanceof InvalidInputError || error instanceof DataQualityError) return [];
      throw error;
    });
  const live = (name: string): Promise<ListedSymbol[]> => {
    const known = listings.get(name);
    if (known && Date.now() - known.at < FRESH_MS) return known.symbols;
    const host = Object.hasOwn(config.exchangeHosts, name) ? config.exchangeHosts[name] : undefined;
    const symbols = liveSymbols(name, host, cache);
    listings.set(name, { at: Date.now(), symbols });
    symbols.catch(() => listings.delete(name));
    return symbols;
  };
  return {
    async exchanges() {
      const { default: ccxt } = await import('ccxt');
      const markets = await recorded();
      const ids = new Set([...(ccxt as unknown as { exchanges: string[] }).exchanges]);
      const all = new Set([...ids, ...markets.map((each) => each.exchange)]);
      return [...all].sort().map((id) => ({
        id,
        isLive: ids.has(id),
        recorded: markets.filter((each) => each.exchange === id).length,
      }));
    },
    async symbols(exchange, source) {
      if (source === 'live') return live(exchange);
      const markets = (await recorded()).filter((each) => each.exchange === exchange);
      if (markets.length === 0) throw new NotFoundError(`No recording of exchange "${exchange}"`);
      const names = [...new Set(markets.map((each) => each.symbol))].sort();
      return names.map((symbol) => ({
        symbol,
        timeframes: markets.filter((each) => each.symbol === symbol).map((each) => each.timeframe),
      }));
    },
  };
}

/** Asks the venue. @throws InvalidInputError naming near ids, UnreachableError where it does not answer. */
async function liveSymbols(
  name: string,
  host: string | undefined,
  cache: LimitCache,
): Promise<ListedSymbol[]> {
  await venueClass(name);
  const { ask } = connectVenue({ client: name, name, host, cache });
  const { markets, timeframes } = await ask(async ({ exchange }) => {
    await exchange.loadMarkets();
    return exchange;
  });
  const known = Object.keys(timeframes ?? {}).filter((each) => Object.hasOwn(TIMEFRAMES, each));
  const symbols = new Set<string>();
  for (const market of Object.values(markets ?? {})) {
    // As streams name them: spot, or a perpetual that settles in its quote.
    const isStream = market?.spot || (market?.swap && market.settle === market.quote);
    const symbol = `${market?.base}-${market?.quote}`;
    if (isStream && market?.active !== false && /^[A-Z0-9]{1,20}-[A-Z0-9]{1,10}$/.test(symbol))
      symbols.add(symbol);
  }
  return [...symbols].sort().map((symbol) => ({ symbol, timeframes: known }));
}
