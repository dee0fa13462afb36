import type { Ports, Suggester } from '../../adapters/ports.js';
import { endOfSearch } from '../../domain/backtest/search/draws.js';
import {
  bestOf,
  SUGGESTED,
  type ForwardPart,
  type OutOfSample,
  type ScoredTrial,
  type SearchPlan,
} from '../../domain/backtest/search/search.js';
import type { BarColumns } from '../../domain/bars.js';
import { InvalidInputError, NotFoundError } from '../../domain/errors.js';
import { renderSearch } from '../../domain/report/optimisation/search.js';
import type { Source } from '../../domain/sources.js';
import { TIMEFRAMES } from '../../domain/streams.js';
import { readFileBars, type FileBars, type FileBarsInput } from '../backtest/bars-file.js';
import { searchSteps, type SearchInput } from './planning.js';
import { validationSteps, type SearchReport } from './validating.js';

export interface LocalSearch extends Omit<SearchReport, 'stream'> {
  /** A file has no ledger: these are the trials of this search alone. */
  conventions: string[];
}

export interface LocalSearchInput {
  file: FileBarsInput;
  search: Omit<SearchInput, 'stream' | 'source' | 'from' | 'to' | 'asOf'>;
  /** Told after each batch: trials made, and at most. */
  onProgress?: (done: number, most: number) => void;
  report?: boolean;
}

/** Trials between two looks at the patience. */
const BATCH = 200;

/**
 * The search of the story, in this process and on a file of bars. @throws InvalidInputError as the story's steps do;
 * UnreachableError where a Bayesian search lacks its Python environment
 */
export async function searchFile(
  ports: Ports,
  input: LocalSearchInput,
): Promise<LocalSearch & { html?: string }> {
  if (input.search.method !== 'bayesian') return searchWith(ports, input, null);
  // Begun before the bars are held: what is missing is told at once, and a process is cheaper to begin while this one is small.
  const suggester = await ports.suggestions.open();
  try {
    return await searchWith(ports, input, suggester);
  } finally {
    await suggester.close();
  }
}

async function searchWith(
  ports: Ports,
  { file, search, onProgress, report = false }: LocalSearchInput,
  suggester: Suggester | null,
): Promise<LocalSearch & { html?: string }> {
  const read = await readFileBars(ports, file);
  const { stream, local } = filePorts(ports, { read, path: file.path });
  const [steps, validation] = [searchSteps(local), validationSteps(local)];
  const plan = await steps.planSearch({ ...search, stream });
  const scored = await tryAll(plan, { steps, suggester, ...(onProgress && { onProgress }) });
  const parts: ForwardPart[] = [];
  let outOfSample: OutOfSample | null = null;
  if (plan.validation.kind === 'combinatorial') outOfSample = await validation.crossValidateSearch({ plan });
  else
    for (let index = 0; index < plan.splits; index++) parts.push(await validation.walkPart({ plan, index }));
  const found = await validation.finishSearch({ plan, scored, parts, outOfSample });
  const { stream: _, ...rest } = found;
  const source: Source = { kind: 'recorded', detail: file.path };
  const page = {
    ...found,
    source,
    stream: file.path.split(/[\\/]/).at(-1) ?? file.path,
    space: search.space,
  };
  return {
    ...{ ...rest, source },
    conventions: ['A file of bars has no ledger of trials: only those of this search are counted.'],
    ...(report && { html: renderSearch(page) }),
  };
}

interface Trying {
  steps: ReturnType<typeof searchSteps>;
  onProgress?: LocalSearchInput['onProgress'];
  /** Of a Bayesian search. */
  suggester: Suggester | null;
}

type Tried = { best: ScoredTrial; tried: number; stoppedEarly: boolean };

async function tryAll(plan: SearchPlan, { steps, onProgress, suggester }: Trying): Promise<Tried> {
  const told: ScoredTrial[] = [];
  const size = suggester ? SUGGESTED : BATCH;
  while (told.length < plan.trials) {
    const to = Math.min(told.length + size, plan.trials);
    const count = to - told.length;
    const asked = await suggester?.ask(await steps.describeTrials({ plan, told, count }));
    const { scored } = await steps.tryTrials({ plan, from: told.length, to, ...asked });
    // A small space is used up.
    if (scored.length === 0) break;
    told.push(...scored);
    onProgress?.(told.length, plan.trials);
    const scores = told.map(({ score }) => score ?? NaN);
    const end = plan.patience && endOfSearch(scores, plan.patience);
    if (end !== null) return { best: bestOf(told.slice(0, end)), tried: told.length, stoppedEarly: true };
  }
  return { best: bestOf(told), tried: told.length, stoppedEarly: false };
}

/** The steps read bars from the file, and keep nothing behind them: no ledger, no record, no object. */
function filePorts(
  ports: Ports,
  { read, path }: { read: FileBars; path: string },
): { stream: string; local: Ports } {
  const { bars, timeframeMs, sha256 } = read;
  const timeframe = Object.entries(TIMEFRAMES).find(([, ms]) => ms === timeframeMs)?.[0];
  if (!timeframe)
    throw new InvalidInputError(
      `${path} has bars of ${timeframeMs / 60_000} minutes; a search takes ${Object.keys(TIMEFRAMES).join(', ')}`,
    );
  // The same bars under another path are the same search.
  const source: Source = { kind: 'recorded', detail: sha256 };
  const range = { from: bars.time[0] ?? NaN, to: (bars.time.at(-1) ?? NaN) + timeframeMs };
  const stream = { exchange: 'file', symbol: 'BARS-FILE', timeframe: timeframe as keyof typeof TIMEFRAMES };
  const kept = new Map<string, Uint8Array>();
  const series = {
    streams: async () => [{ stream, source, range }],
    digest: async () => ({ sha256, rows: bars.time.length }),
    readColumns: async (): Promise<BarColumns> => bars,
  };
  const objects = {
    async put(key: string, bytes: Uint8Array) {
      kept.set(key, bytes);
      return { key, sha256: '', bytes: bytes.length };
    },
    // The trials of a file's search are kept nowhere: there is nothing to join.
    list: async () => [],
    async get(key: string) {
      const found = kept.get(key);
      if (!found) throw new NotFoundError(`No object "${key}" of this search`);
      return found;
    },
  };
  const nothing = async (): Promise<never> => undefined as never;
  const documents = { insert: async () => ({ inserted: [] }) };
  const tracking = { startRun: nothing, logMetrics: nothing, finish: nothing };
  const local = { ...ports, ...({ series, objects, documents, tracking } as unknown as Partial<Ports>) };
  return { stream: `file/BARS-FILE/${timeframe}`, local };
}
