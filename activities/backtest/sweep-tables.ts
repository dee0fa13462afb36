import type { TableColumn } from '../../adapters/ports.js';
import type { GridMetrics } from '../../domain/backtest/grid-metrics.js';
import type { SweepRow } from '../../domain/backtest/sweep.js';
import type { Strategy } from '../../domain/strategies/strategy.js';

type Numbers = TableColumn & { type: 'float64' };

/** Combinations that all tell the same parameters: one that is left out where it has its default is told where others have another. */
export function filledList(
  { params }: Pick<Strategy, 'params'>,
  list: readonly Record<string, number>[],
  names: ReadonlySet<string> = new Set(list.flatMap((each) => Object.keys(each))),
): Record<string, number>[] {
  // In the order of the strategy's parameters.
  const told = Object.keys(params).filter((name) => names.has(name));
  return list.map((each) =>
    Object.fromEntries(told.map((name) => [name, each[name] ?? params[name]?.default ?? NaN])),
  );
}

/** Rows of a sweep as columns: the parameters, then the figures; all of `list` tell the same ones. */
export function tableOf(list: Record<string, number>[], metrics: GridMetrics[]): Numbers[] {
  const column = (name: string, value: (i: number) => number | undefined): Numbers => ({
    name,
    type: 'float64',
    values: Float64Array.from({ length: list.length }, (_, i) => value(i) ?? NaN),
  });
  const params = Object.keys(list[0] ?? {}).map((name) => column(name, (i) => list[i]?.[name]));
  const figures = Object.keys(metrics[0] ?? {}).map((name) =>
    column(name, (i) => metrics[i]?.[name as keyof GridMetrics]),
  );
  return [...params, ...figures];
}

/** The best rows by Sharpe ratio; `names` are those of the parameters. */
export function rowsOf(columns: Numbers[], { names, most }: { names: string[]; most: number }): SweepRow[] {
  const sharpe = columns.find(({ name }) => name === 'sharpe')?.values ?? new Float64Array(0);
  const value = (i: number): number => {
    const each = sharpe[i] ?? NaN;
    return Number.isNaN(each) ? -Infinity : each;
  };
  const order = Array.from(sharpe, (_, i) => i).sort((a, b) => value(b) - value(a) || a - b);
  return order.slice(0, most).map((i) => {
    const of = (isParameter: boolean): Record<string, number> =>
      Object.fromEntries(
        columns
          .filter(({ name }) => names.includes(name) === isParameter)
          .map(({ name, values }) => [name, values[i] ?? NaN]),
      );
    return { params: of(true), metrics: of(false) as unknown as GridMetrics };
  });
}

/** The parameters that have columns, and the Sharpe ratios: what a page draws. */
export const sweepColumns = (
  columns: Numbers[],
  names: string[],
): { params: Record<string, Float64Array>; sharpe: Float64Array } => ({
  params: Object.fromEntries(
    columns.filter(({ name }) => names.includes(name)).map(({ name, values }) => [name, values]),
  ),
  sharpe: columns.find(({ name }) => name === 'sharpe')?.values ?? new Float64Array(0),
});

/** Tables of the same columns, one below the other. */
export function joinedTables(tables: TableColumn[][]): Numbers[] {
  const [first = []] = tables;
  return first.map(({ name }) => {
    const pieces = tables.map((table) => table.find((column) => column.name === name)?.values ?? []);
    const values = new Float64Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      // NaN has many bit patterns; one of them is the digest's.
      for (const value of piece) values[at++] = value === value ? value : NaN;
    }
    return { name, type: 'float64' as const, values };
  });
}
