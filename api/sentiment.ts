import { z } from 'zod';
import type { DocumentsPort } from '../adapters/ports.js';
import { InvalidInputError } from '../domain/errors.js';
import { CHAMPION, modelAt } from '../domain/sentiment/routing.js';
import { modelName, type Score } from '../domain/sentiment/scores.js';
import { opinionAbout, toneOf } from '../domain/sentiment/targets.js';
import { sourceOfKey } from '../domain/sources.js';
import { cursor, limit, readRange, segment, text, time } from './query.js';
import { route, type Context } from './route.js';
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
    model: text('Name, <name>@<version> or alias; default the one that is served, or was at asOf'),
    asOf: time('As it was known, and scored, then; default now'),
    source: text('live, recorded or simulated-<seed>; default the one of the newest score'),
    limit: limit(365),
    cursor,
  },
  answers: { 200: { description: 'Days that have articles', schema: answerSchema } },
  example: { params: { asset: 'BTC' } },
  cacheMs: 2000,
  async handle({ params, query, context }) {
    const asset = params.asset.toUpperCase();
    const asOf = query.asOf ?? context.ports.now();
    const { documents } = context.ports;
    const range = knownBy(endAt(readRange(query), query.cursor), asOf);
    const base = { tickers: asset, ...(query.source ? { sourceKey: query.source } : {}) };
    const model = await modelToRead(context, { asked: query.model, asOf, where: base, range });
    const where = {
      tickers: asset,
      ...(model ? { model } : {}),
      ...(query.source ? { sourceKey: query.source } : {}),
    };
    const newest = (await documents.find<StoredScore>('scores', { where, range, order: 'newest', limit: 1 }))
      .items[0];
    if (!newest)
      return { body: { asset, model: model ?? null, source: null, asOf, items: [], cursor: null } };
    // One model and one source at a time: a mean over several would count articles twice.
    const one = {
      ...where,
      model: newest.model,
      ...(newest.sourceKey ? { sourceKey: newest.sourceKey } : {}),
    };
    const { days, more } = await readDays(documents, { where: one, range, limit: query.limit, asOf });
    const items = days.map((each) => dayOf(asset, each));
    const next = more ? String(items.at(-1)?.time) : null;
    return {
      body: { asset, model: newest.model, source: sourceOfKey(newest.sourceKey), asOf, items, cursor: next },
    };
  },
});

type StoredScore = Score & { sourceKey?: string };

const knownBy = ({ from, to }: { from: number; to: number }, asOf: number) => ({
  from: Math.min(from, asOf),
  to: Math.min(to, asOf + 1),
});

/**
 * The model whose scores are read: the named one, else the one that was served then where it has scores, else, with
 * undefined, the one of the newest score. A challenger's or a re-scoring's newer scores change nothing.
 */
async function modelToRead(
  { ports }: Context,
  read: {
    asked: string | undefined;
    asOf: number;
    where: Record<string, string>;
    range: { from: number; to: number };
  },
): Promise<string | undefined> {
  const { asked, asOf, where, range } = read;
  // Scores of a model that is gone can be read by its version.
  if (asked !== undefined)
    return asked.includes('@') ? asked : modelName(await ports.sentiment.choose({ model: asked }));
  const champion = (await ports.sentimentModels.aliases()).find(({ name }) => name === CHAMPION);
  const served = modelAt(champion, asOf) ?? modelName(await ports.sentiment.choose());
  const query = { where: { ...where, model: served }, range, limit: 1 };
  return (await ports.documents.find('scores', query)).items.length > 0 ? served : undefined;
}

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
  query: { where: Record<string, string>; range: { from: number; to: number }; limit: number; asOf: number },
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
      // A later re-scoring has known articles, but was not there then.
      if (score.scoredAt > query.asOf) continue;
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
