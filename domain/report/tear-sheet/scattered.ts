import { number } from '../format.js';
import type { HeatMap } from './heat-map.js';

/** A parameter that was varied. */
export interface Axis {
  name: string;
  column: ArrayLike<number>;
  /** Ascending. */
  distinct: number[];
  /** As it is in the combination that the map is about. */
  wanted: number;
}

export interface Scattered {
  down: Axis;
  across: Axis;
  others: Axis[];
  values: ArrayLike<number>;
  figure: string;
  chosen: Record<string, number> | undefined;
  /** Index of the best trial. */
  best: number;
}

/** Parts of an axis: so many that a cell has two trials on average. */
const MOST_PARTS = 10;
const FEWEST_PARTS = 3;
const partsFor = (trials: number): number =>
  Math.min(MOST_PARTS, Math.max(FEWEST_PARTS, Math.round(Math.sqrt(trials / 2))));

/** Trials that lie apart, as a search draws them: the axes are parted, and a cell is the mean of the trials in it. */
export function scatteredMap({ down, across, others, values, figure, chosen, best }: Scattered): HeatMap {
  const count = partsFor(values.length);
  const [rows, columns] = [partsOf(down.distinct, count), partsOf(across.distinct, count)];
  const sums = rows.map(() => columns.map(() => ({ sum: 0, count: 0 })));
  for (let i = 0; i < values.length; i++) {
    const cell = sums[partOf(rows, down.column[i] ?? NaN)]?.[partOf(columns, across.column[i] ?? NaN)];
    if (!cell || !Number.isFinite(values[i])) continue;
    cell.sum += values[i] ?? NaN;
    cell.count++;
  }
  const at = chosen ?? { [down.name]: down.column[best] ?? NaN, [across.name]: across.column[best] ?? NaN };
  const [row, column] = [
    within(down, at) ? partOf(rows, at[down.name] ?? NaN) : -1,
    within(across, at) ? partOf(columns, at[across.name] ?? NaN) : -1,
  ];
  const outside = row < 0 || column < 0;
  return {
    figure,
    rows: { name: down.name, values: rows },
    columns: { name: across.name, values: columns },
    values: sums.map((line) => line.map(({ sum, count }) => (count > 0 ? sum / count : NaN))),
    chosen: outside ? null : { row, column },
    chosenName: chosen ? 'where this run lies' : 'where the best lies',
    notes: [
      'Rows and columns reach from their value up to the next one; a cell is the mean of the trials in it.',
      ...(outside ? [`${textOf(at, [down, across])} of this run lies outside of what was tried.`] : []),
      ...(others.length > 0 ? [`Over all values of ${others.map(({ name }) => name).join(', ')}.`] : []),
    ],
  };
}

/** The first values of parts with like many values each. */
function partsOf(distinct: readonly number[], count: number): number[] {
  const size = Math.ceil(distinct.length / count);
  return distinct.filter((_, i) => i % size === 0);
}

const partOf = (firsts: readonly number[], value: number): number =>
  firsts.findLastIndex((first) => first <= value);

const within = ({ name, distinct }: Axis, at: Record<string, number>): boolean =>
  (at[name] ?? NaN) >= (distinct[0] ?? NaN) && (at[name] ?? NaN) <= (distinct.at(-1) ?? NaN);

/** `fast 10, slow 60` */
export const textOf = (at: Record<string, number>, axes: readonly Axis[]): string =>
  axes.map(({ name }) => `${name} ${number(at[name] ?? NaN, 7)}`).join(', ');
