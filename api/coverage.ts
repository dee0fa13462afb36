import { z } from 'zod';
import type { DocumentPage } from '../adapters/ports.js';
import type { QuarantinedBar } from '../domain/bars.js';
import { CALENDARS, type CalendarName } from '../domain/calendars.js';
import {
  assess,
  coverageId,
  drawContract,
  reportOf,
  type CoverageContract,
  type CoverageSets,
  type StoredCoverage,
} from '../domain/coverage.js';
import { countBars, interval, intersect, stretches, subtract } from '../domain/intervals.js';
import { openTime } from '../domain/quarantine.js';
import { formatSource } from '../domain/sources.js';
import { parseStream, streamId, timeframeMs, TIMEFRAMES } from '../domain/streams.js';
import { findStream, provenance, sourceText, streamAddress, streamExample, streamPath } from './bars.js';
import { cursor, limit, time } from './query.js';
import { route, type Context } from './route.js';
import { answer, instant, source, streamText } from './schemas.js';

const gap = answer('Gap', z.object({ from: instant, to: instant, bars: z.int() }));

const coverage = answer(
  'Coverage',
  z.object({
    stream: streamText,
    source,
    calendar: z.enum(Object.keys(CALENDARS) as [CalendarName]).describe('When the market trades'),
    calendarReason: z.string(),
    from: instant,
    to: instant.describe('End of the bar opens, exclusive'),
    listedAt: instant.nullable().describe("The venue's first bar, where it was asked for earlier ones"),
    delistedAt: instant.nullable(),
    expected: z.int(),
    present: z.int(),
    exchangeClosed: z.int().describe('Proved: the venue was asked, has bars before and after, and not these'),
    quarantined: z.int(),
    missing: z.int(),
    outside: z.int().describe('Stored bars outside the sessions'),
    coverage: z.number().describe('present / (expected - exchangeClosed)'),
    gaps: z.array(
      z.object({
        from: instant,
        to: instant,
        bars: z.int(),
        state: z.enum(['exchange-closed', 'quarantined', 'missing']),
      }),
    ),
    gapsLeftOut: z.int(),
    measuredAt: instant,
  }),
);

const readCoverage = route({
  id: 'readCoverage',
  method: 'get',
  path: `${streamAddress}/coverage`,
  group: 'bars',
  summary: 'What a stream owes and holds: expected, present, exchange-closed, quarantined, missing',
  role: 'viewer',
  params: streamPath,
  query: { source: sourceText },
  answers: { 200: { description: 'The contract against what is stored now', schema: coverage } },
  example: streamExample,
  cacheMs: 1000,
  async handle({ params, query, context }) {
    const { contract, sets } = await assessStream(context, params, query.source);
    return { body: reportOf(contract, sets, context.ports.now()) };
  },
});

const readGaps = route({
  id: 'readGaps',
  method: 'get',
  path: `${streamAddress}/gaps`,
  group: 'bars',
  summary: 'Holes between the bars of a stream, whatever their reason',
  role: 'viewer',
  params: streamPath,
  query: {
    from: time('First bar open'),
    to: time('End, exclusive'),
    source: sourceText,
    limit: limit(),
    cursor,
  },
  answers: {
    200: {
      description: 'Gaps, oldest first',
      schema: answer(
        'GapPage',
        z.object({
          ...provenance,
          expected: z.int(),
          present: z.int(),
          missing: z.int(),
          items: z.array(gap),
          cursor: z.string().nullable(),
        }),
      ),
    },
  },
  example: streamExample,
  cacheMs: 2000,
  async handle({ params, query, context }) {
    const { contract, sets } = await assessStream(context, params, query.source);
    const step = timeframeMs(parseStream(contract.stream).timeframe);
    const window = interval(query.from ?? -Infinity, query.to ?? Infinity);
    const expected = intersect(sets.expected, window);
    const present = intersect(sets.present, window);
    const all = stretches(subtract(expected, present)).map((each) => ({
      ...each,
      bars: (each.to - each.from) / step,
    }));
    const rest = all.filter((each) => each.from > Number(query.cursor ?? -1));
    const items = rest.slice(0, query.limit);
    const counted = {
      expected: countBars(expected, step),
      present: countBars(present, step),
      missing: all.reduce((sum, each) => sum + each.bars, 0),
    };
    const next = rest.length > items.length ? String(items.at(-1)?.from) : null;
    const shown = { stream: contract.stream, source: contract.source, asOf: context.ports.now() };
    return { body: { ...shown, ...counted, items, cursor: next } };
  },
});

/** The stored contract, or the one that the stored bars give, against what is stored now. */
async function assessStream(
  context: Context,
  params: { exchange: string; symbol: string; timeframe: string },
  wanted: string | undefined,
): Promise<{ contract: CoverageContract; sets: CoverageSets }> {
  const { documents, series, now } = context.ports;
  const {
    stream,
    source: from,
    ...range
  } = await findStream(context, params, wanted).catch(
    async (error: unknown) => (await findOwing(context, params, wanted)) ?? Promise.reject(error),
  );
  const before = await documents.get<StoredCoverage>('coverage', coverageId(stream, from));
  const ever = { from: -Infinity, to: Infinity };
  const times = await series.times({ stream, source: from, range: ever, asOf: now() });
  const contract = drawContract({ stream, source: from, range, times, before });
  const quarantined: number[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = { where: { stream: streamId(stream) }, limit: 1000, ...(cursor ? { cursor } : {}) };
    const page: DocumentPage<QuarantinedBar> = await documents.find('quarantine', query);
    quarantined.push(
      ...page.items.flatMap((each) => openTime(each, stream.timeframe, contract.sourceKey) ?? []),
    );
    cursor = page.cursor;
  }
  return { contract, sets: assess(contract, { times, quarantined }) };
}

/** A stream that has lost all of its bars still owes them. */
async function findOwing(
  context: Context,
  params: { exchange: string; symbol: string; timeframe: string },
  wanted: string | undefined,
): Promise<Awaited<ReturnType<typeof findStream>> | null> {
  const stream = parseStream(`${params.exchange}/${params.symbol}/${params.timeframe}`);
  const where = { stream: streamId(stream) };
  const page = await context.ports.documents.find<StoredCoverage>('coverage', { where, limit: 10 });
  const owed = page.items.find(
    (each) => !wanted || [each.source.kind, formatSource(each.source)].includes(wanted),
  );
  return owed ? { stream, source: owed.source, from: owed.from, to: owed.to } : null;
}

const listTimeframes = route({
  id: 'listTimeframes',
  method: 'get',
  path: '/timeframes',
  group: 'bars',
  summary: 'Known bar lengths',
  role: 'viewer',
  answers: {
    200: {
      description: 'Shortest first',
      schema: answer(
        'TimeframeList',
        z.object({ items: z.array(z.object({ name: z.string(), milliseconds: z.int() })) }),
      ),
    },
  },
  handle: async () => ({
    body: { items: Object.entries(TIMEFRAMES).map(([name, milliseconds]) => ({ name, milliseconds })) },
  }),
});

export const coverageRoutes = [readCoverage, readGaps, listTimeframes];
