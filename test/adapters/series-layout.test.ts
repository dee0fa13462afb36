import { mkdirSync, readdirSync, statSync, writeFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literal, selectColumns, withDuckdb } from '../../adapters/duckdb.js';
import { readBarsFile } from '../../adapters/replay/recorded-bars.js';
import { parquetSeries } from '../../adapters/series/parquet.js';
import { type Rows } from '../../adapters/series/columns.js';
import { readRows, writeRows } from '../../adapters/series/rows.js';
import { scaleOf } from '../../domain/bars/scale.js';
import { recordedDirectory } from '../recorded.js';
import { temporaryDirectory } from './directories.js';
import { ALWAYS, bars, HOUR, newStream, recorded, START } from './made-streams.js';

const WHOLE = { from: -Infinity, to: Infinity, asOf: Infinity };

const rowsOf = (prices: number[], volume = prices): Rows => {
  const column = (values: number[]): Float64Array => Float64Array.from(values);
  const time = column(prices.map((_, i) => START + i * HOUR));
  const [open, high, low, close] = [column(prices), column(prices), column(prices), column(prices)];
  return { time, open, high, low, close, volume: column(volume), knownAt: time.map((each) => each + HOUR) };
};

describe('the scale of a column', () => {
  it.each([
    ['whole numbers', [1, 20, 300], 0],
    ['cents', [1.25, 3, 7189.43], 2],
    ['the finest tick', [0.00000891, 1], 8],
    ['arithmetic, which has none', [0.1 + 0.2], null],
    ['numbers too large for their decimals', [600_365_408.5, 0.000000000001], null],
    ['a number that is none', [1, NaN], null],
    ['a negative zero', [-0, 1], null],
  ])('of %s', (_, values, scale) => {
    expect(scaleOf(Float64Array.from(values))).toBe(scale);
  });

  it('gives back every decimal bit for bit through a stored file', async () => {
    const root = temporaryDirectory();
    const decimals = fc.integer({ min: 0, max: 9 });
    const ticks = fc.array(fc.maxSafeInteger(), { minLength: 1, maxLength: 30 });
    let file = 0;
    await fc.assert(
      fc.asyncProperty(decimals, ticks, fc.boolean(), async (scale, given, small) => {
        const values = given.map((tick) => Number(`${small ? tick % 1e9 : tick}e-${scale}`));
        const rows = rowsOf(values.map((value) => (value === 0 ? 0 : value)));
        const path = join(root, `${file++}.parquet`);
        await writeRows(
          path,
          rows,
          values.map(() => 'a'),
        );
        expect(await readRows([path], WHOLE)).toEqual(rows);
      }),
      { numRuns: 60 },
    );
  });

  it('may differ between the files of one stream', async () => {
    const root = temporaryDirectory();
    const parts = [[1.25, 2.5], [0.1 + 0.2], [1.123456789], [3]].map((prices) => rowsOf(prices));
    const paths = parts.map((_, i) => join(root, `${i}.parquet`));
    for (const [i, rows] of parts.entries()) {
      rows.time.forEach((time, row) => (rows.time[row] = time + i * 100 * HOUR));
      await writeRows(
        paths[i] ?? '',
        rows,
        Array.from(rows.time, () => 'a'),
      );
    }
    const read = await readRows(paths, WHOLE);
    expect(Array.from(read.close)).toEqual([1.25, 2.5, 0.1 + 0.2, 1.123456789, 3]);
  });
});

it('reads files of the layout before, and merges into them', async () => {
  const root = temporaryDirectory();
  const stream = newStream();
  const written = bars(3, stream);
  const series = parquetSeries(root);
  await series.write({ stream, bars: written, source: recorded });
  const name = readdirSync(root, { recursive: true, encoding: 'utf8' }).find((each) =>
    each.endsWith('bars.parquet'),
  );
  const file = join(root, name ?? '');
  mkdirSync(dirname(file), { recursive: true });
  await withDuckdb(async (connection) => {
    const [first] = await selectColumns(connection, `SELECT close FROM read_parquet(${literal(file)})`);
    expect(first?.type).toMatch(/DOUBLE|DECIMAL/);
    const old = ['open', 'high', 'low', 'close', 'volume'].map((each) => `${each}::DOUBLE AS ${each}`);
    await connection.run(
      `CREATE TEMP TABLE old AS SELECT "time", ${old.join(', ')}, "knownAt", origin FROM read_parquet(${literal(file)})`,
    );
    await connection.run(`COPY old TO ${literal(file)} (FORMAT parquet)`);
  });
  // There were no seals then.
  rmSync(`${file}.sha256`);
  const key = { stream, source: recorded, range: ALWAYS, asOf: Infinity };
  expect(await series.read(key)).toEqual(written);
  expect(await series.write({ stream, bars: bars(5, stream), source: recorded })).toEqual({ stored: 2 });
  expect(await series.read(key)).toEqual(bars(5, stream));
});

it('takes columns as it takes bars', async () => {
  const stream = newStream();
  const [byBars, byColumns] = [parquetSeries(temporaryDirectory()), parquetSeries(temporaryDirectory())];
  const all = bars(60, stream);
  const columns = (from: number, to: number) => {
    const part = all.slice(from, to);
    const of = (name: keyof (typeof part)[number]) => Float64Array.from(part, (bar) => bar[name]);
    const [time, open, high, low] = [of('time'), of('open'), of('high'), of('low')];
    return { time, open, high, low, close: of('close'), volume: of('volume'), knownAt: of('knownAt') };
  };
  await byBars.write({ stream, bars: all, source: recorded });
  const stored: number[] = [];
  for (const [from, to] of [
    [20, 30],
    [40, 60],
    [0, 10],
    [5, 45],
    [0, 60],
  ] as const) {
    const answer = await byColumns.writeColumns?.({ stream, columns: columns(from, to), source: recorded });
    stored.push(answer?.stored ?? -1);
  }
  expect(stored).toEqual([10, 20, 10, 20, 0]);
  const key = { stream, source: recorded, range: ALWAYS, asOf: Infinity };
  expect(await byColumns.read(key)).toEqual(all);
  expect(await byColumns.digest(key)).toEqual(await byBars.digest(key));
  const twice = { ...columns(0, 2), time: Float64Array.of(START, START) };
  await expect(byColumns.writeColumns?.({ stream, columns: twice, source: recorded })).rejects.toThrow(
    /cannot store row 1/,
  );
});

const directory = recordedDirectory();
describe.skipIf(!directory)('recorded hours (skipped without FINSIGHT_RECORDED_DIR)', () => {
  it.each(['BTCUSDT', 'ETHUSDT'])(
    'of %s are at least three quarters smaller than their CSV',
    async (pair) => {
      const source = join(directory ?? '', 'ohlcv', 'binance_usdm_1h', `${pair}_1h.csv.gz`);
      const { columns } = await readBarsFile(source, '1h');
      const root = temporaryDirectory();
      const stream = newStream();
      const knownAt = columns.time.map((time) => time + HOUR);
      await parquetSeries(root).writeColumns?.({
        stream,
        columns: { ...columns, knownAt },
        source: recorded,
      });
      const text = Array.from(columns.time, (time, i) =>
        [
          new Date(time).toISOString().replace('.000', ''),
          ...(['open', 'high', 'low', 'close', 'volume'] as const).map((name) => columns[name][i]),
        ].join(','),
      ).join('\n');
      writeFileSync(join(root, 'bars.csv'), text);
      const sizes = readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.parquet'))
        .map((name) => statSync(join(root, name)).size);
      expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(0.25 * text.length);
      const read = await parquetSeries(root).readColumns({
        stream,
        source: recorded,
        range: ALWAYS,
        asOf: Infinity,
      });
      expect(read).toEqual(columns);
    },
  );
});
