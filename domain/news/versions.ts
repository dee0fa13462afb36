import type { Article } from './articles.js';

/** One text of an article that was changed: all of them are kept, the present one too. */
export interface ArticleVersion extends Partial<Article> {
  id: string;
  articleId: string;
  title: string;
  text: string;
  contentSha256: string;
  /** When this text could first be known, epoch ms. */
  seenAt: number;
  feed: string;
}

/** When an article's present text became known. */
export const knownFrom = ({
  firstSeenAt,
  contentSeenAt,
}: Pick<Article, 'firstSeenAt' | 'contentSeenAt'>): number => contentSeenAt ?? firstSeenAt;

type Texts = Pick<ArticleVersion, 'title' | 'text' | 'contentSha256' | 'seenAt'>;

/** The article with an earlier text. Assets and topics stay those of the present one; places in it are left out. */
export function withVersion<T extends Article>(
  { mentions: _, ...article }: T,
  { title, text, contentSha256, seenAt }: Texts,
): T {
  return { ...article, title, text, contentSha256, contentSeenAt: seenAt } as T;
}

/** Texts that the article had before its present one, oldest first. */
export const earlierVersions = <V extends Pick<Texts, 'contentSha256' | 'seenAt'>>(
  article: Pick<Article, 'contentSha256'>,
  versions: V[],
): V[] =>
  versions.filter((each) => each.contentSha256 !== article.contentSha256).sort((a, b) => a.seenAt - b.seenAt);

/** An article as it was known at an instant, or null where it was not known yet. */
export function versionAt<T extends Article>(article: T, versions: Texts[], asOf: number): T | null {
  if (knownFrom(article) <= asOf) return article;
  const last = earlierVersions(article, versions).findLast(({ seenAt }) => seenAt <= asOf);
  return last ? withVersion(article, last) : null;
}
