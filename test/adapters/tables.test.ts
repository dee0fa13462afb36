import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TableColumn } from '../../adapters/ports.js';
import { parquetTables } from '../../adapters/tables.js';
import { DataQualityError, InvalidInputError } from '../../domain/errors.js';

const tables = parquetTables();
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const column = (values: number[], name = 'x'): TableColumn => ({
  name,
  type: 'float64',
  values: Float64Array.from(values),
});

it('gives back every type, and NaN, infinities, -0 and odd names as they were', async () => {
  const columns: TableColumn[] = [
    { name: 'double', type: 'float64', values: Float64Array.of(NaN, Infinity, -Infinity, -0, 5e-324) },
    { name: 'with "quotes", спред', type: 'float32', values: Float32Array.of(NaN, 1.1, -0, 3.4e38, 0) },
    { name: 'select', type: 'int64', values: Float64Array.of(0, -1, 2 ** 53 - 1, -(2 ** 53 - 1), 1.7e12) },
    { name: ' ', type: 'int32', values: Int32Array.of(0, -(2 ** 31), 2 ** 31 - 1, 4, 5) },
  ];
  expect(await tables.decode(await tables.encode(columns))).toEqual(columns);
});

it('gives back any doubles bit by bit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.double(), { maxLength: 50 }), async (values) => {
      const [read] = await tables.decode(await tables.encode([column(values)]));
      expect(read).toEqual(column(values));
    }),
    { numRuns: 25 },
  );
});

it('gives equal bytes for equal columns, also over many row groups', async () => {
  const make = (): TableColumn[] => [
    column(
      Array.from({ length: 300_000 }, (_, i) => Math.sin(i)),
      'a',
    ),
    { name: 'b', type: 'int64', values: Float64Array.from({ length: 300_000 }, (_, i) => i * 1000) },
  ];
  const [first, second] = await Promise.all([tables.encode(make()), tables.encode(make())]);
  expect(sha256(first)).toBe(sha256(second));
  const [a, b] = await tables.decode(first);
  expect(a?.values.length).toBe(300_000);
  expect(b).toEqual(make()[1]);
});

it('keeps the columns of an empty table', async () => {
  expect(await tables.decode(await tables.encode([column([])]))).toEqual([column([])]);
});

it.each<[string, TableColumn[], RegExp]>([
  ['no columns', [], /at least one column/],
  [
    'columns of different length',
    [column([1, 2], 'a'), column([1], 'b')],
    /Column "b" has 1 rows; the first column has 2/,
  ],
  ['a name taken', [column([1], 'a'), column([1], 'A')], /Column name "A" is empty or taken/],
  [
    'a fraction as int64',
    [{ name: 'i', type: 'int64', values: Float64Array.of(1, 1.5) }],
    /"i" row 1: 1.5 is not a whole/,
  ],
])('refuses %s', async (_, columns, message) => {
  const error = await tables.encode(columns).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InvalidInputError);
  expect(String(error)).toMatch(message);
});

it('says that bytes are no Parquet table', async () => {
  const broken = (await tables.encode([column([1, 2, 3])])).slice(0, -20);
  for (const bytes of [broken, new Uint8Array(0), new TextEncoder().encode('PAR1 PAR1')])
    await expect(tables.decode(bytes)).rejects.toBeInstanceOf(DataQualityError);
});

it('closes twice without harm', async () => {
  await tables.close();
  await tables.close();
});
