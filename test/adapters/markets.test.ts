import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MARKETS } from '../../adapters/markets/index.js';
import type { MarketsPort } from '../../adapters/ports.js';
import type { Bar } from '../../domain/bars.js';
import type { Source } from '../../domain/sources.js';
import { recordedDirectory } from '../recorded.js';
import { BTC, collect, faulty, opened, range, recorded } from './made-markets.js';
import { csvOf, hourlyLines, HOUR, madeRecording, START } from './made-recordings.js';

const made = { 'ohlcv/binance_spot_1h/BTCUSDT_1h.csv.gz': csvOf(hourlyLines(2500)) };
const kinds: Record<Source['kind'], () => Promise<MarketsPort>> = {
  live: () => faulty(() => null),
  recorded: async () => recorded(made),
  simulated: async () => opened({ kind: 'simulated', detail: '7' }),
};

it('every kind of source is in the registry and in the contract below', () => {
  expect(Object.keys(MARKETS).sort()).toEqual(Object.keys(kinds).sort());
});

describe.each(Object.entries(kinds))('a %s market', (kind, openKind) => {
  it('pages through its closed bars, ascending, known at their close, each once', async () => {
    const markets = await openKind();
    expect(markets.source.kind).toBe(kind);
    const stream = await markets.resolve({ symbol: 'BTC-USDT', timeframe: '1h' });
    expect(stream).toEqual(BTC);
    const last = await markets.lastClosed(stream);
    const { bars, rejected, pages } = await collect(markets, stream, {
      from: last - 2299 * HOUR,
      to: last + 50 * HOUR,
    });
    expect(rejected).toEqual([]);
    expect(pages.length).toBeLessThan(5);
    expect(bars.map((bar) => bar.time)).toEqual(
      Array.from({ length: 2300 }, (_, i) => last - (2299 - i) * HOUR),
    );
    expect(bars.every((bar) => bar.knownAt === bar.time + HOUR)).toBe(true);
    await markets.close();
    await markets.close();
  });

  it('cuts a page to the limit and names the next', async () => {
    const markets = await openKind();
    const last = await markets.lastClosed(BTC);
    const from = last - 9 * HOUR;
    const page = await markets.fetchBars({ stream: BTC, range: { from, to: last + HOUR }, limit: 4 });
    expect(page.bars).toHaveLength(4);
    expect(page.next).toBe(from + 4 * HOUR);
    const [answer, ...others] = page.answers ?? [];
    expect(others).toEqual([]);
    expect(answer?.request).toMatch(/^\/\S*klines\?/);
    expect(JSON.parse(answer?.body ?? '')).toHaveLength(4);
    const empty = await markets.fetchBars({ stream: BTC, range: { from, to: from } });
    expect(empty).toEqual({ bars: [], rejected: [], next: null, answers: [] });
  });

  it('refuses an unknown exchange, naming some that are known', async () => {
    const markets = await openKind();
    const asked = markets.resolve({ symbol: 'BTC-USDT', timeframe: '1h', exchange: 'binanze' });
    await expect(asked).rejects.toMatchObject({ name: 'InvalidInputError', message: /binanze.*binance/ });
  });
});

describe('a simulated market', () => {
  it('serves any symbol on any exchange that ccxt knows', async () => {
    const markets = opened({ kind: 'simulated', detail: '1' });
    for (const exchange of ['binance', 'binanceusdm', 'kraken']) {
      const stream = await markets.resolve({ symbol: 'FOO-EUR', timeframe: '4h', exchange });
      expect(await markets.lastClosed(stream)).toBe(Date.UTC(2024, 11, 31, 20));
    }
    expect(await markets.lastClosed({ exchange: 'binance', symbol: 'FOOE-UR', timeframe: '1d' })).toBe(
      Date.UTC(2024, 11, 31),
    );
  });
});

describe('a recorded market', () => {
  const markets = recorded({
    'ohlcv/binance_spot_1h/BTCUSDT_1h.csv': csvOf(hourlyLines(30)),
    'ohlcv/binance_usdm_1h/BTCUSDT_1h.csv.gz': csvOf(hourlyLines(20)),
    'ohlcv/aaa_1h/BTCUSDT_1h.csv': csvOf(hourlyLines(5)),
    'ohlcv/kraken_1d/XBTUSD_1d.csv': `time,open,high,low,close,volume\n${START},1,2,1,2,0`,
  });

  it.each([
    [{ symbol: 'BTC-USDT', timeframe: '1h' }, 'binanceusdm', 19 * HOUR],
    [{ symbol: 'BTC-USDT', timeframe: '1h', exchange: 'binance' }, 'binance', 29 * HOUR],
    [{ symbol: 'XBT-USD', timeframe: '1d' }, 'kraken', 0],
  ] as const)('takes %o from %s', async (request, exchange, last) => {
    const stream = await markets.resolve(request);
    expect(stream.exchange).toBe(exchange);
    expect(await markets.lastClosed(stream)).toBe(START + last);
  });

  it.each([
    [{ symbol: 'DOGE-USDT', timeframe: '1h' }, /DOGE\/USDT; recorded: BTC\/USDT, XBT\/USD/],
    [{ symbol: 'BTC-USDT', timeframe: '4h' }, /No 4h recording of BTC\/USDT; recorded: 1h/],
    [{ symbol: 'XBT-USD', timeframe: '1d', exchange: 'binance' }, /XBT\/USD at binance; recorded: BTC\/USDT/],
    [{ symbol: 'BTC-USDT', timeframe: '1h', exchange: 'okx' }, /exchange "okx"; recorded: aaa, binance/],
  ] as const)('refuses %o', async (request, message) => {
    await expect(markets.resolve(request)).rejects.toMatchObject({ name: 'InvalidInputError', message });
  });

  it('hands over corrupt lines as rejected rows, each once, and goes on', async () => {
    const lines = hourlyLines(1500);
    lines[3] = lines[3]?.replace(/,[^,]*,/, ',not a price,') ?? '';
    lines[5] = 'garbage';
    lines[999] = '2022-13-45T00:00:00Z,1,2,1,2,3';
    lines[1000] = '';
    lines[1499] = `${lines[1499]?.split(',').slice(0, 3).join(',')}`;
    const broken = recorded({ 'ohlcv/binance_spot_1h/BTCUSDT_1h.csv': csvOf([...lines].reverse()) });
    const { bars, rejected } = await collect(broken, BTC, range(0, 1500));
    expect(bars).toHaveLength(1495);
    expect(rejected.map(({ reason }) => reason).sort()).toEqual([
      'low of the bar at 2022-03-04T11:00:00.000Z is not a number',
      'open of the bar at 2022-01-01T03:00:00.000Z is not a number',
      'the row has no time',
      'the row has no time',
    ]);
    expect(JSON.stringify(rejected)).toContain('not a price');
    expect(JSON.stringify(rejected)).toContain('2022-13-45T00:00:00Z');
  });

  it('says which file cannot be read at all, as a final error', async () => {
    const directory = madeRecording({ 'ohlcv/binance_spot_1h/BTCUSDT_1h.csv.gz': csvOf(hourlyLines(500)) });
    const file = join(directory, 'ohlcv/binance_spot_1h/BTCUSDT_1h.csv.gz');
    writeFileSync(file, readFileSync(file).subarray(0, 900));
    const asked = opened({ kind: 'recorded', detail: directory }).resolve({
      symbol: 'BTC-USDT',
      timeframe: '1h',
    });
    await expect(asked).rejects.toMatchObject({ name: 'DataQualityError', message: /BTCUSDT_1h\.csv\.gz/ });
  });
});

const shared = recordedDirectory();
describe.skipIf(!shared || !existsSync(join(shared, 'ohlcv')))(
  'the recorded data (skipped where it is missing)',
  () => {
    it('comes through the client with exactly the values of the file', async () => {
      const markets = opened({ kind: 'recorded', detail: shared ?? '' });
      const stream = await markets.resolve({ symbol: 'BTC-USDT', timeframe: '1h' });
      expect(stream.exchange).toBe('binanceusdm');
      const last = await markets.lastClosed(stream);
      const { bars, rejected } = await collect(markets, stream, { from: 0, to: last + HOUR });
      const file = join(shared ?? '', 'ohlcv/binance_usdm_1h/BTCUSDT_1h.csv.gz');
      const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n').slice(1);
      const expected = lines.map((line): Bar => {
        const [time = '', ...cells] = line.split(',');
        const [o = NaN, h = NaN, l = NaN, c = NaN, v = NaN] = cells.map(Number);
        return {
          time: Date.parse(time),
          open: o,
          high: h,
          low: l,
          close: c,
          volume: v,
          knownAt: Date.parse(time) + HOUR,
        };
      });
      expect(rejected).toEqual([]);
      expect(bars).toEqual(expected);
    });
  },
);

describe('a simulated venue that the replay speaks', () => {
  const range = { from: Date.UTC(2024, 9, 1), to: Date.UTC(2025, 0, 1) };

  it.each(['kraken', 'coinbase', 'coinbaseexchange'])(
    '%s is read by its own client, and has the bars that it always had',
    async (exchange) => {
      const markets = opened({ kind: 'simulated', detail: '1' });
      const of = (name: string) => ({ exchange: name, symbol: 'BTC-USD', timeframe: '1h' as const });
      const [stream, plain] = [of(exchange), of('binance')];
      // Bars of another length, asked for before, are another history: they must not get in between.
      await markets.lastClosed({ ...stream, timeframe: '5m' });
      expect(await markets.resolve({ ...stream })).toEqual(stream);
      expect(await markets.lastClosed(stream)).toBe(Date.UTC(2024, 11, 31, 23));
      const [own, common] = [await collect(markets, stream, range), await collect(markets, plain, range)];
      expect(own.bars).toEqual(common.bars);
      expect(own.bars).toHaveLength(92 * 24);
      expect(own.rejected).toEqual([]);
      const asked = own.pages.flatMap(({ answers = [] }) => answers.map(({ request }) => request));
      const kinds = {
        kraken: /\/0\/public\/(OHLC|Trades)/,
        coinbase: /brokerage/,
        coinbaseexchange: /products/,
      };
      expect(asked.every((each) => kinds[exchange as keyof typeof kinds].test(each))).toBe(true);
      // Beyond its latest 720 bars Kraken has trades only.
      const isKraken = exchange === 'kraken';
      expect(asked.some((each) => each.includes('Trades'))).toBe(isKraken);
    },
    60_000,
  );

  it.each([
    ['kraken', 'XBT-USD', '1h'],
    ['kraken', 'LUNA-USD', '1h'],
    ['kraken', 'BTC-USD', '2h'],
    ['coinbase', 'BTC-USD', '4h'],
  ] as const)(
    '%s has %s %s, which its client has not, as every venue',
    async (exchange, symbol, timeframe) => {
      const markets = opened({ kind: 'simulated', detail: '1' });
      const { bars } = await collect(markets, { exchange, symbol, timeframe }, range);
      const plain = await collect(markets, { exchange: 'binance', symbol, timeframe }, range);
      expect(bars).toEqual(plain.bars);
      expect(bars.length).toBeGreaterThan(500);
    },
  );
});
