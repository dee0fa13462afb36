import { z } from 'zod';
import { checkCron, isTimeZone } from '../cron.js';
import { formFault } from '../forms.js';
import type { Relevance } from './wanted.js';
import { parseSearch } from './search.js';

/** What happens where the collection before still goes on. */
export const SOURCE_OVERLAPS = [
  'skip',
  'bufferOne',
  'bufferAll',
  'cancelOther',
  'terminateOther',
  'allowAll',
] as const;

/** When a source is collected by itself. */
export interface Cadence {
  /** Five fields, or @hourly and its like. */
  cron: string;
  /** IANA name. */
  timeZone: string;
  /** Starts are spread over so many seconds, so that sources do not all ask at once. */
  jitterSeconds: number;
  overlap: (typeof SOURCE_OVERLAPS)[number];
}

/** A place that news come from. Stored in `newsSources`; the `id` is the `feed` of its articles. */
export interface NewsSource {
  id: string;
  name: string;
  /** `rss`, `rest`, `graphql`, or the kind of a user's adapter. */
  kind: string;
  /** As its kind wants them; without secrets, which are named and lie in the environment. */
  settings: Record<string, unknown>;
  /** BCP 47; what the items say of themselves goes first. Null: found out by the text. */
  language: string | null;
  /** What may be done with the text, such as `headline-and-summary` or `CC-BY-4.0`; null: not known. */
  licence: string | null;
  /** How long its text is kept; null: for ever. */
  retentionDays: number | null;
  /** What its items must be to become articles; the others are put aside. Null: all are taken. */
  relevance?: Relevance | null;
  cadence: Cadence;
  state: 'enabled' | 'paused';
  /** Host that is asked. */
  host: string;
  /** `default`: of the registry, `configured`: of FINSIGHT_FEEDS, `made`: by a person. */
  origin: 'default' | 'configured' | 'made';
  createdAt: number;
  createdBy: string;
  updatedAt: number;
}

export const SOURCE_ID = /^[a-z0-9][a-z0-9_-]{0,59}$/;

export const DEFAULT_CADENCE: Cadence = {
  cron: '*/15 * * * *',
  timeZone: 'UTC',
  jitterSeconds: 60,
  overlap: 'skip',
};

export const cadenceSchema = z.strictObject({
  cron: z
    .string()
    .min(1)
    .max(100)
    .superRefine(formFault(checkCron))
    .describe('Five fields, or @hourly and its like'),
  timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin').default('UTC'),
  jitterSeconds: z.int().min(0).max(86_400).default(60),
  overlap: z.enum(SOURCE_OVERLAPS).default('skip'),
});

const wanted = z.array(z.string().min(1).max(100)).min(1).max(50).optional();
const relevanceSchema = z
  .strictObject({
    text: z.string().min(1).max(500).superRefine(formFault(parseSearch)).optional(),
    tickers: wanted.transform((all) => all?.map((each) => each.toUpperCase())),
    topics: wanted,
    languages: wanted,
    instrument: z.boolean().optional(),
    leastCharacters: z.int().min(0).max(100_000).optional(),
  })
  .transform((rule): Relevance => {
    const given = Object.entries(rule).filter(([, value]) => value !== undefined);
    return Object.fromEntries(given);
  });

const members = {
  name: z.string().trim().min(1).max(120),
  kind: z.string().min(1).max(60).describe('rss, rest, graphql, or the kind of an adapter of your own'),
  settings: z
    .record(z.string(), z.unknown())
    .describe('As the kind wants them; GET /source-kinds has their schemas'),
  language: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag such as en or pt-BR')
    .nullable(),
  licence: z.string().trim().min(1).max(200).nullable(),
  retentionDays: z.int().min(1).max(36_500).nullable().describe('How long text is kept; null: for ever'),
  relevance: relevanceSchema
    .nullable()
    .describe('What its items must be to become articles, the others are put aside; null: all are taken'),
  cadence: cadenceSchema,
  state: z.enum(['enabled', 'paused']),
};

/** What a person says of a new source. */
export const sourceDefinition = z.strictObject({
  id: z.string().regex(SOURCE_ID, 'must be 1 to 60 of a-z 0-9 - _, beginning with a letter or digit'),
  ...members,
  name: members.name.optional(),
  language: members.language.default(null),
  licence: members.licence.default(null),
  retentionDays: members.retentionDays.default(null),
  relevance: members.relevance.default(null),
  cadence: cadenceSchema.default(DEFAULT_CADENCE),
  state: members.state.default('enabled'),
});

/** What can be changed of one that is there: what is left out stays. Settings are replaced whole. */
export const sourceChange = z
  .strictObject(members)
  .omit({ kind: true })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'must change something');

export type SourceDefinition = z.output<typeof sourceDefinition>;
export type SourceChange = z.output<typeof sourceChange>;

/** A definition as the record that is stored. */
export function sourceOf(
  definition: Omit<SourceDefinition, 'name' | 'relevance'> &
    Partial<Pick<SourceDefinition, 'relevance'>> & { name?: string | undefined },
  made: Pick<NewsSource, 'host' | 'origin' | 'createdAt' | 'createdBy'>,
): NewsSource {
  return { ...definition, name: definition.name ?? definition.id, ...made, updatedAt: made.createdAt };
}

/** The source with the changes that are not `undefined`. */
export function changedSource(source: NewsSource, change: SourceChange, at: number): NewsSource {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return { ...source, ...given, updatedAt: at };
}
