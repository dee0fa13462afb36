import type { Score } from '../../domain/sentiment/scores.js';
import type { DocumentsPort } from '../ports-documents.js';

export type StoredScore = Score & { sourceKey?: string };

type Documents = Pick<DocumentsPort, 'find'>;

/** Which scores make up an index. */
export interface WantedScores {
  asset: string;
  model: string | null;
  sourceKey: string | undefined;
  /** Scores given later are left out; null: none are. */
  scoredBy: number | null;
}

/** Scores that are read at once: between two pages other work has its turn. */
const PAGE = 2000;
const PAGES_LOOKED_AT = 20;

/** Ascending by `knownAt`, those of one instant by id. */
export async function* scoresOf(
  documents: Documents,
  { model, asset, sourceKey, scoredBy }: WantedScores,
  { after, until }: { after: number; until: number },
): AsyncGenerator<StoredScore> {
  const where = {
    tickers: asset,
    ...(model === null ? {} : { model }),
    ...(sourceKey ? { sourceKey } : {}),
  };
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: StoredScore[]; cursor: string | null } = await documents.find<StoredScore>(
      'scores',
      {
        where,
        range: { from: after + 1, to: until + 1 },
        order: 'oldest',
        limit: PAGE,
        ...(cursor ? { cursor } : {}),
      },
    );
    for (const score of page.items) if (scoredBy === null || score.scoredAt <= scoredBy) yield score;
    cursor = page.cursor;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The newest one given by then; looked for among so many pages, as all of an archive may have been scored since. */
export async function newestScore(
  documents: Documents,
  { where, until, scoredBy }: { where: Record<string, string>; until: number; scoredBy: number },
): Promise<StoredScore | undefined> {
  let cursor: string | null = '';
  for (let page = 0; page < PAGES_LOOKED_AT && cursor !== null; page++) {
    const query = {
      where,
      range: { to: until + 1 },
      order: 'newest' as const,
      limit: page === 0 ? 10 : PAGE,
    };
    const found: { items: StoredScore[]; cursor: string | null } = await documents.find<StoredScore>(
      'scores',
      {
        ...query,
        ...(cursor ? { cursor } : {}),
      },
    );
    const newest = found.items.find(({ scoredAt }) => scoredAt <= scoredBy);
    if (newest) return newest;
    cursor = found.cursor;
  }
  return undefined;
}
