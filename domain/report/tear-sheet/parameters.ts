import { number } from '../format.js';
import type { HeatMap } from './heat-map.js';

export interface TriedTable {
  /** One column a parameter, and what came out in the same order. */
  params: Record<string, ArrayLike<number>>;
  values: ArrayLike<number>;
  /** What the values are: `Sharpe`. */
  figure: string;
}

/** Values of one axis that a page can show. */
const MOST = 40;

/**
 * What was found over the two parameters that were tried at the most values, all others being as they are in the best
 * combination. Null where fewer than two were varied.
 */
export function heatMapOf({ params, values, figure }: TriedTable): HeatMap | null {
  const best = indexOfBest(values);
  const axes = Object.entries(params)
    .map(([name, column]) => ({ name, column, distinct: distinctOf(column) }))
    .filter(({ distinct }) => distinct.length > 1);
  const chosen = axes.toSorted((a, b) => b.distinct.length - a.distinct.length).slice(0, 2);
  // In the order of the strategy's parameters.
  const [down, across] = axes.filter((axis) => chosen.includes(axis));
  if (best < 0 || !down || !across) return null;
  const fixed = axes.filter((axis) => axis !== down && axis !== across);
  const at = (column: ArrayLike<number>): number => column[best] ?? NaN;
  const rows = thinned(down.distinct, at(down.column));
  const columns = thinned(across.distinct, at(across.column));
  const cells = rows.map(() => columns.map(() => NaN));
  const [rowOf, columnOf] = [rows, columns].map((each) => new Map(each.map((value, i) => [value, i])));
  for (let i = 0; i < values.length; i++) {
    if (fixed.some(({ column }) => column[i] !== at(column))) continue;
    const row = rowOf?.get(down.column[i] ?? NaN);
    const column = columnOf?.get(across.column[i] ?? NaN);
    if (row !== undefined && column !== undefined) cells[row]![column] = values[i] ?? NaN;
  }
  return {
    figure,
    rows: { name: down.name, values: rows },
    columns: { name: across.name, values: columns },
    values: cells,
    chosen: { row: rows.indexOf(at(down.column)), column: columns.indexOf(at(across.column)) },
    chosenName: 'the best',
    notes: [
      ...(fixed.length > 0
        ? [
            `The others as in the best: ${fixed.map(({ name, column }) => `${name} ${number(at(column), 7)}`).join(', ')}.`,
          ]
        : []),
      ...[down, across].flatMap(({ name, distinct }) =>
        distinct.length > MOST ? [`${MOST} of ${distinct.length} values of ${name} are shown.`] : [],
      ),
    ],
  };
}

/** The first of the highest; −1 where none is defined. */
function indexOfBest(values: ArrayLike<number>): number {
  let best = -1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isFinite(value) && (best < 0 || value > (values[best] as number))) best = i;
  }
  return best;
}

const distinctOf = (column: ArrayLike<number>): number[] =>
  [...new Set(Array.from(column))].filter(Number.isFinite).sort((a, b) => a - b);

/** Evenly, with both ends and the one that has to be there. */
function thinned(values: number[], needed: number): number[] {
  if (values.length <= MOST) return values;
  const kept = new Set(
    Array.from({ length: MOST - 1 }, (_, i) => Math.round((i * (values.length - 1)) / (MOST - 2))),
  );
  kept.add(values.indexOf(needed));
  return [...kept].sort((a, b) => a - b).map((i) => values[i] ?? NaN);
}
