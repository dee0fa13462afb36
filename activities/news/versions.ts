import type { Doc, Ports } from '../../adapters/ports.js';
import type { Article } from '../../domain/news/articles.js';
import type { StoredArticle } from './linking.js';

/** One text of an article that was changed: all of them, the present one too. */
export interface ArticleVersion {
  id: string;
  articleId: string;
  title: string;
  text: string;
  contentSha256: string;
  /** When this text could first be known. */
  seenAt: number;
  feed: string;
}

/** What a change of text replaces; the rest belongs to the article. */
const OF_TEXT = [
  'title',
  'text',
  'language',
  'tickers',
  'mentions',
  'topics',
  'contentSha256',
  'contentSeenAt',
] as const;

const versionOf = (article: StoredArticle): ArticleVersion => ({
  id: `${article.id}@${(article.contentSha256 ?? '').slice(0, 16)}`,
  articleId: article.id,
  title: article.title,
  text: article.text,
  contentSha256: article.contentSha256 ?? '',
  seenAt: article.contentSeenAt ?? article.firstSeenAt,
  feed: article.feed,
});

/**
 * Keeps another text of a stored article beside those before. The article shows the one that was known last, so the order
 * of deliveries decides nothing, and the same ones again change nothing. Returns the article as it is now, or null where
 * the text was there already.
 */
export async function keepVersion(
  ports: Ports,
  held: StoredArticle,
  given: StoredArticle,
): Promise<StoredArticle | null> {
  const version = versionOf(given);
  const known = await ports.documents.get<ArticleVersion>('articleVersions', version.id);
  const isOlder = known !== null && version.seenAt < known.seenAt;
  await ports.documents.insert<ArticleVersion>('articleVersions', [versionOf(held)]);
  const { inserted } = await ports.documents.insert<ArticleVersion>('articleVersions', [version], () => ({
    id: `evt_changed_${version.id}`,
    type: 'article.changed',
    at: ports.now(),
    payload: { articleId: given.id, feed: given.feed, version: version.id },
  }));
  if (isOlder)
    await ports.documents.update<ArticleVersion>('articleVersions', version.id, (current) =>
      current && current.seenAt <= version.seenAt ? current : version,
    );
  return showLast(ports, given, inserted.length > 0);
}

async function showLast(ports: Ports, given: StoredArticle, isNew: boolean): Promise<StoredArticle | null> {
  const versions = await versionsOf(ports, given.id);
  const last = versions.at(-1);
  let isChanged = false;
  const article = await ports.documents.update<StoredArticle>('articles', given.id, (current) => {
    const held = current ?? given;
    const revision = versions.length;
    isChanged = false;
    if ((held.revision ?? 1) > revision) return held;
    const isShown = last?.contentSha256 !== given.contentSha256 || held.contentSha256 === given.contentSha256;
    if (isShown && held.revision === revision) return held;
    isChanged = true;
    return { ...held, ...(isShown ? {} : textOf(given)), revision };
  });
  return isChanged || isNew ? article : null;
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

const textOf = (article: Article): Partial<Article> =>
  Object.fromEntries(OF_TEXT.map((member) => [member, article[member]]));
