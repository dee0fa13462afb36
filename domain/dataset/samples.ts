import type { DatasetSpec, SplitCounts, SplitTimes, StreamMatrix } from '../dataset.js';
import { InvalidInputError } from '../errors.js';
import { describeWarmUp } from '../features.js';
import type { FeatureMatrix } from '../features.js';
import { at } from '../indicators/averages.js';

/** Values of the table's `split` column. */
export const PARTS = { train: 0, validation: 1, test: 2, none: -1 } as const;

export interface SplitInput {
  matrix: FeatureMatrix;
  spec: DatasetSpec;
  split: SplitTimes;
  timeframeMs: number;
}

export const MOST_HORIZON_BARS = 96;

/** Bars ahead that are forecast, ascending; `horizonBars` is always among them. */
export const horizonsOf = (spec: Pick<DatasetSpec, 'horizonBars' | 'horizons'>): number[] =>
  spec.horizons ?? [spec.horizonBars];

const furthest = (spec: DatasetSpec): number => Math.max(...horizonsOf(spec));

/**
 * What is to be forecast: the log return over `horizon` bars in units of the volatility known at the row times
 * √horizon. NaN in the warm-up, where the price stood still, at the last `horizon` rows, and where a bar
 * is missing in between, since the return would then span another time.
 */
export function targetColumn(args: {
  matrix: FeatureMatrix;
  horizon: number;
  timeframeMs: number;
}): Float64Array {
  const { matrix, horizon, timeframeMs } = args;
  const { time, close, volatility } = matrix;
  return time.map((now, row) => {
    const ahead = row + horizon;
    if (ahead >= time.length || at(time, ahead) - now !== horizon * timeframeMs) return NaN;
    const unit = at(volatility, row) * Math.sqrt(horizon);
    return unit > 0 ? Math.log(at(close, ahead) / at(close, row)) / unit : NaN;
  });
}

/** Part of each row and its targets, by horizon: `target` is that of `horizonBars`, `others` are the rest. */
export interface SplitColumns {
  split: Int32Array;
  target: Float64Array;
  others: { horizon: number; target: Float64Array }[];
}

/** A sample has all its targets; none reaches beyond its part, and no part starts right at the other's end. */
export function splitColumn(args: SplitInput): SplitColumns {
  const { matrix, spec } = args;
  const target = targetColumn({ ...args, horizon: spec.horizonBars });
  const others = horizonsOf(spec)
    .filter((horizon) => horizon !== spec.horizonBars)
    .map((horizon) => ({ horizon, target: targetColumn({ ...args, horizon }) }));
  const settled = [target, ...others.map((other) => other.target)];
  const split = new Int32Array(target.length);
  let defined = 0;
  for (let row = 0; row < split.length; row++) {
    defined = matrix.columns.every((column) => Number.isFinite(column[row])) ? defined + 1 : 0;
    const usable = defined >= spec.lookBack && settled.every((column) => Number.isFinite(column[row]));
    split[row] = usable ? partAt(at(matrix.time, row), args) : PARTS.none;
  }
  return { split, target, others };
}

function partAt(time: number, { spec, split, timeframeMs }: SplitInput): number {
  const settled = time + furthest(spec) * timeframeMs;
  const embargo = spec.embargoBars * timeframeMs;
  const { validationFrom, testFrom, testTo } = split;
  if (time < validationFrom) return settled > validationFrom ? PARTS.none : PARTS.train;
  if (time < testFrom)
    return settled > testFrom || time < validationFrom + embargo ? PARTS.none : PARTS.validation;
  return settled > testTo || time < testFrom + embargo ? PARTS.none : PARTS.test;
}

/** Row numbers by part. */
export function sampleParts(split: Int32Array): {
  train: Int32Array;
  validation: Int32Array;
  test: Int32Array;
} {
  const rows = Int32Array.from(split.keys());
  return {
    train: rows.filter((row) => split[row] === PARTS.train),
    validation: rows.filter((row) => split[row] === PARTS.validation),
    test: rows.filter((row) => split[row] === PARTS.test),
  };
}

/** @throws InvalidInputError naming the member that cannot be right */
export function checkSpec(spec: DatasetSpec): void {
  const { lookBack, horizonBars, embargoBars, validationShare, testShare } = spec;
  const bad = (text: string): never => {
    throw new InvalidInputError(`Dataset ${text}`);
  };
  if (!Number.isInteger(lookBack) || lookBack < 1)
    bad(`lookBack ${lookBack} is not a whole number of at least 1`);
  if (!Number.isInteger(horizonBars) || horizonBars < 1)
    bad(`horizonBars ${horizonBars} is not a whole number of at least 1`);
  checkHorizons(spec, bad);
  if (!Number.isInteger(embargoBars) || embargoBars < 0)
    bad(`embargoBars ${embargoBars} is not a whole number of at least 0`);
  if (!(validationShare > 0 && testShare > 0 && validationShare + testShare < 1))
    bad(
      `shares ${validationShare} (validation) and ${testShare} (test) must be above 0 and leave some for training`,
    );
}

/** @throws InvalidInputError where they do not lie inside the data, one after the other */
export function checkBoundaries(
  boundaries: NonNullable<DatasetSpec['boundaries']>,
  from: number,
  to: number,
): NonNullable<DatasetSpec['boundaries']> {
  const { validationFrom, testFrom } = boundaries;
  if (from < validationFrom && validationFrom < testFrom && testFrom < to) return boundaries;
  throw new InvalidInputError(
    `Dataset boundaries validationFrom ${validationFrom} and testFrom ${testFrom} must ascend inside the data, ${from} to ${to} (epoch ms)`,
  );
}

function checkHorizons(spec: DatasetSpec, bad: (text: string) => never): void {
  const { horizons, horizonBars } = spec;
  if (!horizons) return;
  const ascending = horizons.every((horizon, i) => i === 0 || horizon > (horizons[i - 1] ?? 0));
  const whole = horizons.every((horizon) => Number.isInteger(horizon) && horizon >= 1);
  if (!whole || !ascending || furthest(spec) > MOST_HORIZON_BARS)
    bad(`horizons [${horizons.join(', ')}] are not ascending whole numbers from 1 to ${MOST_HORIZON_BARS}`);
  if (!horizons.includes(horizonBars))
    bad(`horizons [${horizons.join(', ')}] lack horizonBars ${horizonBars}`);
}

/** Fewest rows without gaps and with moving prices that give every part a sample. */
export function requiredRows(matrix: FeatureMatrix, spec: DatasetSpec): number {
  const { lookBack, embargoBars, validationShare, testShare } = spec;
  const later = furthest(spec) + embargoBars + 1;
  const train = warmUpOf(matrix) + lookBack + furthest(spec);
  const byPart = [later / validationShare, later / testShare, train / (1 - validationShare - testShare)];
  // Boundaries are floored to whole bars: one bar more on either side.
  return Math.ceil(Math.max(...byPart)) + 2;
}

export function countParts(columns: Int32Array[]): SplitCounts {
  const counts = { train: 0, validation: 0, test: 0 };
  for (const column of columns) {
    const { train, validation, test } = sampleParts(column);
    counts.train += train.length;
    counts.validation += validation.length;
    counts.test += test.length;
  }
  return counts;
}

/** Says which stream has how many rows and samples, and how many rows are needed. */
export function tooLittleHistory(
  args: StreamMatrix & { spec: DatasetSpec; counts: SplitCounts },
): InvalidInputError {
  const { stream, matrix, spec, counts } = args;
  const needed = requiredRows(matrix, spec);
  const rows = matrix.time.length;
  const cause =
    rows < needed
      ? 'take a longer time range'
      : 'it has the rows, so look for missing bars, a late start or a price that stands still';
  return new InvalidInputError(
    `Stream ${stream} has too little usable history: ${rows} rows give ${counts.train} training, ${counts.validation} ` +
      `validation and ${counts.test} test samples; at least ${needed} rows are needed for a look-back of ` +
      `${spec.lookBack} and a horizon of ${furthest(spec)} bars: ${cause}`,
  );
}

/** Leading rows without all features; a matrix that never leaves its warm-up has the usual one. */
function warmUpOf(matrix: FeatureMatrix): number {
  const rows = matrix.time.length;
  let row = 0;
  while (row < rows && !matrix.columns.every((column) => Number.isFinite(column[row]))) row++;
  return row < rows ? row : Math.max(rows, describeWarmUp());
}
