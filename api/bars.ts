import { z } from 'zod';
import { toColumns, type Bar, type BarsKey } from '../domain/bars.js';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import { formatSource, type Source } from '../domain/sources.js';
import { parseStream, streamId, type Stream } from '../domain/streams.js';
import { columnsIn, FORMAT_OF, FORMAT_TYPES, sendFile } from './bars-columns.js';
import { strongTag } from './encoding.js';
import { choice, cursor, limit, readRange, segment, text, time } from './query.js';
import { route, type Context, type Values } from './route.js';
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

const barsQuery = {
  from: time('First bar open'),
  to: time('End of the bar opens, exclusive'),
  asOf: time('Read what was known then; default now'),
  order: choice(['oldest', 'newest'], 'Default newest'),
  source: sourceText,
  limit: limit(500),
  cursor,
};

const readBars = route({
  id: 'readBars',
  method: 'get',
  path: streamAddress,
  group: 'bars',
  summary:
    'Bars of a stream as they were known at an instant: JSON in pages, else a file by the Accept header',
  role: 'viewer',
  params: streamPath,
  query: barsQuery,
  produces: FORMAT_TYPES,
  answers: {
    200: {
      description:
        'Bars. A file has the whole range, oldest first, unless limit, order or cursor ask for a page; ' +
        'the headers x-finsight-source, x-finsight-as-of and x-next-cursor tell what JSON tells in its members',
      others: FORMAT_TYPES.slice(1),
      schema: answer(
        'BarPage',
        z.object({ ...provenance, bars: z.array(bar), cursor: z.string().nullable() }),
      ),
    },
  },
  example: { ...streamExample, query: { limit: '5' } },
  cacheMs: 2000,
  async handle({ params, query, context, mediaType, req, res }) {
    const format = FORMAT_OF[mediaType] ?? 'json';
    const isPage = ['limit', 'order', 'cursor'].some((name) => name in req.query);
    if (format !== 'json' && !isPage) {
      const key = await storedKey(context, params, query);
      const file = { format, mediaType, name: fileName(key.stream), headers: () => fileHeaders(key) };
      await sendFile({ context, req, res }, { batches: () => columnsIn(context, key), ...file });
      return null;
    }
    const { key, bars, next } = await readPage(context, params, query);
    const { stream, source: from, asOf } = key;
    if (format !== 'json') {
      const headers = () => ({ ...fileHeaders(key), ...(next ? { 'x-next-cursor': next } : {}) });
      const file = { format, mediaType, name: fileName(stream), headers };
      await sendFile({ context, req, res }, { batches: () => [toColumns(bars)], ...file });
      return null;
    }
    const body = { stream: streamId(stream), source: from, asOf, bars, cursor: next };
    // Without an instant of its own each answer names another one: equal in meaning, not byte for byte.
    return {
      body,
      ...(query.asOf === undefined ? {} : { headers: { etag: strongTag(JSON.stringify(body)) } }),
    };
  },
});

async function readPage(
  context: Context,
  params: Values<typeof streamPath>,
  query: Values<typeof barsQuery>,
): Promise<{ key: BarsKey; bars: Bar[]; next: string | null }> {
  const found = await findStream(context, params, query.source);
  const asOf = query.asOf ?? context.ports.now();
  const order = query.order ?? 'newest';
  const range = pageRange(readRange(query), order, query.cursor);
  const key = { stream: found.stream, source: found.source, range, asOf };
  const page = { order, limit: query.limit + 1 };
  const read = range.from < range.to ? await context.ports.series.read({ ...key, ...page }) : [];
  // Ports answer ascending whichever end was asked for; here the order is the caller's.
  const sorted = read.toSorted((a, b) => (order === 'oldest' ? a.time - b.time : b.time - a.time));
  const bars = sorted.slice(0, query.limit);
  return { key, bars, next: sorted.length > bars.length ? String(bars.at(-1)?.time) : null };
}

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
  query: { source: sourceText, asOf: time('Read what was known then; default now') },
  answers: { 200: { description: 'The bar', schema: answer('LatestBar', z.object({ ...provenance, bar })) } },
  example: streamExample,
  cacheMs: 1000,
  async handle({ params, query, context }) {
    const found = await findStream(context, params, query.source);
    const asOf = query.asOf ?? context.ports.now();
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

/** The stored bars that a query means, within the stored span. @throws NotFoundError, InvalidInputError */
export async function storedKey(
  context: Context,
  params: Parameters<typeof findStream>[1],
  query: {
    from?: number | undefined;
    to?: number | undefined;
    asOf?: number | undefined;
    source?: string | undefined;
  },
): Promise<BarsKey> {
  const { stream, source: from, ...span } = await findStream(context, params, query.source);
  const asked = readRange(query);
  const range = { from: Math.max(asked.from, span.from), to: Math.min(asked.to, span.to) };
  return { stream, source: from, range, asOf: query.asOf ?? context.ports.now() };
}

export const fileName = (stream: Stream): string => streamId(stream).replaceAll('/', '_');

/** What every number comes with, for answers that have no member for it. */
export const fileHeaders = ({ source: from, asOf }: BarsKey): Record<string, string> => ({
  'x-finsight-source': encodeURI(formatSource(from)),
  'x-finsight-as-of': new Date(asOf).toISOString(),
});

/** The stored stream; of several sources the one with the newest bars. @throws NotFoundError */
export async function findStream(
  context: Context,
  parts: { exchange: string; symbol: string; timeframe: string },
  wanted: string | undefined,
): Promise<{ stream: Stream; source: Source; from: number; to: number }> {
  const stream = parseStream(`${parts.exchange}/${parts.symbol}/${parts.timeframe}`);
  const id = streamId(stream);
  const stored = (await context.ports.series.streams(stream))
    .filter((each) => streamId(each.stream) === id)
    .filter(({ source: from }) => !wanted || from.kind === wanted || formatSource(from) === wanted)
    .sort((a, b) => b.range.to - a.range.to);
  const newest = stored[0];
  if (newest) return { stream, source: newest.source, ...newest.range };
  throw new NotFoundError(
    `No stored bars of ${id}${wanted ? ` from ${wanted}` : ''}; collect them first (story collectBars)`,
  );
}

export const barRoutes = [readBars, readLatestBar];
