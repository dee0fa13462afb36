import { z } from 'zod';
import type { SourceHealth } from '../adapters/ports-sources.js';
import { SOURCE_OVERLAPS, type NewsSource } from '../domain/news/source.js';
import { answer, instant, pageOf } from './schemas.js';

const cadence = z.object({
  cron: z.string(),
  timeZone: z.string(),
  jitterSeconds: z.number(),
  overlap: z.enum(SOURCE_OVERLAPS),
});

export const newsSource = answer(
  'NewsSource',
  z.object({
    id: z.string().describe('The `feed` of its articles'),
    name: z.string(),
    kind: z.string(),
    settings: z.record(z.string(), z.unknown()).describe('Without secrets: they are named, never held'),
    language: z.string().nullable(),
    licence: z.string().nullable().describe('What may be done with its text; null: not known'),
    retentionDays: z.number().nullable(),
    relevance: z
      .record(z.string(), z.unknown())
      .nullable()
      .optional()
      .describe('What its items must be to become articles'),
    cadence,
    state: z.enum(['enabled', 'paused']),
    host: z.string(),
    origin: z.enum(['default', 'configured', 'made']),
    createdAt: instant,
    createdBy: z.string(),
    updatedAt: instant,
  }),
);
export const newsSourcePage = pageOf('NewsSourcePage', newsSource);

export const sourceKinds = answer(
  'SourceKinds',
  z.object({
    kinds: z.array(
      z.object({
        kind: z.string(),
        summary: z.string(),
        settings: z.record(z.string(), z.unknown()).nullable().describe('JSON Schema of its settings'),
        file: z.string().nullable().describe('Of an adapter of your own'),
      }),
    ),
  }),
);

const problems = z.object({
  total: z.int(),
  byKind: z.record(z.string(), z.int()).describe('How many of each kind, such as bad-date or no-address'),
  last: z
    .array(
      z.object({
        what: z.string(),
        detail: z.string(),
        item: z.string().optional().describe('Title or address of the item, where it is about one'),
      }),
    )
    .describe('The last few, oldest first'),
});

const item = z.object({
  feed: z.string(),
  guid: z.string().optional(),
  url: z.string().optional(),
  title: z.string().optional(),
  content: z.string().optional(),
  author: z.string().optional(),
  language: z.string().optional(),
  categories: z.array(z.string()).optional(),
  publishedAt: z.string().optional().describe('As written'),
});
export const sourceTest = answer(
  'SourceTest',
  z.object({
    items: z.array(item),
    found: z.int().describe('Items of the page; the first of them are shown'),
    more: z.boolean().describe('Whether there is a page after it'),
    elapsedMs: z.number(),
    problems: problems.describe('What of the page is not as it should be'),
  }),
);

export const sourceHealth = answer(
  'SourceHealth',
  z.object({
    id: z.string(),
    state: z.enum(['paused', 'new', 'healthy', 'silent', 'unreliable', 'failing']),
    lastSuccessAt: instant.nullable(),
    lastFailureAt: instant.nullable(),
    lastFailure: z.string().nullable().describe('Why the last failed collection failed'),
    failuresInARow: z.int(),
    collectedTo: instant.nullable(),
    problems: problems
      .extend({ at: instant })
      .nullable()
      .describe('What was not as it should be in what the last collection read; null: nothing was read yet'),
    pending: z
      .array(
        z.object({
          from: instant,
          to: instant,
          parts: z.int().describe('Collections that read a part of it'),
          failures: z.int(),
          since: instant,
        }),
      )
      .describe('Windows of more pages than one collection may read: the next ones go on'),
    freshness: z.object({
      newestPublishedAt: instant.nullable(),
      medianMs: z.number().nullable().describe('Between two items, usually; null: too few to tell'),
      patienceMs: z.number().nullable().describe('The longest silence that is nothing unusual'),
      quietHours: z.array(z.int()).describe('Hours of the day, UTC, in which it never publishes'),
      silentSince: instant.nullable().describe('Null: as fresh as usual'),
    }),
    errorBudget: z.object({
      collections: z.int().describe('Of the last 24 hours'),
      failed: z.int(),
      share: z.number().nullable(),
      allowed: z.number(),
      spent: z.boolean(),
    }),
    silences: z
      .array(z.object({ from: instant, to: instant }))
      .describe('Unusual silences of two weeks: perhaps holes'),
    breaker: z.object({
      state: z.enum(['closed', 'open', 'half-open']),
      until: instant.nullable(),
    }),
    itemsPerDay: z.array(z.object({ day: z.string(), items: z.int() })).describe('Oldest first'),
  }),
);

export const discovered = answer(
  'DiscoveredFeeds',
  z.object({
    feeds: z.array(
      z.object({
        href: z.string().describe('As written'),
        url: z.string(),
        type: z.string(),
        title: z.string().nullable(),
      }),
    ),
    canonical: z.string().nullable(),
  }),
);

/** The health of a source as it is shown: cursors of sources and the names of runs are no one's business. */
export function shownHealth({
  record,
  freshness: { rhythm, ...fresh },
  ...health
}: SourceHealth): z.output<typeof sourceHealth> {
  const { lastSuccessAt, lastFailureAt, lastFailure, failuresInARow, collectedTo } = record;
  const { problems = null, pending = [] } = record;
  return {
    ...health,
    ...{ lastSuccessAt, lastFailureAt, lastFailure, failuresInARow, collectedTo },
    problems: problems && {
      at: problems.at,
      total: problems.total,
      byKind: problems.byKind,
      last: problems.last,
    },
    pending: pending.map(({ cursor: _, ...window }) => window),
    freshness: { ...fresh, ...rhythm },
  };
}

/** Names of parameters whose value may be a key: a configured address can hold one. */
const SECRET_PARAMETER = /key|token|secret|pass|auth|sig/i;

/** A source as it may be shown. */
export function shownSource(source: NewsSource): NewsSource {
  const { url } = source.settings;
  if (typeof url !== 'string' || !URL.canParse(url)) return source;
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  for (const name of [...shown.searchParams.keys()])
    if (SECRET_PARAMETER.test(name)) shown.searchParams.set(name, '***');
  const isBare = shown.toString() === new URL(url).toString();
  return isBare ? source : { ...source, settings: { ...source.settings, url: shown.toString() } };
}
