import type { Exchange } from 'ccxt';
import { InvalidInputError, UnreachableError } from '../../domain/errors.js';
import { nearNames } from '../../domain/near-names.js';
import { hear } from './answers.js';
import { faultOfStatus } from './faults.js';
import type { VenueRow } from './pages.js';

export interface ClientOptions {
  /** ccxt's id of the venue's client. */
  id: string;
  /** What messages call the venue. */
  name: string;
  /** Base address that replaces the venue's own, or undefined for the venue itself. */
  host: string | undefined;
  /** Symbols as sent, without ccxt's renaming (XBT to BTC): for replayed venues. */
  plainSymbols: boolean;
  /** Told the seconds of a Retry-After header. */
  onRetryAfter(seconds: number): void;
  /** Told the instant of an answer's Date header, epoch ms: whole seconds, so up to one behind. */
  onDate(time: number): void;
}

export interface VenueClient {
  exchange: Exchange;
  /** What `fetchOHLCV` gave, each row beside what the venue sent for it. */
  rowsOf(fetched: unknown[]): VenueRow[];
}

/** The kinds of markets that Binance's clients load: each kind is a request to another host. */
const MARKET_TYPES: Record<string, string[]> = {
  binance: ['spot'],
  binanceusdm: ['linear'],
  binancecoinm: ['inverse'],
};

/** ccxt's REST client of a venue. ccxt is loaded here, on first use, since it is large. */
export async function openClient(options: ClientOptions): Promise<VenueClient> {
  const Venue = await venueClass(options.id);
  const types = MARKET_TYPES[options.id];
  const exchange = new Venue({
    // Limits are shared by all workers through the cache instead.
    enableRateLimit: false,
    timeout: 15_000,
    options: types ? { fetchMarkets: { types } } : {},
  });
  if (options.plainSymbols) exchange.commonCurrencies = {};
  // Currencies need further requests, some of them signed, and no bar needs them.
  exchange.has['fetchCurrencies'] = false;
  if (options.host) exchange.urls['api'] = withHost(exchange.urls['api'], options.host.replace(/\/$/, ''));
  watchAnswers(exchange, options);
  keepTrades(exchange);
  return { exchange, rowsOf: keepRows(exchange, options.name) };
}

/** @throws InvalidInputError naming near ids. */
export async function venueClass(id: string): Promise<new (options: object) => Exchange> {
  const { default: ccxt } = await import('ccxt');
  const venues = ccxt as unknown as Record<string, unknown> & { exchanges: string[] };
  if (!venues.exchanges.includes(id))
    throw new InvalidInputError(
      `Unknown exchange "${id}"; near it: ${nearNames(id, venues.exchanges).join(', ')}`,
    );
  return venues[id] as new (options: object) => Exchange;
}

/** Addresses are texts, some with a `{hostname}` in it, or records of them. */
function withHost(api: unknown, host: string): Exchange['urls'][string] {
  if (typeof api === 'string') return api.replace(/^https?:\/\/[^/]+/, host).replace(/\/$/, '');
  if (typeof api !== 'object' || api === null) return api as Exchange['urls'][string];
  return Object.fromEntries(Object.entries(api).map(([name, each]) => [name, withHost(each, host)]));
}

/** Answers are judged before the client maps them: it takes refused locations for passing failures, pages for data. */
function watchAnswers(exchange: Exchange, { name, onRetryAfter, onDate }: ClientOptions): void {
  const handle = exchange.handleErrors.bind(exchange);
  exchange.handleErrors = (status, reason, url, method, headers, body, parsed, ...rest) => {
    const retryAfter = (headers as Record<string, string>)['Retry-After'];
    const date = Date.parse((headers as Record<string, string>)['Date'] ?? '');
    if (Number.isFinite(date)) onDate(date);
    const fault = faultOfStatus(name, status, retryAfter);
    if (fault && Number(retryAfter) > 0) onRetryAfter(Number(retryAfter));
    if (fault) throw fault;
    if (status < 400 && typeof parsed !== 'object') throw unreadable(name, 'no JSON', body);
    if (status < 400) hear(url, body);
    return handle(status, reason, url, method, headers, body, parsed, ...rest);
  };
}

/** The client drops rows that it cannot place; this keeps every row, and what was sent for it. */
function keepRows(exchange: Exchange, name: string): VenueClient['rowsOf'] {
  const sent = new WeakMap<object, unknown>();
  const parse = exchange.parseOHLCV.bind(exchange);
  const isRow = (raw: unknown): raw is object => typeof raw === 'object' && raw !== null;
  exchange.parseOHLCVs = (rows: unknown, market?: unknown) => {
    if (!Array.isArray(rows) || (rows.length > 0 && !rows.some(isRow)))
      throw unreadable(name, 'no list of bars', rows);
    return rows.map((raw: unknown) => {
      const values = isRow(raw) ? parse(raw, market as Parameters<typeof parse>[1]) : [];
      sent.set(values, raw);
      return values as ReturnType<typeof parse>;
    });
  };
  return (fetched) =>
    fetched
      .filter(Array.isArray)
      .map((values: unknown[]) => ({ values, raw: sent.has(values) ? sent.get(values) : values }));
}

/** One trade that the client cannot read must not hide the page's others: it comes without its values. */
function keepTrades(exchange: Exchange): void {
  const parse = exchange.parseTrade.bind(exchange);
  exchange.parseTrade = (raw, market) => {
    try {
      return parse(raw, market);
    } catch {
      return { info: raw, symbol: market?.symbol } as unknown as ReturnType<typeof parse>;
    }
  };
}

const unreadable = (name: string, what: string, sent: unknown): UnreachableError =>
  new UnreachableError(`${name} sent ${what}: ${JSON.stringify(sent)?.slice(0, 100)}`);
