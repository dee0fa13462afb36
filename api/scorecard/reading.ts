import type { DocumentQuery, Ports } from '../../adapters/ports.js';
import type { Evaluation } from '../../domain/evaluation.js';
import { againstBacktest, type AgainstBacktest } from '../../domain/scorecard/backtest.js';
import type { Dimension, ScorecardCell } from '../../domain/scorecard/cells.js';
import { startScorecard } from '../../domain/scorecard.js';
import type { Settlement } from '../../domain/settlement.js';
import type { OpenPrediction } from '../../domain/settlement/waiting.js';

export interface ScorecardQuery {
  by: readonly Dimension[];
  stream?: string | undefined;
  model?: string | undefined;
  sourceKey?: string | undefined;
  trigger?: string | undefined;
  horizonBars?: number | undefined;
  /** Targets in [from, to), epoch ms. */
  from: number;
  to: number;
}

export type ScorecardRow = ScorecardCell & { backtest: AgainstBacktest | null };

type Documents = Pick<Ports['documents'], 'find'>;

const PAGE = 2000;

/** The scorecard of what is stored; memory grows with its rows, not with the settlements. */
export async function readScorecard(documents: Documents, query: ScorecardQuery): Promise<ScorecardRow[]> {
  const { stream, model, sourceKey, trigger, horizonBars, from, to } = query;
  const where = {
    ...(stream ? { stream } : {}),
    ...(model ? { model } : {}),
    ...(sourceKey ? { sourceKey } : {}),
    ...(trigger ? { trigger } : {}),
  };
  const range = { from, to };
  const card = startScorecard(query.by);
  const superseded = new Set<string>();
  const isWanted = (each: { horizonBars: number }): boolean =>
    horizonBars === undefined || each.horizonBars === horizonBars;
  for await (const revision of all<Settlement>(documents, 'settlements', {
    where: { ...where, isRevision: true },
    range,
  }))
    if (revision.supersedes) superseded.add(revision.supersedes);
  for await (const each of all<Settlement>(documents, 'settlements', { where, range }))
    if (isWanted(each)) card.add(each, superseded.has(each.id));
  for await (const waiting of all<OpenPrediction>(documents, 'openPredictions', {
    where: { ...(stream ? { stream } : {}), ...(model ? { model } : {}) },
  }))
    if (isWanted(waiting) && isAsked(waiting, query)) card.addOpen(waiting);
  const evidence = evidenceOf(documents);
  const rows: ScorecardRow[] = [];
  for (const cell of card.cells()) rows.push({ ...cell, backtest: await evidence(cell) });
  return rows.sort(byKey);
}

const isAsked = (waiting: OpenPrediction, { sourceKey, trigger, from, to }: ScorecardQuery): boolean =>
  (sourceKey === undefined || waiting.sourceKey === sourceKey) &&
  (trigger === undefined || waiting.trigger === trigger) &&
  waiting.targetTime >= from &&
  waiting.targetTime < to;

const nameOf = ({ stream, horizonBars, source, model, trigger }: ScorecardCell): string =>
  JSON.stringify([stream, String(horizonBars).padStart(3, '0'), source, model, trigger]);

const byKey = (a: ScorecardCell, b: ScorecardCell): number => (nameOf(a) < nameOf(b) ? -1 : 1);

/** The newest evaluation that speaks of a cell's model on its stream, held per stream. */
function evidenceOf(documents: Documents): (cell: ScorecardCell) => Promise<AgainstBacktest | null> {
  const known = new Map<string, Evaluation[]>();
  return async (cell) => {
    const { stream, model, source, horizonBars } = cell;
    if (typeof stream !== 'string' || model === undefined || horizonBars === undefined) return null;
    const name = `${stream} ${source}`;
    if (!known.has(name)) {
      const where = { stream, ...(typeof source === 'string' ? { sourceKey: source } : {}) };
      const found = await documents.find<Evaluation>('evaluations', { where, limit: 200 });
      known.set(name, found.items);
    }
    for (const each of known.get(name) ?? []) {
      const against = each.horizonBars === horizonBars ? againstBacktest(cell, each) : null;
      if (against) return against;
    }
    return null;
  };
}

/** Every document of a query, oldest first, a page at a time. */
async function* all<T>(documents: Documents, collection: string, query: DocumentQuery): AsyncGenerator<T> {
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: T[]; cursor: string | null } = await documents.find<T>(collection, {
      ...query,
      order: 'oldest',
      limit: PAGE,
      ...(cursor ? { cursor } : {}),
    });
    yield* page.items;
    cursor = page.cursor;
  }
}
