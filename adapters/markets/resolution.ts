import { InvalidInputError } from '../../domain/errors.js';
import type { Timeframe } from '../../domain/streams.js';
import type { ReplayMarket } from '../replay/provider.js';

/**
 * The recorded venue that serves a symbol: the one asked for, else the first that has it in the order of
 * `markets`. @throws InvalidInputError naming what is recorded.
 */
export function recordedVenue(
  markets: readonly ReplayMarket[],
  wanted: { symbol: string; timeframe: Timeframe; exchange?: string | undefined },
): string {
  const { timeframe, exchange } = wanted;
  const symbol = wanted.symbol.replace('-', '/');
  const venues = markets.filter((each) => !exchange || each.exchange === exchange);
  if (venues.length === 0)
    throw new InvalidInputError(
      `No recording of exchange "${exchange}"; recorded: ${listed(markets.map((each) => each.exchange))}`,
    );
  const same = venues.filter((each) => each.symbol === wanted.symbol);
  const at = exchange ? ` at ${exchange}` : '';
  if (same.length === 0)
    throw new InvalidInputError(
      `No recording of ${symbol}${at}; recorded: ${listed(venues.map((each) => each.symbol.replace('-', '/')))}`,
    );
  const found = same.find((each) => each.timeframe === timeframe);
  if (found) return found.exchange;
  throw new InvalidInputError(
    `No ${timeframe} recording of ${symbol}${at}; recorded: ${listed(same.map((each) => each.timeframe))}. ` +
      'Bars are not resampled on collection',
  );
}

const listed = (values: string[]): string => [...new Set(values)].sort().join(', ');
