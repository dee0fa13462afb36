import { z } from 'zod';
import type { QuarantinedBar } from '../domain/bars.js';
import { inspectBars, type RowFault } from '../domain/bars/inspect.js';
import { newTally, reportQuality, tallyBars } from '../domain/bars/quality.js';
import { streamId } from '../domain/streams.js';
import { columnsIn } from './bars-columns.js';
import { provenance, sourceText, storedKey, streamAddress, streamExample, streamPath } from './bars.js';
import { count, time } from './query.js';
import { route } from './route.js';
import { answer, figure, instant } from './schemas.js';

const window = {
  from: time('First bar open'),
  to: time('End of the bar opens, exclusive'),
  asOf: time('What was known then; default now'),
  source: sourceText,
};
const counted = {
  bars: z.int(),
  first: instant.nullable().describe('Open of the first bar'),
  last: instant.nullable().describe('Open of the last bar'),
  expected: z.int().describe('Bars that there should be from the first to the last one'),
  missing: z.int(),
  completeness: z.number(),
  withoutVolume: z.int().describe('Bars without trades'),
  flat: z.int().describe('Bars whose high is their low'),
};

const readStats = route({
  id: 'readBarStats',
  method: 'get',
  path: `${streamAddress}/stats`,
  group: 'bars',
  summary: 'Counts, span, extremes and volume of a stream',
  role: 'viewer',
  params: streamPath,
  query: window,
  answers: {
    200: {
      description: 'Figures; null where there are no bars',
      schema: answer(
        'BarStats',
        z.object({
          ...provenance,
          ...counted,
          low: figure.describe('Lowest low'),
          high: figure.describe('Highest high'),
          open: figure.describe('Of the first bar'),
          close: figure.describe('Of the last bar'),
          volume: z.number().describe('Sum, base asset units'),
        }),
      ),
    },
  },
  example: streamExample,
  cacheMs: 2000,
  async handle({ params, query, context }) {
    const key = await storedKey(context, params, query);
    const { timeframe } = key.stream;
    const tally = newTally();
    const found = { low: Infinity, high: -Infinity, open: NaN, close: NaN, volume: 0 };
    for await (const columns of columnsIn(context, key)) {
      if (tally.bars === 0) found.open = columns.open[0] ?? NaN;
      found.close = columns.close.at(-1) ?? NaN;
      tallyBars(tally, columns, timeframe);
      for (const low of columns.low) found.low = Math.min(found.low, low);
      for (const high of columns.high) found.high = Math.max(found.high, high);
      for (const volume of columns.volume) found.volume += volume;
    }
    const {
      quarantined: _q,
      flagged: _f,
      gaps: _g,
      ...report
    } = reportQuality(tally, {
      ...NOTHING_LEFT_OUT,
      timeframe,
      rows: tally.bars,
    });
    const { bars, first, last, expected, missing, completeness, withoutVolume, flat } = report;
    const counts = { bars, first, last, expected, missing, completeness, withoutVolume, flat };
    const from = { stream: streamId(key.stream), source: key.source, asOf: key.asOf };
    // Of no bars there is no lowest one: JSON has no infinity, and none was meant.
    const figures = bars > 0 ? found : { low: null, high: null, open: null, close: null, volume: 0 };
    return { body: { ...from, ...counts, ...figures } };
  },
});

const NOTHING_LEFT_OUT = {
  quarantined: [],
  quarantinedRows: 0,
  duplicates: 0,
  flagged: [],
  order: 'ascending' as const,
};

const gap = z.object({ from: instant, to: instant, bars: z.int() });

const readQuality = route({
  id: 'readBarQuality',
  method: 'get',
  path: `${streamAddress}/quality`,
  group: 'bars',
  summary: 'How good the stored bars are: gaps, suspicious bars, and what lies in quarantine',
  role: 'viewer',
  params: streamPath,
  query: {
    ...window,
    listed: count({ min: 0, max: 1000, standard: 100 }, 'How many of each kind are listed'),
  },
  answers: {
    200: {
      description: 'The report; all are counted, the first ones are listed',
      schema: answer(
        'BarQuality',
        z.object({
          ...provenance,
          ...counted,
          gapCount: z.int(),
          gaps: z.array(gap),
          flaggedCount: z.int(),
          flagged: z
            .array(z.object({ time: instant, reason: z.string() }))
            .describe('Stored bars that should be looked at: large moves, long wicks'),
          quarantinedCount: z.int(),
          quarantined: z.array(
            z.object({ reason: z.string(), seenAt: instant, bar: z.record(z.string(), z.unknown()) }),
          ),
        }),
      ),
    },
  },
  example: streamExample,
  async handle({ params, query, context }) {
    const key = await storedKey(context, params, query);
    const { timeframe } = key.stream;
    const tally = newTally();
    const flagged: { time: number; reason: string }[] = [];
    let flaggedCount = 0;
    for await (const columns of columnsIn(context, key)) {
      tallyBars(tally, columns, timeframe);
      const rows = columns.time.map((_, at) => at);
      // What was believed when it was stored stays: here it is only shown.
      const judged = inspectBars({ rows, columns }, { timeframe, now: Infinity });
      const faults = judged.quarantined.concat(judged.flagged);
      flaggedCount += faults.length;
      const named = ({ row, reason }: RowFault) => ({ time: columns.time[row] ?? NaN, reason });
      flagged.push(...faults.slice(0, query.listed - flagged.length).map(named));
    }
    const where = { stream: streamId(key.stream) };
    const { documents } = context.ports;
    const held = await documents.find<QuarantinedBar>('quarantine', {
      where,
      limit: Math.max(1, query.listed),
    });
    const report = reportQuality(tally, { ...NOTHING_LEFT_OUT, timeframe, rows: tally.bars });
    const { bars, first, last, expected, missing, completeness, withoutVolume, flat, gaps } = report;
    const body = {
      ...{ stream: where.stream, source: key.source, asOf: key.asOf },
      ...{ bars, first, last, expected, missing, completeness, withoutVolume, flat },
      gapCount: gaps.length,
      gaps: gaps.slice(0, query.listed),
      flaggedCount,
      flagged,
      quarantinedCount: await documents.count('quarantine', { where }),
      quarantined: held.items
        .slice(0, query.listed)
        .map(({ reason, seenAt, bar }) => ({ reason, seenAt, bar })),
    };
    return { body };
  },
});

export const barStatsRoutes = [readStats, readQuality];
