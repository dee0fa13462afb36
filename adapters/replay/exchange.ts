import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TIMEFRAMES, timeframeMs, type Timeframe } from '../../domain/streams.js';
import type { BarProvider } from './provider.js';

/** What a test makes the venue do wrong; null lets the request through. */
export type Fault =
  { status: number; body: string; headers?: Record<string, string> } | { dropRows: number } | null;

export interface ReplayOptions {
  provider: BarProvider;
  fault?: (request: { path: string; query: URLSearchParams; count: number }) => Fault;
}

const MARKETS = {
  '/api/v3': { exchange: 'binance', limit: 1000 },
  '/fapi/v1': { exchange: 'binanceusdm', limit: 1500 },
} as const;
type Prefix = keyof typeof MARKETS;

/**
 * A venue on loopback that speaks Binance's wire format (spot below /api/v3, USD-M below /fapi/v1), so that the
 * real client is what runs on recorded and simulated bars. Other recorded venues are reached as spot below /<id>.
 */
export async function startReplay(options: ReplayOptions): Promise<{ url: string; close(): Promise<void> }> {
  let count = 0;
  const server = createServer((request, response) => {
    answer(request, response, { ...options, count: ++count }).catch((error: unknown) => {
      send(response, 500, JSON.stringify({ code: -1000, msg: String(error) }));
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { provider, fault, count }: ReplayOptions & { count: number },
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://replay');
  const planned = fault?.({ path: url.pathname, query: url.searchParams, count }) ?? null;
  if (planned && 'status' in planned) return send(response, planned.status, planned.body, planned.headers);
  const match = /^(?:\/venue\/([a-z0-9]+))?(\/api\/v3|\/fapi\/v1)\/(\w+)$/.exec(url.pathname);
  if (!match) return send(response, 404, '{"code":-1,"msg":"Not Found"}');
  const prefix = match[2] as Prefix;
  const exchange = match[1] ?? MARKETS[prefix].exchange;
  if (match[3] === 'ping') return send(response, 200, '{}');
  if (match[3] === 'time') return send(response, 200, JSON.stringify({ serverTime: await provider.now() }));
  if (match[3] === 'exchangeInfo')
    return send(response, 200, JSON.stringify(await exchangeInfo(provider, exchange, prefix)));
  if (match[3] !== 'klines') return send(response, 404, '{"code":-1,"msg":"Not Found"}');
  const { status, body } = await klines(provider, { exchange, prefix, query: url.searchParams });
  const rows = planned && Array.isArray(body) ? body.slice(planned.dropRows) : body;
  send(response, status, JSON.stringify(rows));
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}

const ANY_BASES = ['BTC', 'ETH', 'BNB', 'SOL', 'XRP', 'ADA', 'DOGE', 'LINK', 'DOT', 'LTC', 'AVAX', 'MATIC'];

async function exchangeInfo(provider: BarProvider, exchange: string, prefix: Prefix): Promise<unknown> {
  const recorded = (await provider.markets()).filter((each) => each.exchange === exchange);
  const symbols =
    recorded.length > 0 ? recorded.map((each) => each.symbol) : ANY_BASES.map((base) => `${base}-USDT`);
  return {
    timezone: 'UTC',
    serverTime: await provider.now(),
    rateLimits: [],
    exchangeFilters: [],
    symbols: [...new Set(symbols)].map((symbol) => symbolInfo(symbol, prefix)),
  };
}

function symbolInfo(symbol: string, prefix: Prefix): Record<string, unknown> {
  const [baseAsset = '', quoteAsset = ''] = symbol.split('-');
  const shared = {
    symbol: `${baseAsset}${quoteAsset}`,
    status: 'TRADING',
    baseAsset,
    quoteAsset,
    baseAssetPrecision: 8,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    orderTypes: ['LIMIT', 'MARKET'],
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: '0.00000100', maxPrice: '10000000', tickSize: '0.00000100' },
      { filterType: 'LOT_SIZE', minQty: '0.00000100', maxQty: '9000000', stepSize: '0.00000100' },
    ],
  };
  if (prefix === '/api/v3') return { ...shared, isSpotTradingAllowed: true, permissions: ['SPOT'] };
  const perpetual = {
    contractType: 'PERPETUAL',
    marginAsset: quoteAsset,
    deliveryDate: 4_133_404_800_000,
    onboardDate: 0,
  };
  return {
    ...shared,
    ...perpetual,
    pair: shared.symbol,
    pricePrecision: 6,
    quantityPrecision: 6,
    underlyingType: 'COIN',
  };
}

async function klines(
  provider: BarProvider,
  request: { exchange: string; prefix: Prefix; query: URLSearchParams },
): Promise<{ status: number; body: unknown }> {
  const { exchange, prefix, query } = request;
  const interval = query.get('interval') ?? '';
  if (!Object.hasOwn(TIMEFRAMES, interval))
    return { status: 400, body: { code: -1120, msg: 'Invalid interval.' } };
  const timeframe = interval as Timeframe;
  const markets = (await provider.markets()).filter((each) => each.exchange === exchange);
  const pair = query.get('symbol') ?? '';
  const known = markets.find((each) => each.symbol.replace('-', '') === pair && each.timeframe === timeframe);
  const symbol =
    known?.symbol ?? (markets.length === 0 ? pair.replace(/(USDT|USDC|USD|BTC|ETH)$/, '-$1') : null);
  const bars = symbol ? await provider.bars({ exchange, symbol, timeframe }) : null;
  if (!bars) return { status: 400, body: { code: -1121, msg: 'Invalid symbol.' } };
  const limit = Math.min(Number(query.get('limit') ?? 500), MARKETS[prefix].limit);
  const start = query.get('startTime') === null ? null : Number(query.get('startTime'));
  const end = Number(query.get('endTime') ?? 8.64e15);
  const rows: unknown[] = [];
  let first = start === null ? Math.max(0, bars.time.length - limit) : lowerBound(bars.time, start);
  for (; first < bars.time.length && rows.length < limit && (bars.time[first] ?? 0) <= end; first++) {
    const text = (column: Float64Array): string => String(column[first]);
    const { time, open, high, low, close, volume } = bars;
    const openTime = time[first] ?? 0;
    rows.push([
      openTime,
      text(open),
      text(high),
      text(low),
      text(close),
      text(volume),
      openTime + timeframeMs(timeframe) - 1,
      '0',
      0,
      '0',
      '0',
      '0',
    ]);
  }
  return { status: 200, body: rows };
}

function lowerBound(times: Float64Array, wanted: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
