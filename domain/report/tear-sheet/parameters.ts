import { number } from '../format.js';
import type { HeatMap } from './heat-map.js';
import { scatteredMap, textOf, type Axis } from './scattered.js';

export interface TriedTable {
  /** One column a parameter, and what came out in the same order. */
  params: Record<string, ArrayLike<number>>;
  values: ArrayLike<number>;
  /** What the values are: `Sharpe`. */
  figure: string;
  /** The combination that the map is about; the best where absent. */
  chosen?: Record<string, number>;
}

/** Values of one axis that a page can show. */
const MOST = 40;
/** Pairs that were tried, of all cells: with fewer, trials lie apart from each other, as those of a search do. */
const FULL = 0.3;
const FEW_TRIALS = 10;

/**
 * What was found over the two parameters that were tried at the most values, all others being as they are in the chosen
 * combination, or else in the best. Null where fewer than two were varied.
 */
export function heatMapOf(table: TriedTable): HeatMap | null {
  const { params, values, figure, chosen } = table;
  const best = indexOfBest(values);
  const axes = Object.entries(params)
    .map(([name, column]): Axis => ({ name, column, distinct: distinctOf(column), wanted: NaN }))
    .filter(({ distinct }) => distinct.length > 1)
    .map((axis) => ({ ...axis, wanted: wantedOf(axis, best, chosen) }));
  const longest = axes.toSorted((a, b) => b.distinct.length - a.distinct.length).slice(0, 2);
  // In the order of the strategy's parameters.
  const [down, across] = axes.filter((axis) => longest.includes(axis));
  if (best < 0 || !down || !across) return null;
  const others = axes.filter((axis) => axis !== down && axis !== across);
  const rows = thinned(down);
  const columns = thinned(across);
  const cells = cellsOf(values, { down, across, others, rows, columns });
  const filled = cells.flat().filter((each) => !Number.isNaN(each)).length;
  if (filled < FULL * rows.length * columns.length && values.length >= FEW_TRIALS)
    return scatteredMap({ down, across, others, values, figure, chosen, best });
  const at = chosen ?? { [down.name]: down.wanted, [across.name]: across.wanted };
  const [row, column] = [rows.indexOf(at[down.name] ?? NaN), columns.indexOf(at[across.name] ?? NaN)];
  return {
    figure,
    rows: { name: down.name, values: rows },
    columns: { name: across.name, values: columns },
    values: cells,
    chosen: row < 0 || column < 0 ? null : { row, column },
    chosenName: chosen ? 'this run' : 'the best',
    notes: [
      ...(row < 0 || column < 0 ? [`${textOf(at, [down, across])} of this run is not among them.`] : []),
      ...othersNotes(others, chosen),
      ...[down, across].flatMap(({ name, distinct }) =>
        distinct.length > MOST ? [`${MOST} of ${distinct.length} values of ${name} are shown.`] : [],
      ),
    ],
  };
}

/** As in the chosen combination where that was tried, else as in the best. */
function wantedOf({ name, column, distinct }: Axis, best: number, chosen?: Record<string, number>): number {
  const wanted = chosen?.[name];
  return wanted !== undefined && distinct.includes(wanted) ? wanted : (column[best] ?? NaN);
}

function cellsOf(
  values: ArrayLike<number>,
  of: { down: Axis; across: Axis; others: Axis[]; rows: number[]; columns: number[] },
): number[][] {
  const { down, across, others, rows, columns } = of;
  const cells = rows.map(() => columns.map(() => NaN));
  const [rowOf, columnOf] = [rows, columns].map((each) => new Map(each.map((value, i) => [value, i])));
  for (let i = 0; i < values.length; i++) {
    if (others.some(({ column, wanted }) => column[i] !== wanted)) continue;
    const row = rowOf?.get(down.column[i] ?? NaN);
    const column = columnOf?.get(across.column[i] ?? NaN);
    if (row !== undefined && column !== undefined) cells[row]![column] = values[i] ?? NaN;
  }
  return cells;
}

function othersNotes(others: Axis[], chosen?: Record<string, number>): string[] {
  const isChosen = ({ name, wanted }: Axis): boolean => chosen?.[name] === wanted;
  const told = (axes: Axis[]): string =>
    axes.map(({ name, wanted }) => `${name} ${number(wanted, 7)}`).join(', ');
  const [own, best] = [others.filter(isChosen), others.filter((axis) => !isChosen(axis))];
  return [
    ...(own.length > 0 ? [`The others as in this run: ${told(own)}.`] : []),
    ...(best.length > 0 ? [`The others as in the best: ${told(best)}.`] : []),
  ];
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
function thinned({ distinct: values, wanted: needed }: Axis): number[] {
  if (values.length <= MOST) return values;
  const kept = new Set(
    Array.from({ length: MOST - 1 }, (_, i) => Math.round((i * (values.length - 1)) / (MOST - 2))),
  );
  kept.add(values.indexOf(needed));
  return [...kept].sort((a, b) => a - b).map((i) => values[i] ?? NaN);
}
