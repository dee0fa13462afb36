import { describe, expect, it } from 'vitest';
import type { MarketsPort } from '../../adapters/ports.js';
import { startReplay, type Fault, type ReplayRequest } from '../../adapters/replay/exchange.js';
import { recordedProvider } from '../../adapters/replay/recorded.js';
import type { Bar } from '../../domain/bars.js';
import type { FundingRate } from '../../domain/funding.js';
import type { Stream } from '../../domain/streams.js';
import { barsOfBars } from '../../domain/trades.js';
import { collect, kept, LIVE, opened } from './made-markets.js';
import { csvOf, hourlyLines, HOUR, madeRecording, START } from './made-recordings.js';

const at = (index: number): number => START + index * HOUR;
const barOf = (line: string): Bar => {
  const [time = '', ...cells] = line.split(',');
  const [open = NaN, high = NaN, low = NaN, close = NaN, volume = NaN] = cells.map(Number);
  return { time: Date.parse(time), open, high, low, close, volume, knownAt: Date.parse(time) + HOUR };
};
/** The first hour has volume, too: trades are what there is where nothing else is. */
const linesOf = (n: number): string[] => hourlyLines(n + 1).slice(1);

interface Venue {
  markets: MarketsPort;
  asked: ReplayRequest[];
}

/** A live venue with these hours, whose present is `now`. */
async function venueOf(
  name: string,
  lines: string[],
  options: { now?: number; faults?: (request: ReplayRequest) => Fault | null; funding?: FundingRate[] } = {},
): Promise<Venue> {
  const asked: ReplayRequest[] = [];
  const directory = madeRecording({ [`ohlcv/${name}_1h/BTCUSD_1h.csv`]: csvOf(lines) });
  const provider = {
    ...recordedProvider(directory),
    now: () => options.now ?? at(lines.length + 1) + 60_000,
    funding: async () => options.funding ?? null,
  };
  const faults = (request: ReplayRequest): Fault | null => {
    asked.push(request);
    return options.faults?.(request) ?? null;
  };
  const { url } = kept(await startReplay({ provider, faults }));
  return { markets: opened(LIVE, { [name]: url }), asked };
}

const streamOf = (exchange: string, timeframe: Stream['timeframe'] = '1h'): Stream => ({
  exchange,
  symbol: 'BTC-USD',
  timeframe,
});

describe('Kraken', () => {
  const lines = linesOf(2500);
  const stream = streamOf('kraken');

  it('serves its latest 720 rows, and what is older is made from trades: the same bars', async () => {
    const { markets, asked } = await venueOf('kraken', lines);
    expect(await markets.lastClosed(stream)).toBe(at(2500));
    const { bars, rejected } = await collect(markets, stream, { from: at(0), to: at(2501) });
    expect(rejected).toEqual([]);
    expect(bars).toEqual(lines.map(barOf));
    const paths = asked.map(({ path }) => path.split('/').at(-1));
    expect(paths.filter((path) => path === 'OHLC')).toHaveLength(2);
    // 1780 hours of four trades each, a thousand a page.
    expect(paths.filter((path) => path === 'Trades').length).toBeLessThanOrEqual(10);
  }, 60_000);

  it('asks for rows only where those are enough', async () => {
    const { markets, asked } = await venueOf('kraken', lines);
    const { bars } = await collect(markets, stream, { from: at(1800), to: at(2501) });
    expect(bars).toEqual(lines.slice(1799).map(barOf));
    expect(asked.some(({ path }) => path.endsWith('Trades'))).toBe(false);
  });

  it('has no bars where nothing was traded, and goes on behind a gap longer than any page', async () => {
    const gap = lines.filter((_, i) => i < 100 || i > 1500);
    const { markets } = await venueOf('kraken', gap, { now: at(2501) + 60_000 });
    const { bars } = await collect(markets, stream, { from: at(1), to: at(1700) });
    expect(bars).toEqual(gap.map(barOf).filter((bar) => bar.time < at(1700)));
  });

  it('has no bar with an unreadable trade, and says which', async () => {
    const rows = [
      ['100.0', '1', at(1) / 1000, 'b', 'l', '', 1],
      ['nothing', '1', at(2) / 1000 + 5, 'b', 'l', '', 2],
      ['100.0', '1', at(2) / 1000 + 9, 'b', 'l', '', 3],
      ['101.0', '2', at(3) / 1000, 's', 'l', '', 4],
      ['101.0', '2', at(5) / 1000, 's', 'l', '', 5],
    ];
    const broken = await venueOf('kraken', lines, {
      faults: ({ path, count }) =>
        path.endsWith('Trades')
          ? {
              body: JSON.stringify({
                error: [],
                result: { XXBTZUSD: count > 4 ? [] : rows, last: `${at(5)}000000` },
              }),
            }
          : null,
    });
    const page = await broken.markets.fetchBars({ stream, range: { from: at(1), to: at(5) } });
    expect(page.bars.map((bar) => bar.time)).toEqual([at(1), at(3)]);
    expect(page.rejected).toMatchObject([
      { row: { time: at(2) }, reason: 'a trade of the bar cannot be read' },
    ]);
  });
});

describe('Coinbase', () => {
  const lines = linesOf(1000);

  it.each(['coinbase', 'coinbaseexchange'])(
    '%s gives 300 candles at most, in windows: a gap longer than those ends nothing',
    async (name) => {
      const gap = lines.filter((_, i) => i < 50 || i >= 780);
      const { markets, asked } = await venueOf(name, gap, { now: at(1001) + 60_000 });
      const { bars, rejected } = await collect(markets, streamOf(name), { from: at(1), to: at(1001) });
      expect(rejected).toEqual([]);
      expect(bars).toEqual(gap.map(barOf));
      expect(asked.filter(({ path }) => path.endsWith('candles')).length).toBeLessThan(8);
      expect(await markets.lastClosed(streamOf(name))).toBe(at(1000));
    },
  );

  it('has no 4h: those are made from hours', async () => {
    const { markets } = await venueOf('coinbase', lines);
    const stream = await markets.resolve({ symbol: 'BTC-USD', timeframe: '4h', exchange: 'coinbase' });
    expect(await markets.lastClosed(stream)).toBe(at(996));
    const { bars, rejected } = await collect(markets, stream, { from: at(0), to: at(1001) });
    const whole = { bars: lines.map(barOf), from: at(1), to: at(1000) };
    expect(rejected).toEqual([]);
    // The first four hours lack one that the venue never had: made of the others.
    expect(bars).toEqual(barsOfBars({ ...whole, from: at(0) }, '4h'));
    expect(bars.at(-1)?.time).toBe(at(996));
  });

  it('asks again before a short answer becomes a wrong bar', async () => {
    let short = 0;
    const { markets } = await venueOf('coinbase', lines, {
      faults: ({ path }) => {
        if (!path.endsWith('candles') || short++ > 0) return null;
        const rows = lines.slice(3, 15).filter((_, i) => i !== 5);
        const candles = rows.map(barOf).map(({ time, ...bar }) => ({
          start: String(time / 1000),
          ...Object.fromEntries(Object.entries(bar).map(([key, value]) => [key, String(value)])),
        }));
        return { body: JSON.stringify({ candles: candles.reverse() }) };
      },
    });
    const page = await markets.fetchBars({
      stream: streamOf('coinbase', '4h'),
      range: { from: at(4), to: at(16) },
    });
    expect(page.bars).toEqual(barsOfBars({ bars: lines.map(barOf), from: at(4), to: at(16) }, '4h'));
  });

  it('refuses more candles than it gives, as the venue does', async () => {
    const { asked: _, ...venue } = await venueOf('coinbase', lines);
    await venue.markets.lastClosed(streamOf('coinbase'));
    const { url } = kept(
      await startReplay({
        provider: recordedProvider(madeRecording({ 'ohlcv/coinbase_1h/BTCUSD_1h.csv': csvOf(lines) })),
      }),
    );
    const ask = (bars: number) =>
      fetch(
        `${url}/api/v3/brokerage/market/products/BTC-USD/candles?granularity=ONE_HOUR&start=${START / 1000}&end=${at(bars) / 1000}`,
      );
    expect((await ask(300)).status).toBe(200);
    const refused = await ask(301);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: 'INVALID_ARGUMENT' });
  });
});

describe('funding rates of USD-M futures', () => {
  const funding = Array.from({ length: 2300 }, (_, i) => ({
    time: START + i * 8 * HOUR + 3,
    rate: (i % 7) * 1e-5 - 2e-5,
  }));
  const market = { exchange: 'binanceusdm', symbol: 'BTC-USD' };

  async function all(markets: MarketsPort, from: number, to: number) {
    const rates: FundingRate[] = [];
    for (let next: number | null = from; next !== null;) {
      const page = await markets.fetchFunding({ ...market, range: { from: next, to } });
      rates.push(...page.rates);
      next = page.next;
    }
    return rates;
  }

  it('come in pages, each once, also from short pages and over gaps', async () => {
    const now = START + 2400 * 8 * HOUR;
    const holed = funding.filter((_, i) => i < 900 || i > 1400);
    const { markets } = await venueOf('binanceusdm', linesOf(10), { funding: holed, now });
    expect(await all(markets, START, now)).toEqual(holed);
    expect(await all(markets, START + 5, START + 24 * HOUR + 3)).toEqual(funding.slice(1, 3));
    const short = await venueOf('binanceusdm', linesOf(10), {
      funding: holed,
      now,
      faults: ({ path }) => (path.endsWith('fundingRate') ? { change: (rows) => rows.slice(0, 300) } : null),
    });
    expect(await all(short.markets, START, now)).toEqual(holed);
  });

  it('are not to be had from a spot venue or a recording, and it is said so', async () => {
    const { markets } = await venueOf('kraken', linesOf(10));
    const range = { from: START, to: at(5) };
    await expect(
      markets.fetchFunding({ exchange: 'kraken', symbol: 'BTC-USD', range }),
    ).rejects.toMatchObject({
      name: 'InvalidInputError',
    });
    const recorded = opened({ kind: 'simulated', detail: '1' });
    await expect(recorded.fetchFunding({ ...market, range })).rejects.toThrow(
      /a simulated source has bars only/,
    );
  });
});
