import { z } from 'zod';
import type { DocumentsPort } from '../adapters/ports.js';
import { InvalidInputError } from '../domain/errors.js';
import type { Score } from '../domain/sentiment/scores.js';
import { opinionAbout, toneOf } from '../domain/sentiment/targets.js';
import { sourceOfKey } from '../domain/sources.js';
import { cursor, limit, readRange, segment, text, time } from './query.js';
import { route } from './route.js';
import { answer, instant, source } from './schemas.js';

const DAY = 86_400_000;

const day = answer(
  'SentimentDay',
  z.object({
    day: z.string().meta({ format: 'date' }),
    time: instant.describe('Midnight UTC at which the day begins'),
    articles: z.int(),
    abstained: z.int(),
    mean: z.number().describe('Mean of P(positive) − P(negative); abstentions count as 0'),
    positive: z.int(),
    neutral: z.int(),
    negative: z.int(),
  }),
);
const answerSchema = answer(
  'SentimentPage',
  z.object({
    asset: z.string(),
    model: z.string().nullable().describe('Null where nothing was scored'),
    source: source.nullable(),
    asOf: instant,
    items: z.array(day),
    cursor: z.string().nullable(),
  }),
);

const readSentiment = route({
  id: 'readSentiment',
  method: 'get',
  path: '/sentiment/{asset}',
  group: 'sentiment',
  summary: 'Sentiment about an asset by day, newest first',
  role: 'viewer',
  params: { asset: segment('Base asset', 'BTC') },
  query: {
    from: time('Known at or after'),
    to: time('Known before'),
    model: text('<name>@<version>; default the one of the newest score'),
    source: text('live, recorded or simulated-<seed>; default the one of the newest score'),
    limit: limit(365),
    cursor,
  },
  answers: { 200: { description: 'Days that have articles', schema: answerSchema } },
  example: { params: { asset: 'BTC' } },
  cacheMs: 2000,
  async handle({ params, query, context }) {
    const asset = params.asset.toUpperCase();
    const asOf = context.ports.now();
    const { documents } = context.ports;
    const range = endAt(readRange(query), query.cursor);
    const where = {
      tickers: asset,
      ...(query.model ? { model: query.model } : {}),
      ...(query.source ? { sourceKey: query.source } : {}),
    };
    const newest = (await documents.find<StoredScore>('scores', { where, range, order: 'newest', limit: 1 }))
      .items[0];
    if (!newest)
      return { body: { asset, model: query.model ?? null, source: null, asOf, items: [], cursor: null } };
    // One model and one source at a time: a mean over several would count articles twice.
    const one = {
      ...where,
      model: newest.model,
      ...(newest.sourceKey ? { sourceKey: newest.sourceKey } : {}),
    };
    const { days, more } = await readDays(documents, { where: one, range, limit: query.limit });
    const items = days.map((each) => dayOf(asset, each));
    const next = more ? String(items.at(-1)?.time) : null;
    return {
      body: { asset, model: newest.model, source: sourceOfKey(newest.sourceKey), asOf, items, cursor: next },
    };
  },
});

type StoredScore = Score & { sourceKey?: string };

function endAt(range: { from: number; to: number }, text: string | undefined) {
  if (text === undefined) return range;
  const to = Number(text);
  if (!Number.isSafeInteger(to))
    throw new InvalidInputError(`Unknown cursor "${text}"; pass the one of the page before`);
  return { from: Math.min(range.from, to), to };
}

/** Scores by UTC day, newest day first, at most `limit` whole days. */
async function readDays(
  documents: DocumentsPort,
  query: { where: Record<string, string>; range: { from: number; to: number }; limit: number },
): Promise<{ days: [number, Score[]][]; more: boolean }> {
  const days = new Map<number, Score[]>();
  let next: string | null = null;
  do {
    const page: { items: Score[]; cursor: string | null } = await documents.find<Score>('scores', {
      where: query.where,
      range: query.range,
      order: 'newest',
      limit: 1000,
      ...(next ? { cursor: next } : {}),
    });
    for (const score of page.items) {
      const time = Math.floor(score.knownAt / DAY) * DAY;
      const scores = days.get(time) ?? [];
      scores.push(score);
      days.set(time, scores);
    }
    next = page.cursor;
  } while (next && days.size <= query.limit);
  return { days: [...days].slice(0, query.limit), more: days.size > query.limit };
}

function dayOf(asset: string, [time, all]: [number, Score[]]) {
  const scores = all.map((score) => opinionAbout(score, asset));
  const counted = (label: string): number =>
    scores.filter((each) => !each.abstained && each.label === label).length;
  const sum = scores.reduce((total, each) => total + toneOf(each), 0);
  return {
    day: new Date(time).toISOString().slice(0, 10),
    time,
    articles: scores.length,
    abstained: scores.filter((each) => each.abstained).length,
    mean: sum / scores.length,
    positive: counted('positive'),
    neutral: counted('neutral'),
    negative: counted('negative'),
  };
}

export const sentimentRoutes = [readSentiment];
