import type { BarColumns } from './bars.js';
import { seededNormal, seededRandom } from './random.js';
import { floorToBar, timeframeMs, type Timeframe } from './streams.js';

/**
 * The simulated market has a present of its own, so that results do not depend on the day they are made:
 * it begins in 2020 (minutes: in the last 90 days) and its last bar closes here.
 */
export const SIMULATED_NOW = Date.UTC(2025, 0, 1);
const GENESIS = Date.UTC(2020, 0, 1);
const MINUTES_SPAN = 90 * 86_400_000;

const START_PRICES: Record<string, number> = {
  BTC: 20_000,
  ETH: 1_000,
  BNB: 150,
  SOL: 30,
  LINK: 8,
  DOGE: 0.08,
};

/** First bar open of a timeframe's simulated history. */
export const simulatedGenesis = (timeframe: Timeframe): number =>
  floorToBar(timeframeMs(timeframe) < 3_600_000 ? SIMULATED_NOW - MINUTES_SPAN : GENESIS, timeframe) +
  timeframeMs(timeframe);

/**
 * A symbol's whole simulated history: log price is a random walk whose log volatility reverts to its mean
 * (Ornstein–Uhlenbeck) with a daily season; extremes come from the walk inside the bar. No move can be forecast
 * from the past: an honest model finds nothing here. Same seed, symbol and timeframe give the same bars.
 */
export function simulateBars(args: { seed: string; symbol: string; timeframe: Timeframe }): BarColumns {
  const { seed, symbol, timeframe } = args;
  const step = timeframeMs(timeframe);
  const from = simulatedGenesis(timeframe);
  const n = Math.max(0, Math.floor((SIMULATED_NOW - from) / step));
  const normal = seededNormal(`${seed} ${symbol} ${timeframe}`);
  const base = symbol.split('-')[0] ?? symbol;
  const tick = tickOf(START_PRICES[base] ?? 10);
  const bars = emptyColumns(n);
  let price = START_PRICES[base] ?? 1 + 99 * seededRandom(symbol)();
  let mood = 0;
  for (let i = 0; i < n; i++) {
    mood = 0.98 * mood + 0.12 * normal();
    const time = from + i * step;
    const season = 1 + 0.25 * Math.sin((2 * Math.PI * (time % 86_400_000)) / 86_400_000);
    const deviation = 0.006 * Math.sqrt(step / 3_600_000) * Math.exp(mood) * season;
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

/** Five significant digits of the start price. */
const tickOf = (price: number): number => 10 ** (Math.floor(Math.log10(price)) - 4);

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
 * About six headlines a day and asset, drawn without looking at prices: they carry no information. Every tenth
 * comes again from another feed with tracking parameters, so that duplicates have to be found.
 */
export function simulateHeadlines(args: {
  seed: string;
  bases: string[];
  from: number;
  to: number;
}): SimulatedHeadline[] {
  const { seed, bases, from, to } = args;
  const out: SimulatedHeadline[] = [];
  const day = 86_400_000;
  for (let start = Math.floor(from / day) * day; start < to; start += day)
    for (const base of bases) {
      const random = seededRandom(`${seed} news ${base} ${start}`);
      const count = 3 + Math.floor(random() * 6);
      for (let i = 0; i < count; i++)
        out.push(...headline({ base, at: start + Math.floor(random() * day), random }));
    }
  return out
    .filter((each) => each.publishedAt >= from && each.publishedAt < to)
    .sort((a, b) => a.publishedAt - b.publishedAt);
}

function headline(args: { base: string; at: number; random: () => number }): SimulatedHeadline[] {
  const { base, at, random } = args;
  const name = NAMES[base] ?? base;
  const phrase = PHRASES[Math.floor(random() * PHRASES.length)] ?? '%';
  const publishedAt = Math.floor(at / 1000) * 1000;
  const feed = SIMULATED_FEEDS[Math.floor(random() * SIMULATED_FEEDS.length)] ?? 'simwire';
  const url = `https://${feed}.example/${base.toLowerCase()}/${publishedAt / 1000}`;
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
