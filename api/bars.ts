import { z } from 'zod';
import type { Bar } from '../domain/bars.js';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import { formatSource, type Source } from '../domain/sources.js';
import { parseStream, streamId, type Stream } from '../domain/streams.js';
import { choice, cursor, limit, readRange, segment, text, time } from './query.js';
import { route, type Context } from './route.js';
import { answer, instant, source, streamText } from './schemas.js';

const bar = answer(
  'Bar',
  z
    .object({
      time: instant.describe("The bar's open, epoch milliseconds UTC"),
      open: z.number(),
      high: z.number(),
      low: z.number(),
      close: z.number(),
      volume: z.number().describe('Base asset units'),
      knownAt: instant.describe('When the platform could first know these values'),
    })
    .describe('One finished bar'),
);
export const provenance = {
  stream: streamText,
  source,
  asOf: instant.describe('Only versions known at this instant were read'),
};
const streamInfo = answer(
  'StreamInfo',
  z.object({ stream: streamText, source, from: instant, to: instant, bars: z.int(), asOf: instant }),
);
export const streamPath = {
  exchange: segment('ccxt exchange id', 'binance'),
  symbol: segment('BASE-QUOTE', 'BTC-USDT'),
  timeframe: segment('Bar length', '1h'),
};
export const sourceText = text(
  'Kind of source, where a stream has several: live, recorded, simulated',
  'simulated',
);
export const streamExample = { params: { exchange: 'binance', symbol: 'BTC-USDT', timeframe: '1h' } };
export const streamAddress = '/bars/{exchange}/{symbol}/{timeframe}';

const listStreams = route({
  id: 'listStreams',
  method: 'get',
  path: '/streams',
  group: 'bars',
  summary: 'Stored streams with their span and source',
  role: 'viewer',
  query: { limit: limit(1000), cursor },
  answers: {
    200: {
      description: 'Streams by name',
      schema: answer(
        'StreamPage',
        z.object({ items: z.array(streamInfo), cursor: z.string().nullable(), asOf: instant }),
      ),
    },
  },
  cacheMs: 1000,
  async handle({ query, context }) {
    const asOf = context.ports.now();
    const all = (await context.ports.series.streams())
      .map(({ stream, range, bars, source: from }) => ({
        stream: streamId(stream),
        source: from,
        ...range,
        bars,
        asOf,
      }))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const rest = query.cursor ? all.filter((each) => keyOf(each) > query.cursor!) : all;
    const items = rest.slice(0, query.limit);
    const last = items.at(-1);
    return { body: { items, cursor: last && rest.length > items.length ? keyOf(last) : null, asOf } };
  },
});

const keyOf = (each: { stream: string; source: Source }): string =>
  `${each.stream} ${formatSource(each.source)}`;

const readBars = route({
  id: 'readBars',
  method: 'get',
  path: streamAddress,
  group: 'bars',
  summary: 'Bars of a stream as they were known at an instant',
  role: 'viewer',
  params: streamPath,
  query: {
    from: time('First bar open'),
    to: time('End of the bar opens, exclusive'),
    asOf: time('Read what was known then; default now'),
    order: choice(['oldest', 'newest'], 'Default newest'),
    source: sourceText,
    limit: limit(500),
    cursor,
  },
  answers: {
    200: {
      description: 'Bars',
      schema: answer(
        'BarPage',
        z.object({ ...provenance, bars: z.array(bar), cursor: z.string().nullable() }),
      ),
    },
  },
  example: { ...streamExample, query: { limit: '5' } },
  cacheMs: 2000,
  async handle({ params, query, context }) {
    const found = await findStream(context, params, query.source);
    const asOf = query.asOf ?? context.ports.now();
    const order = query.order ?? 'newest';
    const range = pageRange(readRange(query), order, query.cursor);
    const key = { stream: found.stream, source: found.source, range, asOf, order, limit: query.limit + 1 };
    const read = range.from < range.to ? await context.ports.series.read(key) : [];
    // Ports answer ascending whichever end was asked for; here the order is the caller's.
    const sorted = read.toSorted((a, b) => (order === 'oldest' ? a.time - b.time : b.time - a.time));
    const bars = sorted.slice(0, query.limit);
    const next = sorted.length > bars.length ? String(bars.at(-1)?.time) : null;
    return { body: { stream: streamId(found.stream), source: found.source, asOf, bars, cursor: next } };
  },
});

function pageRange(
  range: { from: number; to: number },
  order: 'oldest' | 'newest',
  after: string | undefined,
) {
  if (after === undefined) return range;
  const time = Number(after);
  if (!Number.isSafeInteger(time))
    throw new InvalidInputError(`Unknown cursor "${after}"; pass the one of the page before`);
  return order === 'oldest'
    ? { from: Math.max(range.from, time + 1), to: range.to }
    : { from: range.from, to: Math.min(range.to, time) };
}

const readLatestBar = route({
  id: 'readLatestBar',
  method: 'get',
  path: `${streamAddress}/latest`,
  group: 'bars',
  summary: 'The newest stored bar of a stream',
  role: 'viewer',
  params: streamPath,
  query: { source: sourceText },
  answers: { 200: { description: 'The bar', schema: answer('LatestBar', z.object({ ...provenance, bar })) } },
  example: streamExample,
  cacheMs: 1000,
  async handle({ params, query, context }) {
    const found = await findStream(context, params, query.source);
    const asOf = context.ports.now();
    const key = {
      stream: found.stream,
      source: found.source,
      range: readRange({}),
      asOf,
      order: 'newest' as const,
      limit: 1,
    };
    const newest: Bar | undefined = (await context.ports.series.read(key)).at(-1);
    if (!newest) throw new NotFoundError(`No stored bar of ${streamId(found.stream)} was known at ${asOf}`);
    return { body: { stream: streamId(found.stream), source: found.source, asOf, bar: newest } };
  },
});

/** The stored stream; of several sources the one with the newest bars. @throws NotFoundError */
export async function findStream(
  context: Context,
  parts: { exchange: string; symbol: string; timeframe: string },
  wanted: string | undefined,
): Promise<{ stream: Stream; source: Source; from: number; to: number }> {
  const stream = parseStream(`${parts.exchange}/${parts.symbol}/${parts.timeframe}`);
  const id = streamId(stream);
  const stored = (await context.ports.series.streams())
    .filter((each) => streamId(each.stream) === id)
    .filter(({ source: from }) => !wanted || from.kind === wanted || formatSource(from) === wanted)
    .sort((a, b) => b.range.to - a.range.to);
  const newest = stored[0];
  if (newest) return { stream, source: newest.source, ...newest.range };
  throw new NotFoundError(
    `No stored bars of ${id}${wanted ? ` from ${wanted}` : ''}; collect them first (story collectBars)`,
  );
}

export const barRoutes = [listStreams, readBars, readLatestBar];
