import { z } from 'zod';
import type { BarsKey } from '../domain/bars.js';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import { formatSource } from '../domain/sources.js';
import { streamId, timeframeMs, type Stream } from '../domain/streams.js';
import { storedKey, streamAddress, streamExample, streamPath } from './bars.js';
import { flag, requiredText, time } from './query.js';
import { route, type Context } from './route.js';
import { answer, instant, request, source, streamText } from './schemas.js';

/** Bars removed at a time: every version of them is in memory. */
const WINDOW_BARS = 2 ** 14;
const DAY_MS = 86_400_000;

const removal = {
  stream: streamText,
  source,
  from: instant,
  to: instant.describe('Exclusive'),
  versions: z.int().describe('Stored versions of bars that are removed, or would be'),
};
const removed = answer('BarsRemoved', z.object({ dryRun: z.boolean(), ...removal }));

const removeBars = route({
  id: 'removeBars',
  method: 'delete',
  path: streamAddress,
  group: 'bars',
  summary: 'Delete stored bars of a stream, all versions of them',
  role: 'admin',
  params: streamPath,
  query: {
    source: requiredText('Whose bars: live, recorded, simulated:<seed>; never guessed', 'simulated:1'),
    from: time('First bar open; default all'),
    to: time('End of the bar opens, exclusive; default all'),
    dryRun: flag('Only count'),
  },
  answers: { 200: { description: 'What was removed', schema: removed } },
  example: { ...streamExample, query: { source: 'simulated:1', dryRun: 'true' } },
  async handle({ params, query, context }) {
    const key = { ...(await storedKey(context, params, query)), asOf: Infinity };
    const body = { dryRun: query.dryRun, ...(await removeRange(context, key, query.dryRun)) };
    return { body, target: body.stream, detail: { ...query, versions: body.versions } };
  },
});

const cleanup = route({
  id: 'cleanBars',
  method: 'post',
  path: '/admin/cleanup',
  group: 'administration',
  summary: 'Delete bars that are older than so many days; a dry run unless told otherwise',
  role: 'admin',
  body: request(
    'CleanupRequest',
    z.strictObject({
      olderThanDays: z.number().positive().max(36_500).describe('Bars that closed longer ago'),
      streams: z.array(streamText).min(1).max(1000).optional().describe('Default: all'),
      source: z.string().min(1).optional().describe('Only bars from there; default: every source'),
      dryRun: z.boolean().default(true),
    }),
  ),
  answers: {
    200: {
      description: 'What was removed, or would be, stream after stream',
      schema: answer(
        'CleanupReport',
        z.object({
          dryRun: z.boolean(),
          before: instant,
          versions: z.int(),
          items: z.array(z.object(removal)),
        }),
      ),
    },
  },
  example: { body: { olderThanDays: 36_500, streams: ['binance/BTC-USDT/1h'] } },
  async handle({ body, context }) {
    const before = Math.floor(context.ports.now() - body.olderThanDays * DAY_MS);
    const items = [];
    for (const { stream, source: from, range } of await chosen(context, body)) {
      // The last bar that closed by then is the last to go.
      const to = Math.min(range.to, before - timeframeMs(stream.timeframe) + 1);
      if (to <= range.from) continue;
      const key = { stream, source: from, range: { from: range.from, to }, asOf: Infinity };
      items.push(await removeRange(context, key, body.dryRun));
    }
    const versions = items.reduce((sum, each) => sum + each.versions, 0);
    return {
      body: { dryRun: body.dryRun, before, versions, items },
      target: body.streams?.join(',') ?? 'all streams',
      detail: { versions, removed: items.map((each) => [each.stream, each.versions]) },
    };
  },
});

/** @throws NotFoundError for a stream that is named and not stored. */
async function chosen(
  context: Context,
  { streams, source: from }: { streams?: string[] | undefined; source?: string | undefined },
) {
  const all = (await context.ports.series.streams()).filter(
    ({ source: of }) => !from || of.kind === from || formatSource(of) === from,
  );
  const known = new Set(all.map(({ stream }) => streamId(stream)));
  const unknown = streams?.find((id) => !known.has(id));
  if (unknown) throw new NotFoundError(`No stored bars of ${unknown}${from ? ` from ${from}` : ''}`);
  return streams ? all.filter(({ stream }) => streams.includes(streamId(stream))) : all;
}

/** Window after window, so that a long stream is never held whole; a bar that comes meanwhile stays. */
async function removeRange({ ports }: Context, key: BarsKey, dryRun: boolean) {
  const { stream, source: from, range } = key;
  checkSpan(stream, range);
  const span = WINDOW_BARS * timeframeMs(stream.timeframe);
  let versions = 0;
  for (let at = range.from; at < range.to; at += span) {
    const window = { from: at, to: Math.min(at + span, range.to) };
    const bars = await ports.series.versions({ ...key, range: window });
    versions += bars.length;
    if (!dryRun && bars.length > 0) await ports.series.remove({ stream, source: from, bars });
  }
  return { stream: streamId(stream), source: from, ...range, versions };
}

function checkSpan(stream: Stream, range: { from: number; to: number }): void {
  if (range.from >= range.to)
    throw new InvalidInputError(`No bars of ${streamId(stream)} are stored between from and to`);
}

export const retentionRoutes = [removeBars, cleanup];
