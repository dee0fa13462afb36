import fc from 'fast-check';
import { datasetTable } from '../../domain/dataset.js';
import type { DatasetSpec, DatasetTable } from '../../domain/dataset.js';
import type { FeatureMatrix } from '../../domain/features.js';

export const HOUR = 3_600_000;
/** Close of the first row. */
export const FIRST = 1000 * HOUR;
export const SPEC: DatasetSpec = {
  lookBack: 4,
  horizonBars: 2,
  validationShare: 0.2,
  testShare: 0.2,
  embargoBars: 3,
};

/** A matrix with two features that close every hour but for the `missing` ones; the first `warmUp` rows are NaN. */
export function matrixOf(args: {
  rows: number;
  missing?: number[];
  warmUp?: number;
  late?: number;
}): FeatureMatrix {
  const { rows, missing = [], warmUp = 5, late = 0 } = args;
  const hours = [...Array(rows).keys()].filter((hour) => !missing.includes(hour) && hour >= late);
  const value = (i: number): number => (i < warmUp ? NaN : Math.sin(i));
  return {
    names: ['a', 'b'],
    time: Float64Array.from(hours, (hour) => FIRST + hour * HOUR),
    close: Float64Array.from(hours, (hour) => 100 + 10 * Math.sin(hour * 1.7)),
    volatility: Float64Array.from(hours, (_, i) => (i < warmUp ? NaN : 0.5 + i / 1000)),
    columns: [Float32Array.from(hours, (_, i) => value(i)), Float32Array.from(hours, (_, i) => value(i) * 2)],
  };
}

export const tableOf = (matrices: FeatureMatrix[], spec = SPEC): DatasetTable =>
  datasetTable({
    streams: matrices.map((matrix, i) => ({ stream: `s${i}`, matrix })),
    spec,
    timeframeMs: HOUR,
  });

export const column = (table: DatasetTable, name: string): ArrayLike<number> => {
  const found = table.columns.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`No column ${name}`);
  return found.values;
};

export const specs = fc.record({
  lookBack: fc.integer({ min: 1, max: 12 }),
  horizonBars: fc.integer({ min: 1, max: 8 }),
  validationShare: fc.double({ min: 0.15, max: 0.35, noNaN: true }),
  testShare: fc.double({ min: 0.15, max: 0.35, noNaN: true }),
  embargoBars: fc.integer({ min: 0, max: 6 }),
});
