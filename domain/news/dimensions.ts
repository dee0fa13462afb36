/** What articles are counted by, beside time. */
export const ARTICLE_DIMENSIONS = ['feed', 'ticker', 'topic', 'language', 'sentiment'] as const;
export type ArticleDimension = (typeof ARTICLE_DIMENSIONS)[number];
