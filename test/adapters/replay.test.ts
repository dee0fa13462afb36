import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { startReplay } from '../../adapters/replay/exchange.js';
import { decimal } from '../../adapters/replay/klines.js';
import { recordedProvider } from '../../adapters/replay/recorded.js';
import { csvOf, hourlyLines, HOUR, madeRecording, START } from './made-recordings.js';

const open: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(open.map((each) => each.close())));

async function replayOf(files: Record<string, string>) {
  const replay = await startReplay({ provider: recordedProvider(madeRecording(files)) });
  open.push(replay);
  return async (path: string) => {
    const answer = await fetch(replay.url + path);
    return { status: answer.status, body: (await answer.json()) as unknown };
  };
}

const rowsOf = ({ body }: { body: unknown }): unknown[][] => body as unknown[][];
const times = (answer: { body: unknown }): number[] =>
  rowsOf(answer).map(([time]) => (Number(time) - START) / HOUR);

describe('the replay exchange', async () => {
  const get = await replayOf({
    'ohlcv/binance_spot_1h/BTCUSDT_1h.csv': csvOf(hourlyLines(2100)),
    'ohlcv/binance_usdm_1h/ETHUSDT_1h.csv.gz': csvOf(hourlyLines(1600)),
    'ohlcv/kraken_1h/XBTUSD_1h.csv': csvOf(hourlyLines(5)),
  });
  const spot = (query: string) => get(`/api/v3/klines?symbol=BTCUSDT&interval=1h${query}`);

  it("renders Binance's twelve elements, prices as texts", async () => {
    expect((await spot(`&startTime=${START}&limit=1`)).body).toEqual([
      [
        START,
        '100.12500000',
        '102.00000000',
        '99.00000000',
        '100.50000000',
        '0.00000100',
        START + HOUR - 1,
        '0',
        0,
        '0',
        '0',
        '0',
      ],
    ]);
  });

  it('gives 500 of the latest bars unless told, and at most 1000 of spot and 1500 of USD-M', async () => {
    expect(times(await spot('')).slice(0, 1)).toEqual([1600]);
    expect(times(await spot('&limit=3'))).toEqual([2097, 2098, 2099]);
    expect(times(await spot(`&startTime=${START}&limit=1500`))).toHaveLength(1000);
    const usdm = await get(`/fapi/v1/klines?symbol=ETHUSDT&interval=1h&startTime=${START}&limit=1500`);
    expect(times(usdm)).toHaveLength(1500);
  });

  it.each([
    ['bars from startTime on', `&startTime=${START + 1}&limit=2`, [1, 2]],
    ['the latest bars up to endTime', `&endTime=${START + 9 * HOUR}&limit=2`, [8, 9]],
    [
      'what lies between both, ends included',
      `&startTime=${START + HOUR}&endTime=${START + 3 * HOUR}`,
      [1, 2, 3],
    ],
    ['nothing behind the last bar', `&startTime=${START + 5000 * HOUR}`, []],
  ])('gives %s', async (_, query, expected) => {
    expect(times(await spot(query))).toEqual(expected);
  });

  it.each([
    ['/api/v3/klines?symbol=NOPE&interval=1h', 400, { code: -1121, msg: 'Invalid symbol.' }],
    ['/api/v3/klines?symbol=BTCUSDT&interval=7h', 400, { code: -1120, msg: 'Invalid interval.' }],
    ['/api/v3/klines?symbol=BTCUSDT&interval=4h', 400, { code: -1121, msg: 'Invalid symbol.' }],
    ['/api/v3/klines?symbol=BTCUSDT&interval=1h&limit=-2', 400, { code: -1100 }],
    ['/api/v3/klines?interval=1h', 400, { code: -1102 }],
    ['/fapi/v1/klines?symbol=BTCUSDT&interval=1h', 400, { code: -1121 }],
    ['/api/v3/depth?symbol=BTCUSDT', 404, {}],
    ['/api/v3/ping', 200, {}],
    ['/venue/kraken/api/v3/exchangeInfo', 200, { symbols: [{ symbol: 'XBTUSD', baseAsset: 'XBT' }] }],
    ['/fapi/v1/exchangeInfo', 200, { symbols: [{ symbol: 'ETHUSDT', contractType: 'PERPETUAL' }] }],
  ])('answers %s with HTTP %i', async (path, status, body) => {
    expect(await get(path)).toMatchObject({ status, body });
  });

  it('writes any number as a plain decimal that reads back as the same number', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }),
        fc.constantFrom(0, 8),
        (value, least) => {
          const text = decimal(value, least);
          expect(text).toMatch(/^\d+(\.\d+)?$/);
          expect(Number(text)).toBe(value);
        },
      ),
    );
  });
});

describe('recorded files', () => {
  const read = async (text: string, name = 'BTCUSDT_1h.csv') => {
    const provider = recordedProvider(madeRecording({ [`ohlcv/binance_spot_1h/${name}`]: text }));
    return provider.bars({ exchange: 'binance', symbol: 'BTC-USDT', timeframe: '1h' });
  };
  const values = (n: number): string => Array.from({ length: n }, (_, i) => i + 1).join(',');
  const seconds = START / 1000;

  it.each([
    ['epoch seconds', `time,open,high,low,close,volume\n${seconds},${values(5)}`],
    ['epoch milliseconds', `timestamp,open,high,low,close,volume\n${START},${values(5)}`],
    ['epoch microseconds', `open_time,open,high,low,close,volume\n${START}000,${values(5)}`],
    ['ISO with Z', `Date,Open,High,Low,Close,Volume\n2022-01-01T00:00:00Z,${values(5)}`],
    ['ISO with another zone', `date,open,high,low,close,volume\n2022-01-01 02:00:00+02:00,${values(5)}`],
    ['dates without a zone', `date,open,high,low,close,volume\n2022-01-01 00:00:00,${values(5)}`],
    ['days', `date,open,high,low,close,volume\n2022-01-01,${values(5)}`],
    [
      'columns in another order, and more of them',
      `Volume BTC,CLOSE,low,High,open,symbol,Unix\n5,4,3,2,1,BTCUSDT,${seconds}`,
    ],
    ['no header', `${START},${values(5)},${START + HOUR - 1},0`],
    [
      'quotes, semicolons, a byte order mark and CRLF',
      `\uFEFF"time";"open";"high";"low";"close";"volume"\r\n"${START}";1;2;3;4;5\r\n`,
    ],
  ])('are read with %s', async (_, text) => {
    const bars = await read(text);
    expect(
      Object.fromEntries(Object.entries(bars?.columns ?? {}).map(([name, column]) => [name, [...column]])),
    ).toEqual({
      time: [START],
      open: [1],
      high: [2],
      low: [3],
      close: [4],
      volume: [5],
    });
  });

  it('with lines that cannot be read keep what was found, also before the first bar', async () => {
    const bars = await read(
      `time,open,high,low,close,volume\nnonsense\n${START},${values(5)}\n${START + HOUR},1,2,x,4,5`,
    );
    expect([...(bars?.columns.time ?? [])]).toEqual([START, START, START + HOUR]);
    expect([...(bars?.garbled ?? [])]).toEqual([
      [0, { cells: ['nonsense', '', '', '', '', ''], timeless: true }],
      [2, { cells: [String(START + HOUR), '1', '2', 'x', '4', '5'], timeless: false }],
    ]);
  });

  it('that are not what their name says are named in the error', async () => {
    await expect(read('a,b,c\n1,2,3')).rejects.toThrow(/BTCUSDT_1h\.csv.*no column time|no column.*time/);
    const broken = recordedProvider(madeRecording({ 'ohlcv/kraken_1h/BTCUSD_1h.csv': '' }));
    await expect(
      broken.bars({ exchange: 'kraken', symbol: 'BTC-USD', timeframe: '1h' }),
    ).resolves.toMatchObject({
      garbled: new Map(),
    });
  });

  it.each([
    ['binance_usdm_1h', 'BTCUSDT_1h.csv.gz', 'binanceusdm BTC-USDT 1h'],
    ['binance_spot_15m', 'SHIBFDUSD_15m.csv', 'binance SHIB-FDUSD 15m'],
    ['kraken_1d', 'XBTEUR_1d.csv', 'kraken XBT-EUR 1d'],
    ['kraken_1h', 'DOTUSD_1h.csv', 'kraken DOT-USD 1h'],
    ['binance_spot_1h', 'BNBBUSD_1h.csv', 'binance BNB-BUSD 1h'],
    ['kraken_1h', 'BNBUSD_1h.csv', 'kraken BNB-USD 1h'],
    ['bybit_spot_4h', 'ETH-BTC_4h.csv', 'bybit ETH-BTC 4h'],
    ['okx_1h', '1000SATSUSDT_1h.csv', 'okx 1000SATS-USDT 1h'],
  ])('in %s named %s are %s', async (folder, name, expected) => {
    const provider = recordedProvider(
      madeRecording({ [`ohlcv/${folder}/${name}`]: '', 'ohlcv/README.md': '' }),
    );
    const found = (await provider.markets()).map(
      (each) => `${each.exchange} ${each.symbol} ${each.timeframe}`,
    );
    expect(found).toEqual([expected]);
  });

  it('that are not there are refused with the layout that is expected', async () => {
    for (const directory of ['/nowhere/at/all', madeRecording({ 'ohlcv/stray.csv': '' })])
      await expect(recordedProvider(directory).markets()).rejects.toThrow(
        /expected ohlcv\/<venue>_<timeframe>/,
      );
  });
});
