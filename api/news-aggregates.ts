import { z } from 'zod';
import type { Ports } from '../adapters/ports.js';
import { InvalidInputError } from '../domain/errors.js';
import { DAY_MS, rollUp, type NewsAggregate } from '../domain/news/aggregates.js';
import { choice, cursor, limit, readRange, text, time } from './query.js';
import { route } from './route.js';
import { answer, figure, instant, pageOf } from './schemas.js';

const aggregate = answer(
  'NewsAggregate',
  z.object({
    id: z.string(),
    asset: z.string(),
    sourceKey: z.string().describe('live, recorded or simulated-<seed>'),
    from: instant.describe('Start of the hour or day, UTC, by the time of publication'),
    articles: z.int(),
    feeds: z.array(z.object({ feed: z.string(), articles: z.int() })),
    sentiment: z.array(
      z.object({
        model: z.string(),
        scored: z.int(),
        abstained: z.int(),
        negative: z.int(),
        neutral: z.int(),
        positive: z.int(),
        mean: figure.describe('Mean of P(positive) − P(negative); null where the model abstained from all'),
      }),
    ),
    computedAt: instant,
  }),
);

const PAGE = 1000;

const listAggregates = route({
  id: 'listNewsAggregates',
  method: 'get',
  path: '/news/aggregates',
  group: 'news',
  summary: 'Articles and sentiment per asset by hour or day, newest first',
  role: 'viewer',
  query: {
    asset: text('Base asset spoken of; left out: all', 'BTC'),
    source: text('Only from this source: live, recorded or simulated-<seed>'),
    bucket: choice(['hour', 'day'], 'Length of a bucket; left out: hour'),
    from: time('Published at or after'),
    to: time('Published before'),
    limit: limit(),
    cursor,
  },
  answers: { 200: { description: 'A page of buckets', schema: pageOf('NewsAggregatePage', aggregate) } },
  example: { query: { asset: 'btc', bucket: 'day' } },
  async handle({ query, context: { ports } }) {
    const where = {
      ...(query.asset ? { asset: query.asset.toUpperCase() } : {}),
      ...(query.source ? { sourceKey: query.source } : {}),
    };
    const range = readRange(query);
    const asked = { where, range, limit: query.limit, ...(query.cursor ? { cursor: query.cursor } : {}) };
    const found =
      query.bucket === 'day'
        ? await readDays(ports, asked)
        : await ports.documents.find<NewsAggregate>('newsAggregates', asked);
    return { body: { items: found.items.map(shown), cursor: found.cursor, asOf: ports.now() } };
  },
});

interface Asked {
  where: Record<string, string>;
  range: { from: number; to: number };
  limit: number;
  cursor?: string;
}

/** Whole days until the page is full; the cursor is the start of the last one. */
async function readDays(
  ports: Ports,
  asked: Asked,
): Promise<{ items: NewsAggregate[]; cursor: string | null }> {
  const { where, range, limit: most, cursor: before } = asked;
  if (before !== undefined && !/^\d{1,15}$/.test(before))
    throw new InvalidInputError(`The cursor "${before.slice(0, 40)}" is of another list`);
  const to = Math.min(range.to, Number(before ?? Infinity));
  const hours: NewsAggregate[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = { where, range: { from: range.from, to }, limit: PAGE, ...(cursor ? { cursor } : {}) };
    const page: { items: NewsAggregate[]; cursor: string | null } = await ports.documents.find<NewsAggregate>(
      'newsAggregates',
      query,
    );
    hours.push(...page.items);
    cursor = page.cursor;
    const days = rollUp(hours);
    const last = days.at(-1)?.from ?? 0;
    // The last day may go on behind this page.
    const whole = cursor === null ? days : days.filter((day) => day.from > last);
    if (cursor !== null && whole.length < most) continue;
    const items = whole.slice(0, most);
    const end = items.at(-1)?.from ?? 0;
    // All buckets of one day stand on one page, so that none is cut off by a cursor that is a time.
    const full = whole.filter((day) => day.from >= end);
    const more = full.length < whole.length || cursor !== null;
    return { items: full, cursor: more ? String(Math.floor(end / DAY_MS) * DAY_MS) : null };
  }
  return { items: [], cursor: null };
}

const shown = ({ sentiment, ...bucket }: NewsAggregate) => ({
  ...bucket,
  sentiment: sentiment.map(({ sum, ...model }) => ({
    ...model,
    mean: model.scored > model.abstained ? sum / (model.scored - model.abstained) : null,
  })),
});

export const newsAggregateRoutes = [listAggregates];
