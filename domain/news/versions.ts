import type { Article } from './articles.js';

/** What an article was with one of its texts: those before the present one, and where there are any, that one too. */
export type ArticleVersion = Article & {
  /** `<articleId>@<the first digits of its contentSha256>`. */
  id: string;
  articleId: string;
  /** When this revision was first seen, epoch ms. */
  seenAt: number;
};

/** When a revision became known, epoch ms: of the first one that is when the article was first seen. */
export const knownFrom = (
  revision: Pick<Article, 'firstSeenAt' | 'revisedAt'> & { seenAt?: number },
): number => revision.seenAt ?? revision.revisedAt ?? revision.firstSeenAt;

/** A version reads as the article that it was. */
export function asArticle({ articleId, seenAt, ...members }: ArticleVersion): Article {
  return { ...members, id: articleId, revisedAt: seenAt };
}

/** An article as it was known at an instant, or null where it was not known yet. `versions`: those before it. */
export function versionAt(article: Article, versions: ArticleVersion[], asOf: number): Article | null {
  if (knownFrom(article) <= asOf) return article;
  const known = versions.filter((each) => knownFrom(each) <= asOf);
  known.sort((a, b) => knownFrom(b) - knownFrom(a));
  return known[0] ? asArticle(known[0]) : null;
}
