import type { BarColumns } from './bars.js';
import { seededNormal, seededRandom } from './random.js';
import { floorToBar, timeframeMs, type Timeframe } from './streams.js';

/**
 * The simulated market has a present of its own, so that results do not depend on the day they are made: it begins
 * in 2020 (bars below an hour: 90 days before its end) and its last bar closes here; the last hour opens at 23:00 on
 * 2024-12-31 UTC.
 */
export const SIMULATED_NOW = Date.UTC(2025, 0, 1);
const GENESIS = Date.UTC(2020, 0, 1);
const DAY = 86_400_000;
const MINUTES_SPAN = 90 * DAY;

/** In dollars; any other asset starts between 1 and 100, by its name. */
const START_PRICES: Record<string, number> = {
  BTC: 20_000,
  ETH: 1_000,
  BNB: 150,
  SOL: 30,
  LINK: 8,
  DOGE: 0.08,
  EUR: 1.1,
  GBP: 1.25,
};
const DOLLARS = /^(USD|USDT|USDC|BUSD|FDUSD|TUSD|DAI)$/;

/** First bar open of a timeframe's simulated history. */
export const simulatedGenesis = (timeframe: Timeframe): number =>
  floorToBar(timeframeMs(timeframe) < 3_600_000 ? SIMULATED_NOW - MINUTES_SPAN : GENESIS, timeframe) +
  timeframeMs(timeframe);

/**
 * A symbol's whole simulated history: log price is a random walk whose log volatility reverts to its mean
 * (Ornstein–Uhlenbeck per bar, hence clusters and heavy tails) with a daily season; extremes come from the walk
 * inside the bar, volume follows volatility. No move can be forecast from the past: an honest model finds nothing
 * here. Same seed, symbol and timeframe give the same bars; timeframes of a symbol are separate histories.
 */
export function simulateBars(args: { seed: string; symbol: string; timeframe: Timeframe }): BarColumns {
  const { seed, symbol, timeframe } = args;
  const step = timeframeMs(timeframe);
  const from = simulatedGenesis(timeframe);
  const n = Math.max(0, Math.floor((SIMULATED_NOW - from) / step));
  const normal = seededNormal(`${seed} ${symbol} ${timeframe}`);
  let price = startPrice(symbol);
  const tick = tickOf(price);
  price = exact(price, tick);
  const calm = 0.7 + 0.6 * seededRandom(`${seed} ${symbol} volatility`)();
  const bars = emptyColumns(n);
  let mood = 0;
  for (let i = 0; i < n; i++) {
    mood = 0.98 * mood + 0.12 * normal();
    const time = from + i * step;
    const season = 1 + 0.25 * Math.sin((2 * Math.PI * (time % DAY)) / DAY);
    const deviation = 0.006 * calm * Math.sqrt(step / 3_600_000) * Math.exp(mood) * season;
    const path = insideBar(price, deviation, normal);
    const [open, high, low, close] = path.map((value) => Math.max(tick, Math.round(value / tick) * tick));
    bars.time[i] = time;
    bars.open[i] = exact(open, tick);
    bars.high[i] = exact(high, tick);
    bars.low[i] = exact(low, tick);
    bars.close[i] = exact(close, tick);
    bars.volume[i] = Math.round((1e6 / price) * Math.exp(mood + 0.3 * normal()) * 1000) / 1000;
    price = bars.close[i] ?? price;
  }
  return bars;
}

/** Open, high, low and close of eight steps inside the bar. */
function insideBar(price: number, deviation: number, normal: () => number): [number, number, number, number] {
  let [value, high, low] = [price, price, price];
  for (let part = 0; part < 8; part++) {
    value *= Math.exp((deviation / Math.sqrt(8)) * normal());
    high = Math.max(high, value);
    low = Math.min(low, value);
  }
  return [price, high, low, value];
}

function startPrice(symbol: string): number {
  const [base = symbol, quote = ''] = symbol.split('-');
  const dollars = (asset: string): number => START_PRICES[asset] ?? 1 + 99 * seededRandom(asset)();
  return dollars(base) / (DOLLARS.test(quote) ? 1 : dollars(quote));
}

/** Six significant digits of the start price. */
const tickOf = (price: number): number => 10 ** (Math.floor(Math.log10(price)) - 5);

/** A price as its shortest decimal, without the noise of the multiplication. */
const exact = (value: number | undefined, tick: number): number =>
  Number((value ?? tick).toFixed(Math.max(0, -Math.round(Math.log10(tick)))));

const emptyColumns = (n: number): BarColumns => ({
  time: new Float64Array(n),
  open: new Float64Array(n),
  high: new Float64Array(n),
  low: new Float64Array(n),
  close: new Float64Array(n),
  volume: new Float64Array(n),
});

export interface SimulatedHeadline {
  feed: string;
  title: string;
  text: string;
  url: string;
  publishedAt: number;
}

const NAMES: Record<string, string> = {
  BTC: 'Bitcoin',
  ETH: 'Ethereum',
  SOL: 'Solana',
  BNB: 'BNB',
  LINK: 'Chainlink',
};
const PHRASES = [
  '% surges as institutional demand grows',
  '% rallies after exchange lists new product',
  'Analysts raise their outlook for %',
  '% adoption reaches a record high',
  '% drops amid regulatory concerns',
  '% falls sharply after large liquidations',
  'Hack of a lending protocol weighs on %',
  'Traders cut exposure as % weakens',
  '% trades sideways ahead of the weekend',
  'Developers publish the roadmap of % for the quarter',
  'What to know about % this week',
  'Exchange schedules maintenance for % wallets',
];
export const SIMULATED_FEEDS = ['simwire', 'simdaily', 'simdesk'] as const;

/**
 * About five headlines a day and asset from the market's beginning to its present, drawn without looking at prices:
 * they carry no information about them. A tenth comes again from another feed a minute later with tracking
 * parameters, so that duplicates have to be found. Any window gives the same headlines as a larger one.
 */
export function simulateHeadlines(args: {
  seed: string;
  bases: string[];
  from: number;
  to: number;
}): SimulatedHeadline[] {
  const { seed, bases } = args;
  const from = Math.max(args.from, GENESIS);
  const to = Math.min(args.to, SIMULATED_NOW);
  const out: SimulatedHeadline[] = [];
  // The day before may have an item whose copy falls into the window.
  for (let start = Math.floor(from / DAY) * DAY - DAY; start < to; start += DAY)
    for (const base of bases) {
      const random = seededRandom(`${seed} news ${base} ${start}`);
      const count = 3 + Math.floor(random() * 6);
      for (let i = 0; i < count; i++)
        out.push(...headline({ base, i, at: start + Math.floor(random() * DAY), random }));
    }
  return out
    .filter((each) => each.publishedAt >= from && each.publishedAt < to)
    .sort((a, b) => a.publishedAt - b.publishedAt);
}

function headline(args: { base: string; i: number; at: number; random: () => number }): SimulatedHeadline[] {
  const { base, i, at, random } = args;
  const name = NAMES[base] ?? base;
  const phrase = PHRASES[Math.floor(random() * PHRASES.length)] ?? '%';
  const publishedAt = Math.floor(at / 1000) * 1000;
  const feed = SIMULATED_FEEDS[Math.floor(random() * SIMULATED_FEEDS.length)] ?? 'simwire';
  const url = `https://${feed}.example/${base.toLowerCase()}/${publishedAt / 1000}-${i}`;
  const first = {
    feed,
    title: phrase.replace('%', name),
    text: `Simulated report on ${name} (${base}).`,
    url,
    publishedAt,
  };
  if (random() > 0.1) return [first];
  const other = SIMULATED_FEEDS.find((each) => each !== feed) ?? feed;
  return [
    first,
    { ...first, feed: other, url: `${url}?utm_source=${other}`, publishedAt: publishedAt + 60_000 },
  ];
}
