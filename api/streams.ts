import { z } from 'zod';
import { formatSource, type Source } from '../domain/sources.js';
import { streamId } from '../domain/streams.js';
import { cursor, limit } from './query.js';
import { route } from './route.js';
import { answer, instant, source, streamText } from './schemas.js';

const streamInfo = answer(
  'StreamInfo',
  z.object({ stream: streamText, source, from: instant, to: instant, bars: z.int(), asOf: instant }),
);
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

export const streamRoutes = [listStreams];
