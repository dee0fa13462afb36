import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../domain/errors.js';
import { fundingRates } from './funding.js';
import { coinbase, coinbaseExchange } from './coinbase.js';
import { KINDS, klines, type Answer, type Prefix } from './klines.js';
import { kraken } from './kraken.js';
import type { BarProvider } from './provider.js';

/** What a test makes the venue do wrong: another answer, a late one, or other rows. */
export interface Fault {
  status?: number;
  body?: string;
  headers?: Record<string, string>;
  delayMs?: number;
  change?: (rows: unknown[]) => unknown[];
}

export interface ReplayRequest {
  path: string;
  query: URLSearchParams;
  /** How many requests this is, from 1. */
  count: number;
}

export interface ReplayOptions {
  provider: BarProvider;
  /** Null lets the request through. */
  faults?: (request: ReplayRequest) => Fault | null;
}

/**
 * A venue on loopback that speaks the wire formats of Binance (spot below /api/v3, USD-M below /fapi/v1), Kraken
 * (/0/public) and Coinbase (/api/v3/brokerage/market, and the older /products), limits included, so that the real
 * clients are what runs on recorded and simulated bars. Any other venue is read as Binance's spot below /venue/<id>; what stands below
 * /bars/<timeframe> is of bars of that length alone.
 */
export async function startReplay(
  options: ReplayOptions,
): Promise<{ url: string; server: Server; close(): Promise<void> }> {
  let count = 0;
  const server = createServer((request, response) => {
    serve(request, response, { ...options, count: ++count }).catch((error: unknown) => {
      send(response, { status: 500, body: JSON.stringify({ code: -1000, msg: messageOf(error) }) });
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  // Neither the server nor a kept-alive connection may hold the process.
  server.unref().on('connection', (socket) => socket.unref());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, server, close: () => closeServer(server) };
}

export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { provider, faults, count }: ReplayOptions & { count: number },
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://replay');
  const fault = faults?.({ path: url.pathname, query: url.searchParams, count }) ?? {};
  if (fault.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
  const { headers = {} } = fault;
  if (fault.status !== undefined || fault.body !== undefined)
    return send(response, { status: fault.status ?? 200, body: fault.body ?? '', headers });
  const [, timeframe, path] = /^\/bars\/(\w+)(\/.*)$/.exec(url.pathname) ?? [];
  if (path) url.pathname = path;
  const { status, body } = await answer(
    timeframe ? only(provider, timeframe) : provider,
    request.method ?? 'GET',
    url,
  );
  const shown = fault.change && Array.isArray(body) ? fault.change(body) : body;
  send(response, { status, body: JSON.stringify(shown), headers });
}

/** A venue that has bars of one length, and its trades by these. */
const only = (provider: BarProvider, timeframe: string): BarProvider => ({
  ...provider,
  markets: async () => (await provider.markets()).filter((each) => each.timeframe === timeframe),
});

/** Which venue answers, by the paths that their own clients ask for. */
async function answer(provider: BarProvider, method: string, url: URL): Promise<Answer> {
  const { pathname, searchParams: query } = url;
  const others: [RegExp, (path: string) => Promise<Answer>][] = [
    [/^\/0\/public\/(\w+)$/, (name) => kraken(provider, name, query)],
    [/^\/api\/v3\/brokerage\/market\/(.+)$/, (path) => coinbase(provider, path, query)],
    [/^\/v2\/(time)$/, (path) => coinbase(provider, path, query)],
    [/^\/(time|products(?:\/.+)?)$/, (path) => coinbaseExchange(provider, path, query)],
  ];
  for (const [pattern, serveIt] of others) {
    const path = pattern.exec(pathname)?.[1];
    if (path && method === 'GET') return serveIt(path);
  }
  return binance(provider, method, url);
}

const PATH = /^(?:\/venue\/([a-z0-9]+))?(\/api\/v3|\/fapi\/v1)\/(\w+)$/;

async function binance(provider: BarProvider, method: string, url: URL): Promise<Answer> {
  const [, venue, prefix, name] = PATH.exec(url.pathname) ?? [];
  const kind = KINDS[prefix as Prefix];
  if (!kind || !['ping', 'time', 'exchangeInfo', 'klines', 'fundingRate'].includes(name ?? ''))
    return { status: 404, body: { code: -1, msg: 'Not Found' } };
  if (method !== 'GET')
    return { status: 405, body: { code: -1, msg: `Request method '${method}' is not supported` } };
  const exchange = venue ?? kind.exchange;
  if (name === 'ping') return { status: 200, body: {} };
  if (name === 'time') return { status: 200, body: { serverTime: provider.now() } };
  if (name === 'klines')
    return klines(provider, { exchange, prefix: prefix as Prefix, query: url.searchParams });
  if (name === 'fundingRate') return fundingRates(provider, exchange, url.searchParams);
  return { status: 200, body: await exchangeInfo(provider, exchange, prefix as Prefix) };
}

function send(
  response: ServerResponse,
  { status, body, headers = {} }: { status: number; body: string; headers?: Record<string, string> },
): void {
  response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8', ...headers }).end(body);
}

async function exchangeInfo(provider: BarProvider, exchange: string, prefix: Prefix): Promise<unknown> {
  const markets = (await provider.markets()).filter((each) => each.exchange === exchange);
  return {
    timezone: 'UTC',
    serverTime: provider.now(),
    rateLimits: [{ rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000 }],
    exchangeFilters: [],
    symbols: [...new Set(markets.map((each) => each.symbol))].map((symbol) => symbolInfo(symbol, prefix)),
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
