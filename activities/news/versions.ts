import type { Doc, Ports } from '../../adapters/ports.js';
import type { Article } from '../../domain/news/articles.js';
import { knownFrom, type ArticleVersion } from '../../domain/news/versions.js';
import type { StoredArticle } from './linking.js';

/** What a change of text replaces; the rest belongs to the article. */
const OF_TEXT = ['title', 'text', 'language', 'tickers', 'mentions', 'topics', 'contentSha256'] as const;

const versionOf = (article: StoredArticle): ArticleVersion & { sourceKey: string } => ({
  ...article,
  id: `${article.id}@${(article.contentSha256 ?? '').slice(0, 16)}`,
  articleId: article.id,
  contentSha256: article.contentSha256 ?? '',
  seenAt: knownFrom(article),
});

/** Whether a delivery has something to say on what is stored: another text, or that it was known earlier. */
export function isVersion(held: StoredArticle, given: StoredArticle): boolean {
  if (held.contentSha256 === undefined) return false;
  if (held.contentSha256 !== given.contentSha256) return true;
  return (held.revision ?? 1) > 1 && knownFrom(given) < knownFrom(held);
}

/**
 * Keeps another text of a stored article beside those before. The article shows the one that was known last, so the order
 * of deliveries decides nothing, and the same ones again change nothing. `isNew` tells whether the text was.
 */
export async function keepVersion(
  ports: Ports,
  held: StoredArticle,
  given: StoredArticle,
): Promise<{ article: StoredArticle; isNew: boolean }> {
  const version = versionOf(given);
  await ports.documents.insert<ArticleVersion>('articleVersions', [versionOf(held)]);
  const { inserted } = await ports.documents.insert<ArticleVersion>('articleVersions', [version], () => ({
    id: `evt_changed_${version.id}`,
    type: 'article.changed',
    at: ports.now(),
    payload: { articleId: given.id, feed: given.feed, version: version.id },
  }));
  const isNew = inserted.length > 0;
  if (!isNew) await tellEarlier(ports, version);
  return { article: await showLast(ports, given), isNew };
}

async function tellEarlier(ports: Ports, version: ArticleVersion): Promise<void> {
  const known = await ports.documents.get<ArticleVersion>('articleVersions', version.id);
  if (known && known.seenAt <= version.seenAt) return;
  await ports.documents.update<ArticleVersion>('articleVersions', version.id, (current) =>
    current && current.seenAt <= version.seenAt ? current : version,
  );
}

/** Writes nothing where the article shows it already. */
async function showLast(ports: Ports, given: StoredArticle): Promise<StoredArticle> {
  const versions = await versionsOf(ports, given.id);
  const last = versions.at(-1) as ArticleVersion;
  const shown = { ...textOf(last), contentSeenAt: last.seenAt, revision: versions.length };
  const isShown = (article: StoredArticle | null): article is StoredArticle =>
    article !== null &&
    ((article.revision ?? 1) > shown.revision ||
      (article.revision === shown.revision &&
        article.contentSha256 === shown.contentSha256 &&
        article.contentSeenAt === shown.contentSeenAt));
  const before = await ports.documents.get<StoredArticle>('articles', given.id);
  if (isShown(before)) return before;
  return ports.documents.update<StoredArticle>('articles', given.id, (current) =>
    isShown(current) ? current : { ...(current ?? given), ...shown },
  );
}

/** Oldest first. */
async function versionsOf(ports: Ports, articleId: string): Promise<Doc<ArticleVersion>[]> {
  const all: Doc<ArticleVersion>[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Doc<ArticleVersion>[]; cursor: string | null } = await ports.documents.find(
      'articleVersions',
      {
        where: { articleId },
        order: 'oldest',
        limit: 100,
        ...(cursor ? { cursor } : {}),
      },
    );
    all.push(...page.items);
    cursor = page.cursor;
  } while (cursor);
  return all;
}

const textOf = (article: ArticleVersion): Partial<Article> =>
  Object.fromEntries(OF_TEXT.map((member) => [member, article[member]]));
