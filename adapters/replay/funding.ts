import { decimal, type Answer } from './klines.js';
import type { BarProvider } from './provider.js';

const MOST = 1000;

/** `GET /fapi/v1/fundingRate`: rates from `startTime` on, or the latest ones, as Binance renders them. */
export async function fundingRates(
  provider: BarProvider,
  exchange: string,
  query: URLSearchParams,
): Promise<Answer> {
  const pair = query.get('symbol') ?? '';
  const market = (await provider.markets()).find(
    (each) => each.exchange === exchange && each.symbol.replace('-', '') === pair,
  );
  const all = market && (await provider.funding?.({ exchange, symbol: market.symbol }));
  if (!all) return { status: 400, body: { code: -1121, msg: 'Invalid symbol.' } };
  const [start, end] = [query.get('startTime'), Number(query.get('endTime') ?? Infinity)];
  const most = Math.min(Number(query.get('limit') ?? 100), MOST);
  const within = all.filter(
    ({ time }) => time >= Number(start ?? 0) && time <= Math.min(end, provider.now()),
  );
  const shown = start === null ? within.slice(-most) : within.slice(0, most);
  return {
    status: 200,
    body: shown.map(({ time, rate }) => ({
      symbol: pair,
      fundingRate: decimal(rate, 8),
      fundingTime: time,
      markPrice: '',
    })),
  };
}
