import type { ArticleDimension } from '../../domain/news/dimensions.js';
import type { ArticleCountQuery, ArticleCounts } from '../ports-articles.js';
import { countedWindow } from './article-counts.js';

const STEPS = { hour: 3_600_000, day: 86_400_000 };
const FIELDS: Record<Exclude<ArticleDimension, 'sentiment'>, string> = {
  feed: 'doc.feed',
  language: 'doc.language',
  ticker: 'doc.tickers',
  topic: 'doc.topics',
};

type Stage = Record<string, unknown>;
type Aggregate = (
  collection: 'articles' | 'scores',
  stages: Stage[],
) => Promise<{ _id: unknown; n: number }[]>;

/** Figures by aggregation on the server; there are no kept counts, since no transaction would keep them in step. */
export async function mongoCounts(
  aggregate: Aggregate,
  query: ArticleCountQuery,
): Promise<Omit<ArticleCounts, 'complete'>> {
  const { by, only, sourceKeys, limit } = query;
  const { from, to } = countedWindow(query);
  const match = (...more: Stage[]): Stage => {
    const sources = sourceKeys ? [{ 'doc.sourceKey': { $in: [...sourceKeys] } }] : [];
    return { $match: { $and: [{ at: { $gte: from } }, { at: { $lt: to } }, ...sources, ...more] } };
  };
  const model = { 'doc.model': { $eq: query.model } };
  const ofSentiment = by === 'sentiment' || only?.dimension === 'sentiment';
  const collection = ofSentiment ? 'scores' : 'articles';
  const chosen = match(...(ofSentiment ? [model] : []), ...(only ? [equals(only)] : []));
  const groups = await aggregate(collection, [chosen, ...groupBy(by), { $limit: limit + 1 }]);
  // By itself a value counts as the one that is asked for only: an article has several tickers.
  const items = groups
    .map(({ _id, n }) => ({ key: String(_id ?? ''), articles: n }))
    .filter(({ key }) => !only || only.dimension !== by || key === only.value);
  const whole = by === 'sentiment' && !only ? match() : chosen;
  const [all] = await aggregate(by === 'sentiment' && !only ? 'articles' : collection, [
    whole,
    { $group: { _id: null, n: { $sum: 1 } } },
  ]);
  return { items: items.slice(0, limit), total: all?.n ?? 0, countedFrom: from };
}

function equals({ dimension, value }: NonNullable<ArticleCountQuery['only']>): Stage {
  const field = dimension === 'sentiment' ? 'doc.label' : FIELDS[dimension];
  return { [field]: { $eq: value } };
}

function groupBy(by: ArticleCountQuery['by']): Stage[] {
  const count = { n: { $sum: 1 } };
  if (by === 'hour' || by === 'day') {
    const start = { $subtract: ['$at', { $mod: ['$at', STEPS[by]] }] };
    return [{ $group: { _id: start, ...count } }, { $sort: { _id: -1 } }];
  }
  const field = by === 'sentiment' ? 'doc.label' : FIELDS[by];
  const several = by === 'ticker' || by === 'topic';
  return [
    ...(several ? [{ $unwind: `$${field}` }] : []),
    { $group: { _id: `$${field}`, ...count } },
    { $sort: { n: -1, _id: 1 } },
  ];
}
