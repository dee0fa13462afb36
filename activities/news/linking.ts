import type { NearRow, Ports } from '../../adapters/ports.js';
import { sha256Hex } from '../../domain/digest.js';
import { hostOf } from '../../domain/news/addresses.js';
import { precedes, type Article } from '../../domain/news/articles.js';
import { fingerprint } from '../../domain/news/near/fingerprint.js';
import { dayOf, type NearArchive, type Neighbour } from './archive.js';

export type StoredArticle = Article & { sourceKey: string };

/** Rows that a worker has left for so long are settled by whoever comes by. */
const LEFT_MS = 60_000;
const LEFT_AT_ONCE = 200;
const TRIES = 10;

/** The row of an article's present text and day. */
export function rowOf(article: StoredArticle): NearRow {
  const { id, title, text, url, sourceKey, publishedAt, contentSha256 = '' } = article;
  const day = dayOf(publishedAt);
  return {
    key: Number.parseInt(sha256Hex(`${id} ${contentSha256} ${day}`).slice(0, 13), 16),
    articleId: id,
    space: sourceKey,
    day,
    print: fingerprint({ title, text, host: hostOf(url) }).slice(),
  };
}

/**
 * Links each stored article to the first known one that it nearly repeats, and those that come after it to it. Every
 * article ends linked to the first of its neighbours that precedes it, whatever the order and whoever else writes: rows
 * are appended before articles are stored, and the archive is read after that, so of two articles the later sees both.
 */
export async function linkArticles(
  given: { ports: Ports; archive: NearArchive; space: string },
  articles: StoredArticle[],
  rows: NearRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const { ports, archive, space } = given;
  const byId = new Map(articles.map((article) => [article.id, article]));
  const found = await archive.probe(space, rows);
  for (const [i, { articleId }] of rows.entries()) {
    const neighbours = found[i] ?? [];
    const article = byId.get(articleId);
    if (article && neighbours.length > 0) await linkOne(ports, article, neighbours);
  }
  for (const { id, similar } of articles) if (similar) await dropForwardLink(ports, id);
  await ports.near.settle(rows.map(({ key }) => key));
}

/** Of an article that is known from an earlier delivery now the link may point to one that comes after it. */
async function dropForwardLink(ports: Ports, id: string): Promise<void> {
  const article = await ports.documents.get<StoredArticle>('articles', id);
  const target = article?.similar?.articleId ?? '';
  const first = target ? await ports.documents.get<StoredArticle>('articles', target) : null;
  if (!article || !first || precedes(first, article)) return;
  await ports.documents.update<StoredArticle>('articles', id, (current) => {
    const held = current ?? article;
    return held.similar?.articleId === target ? { ...held, similar: null } : held;
  });
}

/** Links what killed workers have left behind. */
export async function linkLeft(given: { ports: Ports; archive: NearArchive; space: string }): Promise<void> {
  const { ports, space } = given;
  const before = ports.now() - LEFT_MS;
  const left = await ports.near.leftBehind({ space, before, limit: LEFT_AT_ONCE });
  if (left.length === 0) return;
  const ids = left.map(({ articleId }) => articleId);
  const articles = await ports.documents.getMany<StoredArticle>('articles', ids);
  await linkArticles(given, articles, await ports.near.ofArticles(ids));
  // Of an article that was never stored nothing is left to compare.
  await ports.near.settle(left.map(({ key }) => key));
}

async function linkOne(ports: Ports, article: StoredArticle, neighbours: Neighbour[]): Promise<void> {
  const others = await ports.documents.getMany<StoredArticle>(
    'articles',
    neighbours.map(({ articleId }) => articleId),
  );
  const nearness = new Map(neighbours.map(({ articleId, similarity }) => [articleId, similarity]));
  for (const other of others) {
    const [later, earlier] = precedes(other, article) ? [article, other] : [other, article];
    const similarity = Math.round((nearness.get(other.id) as number) * 1e4) / 1e4;
    await linkTo(ports, later.id, { earlier, similarity });
  }
}

/** Links an article to an earlier one, unless it is to one that is earlier still. */
async function linkTo(
  ports: Ports,
  id: string,
  { earlier, similarity }: { earlier: StoredArticle; similarity: number },
): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const later = await ports.documents.get<StoredArticle>('articles', id);
    if (!later || later.similar?.articleId === earlier.id) return;
    const now = later.similar
      ? await ports.documents.get<StoredArticle>('articles', later.similar.articleId)
      : null;
    // A link that points forward is left from before an earlier delivery of this article was known.
    if (now && precedes(now, later) && !precedes(earlier, now)) return;
    let isDone = true;
    await ports.documents.update<StoredArticle>('articles', id, (current) => {
      const held = current ?? later;
      isDone = held.similar?.articleId === later.similar?.articleId;
      return isDone ? { ...held, similar: { articleId: earlier.id, similarity } } : held;
    });
    if (isDone) return;
  }
  throw new Error(`Article ${id} was changed by others ${TRIES} times while it was being linked`);
}
