import type { TimeRange } from '../../domain/bars.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { FundingPage } from '../../domain/funding.js';
import type { TradesSource } from './older.js';

/** Rates of one request: what Binance gives at most. */
const PAGE = 1000;
/** Venues that answer by windows give nothing where a perpetual was not listed yet: then we step over so much. */
const LEAP_MS = 90 * 86_400_000;

/** One page of a perpetual's funding rates in [from, to), ascending. */
export async function fundingPage(
  { name, ask }: Pick<TradesSource, 'name' | 'ask'>,
  symbol: string,
  range: TimeRange,
): Promise<FundingPage> {
  const page: FundingPage = { rates: [], rejected: [], next: null };
  if (range.from >= range.to) return page;
  const fetched = await ask(({ exchange }) => {
    if (exchange.has['fetchFundingRateHistory'] !== true)
      throw new InvalidInputError(`${name} offers no history of funding rates`);
    return exchange.fetchFundingRateHistory(symbol, range.from, PAGE, { until: range.to });
  });
  let newest = -Infinity;
  for (const { timestamp, fundingRate, info } of fetched) {
    const time = Number(timestamp);
    if (!(Number.isFinite(time) && time > 0)) {
      page.rejected.push({ row: info, reason: 'the rate has no time' });
      continue;
    }
    if (time < range.from || time >= range.to) continue;
    newest = Math.max(newest, time);
    if (typeof fundingRate === 'number' && Number.isFinite(fundingRate))
      page.rates.push({ time, rate: fundingRate });
    else page.rejected.push({ row: info, reason: `the rate at ${time} is not a number` });
  }
  page.rates.sort((a, b) => a.time - b.time);
  const reached = Number.isFinite(newest) ? newest + 1 : range.from + LEAP_MS;
  page.next = reached < range.to ? reached : null;
  return page;
}
