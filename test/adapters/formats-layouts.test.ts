import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain } from '../../adapters/formats/csv.js';
import type { ReadBarsOptions } from '../../adapters/ports.js';
import { fileOf, FIRST, H, HOUR, O, readAll } from './made-files.js';

describe('layouts', () => {
  const [s, ms, us, ns] = [FIRST / 1e3, FIRST, FIRST * 1e3, `${FIRST}000000`];
  it.each<[string, string, string, ReadBarsOptions?]>([
    ['Binance dump', `${ms},10.5,12.25,9,11,5.5,${ms + HOUR - 1},60.1,7,2.1,30,0\n`, 'binance'],
    ['Binance dump in µs', `${us},10.5,12.25,9,11,5.5,${us + 3.6e9 - 1},60.1,7,2.1,30,0\n`, 'binance'],
    [
      'Binance dump with names',
      `open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n${ms},10.5,12.25,9,11,5.5,${ms + HOUR - 1},60.1,7,2.1,30,0\n`,
      'binance',
    ],
    ['Bitfinex', `${ms},10.5,11,12.25,9,5.5\n`, 'bitfinex'],
    ['Coinbase Exchange', `${s},9,12.25,10.5,11,5.5\n`, 'coinbase'],
    ['Kraken OHLCVT', `${s},10.5,12.25,9,11,5.5,17\n`, 'kraken'],
    ['Kraken REST', `${s},10.5,12.25,9,11,10.7,5.5,17\n`, 'kraken'],
    ['KuCoin', `${s},10.5,11,12.25,9,5.5,61.2\n`, 'kucoin'],
    ['Gate', `${s},61.2,11,12.25,9,10.5,5.5,true\n`, 'gate'],
    ['OKX', `${ms},10.5,12.25,9,11,5.5,5.5,61.2,1\n`, 'okx'],
    ['MetaTrader', `2024.01.01,00:00,10.5,12.25,9,11,5.5\n`, 'metatrader'],
    [
      'MetaTrader 5',
      `<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<SPREAD>\n2024.01.01\t00:00:00\t10.5\t12.25\t9\t11\t5.5\t1\n`,
      'named columns',
    ],
    ['Yahoo', `Date,Open,High,Low,Close,Adj Close,Volume\n2024-01-01,10.5,12.25,9,11,5.5,5.5\n`, 'yahoo'],
    [
      'an unnamed first column',
      `,Open,High,Low,Close,Volume\n2024-01-01,10.5,12.25,9,11,5.5\n`,
      'named columns',
    ],
    ['nanoseconds', `timestamp,o,h,l,c,v\n${ns},10.5,12.25,9,11,5.5\n`, 'named columns'],
    [
      'CryptoDataDownload',
      `https://www.example.com\nunix,date,symbol,open,high,low,close,Volume BTC,Volume USDT\n${s},2024-01-01 00:00:00,BTC/USDT,10.5,12.25,9,11,5.5,60\n`,
      'cryptodatadownload',
      { base: 'BTC' },
    ],
    [
      'its half days',
      `Date,Open,High,Low,Close,Volume\n2024-01-01 12-AM,10.5,12.25,9,11,5.5\n`,
      'named columns',
    ],
    [
      'German numbers',
      `Datum;Open;High;Low;Close;Volume\n01.01.2024;10,5;12,25;9;11;5,5\n`.replace('Datum', 'Date'),
      'named columns',
    ],
    [
      'quoted cells',
      `"${H.replaceAll(',', '","')}"\n"2024-01-01T00:00:00+00:00","10.5","12.25","9","11","5.5"\n`,
      'named columns',
    ],
    ['an old ISO form', `${H}\n20240101T000000Z,10.5,12.25,9,11,5.5\n`, 'named columns'],
    ['a day of the year', `${H}\n2024-001,10.5,12.25,9,11,5.5\n`, 'named columns'],
    ['a week', `${H}\n2024-W01-1,10.5,12.25,9,11,5.5\n`, 'named columns'],
    ['a zone', `${H}\n2024-01-01 01:00:00+0100,10.5,12.25,9,11,5.5\n`, 'named columns'],
    ['days as numbers', `${H}\n20240101,10.5,12.25,9,11,5.5\n`, 'named columns'],
    ['an exponent', `${H}\n2024-01-01,1.05e1,12.25,9,11,5.5\n`, 'named columns'],
    [
      'a given order',
      `${ms},5.5,11,9,12.25,10.5\n`,
      'as given',
      { columns: 'time,volume,close,low,high,open' },
    ],
    [
      'given names',
      `Tag,A,B,C,D,E\n2024-01-01,10.5,12.25,9,11,5.5\n`,
      'as given',
      { columns: 'time=Tag,open=A,high=B,low=C,close=D,volume=E' },
    ],
    ['day first by option', `${H}\n01/01/2024,10.5,12.25,9,11,5.5\n`, 'named columns', { dates: 'dmy' }],
    ['no line break at the end', `${H}\r\n2024-01-01,10.5,12.25,9,11,5.5`, 'named columns'],
    ['a byte order mark', `\uFEFF${H}\n2024-01-01,10.5,12.25,9,11,5.5\n`, 'named columns'],
  ])('%s', async (_, text, vendor, options) => {
    const { columns, faults, layout } = await readAll(fileOf(text), options);
    expect(faults).toEqual([]);
    expect(layout?.vendor).toBe(vendor);
    expect([
      columns.time[0],
      columns.open[0],
      columns.high[0],
      columns.low[0],
      columns.close[0],
      columns.volume[0],
    ]).toEqual([FIRST, ...O]);
  });

  it('Yahoo adjusted, by option', async () => {
    const text = `Date,Open,High,Low,Close,Adj Close,Volume\n2024-01-01,10,12,8,10,5,7\n`;
    const { columns, layout } = await readAll(fileOf(text), { adjusted: true });
    expect([columns.open[0], columns.high[0], columns.low[0], columns.close[0]]).toEqual([5, 6, 4, 5]);
    expect((await readAll(fileOf(text))).layout?.notes).toEqual([expect.stringContaining('--adjusted')]);
    expect(layout?.notes).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    [
      'bars of one price in no named order',
      `${ms},7,7,7,7,1\n`,
      /may be time,open,high,low,close,volume .* or .*bitfinex.*--columns decides/,
    ],
    ['an order that nobody has', `${ms},9,12.25,11,10,5\n${ms + HOUR},1,2,3,0.5,1\n`, /--columns/],
    [
      'ten columns without names',
      `${ms},1,2,3,4,5,6,7,8,9\n`,
      /10 columns without names.*no known order; --columns/,
    ],
    [
      'no volume',
      `time,open,high,low,close\n2024-01-01,1,1,1,1\n`,
      /No column volume in "time,open,high,low,close"/,
    ],
    ['closing times only', `close_time,open,high,low,close,volume\n${ms},1,1,1,1,1\n`, /closing times/],
    ['day or month first', `${H}\n03/04/2024,1,1,1,1,1\n`, /day or month first; --dates/],
    [
      'commas of thousands or decimals',
      `time;open;high;low;close;volume\n2024-01-01;1,234;1,234;1,234;1,234;1\n`,
      /--decimal comma or --decimal point/,
    ],
    ['two units, as often', `${H}\n${s},1,1,1,1,1\n${ms},1,1,1,1,1\n`, /--time-unit/],
    ['no times', `${H}\nyesterday,1,1,1,1,1\n`, /"yesterday" is neither a date/],
    [
      'two volumes',
      `Unix,Open,High,Low,Close,Volume BTC,Volume ETH\n${s},1,1,1,1,1,1\n`,
      /Several volumes.*--stream/,
    ],
    ['two symbols', `symbol,${H}\nA,2024-01-01,1,1,1,1,1\nB,2024-01-01,1,1,1,1,1\n`, /several symbols: A, B/],
  ])('are refused where they leave it open: %s', async (_, text, message) => {
    const error = await readAll(fileOf(text)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: 'InvalidInputError',
      message: expect.stringMatching(message) as string,
    });
  });

  it('name rows that cannot be read and keep the others', async () => {
    const text = [
      H,
      `${ms},1,2,1,2,1`,
      `${ms + HOUR},NaN,2,1,2,1`,
      `${s + 7200},1,2,1,2,1`,
      '',
      `${ms + 3 * HOUR},1,2`,
      `,1,2,1,2,1`,
      `${ms + 4 * HOUR},1,2,1,2,1`,
      `${ms + 5 * HOUR},-1,2,1,2,-3`,
    ].join('\n');
    const { rows, faults, columns } = await readAll(fileOf(text));
    expect(rows).toEqual([1, 6, 7]);
    expect(columns.volume[2]).toBe(-3);
    expect(faults).toEqual([
      { row: 2, reason: 'open "NaN" is not a number' },
      { row: 3, reason: `time ${s + 7200} reads as seconds, the file counts in milliseconds` },
      { row: 4, reason: expect.stringContaining('"" is not a number') as string },
      { row: 5, reason: expect.stringContaining('time "" is not a number of milliseconds') as string },
    ]);
  });

  it('are the same on the quick and on the thorough way', async () => {
    const cell = fc.oneof(
      fc.double({ min: 0, max: 1e9, noNaN: true }).map(plain),
      fc.integer({ min: 0, max: 1e7 }).map((n) => (n / 100).toFixed(8)),
      fc.constantFrom('1.', '.5', '007', '1e3', ' 3', '', 'x', '+4', '123456789012345678'),
    );
    const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 1e6 }), cell, cell, cell, cell, cell), {
      minLength: 1,
      maxLength: 15,
    });
    await fc.assert(
      fc.asyncProperty(rows, async (given) => {
        const line =
          (mark: string, quote: string) =>
          ([hour, ...cells]: (number | string)[]): string =>
            [new Date(FIRST + Number(hour) * HOUR).toISOString(), ...cells]
              .map((each) => quote + each + quote)
              .join(mark);
        const columns = 'time,open,high,low,close,volume';
        const quick = await readAll(fileOf(given.map(line(',', '')).join('\n')), { columns, dates: 'ymd' });
        const thorough = await readAll(fileOf(given.map(line(';', '"')).join('\n')), {
          columns,
          dates: 'ymd',
        });
        expect(quick).toEqual(thorough);
      }),
      { numRuns: 60 },
    );
  });
});
