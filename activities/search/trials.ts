import type { Ports, TableColumn } from '../../adapters/ports.js';
import type { GridMetrics } from '../../domain/backtest/grid-metrics.js';
import type { SearchPlan } from '../../domain/backtest/search/search.js';
import { NotFoundError } from '../../domain/errors.js';
import type { ObjectRef } from '../../domain/models.js';
import { resolveStrategy } from '../../domain/strategies/index.js';
import { filledList, joinedTables, tableOf } from '../backtest/sweep-tables.js';

const prefixOf = ({ id }: Pick<SearchPlan, 'id'>): string => `backtests/${id}/`;

/** What came of a batch of trials as a table beside the others of the search; the same batch again is the same object. */
export async function putTrials(
  ports: Ports,
  plan: SearchPlan,
  { from, list, metrics }: { from: number; list: Record<string, number>[]; metrics: GridMetrics[] },
): Promise<void> {
  const told = filledList(
    resolveStrategy(plan.strategy),
    list,
    new Set([...Object.keys(list[0] ?? {}), ...Object.keys(plan.space)]),
  );
  const name = String(from).padStart(6, '0');
  await ports.objects.put(
    `${prefixOf(plan)}${name}.parquet`,
    await ports.tables.encode(tableOf(told, metrics)),
  );
}

/** One table of all trials in the place of those of the batches; null where nothing was tried. */
export async function joinTrials(ports: Ports, plan: SearchPlan): Promise<ObjectRef | null> {
  const keys = (await ports.objects.list(prefixOf(plan))).toSorted();
  const tables: TableColumn[][] = [];
  for (const key of keys) tables.push(await ports.tables.decode(await ports.objects.get(key)));
  const whole = `backtests/${plan.id}.parquet`;
  // An attempt that was lost may have joined them before.
  const table =
    tables.length > 0 ? await ports.tables.encode(joinedTables(tables)) : await found(ports, whole);
  if (!table) return null;
  const results = await ports.objects.put(whole, table);
  for (const key of keys) await ports.objects.remove(key);
  return results;
}

const found = (ports: Ports, key: string): Promise<Uint8Array | null> =>
  ports.objects.get(key).catch((error: unknown) => {
    if (error instanceof NotFoundError) return null;
    throw error;
  });
