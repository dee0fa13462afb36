import type { Ports } from '../../adapters/ports.js';
import type { BacktestResult, RunSpec } from '../../domain/backtest/spec.js';
import { NotFoundError } from '../../domain/errors.js';
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
  const [best] = found.sort((a, b) => compared(rank(a), rank(b)));
  return best ? readTable(ports, best, result) : null;
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
  { spec: { params } }: BacktestResult,
): Promise<TriedOnBars | null> {
  const bytes = await ports.objects.get(results.key, results.sha256).catch((error: unknown) => {
    if (error instanceof NotFoundError) return null;
    throw error;
  });
  if (!bytes) return null;
  const columns = new Map((await ports.tables.decode(bytes)).map(({ name, values }) => [name, values]));
  const sharpe = columns.get('sharpe');
  if (!sharpe) return null;
  const own = Object.keys(params).flatMap((name) => {
    const column = columns.get(name);
    return column ? [[name, column] as const] : [];
  });
  const isElsewhere = own.some(
    ([name, column]) => column.every((value) => value === column[0]) && column[0] !== params[name],
  );
  return isElsewhere ? null : { kind, id, spec, params: Object.fromEntries(own), sharpe };
}
