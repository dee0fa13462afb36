import { TIMEFRAMES, timeframeMs, type Timeframe } from '../../domain/streams.js';
import { placeOf, tradesFrom } from './bars-as-trades.js';
import { cellsOf, decimal, type Answer } from './klines.js';
import type { BarProvider, ReplayBars, ReplayMarket } from './provider.js';

/** Only so many of the latest rows are served, the open one included. */
const LATEST = 720;
const MOST_TRADES = 1000;
const EXCHANGE = 'kraken';
/** Assets from before Kraken gave up its prefixes; a pair of two such is named by both. */
const LEGACY: Record<string, string> = {
  ...{
    BTC: 'XXBT',
    XBT: 'XXBT',
    ETH: 'XETH',
    LTC: 'XLTC',
    XRP: 'XXRP',
    XLM: 'XXLM',
    ETC: 'XETC',
    DOGE: 'XXDG',
  },
  ...{
    ZEC: 'XZEC',
    XMR: 'XXMR',
    USD: 'ZUSD',
    EUR: 'ZEUR',
    GBP: 'ZGBP',
    JPY: 'ZJPY',
    CAD: 'ZCAD',
    AUD: 'ZAUD',
  },
};
const OWN_NAMES: Record<string, string> = { BTC: 'XBT', DOGE: 'XDG' };

const ok = (result: unknown): Answer => ({ status: 200, body: { error: [], result } });
const refused = (error: string): Answer => ({ status: 200, body: { error: [error] } });

/** `GET /0/public/…` as Kraken answers it. */
export async function kraken(provider: BarProvider, name: string, query: URLSearchParams): Promise<Answer> {
  const now = provider.now();
  const markets = (await provider.markets()).filter((each) => each.exchange === EXCHANGE);
  if (name === 'Time') return ok({ unixtime: Math.floor(now / 1000), rfc1123: new Date(now).toUTCString() });
  if (name === 'AssetPairs')
    return ok(Object.fromEntries(markets.map(({ symbol }) => [pairOf(symbol).id, pairInfo(symbol)])));
  if (name !== 'OHLC' && name !== 'Trades') return refused('EGeneral:Unknown method');
  const wanted = query.get('pair') ?? '';
  const own = markets.filter(({ symbol }) => [pairOf(symbol).id, pairOf(symbol).altname].includes(wanted));
  if (own.length === 0) return refused('EQuery:Unknown asset pair');
  return name === 'OHLC' ? ohlc(provider, own, query) : trades(provider, own, query);
}

function pairOf(symbol: string): { id: string; altname: string; base: string; quote: string } {
  const [first = '', second = ''] = symbol.split('-');
  const [base, quote] = [LEGACY[first] ?? first, LEGACY[second] ?? second];
  const altname = `${OWN_NAMES[first] ?? first}${OWN_NAMES[second] ?? second}`;
  return { id: LEGACY[first] && LEGACY[second] ? `${base}${quote}` : altname, altname, base, quote };
}

function pairInfo(symbol: string): Record<string, unknown> {
  const { altname, base, quote } = pairOf(symbol);
  const wsname = symbol
    .split('-')
    .map((code) => OWN_NAMES[code] ?? code)
    .join('/');
  const kinds = { aclass_base: 'currency', base, aclass_quote: 'currency', quote, lot: 'unit' };
  const places = { pair_decimals: 5, cost_decimals: 8, lot_decimals: 8, lot_multiplier: 1 };
  const fees = { leverage_buy: [], leverage_sell: [], fees: [[0, 0.4]], fees_maker: [[0, 0.25]] };
  const more = { fee_volume_currency: 'ZUSD', margin_call: 80, margin_stop: 40, ordermin: '0.0001' };
  return {
    altname,
    wsname,
    ...kinds,
    ...places,
    ...fees,
    ...more,
    costmin: '0.5',
    tick_size: '0.00001',
    status: 'online',
  };
}

async function ohlc(provider: BarProvider, own: ReplayMarket[], query: URLSearchParams): Promise<Answer> {
  const minutes = Number(query.get('interval') ?? 1);
  const timeframe = (Object.keys(TIMEFRAMES) as Timeframe[]).find(
    (each) => TIMEFRAMES[each] === minutes * 60_000,
  );
  const bars = await barsOf(provider, own, timeframe);
  if (!timeframe || !bars) return refused('EGeneral:Invalid arguments');
  const step = timeframeMs(timeframe);
  const { time } = bars.columns;
  const behind = placeOf(time, provider.now() + 1);
  const since = Number(query.get('since') ?? 0) * 1000;
  const first = Math.max(0, behind - LATEST, placeOf(time, since + 1));
  const rows = Array.from({ length: Math.max(0, behind - first) }, (_, i) => {
    const { shown, texts } = cellsOf(bars, first + i, 1);
    const [open, high, low, close, volume] = texts;
    return [shown === null ? null : Math.floor(shown / 1000), open, high, low, close, close, volume, 4];
  });
  const newest = time[behind - 1] ?? 0;
  // The last committed row: the newest is still open unless its time is over.
  const last = newest + step <= provider.now() ? newest : newest - step;
  return ok({ [pairOf(own[0]?.symbol ?? '').id]: rows, last: Math.floor(last / 1000) });
}

/** The shortest bars of a market stand for its trades. */
async function trades(provider: BarProvider, own: ReplayMarket[], query: URLSearchParams): Promise<Answer> {
  const shortest = own.toSorted((a, b) => timeframeMs(a.timeframe) - timeframeMs(b.timeframe))[0];
  const bars = shortest && (await provider.bars(shortest));
  if (!bars || !shortest) return refused('EQuery:Unknown asset pair');
  const since = nanoseconds(query.get('since') ?? '0');
  const most = Math.min(MOST_TRADES, Number(query.get('count') ?? MOST_TRADES));
  const from = Number(since / 1_000_000n) + 1;
  const found = tradesFrom(bars, { from, now: provider.now(), most, step: timeframeMs(shortest.timeframe) });
  const rows = found.map(({ id, time, price, amount, side }) => [
    decimal(price, 1),
    amount,
    time / 1000,
    side === 'buy' ? 'b' : 's',
    'l',
    '',
    id,
  ]);
  const last = found.at(-1);
  const mark = last ? BigInt(last.time) * 1_000_000n : since;
  return ok({ [pairOf(shortest.symbol).id]: rows, last: String(mark) });
}

/** Seconds, whole or not, and nanoseconds are told apart by their size. */
function nanoseconds(text: string): bigint {
  if (/^\d{16,}$/.test(text)) return BigInt(text);
  return BigInt(Math.round(Number(text) * 1e6)) * 1000n;
}

async function barsOf(
  provider: BarProvider,
  own: ReplayMarket[],
  timeframe: Timeframe | undefined,
): Promise<ReplayBars | null> {
  const first = own[0];
  return first && timeframe ? provider.bars({ ...first, timeframe }) : null;
}
