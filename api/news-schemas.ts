import { z } from 'zod';
import type { ArticleFilter, ArticleQuery } from '../adapters/ports.js';
import { SENTIMENT_LABELS } from '../domain/sentiment/scores.js';
import { choice, cursor, limit, readRange, text, time } from './query.js';
import type { Context, Values } from './route.js';
import { answer, instant, source } from './schemas.js';

const mark = z.tuple([z.int(), z.int()]);
const members = {
  id: z.string().meta({ examples: ['art_0123456789abcdef01234567'] }),
  url: z.string().nullable(),
  title: z.string(),
  feed: z.string(),
  author: z.string().nullable(),
  language: z.string(),
  publishedAt: instant,
  firstSeenAt: instant.describe('When the platform could first know it'),
  tickers: z.array(z.string()),
  categories: z.array(z.string()).describe("The feed's own"),
  source,
};
const more = {
  guid: z.string().nullable().optional(),
  contentSha256: z.string().optional(),
  storyId: z.string().optional(),
  similar: z.object({ articleId: z.string(), similarity: z.number() }).nullable().optional(),
  topics: z.array(z.string()).optional().describe("The platform's own"),
  licence: z.string().nullable().optional(),
  retainUntil: instant.nullable().optional(),
  revision: z.int().optional(),
  contentSeenAt: instant.optional().describe('When the present text could first be known'),
};
const mention = z.looseObject({
  entity: z.string(),
  kind: z.string(),
  field: z.enum(['title', 'text']),
  from: z.int(),
  to: z.int(),
  surface: z.string(),
});

/** Of an older store, where members were not known yet. */
export const article = answer(
  'Article',
  z.looseObject({ ...members, text: z.string(), ...more, mentions: z.array(mention).optional() }),
);
export const newsHit = answer(
  'NewsHit',
  z.looseObject({
    ...members,
    ...more,
    titleMarks: z.array(mark).describe('Places in the title that were asked for, [from, to) in UTF-16 units'),
    snippet: z.object({ text: z.string(), marks: z.array(mark) }).describe('Plain text, not HTML'),
    relevance: z.number().nullable().describe('Only where ordered by relevance'),
  }),
);
const opinion = {
  label: z.enum(SENTIMENT_LABELS),
  probabilities: z.object({ negative: z.number(), neutral: z.number(), positive: z.number() }),
  abstained: z.boolean(),
  reason: z.string().nullable(),
};
export const score = answer(
  'Score',
  z.object({
    id: z.string(),
    articleId: z.string(),
    model: z.string(),
    ...opinion,
    targets: z
      .array(
        z.object({
          asset: z.string(),
          by: z
            .enum(['target', 'clause'])
            .describe('What the model was given: the text with the target, or its clause'),
          ...opinion,
        }),
      )
      .optional()
      .describe('Of each asset, where the text speaks of several'),
    scoredAt: instant,
    knownAt: instant,
    tickers: z.array(z.string()),
    feed: z.string().optional(),
    story: z.string().optional(),
    source: source.nullable(),
  }),
);

/** Several values are written with commas. */
export const newsFilter = {
  ticker: text('Base assets spoken of, one of them', 'BTC,ETH'),
  topic: text('Topics, one of them', 'regulation'),
  feed: text('Names of feeds, one of them', 'coindesk'),
  language: text('Languages, one of them', 'en'),
  story: text('Of this story'),
  source: text('Only from this kind of source: live, recorded or simulated-<seed>'),
};
export const newsQuery = {
  ...newsFilter,
  sentiment: choice(SENTIMENT_LABELS, 'What the model made of it'),
  model: text('<name>@<version>; default the shipped model'),
  from: time('Published at or after'),
  to: time('Published before'),
  asOf: time('Only what was known then, as it was then; default now'),
  order: choice(['newest', 'oldest', 'relevance'], 'Relevance ranks the newest 300 matches; default newest'),
  limit: limit(),
  cursor,
};

type FilterValues = Partial<Record<keyof typeof newsFilter, string | undefined>>;

const listed = (value: string | undefined): string[] | undefined => {
  const all = value?.split(',').flatMap((each) => each.trim() || []);
  return all && all.length > 0 ? all : undefined;
};

export function readFilter(query: FilterValues): ArticleFilter {
  const found = {
    tickers: listed(query.ticker)?.map((each) => each.toUpperCase()),
    topics: listed(query.topic),
    feeds: listed(query.feed),
    languages: listed(query.language),
    stories: listed(query.story),
    sourceKeys: listed(query.source),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** What a request asks of the articles; members that were not given are absent, so that equal requests share answers. */
export async function readQuery(
  query: Values<typeof newsQuery> & { q?: string | undefined },
  context: Context,
): Promise<ArticleQuery> {
  const { q, sentiment, from, to, asOf, order = 'newest', cursor: after } = query;
  readRange(query);
  const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  return {
    ...(q === undefined ? {} : { text: q }),
    ...readFilter(query),
    ...(sentiment ? { sentiment: { label: sentiment, model: await modelOf(query.model, context) } } : {}),
    ...(from === undefined && to === undefined ? {} : { range }),
    ...(asOf === undefined ? {} : { asOf }),
    order,
    limit: query.limit,
    ...(after === undefined ? {} : { cursor: after }),
  };
}

export async function modelOf(model: string | undefined, { ports }: Context): Promise<string> {
  if (model !== undefined) return model;
  const { ref } = await ports.sentiment.choose();
  return `${ref.name}@${ref.version}`;
}
