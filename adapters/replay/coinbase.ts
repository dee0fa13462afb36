import { timeframeMs, type Timeframe } from '../../domain/streams.js';
import { placeOf, tradesFrom } from './bars-as-trades.js';
import { cellsOf, decimal, type Answer } from './klines.js';
import type { BarProvider, ReplayBars } from './provider.js';

/** Candles of one answer at most. */
const MOST = 300;
const MOST_TRADES = 1000;
const EXCHANGES = ['coinbase', 'coinbaseexchange'];
const GRANULARITIES: Record<string, Timeframe> = {
  ...{ ONE_MINUTE: '1m', FIVE_MINUTE: '5m', FIFTEEN_MINUTE: '15m', THIRTY_MINUTE: '30m' },
  ...{ ONE_HOUR: '1h', TWO_HOUR: '2h', SIX_HOUR: '6h', ONE_DAY: '1d' },
};
const SECONDS: Record<string, Timeframe> = {
  ...{ 60: '1m', 300: '5m', 900: '15m', 3600: '1h', 21600: '6h', 86400: '1d' },
};

const refused = (details: string): Answer => ({
  status: 400,
  body: { error: 'INVALID_ARGUMENT', error_details: details, message: details },
});
const notFound: Answer = { status: 404, body: { error: 'NOT_FOUND', message: 'product not found' } };

/** The public part of Coinbase's Advanced Trade interface below /api/v3/brokerage/market, and its time. */
export async function coinbase(provider: BarProvider, path: string, query: URLSearchParams): Promise<Answer> {
  const now = provider.now();
  const [, id, list] = /^products(?:\/([^/]+)(?:\/(candles|ticker))?)?$/.exec(path) ?? [];
  if (path === 'time') {
    const iso = new Date(now).toISOString();
    return { status: 200, body: { data: { iso, epoch: Math.floor(now / 1000) } } };
  }
  const symbols = await symbolsOf(provider);
  if (path === 'products') {
    const products = query.get('product_type') === 'FUTURE' ? [] : symbols.map(productOf);
    return { status: 200, body: { products, num_products: products.length } };
  }
  if (!id || !symbols.includes(id)) return notFound;
  if (list === 'candles') return candles(provider, id, query);
  if (list === 'ticker') return ticker(provider, id, query);
  return { status: 200, body: productOf(id) };
}

/** The older Exchange interface, `GET /products/<id>/candles`: rows of numbers, newest first. */
export async function coinbaseExchange(
  provider: BarProvider,
  path: string,
  query: URLSearchParams,
): Promise<Answer> {
  const now = provider.now();
  if (path === 'time') return { status: 200, body: { iso: new Date(now).toISOString(), epoch: now / 1000 } };
  const symbols = await symbolsOf(provider);
  if (path === 'products') return { status: 200, body: symbols.map(exchangeProductOf) };
  const [, id = ''] = /^products\/([^/]+)\/candles$/.exec(path) ?? [];
  if (!symbols.includes(id)) return { status: 404, body: { message: 'NotFound' } };
  const timeframe = SECONDS[query.get('granularity') ?? '60'];
  const bars = timeframe && (await barsOf(provider, id, timeframe));
  if (!timeframe || !bars) return { status: 400, body: { message: 'Unsupported granularity' } };
  const step = timeframeMs(timeframe);
  const end = Date.parse(query.get('end') ?? '') || now;
  const start = Date.parse(query.get('start') ?? '') || end - (MOST - 1) * step;
  if ((end - start) / step > MOST)
    return {
      status: 400,
      body: {
        message:
          'granularity too small for the requested time range. Count of aggregations requested exceeds 300',
      },
    };
  const rows = windowOf(bars, { start, end: end + 1, now }).map((place) => {
    const { shown, texts } = cellsOf(bars, place, 0);
    const [open, high, low, close, volume] = texts.map((text) =>
      Number.isNaN(Number(text)) ? text : Number(text),
    );
    return [shown === null ? null : shown / 1000, low, high, open, close, volume];
  });
  return { status: 200, body: rows.reverse() };
}

async function symbolsOf(provider: BarProvider): Promise<string[]> {
  const own = (await provider.markets()).filter((each) => EXCHANGES.includes(each.exchange));
  return [...new Set(own.map((each) => each.symbol))];
}

async function candles(provider: BarProvider, id: string, query: URLSearchParams): Promise<Answer> {
  const timeframe = GRANULARITIES[query.get('granularity') ?? ''];
  if (!timeframe) return refused('granularity argument is invalid');
  const [start, end] = [Number(query.get('start')) * 1000, Number(query.get('end')) * 1000];
  if (!(end > start)) return refused('start and end argument is invalid');
  if ((end - start) / timeframeMs(timeframe) > MOST)
    return refused(
      `start and end argument is invalid - number of candles requested should be less than ${MOST}`,
    );
  const bars = await barsOf(provider, id, timeframe);
  if (!bars) return refused('granularity argument is invalid');
  const rows = windowOf(bars, { start, end, now: provider.now() }).map((place) => {
    const { shown, texts } = cellsOf(bars, place, 0);
    const [open, high, low, close, volume] = texts;
    return { start: shown === null ? null : String(shown / 1000), low, high, open, close, volume };
  });
  return { status: 200, body: { candles: rows.reverse() } };
}

async function ticker(provider: BarProvider, id: string, query: URLSearchParams): Promise<Answer> {
  const all = (await provider.markets()).filter(
    (each) => EXCHANGES.includes(each.exchange) && each.symbol === id,
  );
  const market = all.toSorted((a, b) => timeframeMs(a.timeframe) - timeframeMs(b.timeframe))[0];
  const bars = market && (await provider.bars(market));
  if (!market || !bars) return notFound;
  const from = Number(query.get('start') ?? 0) * 1000;
  const end = Math.min(Number(query.get('end') ?? Infinity) * 1000, provider.now());
  const most = Math.min(Number(query.get('limit') ?? MOST_TRADES), MOST_TRADES);
  const found = tradesFrom(bars, { from, now: end, most, step: timeframeMs(market.timeframe) });
  const trades = found.map(({ id: trade, time, price, amount, side }) => ({
    trade_id: String(trade),
    product_id: id,
    price: decimal(price, 2),
    size: amount,
    time: new Date(time).toISOString(),
    side: side.toUpperCase(),
    bid: '',
    ask: '',
  }));
  return { status: 200, body: { trades: trades.reverse(), best_bid: '', best_ask: '' } };
}

async function barsOf(
  provider: BarProvider,
  symbol: string,
  timeframe: Timeframe,
): Promise<ReplayBars | null> {
  for (const exchange of EXCHANGES) {
    const listed = (await provider.markets()).some(
      (each) => each.exchange === exchange && each.symbol === symbol,
    );
    const bars = listed ? await provider.bars({ exchange, symbol, timeframe }) : null;
    if (bars) return bars;
  }
  return null;
}

function windowOf(
  bars: ReplayBars,
  { start, end, now }: { start: number; end: number; now: number },
): number[] {
  const { time } = bars.columns;
  const first = placeOf(time, start);
  const behind = placeOf(time, Math.min(end, now + 1));
  return Array.from({ length: Math.max(0, behind - first) }, (_, i) => first + i);
}

function productOf(symbol: string): Record<string, unknown> {
  const [base, quote] = symbol.split('-');
  const steps = { base_increment: '0.00000001', quote_increment: '0.01', price_increment: '0.01' };
  const sizes = {
    quote_min_size: '1',
    quote_max_size: '150000000',
    base_min_size: '0.00000001',
    base_max_size: '3400',
  };
  const flags = {
    is_disabled: false,
    cancel_only: false,
    limit_only: false,
    post_only: false,
    trading_disabled: false,
  };
  const names = { base_name: base, quote_name: quote, base_currency_id: base, quote_currency_id: quote };
  return {
    product_id: symbol,
    ...names,
    ...steps,
    ...sizes,
    ...flags,
    status: 'online',
    product_type: 'SPOT',
    alias: '',
    alias_to: [],
  };
}

function exchangeProductOf(symbol: string): Record<string, unknown> {
  const [base, quote] = symbol.split('-');
  const steps = { base_min_size: '0.00000001', quote_increment: '0.01', base_increment: '0.00000001' };
  const flags = { post_only: false, limit_only: false, cancel_only: false, trading_disabled: false };
  return {
    id: symbol,
    base_currency: base,
    quote_currency: quote,
    ...steps,
    display_name: `${base}/${quote}`,
    ...flags,
    status: 'online',
    status_message: '',
  };
}
