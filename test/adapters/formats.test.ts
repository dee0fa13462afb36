import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain } from '../../adapters/formats/csv.js';
import { FORMATS } from '../../adapters/formats/index.js';
import type { ReadBarsOptions } from '../../adapters/ports.js';
import type { BarColumns } from '../../domain/bars.js';
import { COLUMNS, columnsBy } from '../../domain/bars/columns.js';
import { walk } from '../domain/made-bars.js';
import { recordedDirectory } from '../recorded.js';
import { directory, fileOf, FIRST, formats, H, HOUR, O, readAll, zipOf } from './made-files.js';
import { PANDAS } from './pandas-files.js';

async function* batches(...parts: BarColumns[]): AsyncGenerator<BarColumns> {
  yield* parts;
}

describe.each(Object.keys(FORMATS))('%s', (name) => {
  it('gives back every number bit for bit', async () => {
    const price = fc.oneof(
      fc.double({ min: 1e-12, max: 1e12, noNaN: true }),
      fc.integer({ min: 1, max: 1e9 }).map((ticks) => ticks / 1e8),
    );
    const path = join(directory, `${name}.out`);
    await fc.assert(
      fc.asyncProperty(fc.array(price, { minLength: 2, maxLength: 20 }), async (prices) => {
        const column = Float64Array.from(prices);
        const bars = columnsBy((each) => (each === 'time' ? column.map((_, i) => FIRST + i * HOUR) : column));
        await formats.write(path, name, batches(bars));
        expect(
          (
            await readAll(path, {
              format: name,
              columns: 'time=time,open=open,high=high,low=low,close=close,volume=volume',
            })
          ).columns,
        ).toEqual(bars);
      }),
      { numRuns: name === 'parquet' ? 10 : 40 },
    );
  });

  it('is known by what stands in it, and read in several batches', async () => {
    const bars = walk(70_000);
    const path = join(directory, `${name}-content`);
    const { bytes, sha256 } = await formats.write(path, name, batches(bars));
    const read = await readAll(path);
    // A comparison element by element takes seconds.
    for (const column of COLUMNS)
      expect(Buffer.from(read.columns[column].buffer).equals(Buffer.from(bars[column].buffer))).toBe(true);
    expect(read.faults).toEqual([]);
    expect(read.rows.at(-1)).toBe(70_000);
    expect(readFileSync(path)).toHaveLength(bytes);
    expect(await formats.digest(path)).toBe(sha256);
  });

  it('of nothing is a file that can be read', async () => {
    const path = join(directory, `${name}-empty.${FORMATS[name]?.extensions[0]}`);
    await formats.write(path, name, batches());
    expect((await readAll(path)).rows).toEqual([]);
  });

  it('may be gzip', async () => {
    const path = join(directory, `packed.${FORMATS[name]?.extensions[0]}.gz`);
    await formats.write(path, name, batches(walk(10)));
    expect(readFileSync(path)[0]).toBe(0x1f);
    expect((await readAll(path)).columns).toEqual(walk(10));
  });
});

it('prints the shortest digits without an exponent', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Number(plain(value)) === value).toBe(true);
      expect(plain(value)).not.toMatch(/e/);
    }),
  );
  expect([8.91e-6, 1.5e21, 7189.43].map(plain)).toEqual(['0.00000891', '1500000000000000000000', '7189.43']);
});

describe('JSON', () => {
  it.each<[string, unknown]>([
    ['lists (Binance, freqtrade)', [[FIRST, ...O]]],
    ['lists of texts, in seconds', [[String(FIRST / 1e3), ...O.map(String)]]],
    [
      'objects (Coinbase)',
      {
        candles: [
          { start: String(FIRST / 1e3), low: '9', high: '12.25', open: '10.5', close: '11', volume: '5.5' },
        ],
      },
    ],
    [
      'a list in an object (Kraken)',
      {
        error: [],
        result: { XXBTZUSD: [[FIRST / 1e3, '10.5', '12.25', '9', '11', '10.7', '5.5', 3]], last: 1 },
      },
    ],
    [
      'lists of columns (TradingView)',
      { s: 'ok', t: [FIRST / 1e3], o: [10.5], h: [12.25], l: [9], c: [11], v: [5.5] },
    ],
    [
      'lists of columns, deep (Yahoo)',
      {
        chart: {
          result: [
            {
              meta: { currency: 'USD' },
              timestamp: [FIRST / 1e3],
              indicators: { quote: [{ open: [10.5], high: [12.25], low: [9], close: [11], volume: [5.5] }] },
            },
          ],
          error: null,
        },
      },
    ],
    [
      'texts with brackets',
      [{ time: FIRST, note: ']}"[{', open: 10.5, high: 12.25, low: 9, close: 11, volume: 5.5 }],
    ],
  ])('of %s', async (_, value) => {
    for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2)]) {
      const { columns, faults } = await readAll(fileOf(text, 'bars.json'));
      expect(faults).toEqual([]);
      expect([
        columns.time[0],
        columns.open[0],
        columns.high[0],
        columns.low[0],
        columns.close[0],
        columns.volume[0],
      ]).toEqual([FIRST, ...O]);
    }
  });

  it.each([
    ['a cut document', '[[1704067200000,1,2,1,2,1],[17040', /ends in the middle/],
    ['a document without bars', '{"error":"no"}', /No column open/],
    [
      'a broken line',
      '{"time":1704067200000,"open":1,"high":1,"low":1,"close":1,"volume":1}\n{"time":',
      /Line 2 is no JSON|no JSON/,
    ],
  ])('refuses %s', async (_, text, message) => {
    await expect(readAll(fileOf(text, 'bars.json'))).rejects.toThrow(message);
  });
});

it.each(Object.entries(PANDAS))('reads what pandas writes: %s', async (_, packed) => {
  const { columns, faults } = await readAll(fileOf(gunzipSync(Buffer.from(packed, 'base64')), 'bars'));
  expect(faults).toEqual([]);
  expect(columns.time).toHaveLength(40);
  expect([columns.time[39], columns.close[39], columns.volume[39]]).toEqual([
    FIRST + 39 * HOUR,
    42_060,
    4.875,
  ]);
});

describe('packed files', () => {
  const text = `${H}\n2024-01-01,10.5,12.25,9,11,5.5\n`;

  it('in a zip are read, whatever noise lies beside them', async () => {
    const path = fileOf(
      zipOf({ '__MACOSX/._a.csv': 'x', 'data/': '', 'data/BTCUSDT-1d.csv': text }),
      'a.zip',
    );
    expect((await readAll(path)).columns.close[0]).toBe(11);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['several files', { 'a.csv': text, 'b.csv': text }, /holds a.csv, b.csv; an archive must hold one file/],
    ['no file', { 'a/': '' }, /holds no file/],
    ['a file that leaves its folder', { '../../a.csv': text }, /leaves its folder|invalid relative path/],
  ])('in a zip with %s are refused', async (_, entries, message) => {
    await expect(readAll(fileOf(zipOf(entries), 'a.zip'))).rejects.toThrow(message);
  });

  it('that are bombs are refused before they unfold', async () => {
    const path = fileOf(gzipSync(Buffer.alloc(40 * 2 ** 20, '2024-01-01,1,1,1,1,1\n')), 'a.csv.gz');
    await expect(readAll(path, { columns: H })).rejects.toThrow(/refused as a bomb/);
  });

  it('that are cut are named', async () => {
    const path = fileOf(gzipSync(text).subarray(0, 20), 'a.csv.gz');
    await expect(readAll(path)).rejects.toThrow(/cannot be read/);
  });

  it('in UTF-16 are read', async () => {
    const path = fileOf(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]));
    expect((await readAll(path)).columns.close[0]).toBe(11);
  });

  it.each([
    ['lz4', 'ARROW1\0\0broken'],
    ['parquet', 'PAR1broken'],
  ])('that are broken %s are named', async (_, content) => {
    const error = await readAll(fileOf(content, 'broken')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: 'DataQualityError',
      message: expect.stringContaining('broken') as string,
    });
  });

  it('that are not there are named', async () => {
    await expect(readAll(join(directory, 'nowhere.csv'))).rejects.toThrow(/No file .*nowhere.csv/);
    await expect(readAll(directory)).rejects.toThrow(/is no file/);
    await expect(readAll(fileOf(text), { format: 'xls' })).rejects.toThrow(
      /known: csv, json, ndjson, parquet, arrow/,
    );
  });
});

const recorded = recordedDirectory();
describe.skipIf(!recorded)('recorded files (skipped without FINSIGHT_RECORDED_DIR)', () => {
  it.each<[string, number, string, ReadBarsOptions?]>([
    ['ohlcv/binance_usdm_1h/BTCUSDT_1h.csv.gz', 30_648, 'named columns'],
    ['ohlcv/freqtrade/UNITTEST_BTC-1m.json', 13_681, 'open-high-low-close'],
    ['ohlcv/backtesting_py/GOOG.csv', 2_148, 'named columns'],
    ['ohlcv/backtesting_py/EURUSD.csv', 5_000, 'named columns'],
    ['exchange_raw/coinbase_rest_4h/BTC-USD_PT4H_to_2023-06.json.gz', 15_595, 'coinbase'],
  ])('%s', async (name, rows, vendor) => {
    const { columns, faults, layout } = await readAll(join(recorded ?? '', name));
    expect(faults).toEqual([]);
    expect(columns.time).toHaveLength(rows);
    expect(layout?.vendor).toBe(vendor);
  });
});
