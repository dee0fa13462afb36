import type { Request, Response } from 'express';
import type { ReadBarsOptions, RowBatch } from '../adapters/ports.js';
import type { BarColumns } from '../domain/bars.js';
import { isAscending, joinColumns, joinNumbers } from '../domain/bars/columns.js';
import { inspectBars, type InspectOptions, type NumberedBars } from '../domain/bars/inspect.js';
import { inferTimeframe } from '../domain/bars/scan.js';
import { returnScale } from '../domain/bars/spikes.js';
import { DataQualityError, InvalidInputError, messageOf } from '../domain/errors.js';
import { parseTimeframe, timeframeMs } from '../domain/streams.js';
import type { Upload } from '../domain/uploads.js';
import { sendFile } from './bars-columns.js';
import { isKnown, notModified } from './encoding.js';
import type { Context } from './route.js';

interface Exchange {
  context: Context;
  req: Request;
  res: Response;
}

/** Sends the very bytes, after their digest was checked; parts of it where Range asks for them. */
export async function sendUpload({ context, req, res }: Exchange, upload: Upload): Promise<void> {
  const { formats, objects } = context.ports;
  res.set({
    etag: `"${upload.sha256}"`,
    'cache-control': 'private, no-cache',
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${upload.id}"`,
  });
  if (isKnown(req, res)) return notModified(res);
  const { path, giveBack } = await formats.lend(objects, upload);
  try {
    await new Promise<void>((resolve, reject) => {
      const options = { etag: false, lastModified: false, cacheControl: false, dotfiles: 'allow' as const };
      res.sendFile(path, options, (error) => {
        // A caller who went away is no error.
        if (!error || (error as NodeJS.ErrnoException).code === 'ECONNABORTED') resolve();
        else reject(error);
      });
    });
  } finally {
    await giveBack();
  }
}

type Layout = Partial<Record<keyof ReadBarsOptions | 'timeframe', unknown>> & {
  format: string;
  timeframe?: string | undefined;
};

/** Sends the bars of an upload in another format, judged as for a store. */
export async function sendConverted(exchange: Exchange, upload: Upload, query: Layout): Promise<void> {
  const { format, timeframe, ...given } = query;
  const { formats, objects, now } = exchange.context.ports;
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const { path, giveBack } = await formats.lend(objects, upload);
  const at = now();
  let counts = newCounts();
  const batches = (): AsyncIterable<BarColumns> => {
    counts = newCounts();
    const task = { timeframe: timeframe === undefined ? undefined : parseTimeframe(timeframe), now: at };
    return judged(formats.read(path, options), task, counts);
  };
  try {
    await sendFile(exchange, {
      batches,
      format,
      mediaType: formats.mediaType(format),
      name: upload.id.replace(/\.[^.]*(\.gz)?$/i, ''),
      headers: () => ({
        'x-finsight-rows': String(counts.rows),
        'x-finsight-quarantined': String(counts.quarantined),
        'x-finsight-duplicates': String(counts.duplicates),
      }),
    });
  } catch (error) {
    // Messages name the file; the sender knows it by its own name, not by where it lies.
    if (error instanceof InvalidInputError || error instanceof DataQualityError)
      error.message = messageOf(error).replaceAll(path, upload.id);
    throw error;
  } finally {
    await giveBack();
  }
}

const newCounts = () => ({ rows: 0, quarantined: 0, duplicates: 0 });

/** Rows judged as one table: 50 MB of columns. A larger file must be in order, and is judged batch by batch. */
const TABLE_ROWS = 2 ** 20;

async function* judged(
  rows: AsyncIterable<RowBatch>,
  task: { timeframe: InspectOptions['timeframe'] | undefined; now: number },
  counts: ReturnType<typeof newCounts>,
): AsyncGenerator<BarColumns> {
  let held: RowBatch[] | null = [];
  let count = 0;
  let options: InspectOptions | null = null;
  let last = -Infinity;
  const judge = (batch: RowBatch): BarColumns => {
    const timeframe = task.timeframe ?? options?.timeframe ?? inferTimeframe(batch.columns.time);
    options ??= { timeframe, now: task.now };
    const found = inspectBars(batch, options);
    counts.quarantined += found.quarantined.length + batch.faults.length;
    counts.duplicates += found.duplicates.length;
    return found.good.columns;
  };
  const inOrder = (batch: RowBatch): RowBatch => {
    const { time } = batch.columns;
    if (!isAscending(time) || (time[0] ?? Infinity) <= last)
      throw new InvalidInputError(
        `More than ${TABLE_ROWS} rows that are not in order cannot be converted here; import the file ` +
          '(POST /api/v1/runs with transformBars) and download the stream',
      );
    last = time.at(-1) ?? last;
    return batch;
  };
  for await (const batch of rows) {
    counts.rows += batch.rows.length + batch.faults.length;
    count += batch.rows.length;
    if (held) held.push(batch);
    else yield judge(inOrder(batch));
    if (!held || count <= TABLE_ROWS) continue;
    const first = joined(held);
    held = null;
    const timeframe = task.timeframe ?? inferTimeframe(first.columns.time);
    options = { timeframe, now: task.now, scale: returnScale(first.columns, timeframeMs(timeframe)) };
    yield judge(inOrder(first));
  }
  if (held && held.length > 0) yield judge(joined(held));
}

const joined = (batches: RowBatch[]): NumberedBars & Pick<RowBatch, 'faults'> => ({
  rows: joinNumbers(batches.map((batch) => batch.rows)),
  columns: joinColumns(batches.map((batch) => batch.columns)),
  faults: batches.flatMap((batch) => batch.faults),
});
