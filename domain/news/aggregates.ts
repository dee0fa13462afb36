import type { Score } from '../sentiment/scores.js';
import { opinionAbout } from '../sentiment/targets.js';
import type { Article } from './articles.js';

/** What one model version made of a bucket's articles; those it abstained from are counted apart. */
export interface ModelSentiment {
  /** `<name>@<version>`. */
  model: string;
  scored: number;
  abstained: number;
  negative: number;
  neutral: number;
  positive: number;
  /** Of P(positive) − P(negative) over the articles that it did not abstain from; the mean is sum / (scored − abstained). */
  sum: number;
}

/**
 * News about one asset from one kind of source, published within one hour. Counted anew from the articles and scores each
 * time that one of them comes, so that doubled, late and reordered events change nothing. For display: features read
 * scores by the time at which they were known.
 */
export interface NewsAggregate {
  /** `<asset>/<source key>/<ISO hour>`. */
  id: string;
  asset: string;
  sourceKey: string;
  /** Start of the hour, epoch ms UTC. */
  from: number;
  articles: number;
  /** Articles by feed. */
  feeds: { feed: string; articles: number }[];
  sentiment: ModelSentiment[];
  computedAt: number;
}

export interface Bucket {
  asset: string;
  sourceKey: string;
  from: number;
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export const bucketId = ({ asset, sourceKey, from }: Bucket): string =>
  `${asset}/${sourceKey}/${new Date(from).toISOString().slice(0, 13)}`;

/** The buckets in which an article counts. */
export const bucketsOf = (
  article: Pick<Article, 'publishedAt' | 'tickers'> & { sourceKey: string },
): Bucket[] =>
  [...new Set(article.tickers)].map((asset) => ({
    asset,
    sourceKey: article.sourceKey,
    from: Math.floor(article.publishedAt / HOUR_MS) * HOUR_MS,
  }));

export function aggregate(
  bucket: Bucket,
  facts: { articles: Pick<Article, 'feed'>[]; scores: Score[]; now: number },
): NewsAggregate {
  const { articles, now } = facts;
  const scores = facts.scores.map((score) => ({ ...score, ...opinionAbout(score, bucket.asset) }));
  const feeds = countBy(articles.map(({ feed }) => feed));
  return {
    id: bucketId(bucket),
    ...bucket,
    articles: articles.length,
    feeds: feeds.map(([feed, count]) => ({ feed, articles: count })),
    sentiment: [...grouped(scores, ({ model }) => model)]
      .map(([model, own]) => sentimentOf(model, own))
      .sort((a, b) => (a.model < b.model ? -1 : 1)),
    computedAt: now,
  };
}

function sentimentOf(model: string, scores: Score[]): ModelSentiment {
  const counted = scores.filter((score) => !score.abstained);
  const labelled = (label: string): number => counted.filter((score) => score.label === label).length;
  return {
    model,
    scored: scores.length,
    abstained: scores.length - counted.length,
    negative: labelled('negative'),
    neutral: labelled('neutral'),
    positive: labelled('positive'),
    sum: counted.reduce((sum, { probabilities: p }) => sum + p.positive - p.negative, 0),
  };
}

/** Hours, newest first, as days of UTC: counts are added. */
export function rollUp(hours: NewsAggregate[]): NewsAggregate[] {
  const dayOf = ({ from }: NewsAggregate): number => Math.floor(from / DAY_MS) * DAY_MS;
  const groups = grouped(hours, (hour) => `${dayOf(hour)}/${hour.asset}/${hour.sourceKey}`);
  return [...groups.values()].map((own) => {
    const first = own[0] as NewsAggregate;
    const from = dayOf(first);
    return {
      id: `${first.asset}/${first.sourceKey}/${new Date(from).toISOString().slice(0, 10)}`,
      asset: first.asset,
      sourceKey: first.sourceKey,
      from,
      articles: own.reduce((sum, hour) => sum + hour.articles, 0),
      feeds: addFeeds(own),
      sentiment: addSentiment(own),
      computedAt: Math.max(...own.map((hour) => hour.computedAt)),
    };
  });
}

const addFeeds = (hours: NewsAggregate[]): NewsAggregate['feeds'] =>
  [
    ...grouped(
      hours.flatMap((hour) => hour.feeds),
      ({ feed }) => feed,
    ),
  ]
    .map(([feed, own]) => ({ feed, articles: own.reduce((sum, each) => sum + each.articles, 0) }))
    .sort((a, b) => b.articles - a.articles || (a.feed < b.feed ? -1 : 1));

const addSentiment = (hours: NewsAggregate[]): ModelSentiment[] =>
  [
    ...grouped(
      hours.flatMap((hour) => hour.sentiment),
      ({ model }) => model,
    ),
  ]
    .map(([model, own]) => {
      const add = (name: Exclude<keyof ModelSentiment, 'model'>): number =>
        own.reduce((sum, each) => sum + each[name], 0);
      return {
        model,
        scored: add('scored'),
        abstained: add('abstained'),
        negative: add('negative'),
        neutral: add('neutral'),
        positive: add('positive'),
        sum: add('sum'),
      };
    })
    .sort((a, b) => (a.model < b.model ? -1 : 1));

function countBy(names: string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

function grouped<T>(items: T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const held = groups.get(keyOf(item));
    if (held) held.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
