import { z } from 'zod';
import type { IndexAnswer } from '../../adapters/ports-sentiment-index.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { Article } from '../../domain/news/articles.js';
import { SENTIMENT_LABELS } from '../../domain/sentiment/scores.js';
import { opinionAbout } from '../../domain/sentiment/targets.js';
import { csvOf, sendCsv } from '../csv.js';
import { score } from '../news-schemas.js';
import { limit, segment, text, time } from '../query.js';
import { route } from '../route.js';
import { answer, figure, instant, source } from '../schemas.js';

const asset = segment('Base asset', 'BTC');
const settings = {
  window: text('How long an article counts: 90m, 24h, 7d, or hours; default 7d', '7d'),
  halfLife: text('After how long an article weighs half; default 24h', '24h'),
  repeat: text(
    'What the next article of a story weighs relative to the one before, 0 to 1; default 0.5',
    '0.5',
  ),
  weights: text('Weights of outlets over the configured ones; * is all others', 'coindesk=2,*=1'),
  model: text(
    '<name>@<version>, a name or an alias; default the served one, or that of the newest score where it has none',
  ),
  source: text('live, recorded or simulated-<seed>; default the one of the newest score'),
  asOf: time('Only what was known, and scored, then; default what is known now'),
};

const point = z.object({
  time: instant,
  index: figure.describe(
    'Weighted mean of P(positive) − P(negative), −1 … 1; null where nothing was answered',
  ),
  interval: z.object({ lower: z.number(), upper: z.number() }).nullable().describe('Of 95 %'),
  articles: z.int().describe('Known in the window, abstentions among them'),
  abstained: z.int(),
  stories: z.int(),
  fresh: z.int().describe('Known since the point before'),
  effective: z.number().describe('Articles of equal weight that would say as much: (Σw)² / Σw²'),
  weight: z.number().describe('Sum of the weights; halves in each half-life without news'),
});
const origin = {
  asset: z.string(),
  model: z.string().nullable().describe('Null where nothing was scored'),
  source: source.nullable(),
  asOf: instant,
  halfLifeMs: z.number(),
  windowMs: z.number(),
  stepMs: z.number(),
  repeat: z.number(),
  weights: z.record(z.string(), z.number()),
};
const indexAnswer = answer(
  'SentimentIndex',
  z.object({
    ...origin,
    from: instant.nullable(),
    to: instant.nullable(),
    counts: z.object({
      articles: z.int().describe('Behind the points, each once'),
      abstained: z.int(),
      ownOpinion: z.int().describe('Of them with an opinion about this asset of its own'),
    }),
    points: z.array(answer('SentimentIndexPoint', point)).describe('Oldest first'),
  }),
);

const readIndex = route({
  id: 'readSentimentIndex',
  method: 'get',
  path: '/sentiment/{asset}/index',
  group: 'sentiment',
  summary: 'How an asset is spoken of over time: decayed, weighted, with its interval; JSON or CSV',
  role: 'viewer',
  params: { asset },
  query: {
    ...settings,
    step: text('Time between two points; default 1h', '1h'),
    from: time('First point; default 30 days before the last'),
    to: time('Last point; default the newest score, in whole steps'),
  },
  produces: ['application/json', 'text/csv'],
  answers: {
    200: {
      description:
        'The index. In CSV the headers x-finsight-model, x-finsight-source and x-finsight-as-of tell where it comes from',
      schema: indexAnswer,
      others: ['text/csv'],
    },
  },
  example: { params: { asset: 'BTC' } },
  async handle({ params, query, context, mediaType, req, res }) {
    const found = await context.ports.sentimentIndex.read({ ...query, asset: params.asset });
    if (mediaType !== 'text/csv') return { body: found };
    await sendCsv({ req, res }, indexCsv(found), {
      'x-finsight-model': found.model ?? '',
      'x-finsight-source': found.source?.kind ?? '',
      'x-finsight-as-of': new Date(found.asOf).toISOString(),
    });
    return null;
  },
});

const COLUMNS = 'time,index,lower,upper,articles,abstained,stories,fresh,effective,weight'.split(',');

/** The points as a table; what has no value is an empty cell. */
export const indexCsv = ({ points }: Pick<IndexAnswer, 'points'>): string =>
  csvOf(
    COLUMNS,
    points.map(({ time: at, interval, ...figures }) => ({
      time: new Date(at).toISOString(),
      ...figures,
      lower: interval?.lower,
      upper: interval?.upper,
    })),
  );

const opinion = {
  label: z.enum(SENTIMENT_LABELS),
  probabilities: z.object({ negative: z.number(), neutral: z.number(), positive: z.number() }),
  abstained: z.boolean(),
  reason: z.string().nullable(),
};
const member = z.object({
  weight: z.number(),
  opinion: z.object(opinion).describe('What the score says of this asset'),
  score,
  article: z
    .object({
      id: z.string(),
      title: z.string(),
      url: z.string().nullable(),
      feed: z.string(),
      publishedAt: instant,
    })
    .nullable()
    .describe('Null where it was deleted'),
});

const readMembers = route({
  id: 'readSentimentIndexArticles',
  method: 'get',
  path: '/sentiment/{asset}/index/articles',
  group: 'sentiment',
  summary: 'The articles behind a point of the index, with their weights, heaviest first',
  role: 'viewer',
  params: { asset },
  query: { ...settings, at: time('The point; needed'), limit: limit(50) },
  answers: {
    200: {
      description: 'Articles of the window',
      schema: answer(
        'SentimentIndexArticles',
        z.object({ ...origin, at: instant, point, items: z.array(member) }),
      ),
    },
  },
  example: { params: { asset: 'BTC' }, query: { at: '2023-01-01T10:00:00Z' } },
  async handle({ params, query, context }) {
    const { at, ...asked } = query;
    if (at === undefined)
      throw new InvalidInputError('at is needed: the time of a point, such as 2023-01-31T00:00:00Z');
    const { documents, sentimentIndex } = context.ports;
    const { members, ...found } = await sentimentIndex.members({ ...asked, asset: params.asset, at });
    const ids = members.map((each) => each.score.articleId);
    const articles = new Map(
      (await documents.getMany<Article>('articles', ids)).map((each) => [each.id, each]),
    );
    const items = members.map(({ score: own, weight }) => {
      const { label, probabilities, abstained, reason } = opinionAbout(own, found.asset);
      const { sourceKey: _, ...shown } = own as typeof own & { sourceKey?: string };
      return {
        weight,
        opinion: { label, probabilities, abstained, reason },
        score: { ...shown, source: found.source },
        article: headlineOf(articles.get(own.articleId)),
      };
    });
    return { body: { ...found, items } };
  },
});

const headlineOf = (article: Article | undefined) =>
  article
    ? {
        id: article.id,
        title: article.title,
        url: article.url,
        feed: article.feed,
        publishedAt: article.publishedAt,
      }
    : null;

export const sentimentIndexRoutes = [readIndex, readMembers];
