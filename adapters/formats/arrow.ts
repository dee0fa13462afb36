import { open } from 'node:fs/promises';
import type * as ArrowApi from 'apache-arrow';
import type { RecordBatch, Vector } from 'apache-arrow';
import type { BarColumns } from '../../domain/bars.js';
import { COLUMNS } from '../../domain/bars/columns.js';
import { sniffLayout, type Layout } from '../../domain/bars/layout.js';
import type { Cell } from '../../domain/bars/layout-cells.js';
import { DataQualityError, messageOf } from '../../domain/errors.js';
import { batchNumbers, batchRows } from './batches.js';
import { SAMPLE_ROWS, type BarFormat, type ReadOptions, type RowBatch } from './format.js';
import { headOf, type Input } from './input.js';
import { decodeLz4 } from './lz4.js';

/**
 * Arrow IPC: files (Feather 2, as pandas and freqtrade write them, plain or packed by LZ4 or ZSTD) and streams; either
 * is read under both names. Written without compression: prices as float64, times as UTC timestamps in ms.
 */
export const arrow: BarFormat = {
  name: 'arrow',
  extensions: ['arrow', 'feather', 'ipc'],
  mediaType: 'application/vnd.apache.arrow.file',
  read,
  encode: (batches) => encode(batches, 'RecordBatchFileWriter'),
};

export const arrows: BarFormat = {
  name: 'arrows',
  extensions: ['arrows'],
  mediaType: 'application/vnd.apache.arrow.stream',
  read,
  encode: (batches) => encode(batches, 'RecordBatchStreamWriter'),
};

async function* read(input: Input, options: ReadOptions): AsyncGenerator<RowBatch> {
  const magic = (await headOf(input, 8)).subarray(0, 6).toString('latin1');
  if (magic.startsWith('FEA1'))
    throw new DataQualityError(
      `${input.path} is Feather of version 1, which is given up: write it again with version 2`,
    );
  let layout: Layout | null = null;
  let row = 0;
  try {
    for await (const batch of batchesOf(input, magic === 'ARROW1')) {
      layout ??= layoutOf(batch, options);
      if (!layout) continue;
      const numbers = numbersOf(batch, layout);
      for await (const { rows, columns, faults } of numbers
        ? batchNumbers([numbers])
        : batchRows(cellsOf(batch), layout))
        yield {
          rows: rows.map((each) => each + row),
          columns,
          faults: faults.map((fault) => ({ ...fault, row: fault.row + row })),
        } satisfies RowBatch;
      row += batch.numRows;
    }
  } catch (error) {
    if (['InvalidInputError', 'DataQualityError'].includes((error as Error).name)) throw error;
    throw new DataQualityError(`${input.path} is no readable Arrow file: ${messageOf(error)}`);
  }
}

async function* encode(
  batches: Parameters<BarFormat['encode']>[0],
  kind: 'RecordBatchFileWriter' | 'RecordBatchStreamWriter',
): AsyncGenerator<Uint8Array> {
  const api = await import('apache-arrow');
  const fields = COLUMNS.map(
    (name) =>
      new api.Field(
        name,
        name === 'time' ? new api.Timestamp(api.TimeUnit.MILLISECOND, 'UTC') : new api.Float64(),
        false,
      ),
  );
  const schema = new api.Schema(fields);
  // The writer's own queue grows without bounds: what it writes is handed on batch by batch instead.
  let parts: Uint8Array[] = [];
  const sink = new api.AsyncByteQueue();
  sink.write = (chunk) => void parts.push(chunk as Uint8Array);
  const written = (): Buffer => {
    const bytes = Buffer.concat(parts);
    parts = [];
    return bytes;
  };
  const writer = new api[kind]();
  writer.reset(sink, schema);
  for await (const batch of batches) {
    writer.write(recordBatch(api, schema, batch));
    yield written();
  }
  writer.finish();
  yield written();
}

type Api = typeof ArrowApi;

function recordBatch(api: Api, schema: InstanceType<Api['Schema']>, columns: BarColumns): RecordBatch {
  const length = columns.time.length;
  const children = schema.fields.map(({ name, type }) =>
    api.makeData({
      type: type as never,
      length,
      nullCount: 0,
      data:
        name === 'time'
          ? BigInt64Array.from(columns.time, (time) => BigInt(time))
          : columns[name as keyof BarColumns],
    } as never),
  );
  const data = api.makeData({ type: new api.Struct(schema.fields), length, nullCount: 0, children } as never);
  return new api.RecordBatch(schema, data as never);
}

async function* batchesOf(input: Input, isFile: boolean): AsyncGenerator<RecordBatch> {
  const api = await import('apache-arrow');
  const { decompress } = await import('fzstd');
  api.compressionRegistry.set(api.CompressionType.LZ4_FRAME, { decode: decodeLz4 });
  api.compressionRegistry.set(api.CompressionType.ZSTD, {
    // Copied, so that it begins where typed arrays can.
    decode: (bytes) => decompress(bytes).slice(),
  });
  if (!isFile) {
    yield* await api.RecordBatchReader.from(input.bytes());
    return;
  }
  const lent = await input.lend();
  const file = await open(lent.path, 'r');
  try {
    const reader = await api.RecordBatchReader.from(file);
    await reader.open();
    for await (const batch of reader) yield batch;
  } finally {
    await file.close().catch(() => undefined);
    await lent.giveBack();
  }
}

/** The layout by the names and the first rows; null for an empty batch. */
function layoutOf(batch: RecordBatch, options: ReadOptions): Layout | null {
  if (batch.numRows === 0) return null;
  const header = batch.schema.fields.map((field) => field.name);
  // Timestamps and dates, whatever their unit: their vectors give ms.
  const typedTimes = batch.schema.fields.flatMap(({ type }, place) =>
    /^(Timestamp|Date)/.test(String(type)) ? [place] : [],
  );
  const sample: Cell[][] = [];
  for (const cells of cellsOf(batch)) if (sample.push(cells) >= SAMPLE_ROWS) break;
  const layout = sniffLayout(header, sample, { ...options, typedTimes });
  options.onLayout?.(layout);
  return layout;
}

/** The six columns as numbers, where all of them are by type; else null. */
function numbersOf(batch: RecordBatch, { places, time, adjusted }: Layout): Float64Array[] | null {
  const { open, high, low, close, volume } = places;
  const chosen = [places.time[0] ?? -1, open, high, low, close, volume];
  const isNumber = (place: number): boolean =>
    /^(Float|U?[Ii]nt|Timestamp|Date)/.test(String(batch.schema.fields[place]?.type));
  if (time.kind !== 'typed' || adjusted || !chosen.every(isNumber)) return null;
  return chosen.map((place) => {
    const vector = batch.getChildAt(place) as Vector;
    const values = new Float64Array(batch.numRows);
    for (let i = 0; i < values.length; i++) values[i] = Number(vector.get(i) ?? NaN);
    return values;
  });
}

function* cellsOf(batch: RecordBatch): Generator<Cell[]> {
  const vectors = batch.schema.fields.map((_, i) => batch.getChildAt(i) as Vector);
  for (let row = 0; row < batch.numRows; row++) yield vectors.map((vector) => cellOf(vector.get(row)));
}

const cellOf = (value: unknown): Cell =>
  value instanceof Date ? value.getTime() : typeof value === 'bigint' ? Number(value) : (value as Cell);
