import { describe, expect, it } from 'vitest';
import type { ReadBarsOptions } from '../../adapters/ports.js';
import { inferTimeframe } from '../../domain/bars/scan.js';
import { fileOf, FIRST, HOUR, readAll } from './made-files.js';

const DAY = 24 * HOUR;
const B = { o: 1010.5, h: 1012.25, l: 1009, c: 1011, v: 5500 };
const csvOf = (header: string, first: string, second: string): string => `${header}\n${first}\n${second}\n`;
const bar = (more: object = {}): object => ({
  open: B.o,
  high: B.h,
  low: B.l,
  close: B.c,
  volume: B.v,
  ...more,
});
const byColumn = (keys: string[]): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(bar()).map(([name, value]) => [
        name,
        Object.fromEntries(keys.map((key) => [key, value as number])),
      ]),
    ),
  );
const H5 = 'open,high,low,close,volume';
const NAMES = H5.split(',');
const LIST = Object.values(B);

describe('files as vendors write them', () => {
  it.each<[string, string, ReadBarsOptions?]>([
    [
      'Stooq, hours: a clock of six digits',
      csvOf(
        '<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>',
        'BTC.V,60,20240101,000000,1010.5,1012.25,1009,1011,5500,0',
        'BTC.V,60,20240101,010000,1010.5,1012.25,1009,1011,5500,0',
      ),
    ],
    [
      'MetaTrader 5: tick volumes where the market tells none',
      csvOf(
        '<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>',
        '2024.01.01\t00:00:00\t1010.5\t1012.25\t1009\t1011\t5500\t0\t3',
        '2024.01.01\t01:00:00\t1010.5\t1012.25\t1009\t1011\t5500\t0\t3',
      ),
    ],
    [
      'Polygon flat files',
      csvOf(
        'ticker,volume,open,close,high,low,window_start,transactions',
        `X:BTC-USD,5500,1010.5,1011,1012.25,1009,${FIRST}000000,4`,
        `X:BTC-USD,5500,1010.5,1011,1012.25,1009,${FIRST + HOUR}000000,4`,
      ),
    ],
    [
      'Bybit',
      csvOf(
        'start_at,symbol,period,open,high,low,close,volume',
        `${FIRST / 1000},BTCUSD,60,1010.5,1012.25,1009,1011,5500`,
        `${(FIRST + HOUR) / 1000},BTCUSD,60,1010.5,1012.25,1009,1011,5500`,
      ),
    ],
    [
      'CryptoDataDownload: the symbol tells whose volume is the base',
      csvOf(
        'https://www.example.com\nUnix,Date,Symbol,Open,High,Low,Close,Volume USDT,Volume BTC,tradecount',
        `${FIRST},2024-01-01 00:00:00,BTCUSDT,1010.5,1012.25,1009,1011,77,5500,4`,
        `${FIRST + HOUR},2024-01-01 01:00:00,BTCUSDT,1010.5,1012.25,1009,1011,77,5500,4`,
      ),
    ],
    [
      'Investing.com: thousands, a scale, the close called price',
      csvOf(
        '\uFEFF"Date","Price","Open","High","Low","Vol.","Change %"',
        '"01/01/2024 00:00","1,011.00","1,010.50","1,012.25","1,009.00","5.50K","0.12%"',
        '"01/01/2024 01:00","1,011.00","1,010.50","1,012.25","1,009.00","5.50K","0.12%"',
      ),
      { dates: 'mdy' },
    ],
    [
      'Nasdaq: a currency',
      csvOf(
        'Date,Close/Last,Volume,Open,High,Low',
        '2024-01-01 00:00,$1011,5500,$1010.5,$1012.25,$1009',
        '2024-01-01 01:00,$1011,5500,$1010.5,$1012.25,$1009',
      ),
    ],
    [
      'yfinance: names in three lines',
      csvOf(
        'Price,Close,High,Low,Open,Volume\nTicker,AAPL,AAPL,AAPL,AAPL,AAPL\nDatetime,,,,,',
        '2024-01-01 00:00:00+00:00,1011,1012.25,1009,1010.5,5500',
        '2024-01-01 01:00:00+00:00,1011,1012.25,1009,1010.5,5500',
      ),
    ],
    [
      'names for some of the columns, the others by theirs',
      csvOf(
        'when,open,high,low,last,close,volume',
        `${FIRST},1010.5,1012.25,1009,1011,7,5500`,
        `${FIRST + HOUR},1010.5,1012.25,1009,1011,7,5500`,
      ),
      { columns: 'time=when,close=last' },
    ],
    [
      'numbers in exponents only',
      `${FIRST / 1e12}e12,1.0105e3,1.01225e3,1.009e3,1.011e3,5.5e3\n${(FIRST + HOUR) / 1e12}e12,1.0105e3,1.01225e3,1.009e3,1.011e3,5.5e3\n`,
    ],
    ['pandas: to_json of columns', byColumn([`${FIRST}`, `${FIRST + HOUR}`])],
    ['pandas: to_json of the index', JSON.stringify({ [FIRST]: bar(), [FIRST + HOUR]: bar() })],
    [
      'pandas: to_json in parts',
      JSON.stringify({ columns: NAMES, index: [FIRST, FIRST + HOUR], data: [LIST, LIST] }),
    ],
    [
      'pandas: to_json as a table',
      JSON.stringify({
        schema: { fields: [{ name: 'time', type: 'datetime' }], primaryKey: ['time'] },
        data: [bar({ time: '2024-01-01T00:00:00.000Z' }), bar({ time: '2024-01-01T01:00:00.000Z' })],
      }),
    ],
    [
      'Alpha Vantage: by times, numbered names',
      JSON.stringify({
        'Meta Data': { '1. Information': 'Intraday', '2. Symbol': 'IBM' },
        'Time Series (60min)': Object.fromEntries(
          ['2024-01-01 01:00:00', '2024-01-01 00:00:00'].map((time) => [
            time,
            Object.fromEntries(LIST.map((value, i) => [`${i + 1}. ${NAMES[i]}`, String(value)])),
          ]),
        ),
      }),
    ],
  ])('%s', async (_, text, options) => {
    const { columns, faults } = await readAll(
      fileOf(text, text.startsWith('{') ? 'bars.json' : 'bars.csv'),
      options,
    );
    expect(faults).toEqual([]);
    expect(columns.time.toSorted()).toEqual(Float64Array.of(FIRST, FIRST + HOUR));
    for (const at of [0, 1]) expect(NAMES.map((name) => columns[name as 'open'][at])).toEqual(LIST);
  });

  it('name days of a market that closes by their date, but not those of one that trades on weekends', async () => {
    const days = (first: number): string =>
      Array.from({ length: 3 }, (_, i) => {
        const date = new Date(first + i * DAY).toISOString().slice(0, 10);
        return `${date} 00:00:00-05:00,1,2,1,2,7`;
      }).join('\n');
    const monday = await readAll(fileOf(`Date,${H5}\n${days(FIRST)}\n`));
    expect(monday.columns.time[0]).toBe(FIRST);
    expect(monday.layout?.notes).toEqual([expect.stringContaining('by their date')]);
    const friday = await readAll(fileOf(`Date,${H5}\n${days(FIRST + 4 * DAY)}\n`));
    expect(friday.columns.time[0]).toBe(FIRST + 4 * DAY + 5 * HOUR);
  });

  it('have no volumes where a person says so', async () => {
    const { columns, layout } = await readAll(fileOf(`Date,Open,High,Low,Close\n2024-01-01,1,2,1,2\n`), {
      columns: 'volume=none',
    });
    expect(columns.volume[0]).toBe(0);
    expect(layout?.notes).toEqual([expect.stringContaining('no volumes')]);
    const placed = await readAll(fileOf('2024-01-01,1,2,1,2\n2024-01-02,1,2,1,2\n'), {
      columns: 'time,open,high,low,close,volume=none',
    });
    expect(placed.columns.volume[1]).toBe(0);
  });

  it.each<[string, string | Uint8Array, RegExp, ReadBarsOptions?]>([
    ['bzip2', 'BZh91AY&SY', /packed with bzip2.*gzip or zip/],
    ['xz', Buffer.from('fd377a585a00', 'hex'), /packed with xz/],
    ['Zstandard', Buffer.from('28b52ffd00', 'hex'), /packed with Zstandard/],
    [
      'yfinance with two tickers',
      'Price,Close,Close,High,High,Low,Low,Open,Open,Volume,Volume\nTicker,A,B,A,B,A,B,A,B,A,B\nDate,,,,,,,,,,\n2024-01-01,1,1,1,1,1,1,1,1,1,1\n',
      /The column Open stands twice/,
    ],
    [
      'a column of another name',
      `Date,${H5}\n2024-01-01,1,2,1,2,7\n`,
      /names "Last"; the file has/,
      { columns: 'close=Last' },
    ],
    [
      'a field that is none of ours',
      `Date,${H5}\n2024-01-01,1,2,1,2,7\n`,
      /knows no "last"/,
      { columns: 'last=close' },
    ],
  ])('are refused with what would help: %s', async (_, content, message, options) => {
    await expect(readAll(fileOf(content), options)).rejects.toThrow(message);
  });

  it('are of one timeframe in whatever order their rows stand', () => {
    const places = Array.from({ length: 500 }, (_, i) => (i * 211) % 500);
    expect(inferTimeframe(Float64Array.from(places, (place) => FIRST + place * HOUR))).toBe('1h');
  });
});
