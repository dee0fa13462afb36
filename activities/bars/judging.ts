import type { RowBatch } from '../../adapters/ports.js';
import { joinColumns, joinNumbers, takeRows } from '../../domain/bars/columns.js';
import { InvalidInputError } from '../../domain/errors.js';
import { inspectBars, type NumberedBars, type RowFault, type RowOrder } from '../../domain/bars/inspect.js';
import {
  inferTimeframe,
  newScan,
  scanOrder,
  scanTimes,
  usualStep,
  type Scan,
} from '../../domain/bars/scan.js';
import { returnScale } from '../../domain/bars/spikes.js';
import { timeframeMs, type Timeframe } from '../../domain/streams.js';
import { beat } from '../beat.js';

/** Rows judged as one table: 50 MB of columns. Larger files are read twice and judged in blocks. */
const TABLE_ROWS = 2 ** 20;
const BLOCK_ROWS = 2 ** 18;
/** Faults that are listed; all are counted. */
const MOST_LISTED = 10_000;

export interface Verdicts {
  timeframe: Timeframe;
  rows: number;
  quarantined: RowFault[];
  quarantinedRows: number;
  duplicates: number;
  flagged: RowFault[];
  order: RowOrder;
  /** Bar opens of listed quarantined rows, by row; rows without a readable time are not in it. */
  faultTimes: Map<number, number>;
}

export interface JudgeTask {
  /** Each call begins anew. */
  read: () => AsyncIterable<RowBatch>;
  /** Taken from the first rows where it is not given. */
  timeframe?: Timeframe;
  now: number;
  /** Gets ascending bars, one table or block after the other. */
  take: (bars: NumberedBars, timeframe: Timeframe) => Promise<void>;
}

/**
 * Judges a file of any size. One that fits is one table; in a larger one, a first pass finds the times that several rows
 * have, so that their rows can be held against each other however far apart they are. There, spikes on the border of two
 * blocks are flagged instead of quarantined.
 */
export async function judgeBars(task: JudgeTask): Promise<Verdicts> {
  const held: RowBatch[] = [];
  let rows = 0;
  let scan: Scan | null = null;
  let timeframe = task.timeframe;
  for await (const batch of task.read()) {
    rows = Math.max(rows, batch.rows.at(-1) ?? 0, batch.faults.at(-1)?.row ?? 0);
    if (timeframe === undefined && batch.rows.length > 1) timeframe = inferTimeframe(batch.columns.time);
    else if (timeframe && !scan && held.length === 0) checkSpacing(batch.columns.time, timeframe);
    if (!scan) held.push(batch);
    if (!scan && held.reduce((sum, each) => sum + each.rows.length, 0) > TABLE_ROWS) {
      scan = newScan();
      for (const each of held) scanTimes(scan, each.columns, timeframe ?? '1m');
    } else if (scan) scanTimes(scan, batch.columns, timeframe ?? '1m');
    beat({ rows });
  }
  if (rows === 0 && !timeframe)
    throw new InvalidInputError('There are no rows of bars; --timeframe gives the report on none');
  const length = timeframe ?? inferTimeframe(new Float64Array(0));
  const verdicts: Verdicts = {
    ...NOTHING,
    timeframe: length,
    rows,
    quarantined: [],
    flagged: [],
    faultTimes: new Map(),
  };
  if (rows === 0) return verdicts;
  if (!scan) {
    const faults = held.flatMap((each) => each.faults);
    verdicts.order = await judgeTable(joinBatches(held.splice(0)), { task, verdicts, faults });
    return verdicts;
  }
  verdicts.order = scanOrder(scan);
  // Two batches are enough for the usual size of a move.
  const scale = returnScale(joinBatches(held.slice(0, 2)).columns, timeframeMs(length));
  held.length = 0;
  await judgeBlocks(task, { verdicts, scan, scale });
  return verdicts;
}

/** Rows closer together than bars are other bars: some would fall on the grid by chance and be believed. */
function checkSpacing(time: Float64Array, timeframe: Timeframe): void {
  const step = usualStep(time);
  if (step !== null && step < timeframeMs(timeframe))
    throw new InvalidInputError(
      `Most rows are ${step / 1000} s apart: these are no bars of ${timeframe}; give the stream that has their length, then resample it`,
    );
}

const NOTHING = { quarantinedRows: 0, duplicates: 0, order: 'ascending' as const };

const joinBatches = (batches: NumberedBars[]): NumberedBars => ({
  rows: joinNumbers(batches.map((batch) => batch.rows)),
  columns: joinColumns(batches.map((batch) => batch.columns)),
});

async function judgeTable(
  table: NumberedBars,
  about: {
    task: JudgeTask;
    verdicts: Verdicts;
    faults: RowFault[];
    scale?: ReturnType<typeof returnScale>;
  },
): Promise<RowOrder> {
  const { task, verdicts, faults, scale } = about;
  const { timeframe } = verdicts;
  const found = inspectBars(table, { timeframe, now: task.now, ...(scale !== undefined && { scale }) });
  const quarantined = faults.concat(found.quarantined).sort((a, b) => a.row - b.row);
  verdicts.quarantinedRows += quarantined.length;
  verdicts.duplicates += found.duplicates.length;
  addListed(verdicts.quarantined, quarantined);
  noteTimes(verdicts.faultTimes, table, found.quarantined.slice(0, MOST_LISTED));
  addListed(
    verdicts.flagged,
    found.flagged.concat(found.duplicates).sort((a, b) => a.row - b.row),
  );
  await task.take(found.good, timeframe);
  beat({ rows: table.rows.at(-1) });
  return found.order;
}

function noteTimes(times: Map<number, number>, { rows, columns }: NumberedBars, faults: RowFault[]): void {
  if (faults.length === 0) return;
  const wanted = new Set(faults.map(({ row }) => row));
  rows.forEach((row, place) => {
    if (wanted.has(row)) times.set(row, columns.time[place] ?? NaN);
  });
}

function addListed(list: RowFault[], more: RowFault[]): void {
  for (const fault of more.slice(0, MOST_LISTED - list.length)) list.push(fault);
}

async function judgeBlocks(
  task: JudgeTask,
  about: { verdicts: Verdicts; scan: Scan; scale: ReturnType<typeof returnScale> },
): Promise<void> {
  const { verdicts, scan, scale } = about;
  const repeated: NumberedBars[] = [];
  let block: RowBatch[] = [];
  const judge = async (): Promise<void> => {
    const faults = block.flatMap((batch) => batch.faults);
    await judgeTable(joinBatches(block), { task, verdicts, faults, scale });
    block = [];
  };
  for await (const batch of task.read()) {
    block.push(scan.repeated.size > 0 ? withoutRepeated(batch, scan.repeated, repeated) : batch);
    if (block.reduce((sum, each) => sum + each.rows.length, 0) >= BLOCK_ROWS) await judge();
  }
  if (block.length > 0) await judge();
  if (repeated.length > 0)
    await judgeTable(joinBatches(repeated), { task, verdicts, faults: [], scale: null });
}

/** Sets the rows of repeated times aside. */
function withoutRepeated(batch: RowBatch, repeated: Set<number>, aside: NumberedBars[]): RowBatch {
  const places = Array.from(batch.rows.keys());
  const isRepeated = (place: number): boolean => repeated.has(batch.columns.time[place] ?? NaN);
  const pick = (some: number[]): NumberedBars => ({
    rows: Float64Array.from(some, (place) => batch.rows[place] ?? NaN),
    columns: takeRows(batch.columns, some),
  });
  const out = places.filter(isRepeated);
  if (out.length === 0) return batch;
  aside.push(pick(out));
  return { ...pick(places.filter((place) => !isRepeated(place))), faults: batch.faults };
}
