import type { Ports } from '../adapters/ports.js';
import type { BarColumns } from '../domain/bars.js';
import { columnsBy, isAscending, joinColumns, joinNumbers, takeRows } from '../domain/bars/columns.js';
import { DataQualityError, InvalidInputError } from '../domain/errors.js';
import { computeIndicators, parseIndicators } from '../domain/indicators/registry.js';
import type { BarsFile } from './bars/file-judging.js';
import { findStored, type StoredBarsInput } from './bars/stored.js';

export interface IndicatorReport {
  /** How many, and the opens of the first and the last one, epoch ms. */
  bars: number;
  first: number;
  last: number;
  /** By key, one value a bar in the order of time; null in the warm-up. */
  indicators: Record<string, (number | null)[]>;
}

/** Indicators of bars as they stand in a file, or of stored ones: `list` is such as `SMA:20;BB:20,2.0`. */
export const indicatorSteps = (ports: Ports) => ({
  /** @throws InvalidInputError for the list, DataQualityError naming rows that cannot be computed with. */
  async computeFileIndicators({ list, ...file }: BarsFile & { list: string }): Promise<IndicatorReport> {
    const requests = parseIndicators(list);
    return reportOf(await readFile(ports, file), requests, file.path);
  },

  /** @throws NotFoundError where none are stored, and as the file's. */
  async computeStoredIndicators({
    list,
    ...stored
  }: StoredBarsInput & { list: string }): Promise<IndicatorReport> {
    const requests = parseIndicators(list);
    const found = await findStored(ports, stored);
    return reportOf(await ports.series.readColumns(found), requests, stored.stream);
  },
});

/** Ascending; unlike an import it judges nothing away, since every position counts. */
export async function readFile(ports: Ports, { path, ...options }: BarsFile): Promise<BarColumns> {
  const parts: BarColumns[] = [];
  const rows: Float64Array[] = [];
  for await (const batch of ports.formats.read(path, options)) {
    const [fault] = batch.faults;
    if (fault) throw new DataQualityError(`${path}, row ${fault.row}: ${fault.reason}`);
    parts.push(batch.columns);
    rows.push(batch.rows);
  }
  const columns = parts.length === 0 ? columnsBy(() => new Float64Array()) : joinColumns(parts);
  checkPrices(path, columns, rows);
  if (isAscending(columns.time)) return columns;
  const places = Array.from(columns.time.keys()).sort(
    (a, b) => (columns.time[a] ?? NaN) - (columns.time[b] ?? NaN),
  );
  const ordered = takeRows(columns, places);
  const twice = ordered.time.findIndex((time, i) => time === ordered.time[i - 1]);
  if (twice >= 0)
    throw new DataQualityError(
      `${path} has several bars of ${new Date(ordered.time[twice] ?? NaN).toISOString()}; "finsight bars convert" leaves one`,
    );
  return ordered;
}

function checkPrices(path: string, columns: BarColumns, rows: Float64Array[]): void {
  for (const name of ['open', 'high', 'low', 'close'] as const) {
    const bad = columns[name].findIndex((value) => !Number.isFinite(value));
    if (bad < 0) continue;
    const row = joinNumbers(rows)[bad];
    throw new DataQualityError(`${path}, row ${row}: ${name} ${columns[name][bad]} is no price`);
  }
}

function reportOf(
  bars: BarColumns,
  requests: ReturnType<typeof parseIndicators>,
  where: string,
): IndicatorReport {
  const n = bars.time.length;
  if (n === 0) throw new InvalidInputError(`${where} has no bars to compute with`);
  const columns = Object.entries(computeIndicators(bars, requests));
  // NaN is no JSON: what has no value yet is null.
  const plain = (column: Float64Array): (number | null)[] =>
    Array.from(column, (value) => (Number.isNaN(value) ? null : value));
  return {
    bars: n,
    first: bars.time[0] ?? NaN,
    last: bars.time[n - 1] ?? NaN,
    indicators: Object.fromEntries(columns.map(([key, column]) => [key, plain(column)])),
  };
}
