import type { Doc } from '../../adapters/ports.js';
import type { Article } from '../../domain/news/articles.js';
import type { ArticleVersion } from '../../domain/news/versions.js';
import type { Score, SentimentLabel } from '../../domain/sentiment/scores.js';

export const START = Date.UTC(2024, 0, 1);
export const HOUR = 3_600_000;

type Stored = Doc<Article> & { sourceKey: string };

/** An article that is stored, with what matters to a test. */
export function article(id: string, more: Partial<Stored> = {}): Stored {
  const publishedAt = more.publishedAt ?? START;
  return {
    id,
    url: `https://a.example/${id}`,
    title: `Title of ${id}`,
    text: '',
    feed: 'coindesk',
    author: null,
    language: 'en',
    publishedAt,
    firstSeenAt: publishedAt,
    tickers: [],
    categories: [],
    source: { kind: 'simulated', detail: '1' },
    sourceKey: 'simulated-1',
    ...more,
  };
}

/** A text of an article that was changed. */
export const version = (
  articleId: string,
  more: Pick<ArticleVersion, 'title' | 'seenAt'> & { text?: string; contentSha256?: string },
): ArticleVersion => ({
  id: `${articleId}@${more.title}`,
  articleId,
  text: '',
  contentSha256: more.title,
  feed: 'coindesk',
  ...more,
});

export function score(
  articleId: string,
  label: SentimentLabel,
  model = 'ngram@1',
  more: Partial<Score> = {},
): Score & { sourceKey: string } {
  const probabilities = { negative: 0, neutral: 0, positive: 0, [label]: 1 };
  return {
    id: `${articleId}/${model}`,
    articleId,
    model,
    label,
    probabilities,
    abstained: false,
    reason: null,
    scoredAt: START,
    knownAt: START,
    tickers: [],
    sourceKey: 'simulated-1',
    ...more,
  };
}
