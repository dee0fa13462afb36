import { z } from 'zod';
import { floorToBar, streamId, timeframeMs, TIMEFRAMES } from '../domain/streams.js';
import { findStream, provenance, sourceText, streamAddress, streamExample, streamPath } from './bars.js';
import { cursor, limit, time } from './query.js';
import { route } from './route.js';
import { answer, instant } from './schemas.js';

const gap = answer('Gap', z.object({ from: instant, to: instant, bars: z.int() }));

const readGaps = route({
  id: 'readGaps',
  method: 'get',
  path: `${streamAddress}/gaps`,
  group: 'bars',
  summary: 'Holes between the bars of a stream',
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
    const found = await findStream(context, params, query.source);
    const asOf = context.ports.now();
    const step = timeframeMs(found.stream.timeframe);
    const from = floorToBar(Math.max(query.from ?? 0, found.from), found.stream.timeframe);
    const to = Math.min(query.to ?? Infinity, found.to);
    const key = { stream: found.stream, source: found.source, range: { from, to }, asOf };
    const times = from < to ? await context.ports.series.times(key) : new Float64Array();
    const all = gapsOf({ times, from, to, step });
    const rest = all.filter((each) => each.from > Number(query.cursor ?? -1));
    const items = rest.slice(0, query.limit);
    const missing = all.reduce((sum, each) => sum + each.bars, 0);
    const counted = { expected: times.length + missing, present: times.length, missing };
    const next = rest.length > items.length ? String(items.at(-1)?.from) : null;
    return {
      body: { stream: streamId(found.stream), source: found.source, asOf, ...counted, items, cursor: next },
    };
  },
});

function gapsOf(span: { times: Float64Array; from: number; to: number; step: number }) {
  const gaps: { from: number; to: number; bars: number }[] = [];
  let expected = span.from;
  for (const time of [...span.times, span.to]) {
    const bars = Math.floor((time - expected) / span.step);
    if (bars > 0) gaps.push({ from: expected, to: time, bars });
    expected = time + span.step;
  }
  return gaps;
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

export const coverageRoutes = [readGaps, listTimeframes];
