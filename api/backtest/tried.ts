import type { Ports } from '../../adapters/ports.js';
import type { BacktestResult, RunSpec } from '../../domain/backtest/spec.js';
import { NotFoundError } from '../../domain/errors.js';
import { resolveStrategy } from '../../domain/strategies/index.js';
import { hasParameterMap, triedAlike, type TriedOnBars } from '../../domain/report/tear-sheet/tried.js';

interface StoredRows {
  id: string;
  strategy: string;
  from: number;
  to: number;
  barsSha256: string;
  spec: RunSpec;
  /** Absent of searches from before their trials were kept. */
  results?: { key: string; sha256: string };
  /** Of a sweep, and of a search. */
  combinations?: number;
  tried?: number;
}

/** Of what was tried on a stream, so many of the newest are looked through. */
const MOST_LOOKED_AT = 200;
/** A page is waited for: a table of more rows takes too long. */
const MOST_ROWS = 250_000;
/** So many tables are read at most to find one that has the run's side. */
const MOST_READ = 5;

/**
 * The sweep or search of the same strategy on the same bars that says most: one with the costs and sizes of the run before
 * others, a sweep before a search, more combinations before fewer. Null where there is none, or its table is gone.
 */
export async function findTried(ports: Ports, result: BacktestResult): Promise<TriedOnBars | null> {
  if (!hasParameterMap(result)) return null;
  const found = [...(await storedOf(ports, 'sweep', result)), ...(await storedOf(ports, 'search', result))];
  const rank = ({ kind, rows }: Found): number[] => [
    triedAlike(result, rows.spec) ? 0 : 1,
    kind === 'sweep' ? 0 : 1,
    -countOf(rows),
  ];
  found.sort((a, b) => compared(rank(a), rank(b)));
  for (const each of found.slice(0, MOST_READ)) {
    const tried = await readTable(ports, each, result);
    if (tried) return tried;
  }
  return null;
}

interface Found {
  kind: TriedOnBars['kind'];
  rows: StoredRows & { results: { key: string; sha256: string } };
}

async function storedOf(
  ports: Ports,
  kind: TriedOnBars['kind'],
  { spec, barsSha256, strategy }: BacktestResult,
): Promise<Found[]> {
  const collection = kind === 'sweep' ? 'sweeps' : 'searches';
  const where = { stream: spec.stream, strategy };
  const { items } = await ports.documents.find<StoredRows>(collection, { where, limit: MOST_LOOKED_AT });
  return items.flatMap((rows) => {
    const { results } = rows;
    const isSame = rows.barsSha256 === barsSha256 && rows.from === spec.from && rows.to === spec.to;
    const count = countOf(rows);
    return isSame && results && count > 1 && count <= MOST_ROWS ? [{ kind, rows: { ...rows, results } }] : [];
  });
}

const countOf = ({ combinations, tried }: StoredRows): number => combinations ?? tried ?? 0;

const compared = (a: number[], b: number[]): number =>
  a.map((value, i) => value - (b[i] ?? 0)).find((difference) => difference !== 0) ?? 0;

/** Null, too, where it held a parameter at another value than the run has: its map would be of something else. */
async function readTable(
  ports: Ports,
  { kind, rows: { id, spec, results } }: Found,
  { strategy, spec: { params } }: BacktestResult,
): Promise<TriedOnBars | null> {
  const bytes = await ports.objects.get(results.key, results.sha256).catch((error: unknown) => {
    if (error instanceof NotFoundError) return null;
    throw error;
  });
  if (!bytes) return null;
  const columns = new Map((await ports.tables.decode(bytes)).map(({ name, values }) => [name, values]));
  const sharpe = columns.get('sharpe');
  if (!sharpe) return null;
  const own = Object.entries(resolveStrategy(strategy).params).map(([name, { default: standard }]) => {
    // What has its default may be told nowhere.
    const column = columns.get(name) ?? sharpe.map(() => standard);
    return { name, column, value: params[name] ?? standard };
  });
  const isElsewhere = own.some(
    ({ column, value }) => column[0] !== value && column.every((each) => each === column[0]),
  );
  return isElsewhere
    ? null
    : { kind, id, spec, params: Object.fromEntries(own.map(({ name, column }) => [name, column])), sharpe };
}
