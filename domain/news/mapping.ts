import { z } from 'zod';
import { formFault } from '../forms.js';
import { readDatePattern } from './date-patterns.js';
import { placeholdersOf } from './templates.js';

/** Only variables of this name can be sent to a source: no other secret of the platform can be asked for. */
export const SECRET_NAME = /^FINSIGHT_NEWS_KEY_[A-Z0-9_]{1,60}$/;

/** Headers that are the client's own, or that would carry a secret in plain sight. */
const OWN_HEADERS = /^(authorization|cookie|host|content-length|transfer-encoding|connection|x-api-key)$/i;

export const address = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .max(4096)
  .refine((url) => !URL.canParse(url) || new URL(url).username + new URL(url).password === '', {
    error: 'must not hold a name or a password; give them by auth',
  });

/** Parameters that hold a key: written down, it would stand in records and answers. */
const KEY_PARAMETER = /^(x-)?(api|access|auth)?[-_]?(key|token|secret|password)$/i;
const KEYLESS = 'must not hold a key; give it by auth: { "in": "query", "name": …, "secret": … }';
const holdsKey = (names: Iterable<string>): boolean => [...names].some((name) => KEY_PARAMETER.test(name));

const path = z.string().min(1).max(300).describe('JSONPath, RFC 9535');

const auth = z
  .discriminatedUnion('in', [
    z.strictObject({ in: z.literal('bearer'), secret: secretName() }),
    z.strictObject({
      in: z.literal('header'),
      name: z.string().regex(/^[A-Za-z0-9-]{1,80}$/, 'must be the name of a header'),
      prefix: z.string().max(20).optional().describe('Before the secret, such as "Apikey "'),
      secret: secretName(),
    }),
    z.strictObject({ in: z.literal('query'), name: z.string().min(1).max(80), secret: secretName() }),
  ])
  .describe('The secret is named, and read from the environment when it is needed');

function secretName() {
  return z.string().regex(SECRET_NAME, 'must be the name of a variable FINSIGHT_NEWS_KEY_<NAME>');
}

const paging = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({
      kind: z.literal('page'),
      first: z.int().min(0).max(1).default(1),
      size: z.int().min(1).max(10_000).optional(),
    }),
    z.strictObject({ kind: z.literal('offset'), size: z.int().min(1).max(10_000) }),
    z.strictObject({ kind: z.literal('cursor'), path }),
    z.strictObject({ kind: z.literal('next'), path: path.optional().describe('Left out: the Link header') }),
    z.strictObject({ kind: z.literal('before') }).describe('Back in time, by the date of the oldest item'),
  ])
  .default({ kind: 'none' });

const fields = z.strictObject({
  title: path,
  url: path.optional(),
  guid: path.optional(),
  content: path.optional(),
  author: path.optional(),
  language: path.optional(),
  publishedAt: path.optional(),
  categories: path.optional(),
});

/** What REST and GraphQL have in common: how an answer becomes items, and how often may be asked. */
const common = {
  url: address.refine((url) => !URL.canParse(url) || !holdsKey(new URL(url).searchParams.keys()), KEYLESS),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]{1,80}$/), z.string().max(1000))
    .refine(
      (given) => !Object.keys(given).some((name) => OWN_HEADERS.test(name)),
      'must not hold credentials or headers of the client; give secrets by auth',
    )
    .default({}),
  auth: auth.optional(),
  items: path.describe('JSONPath of the items'),
  fields: fields.describe('JSONPath of each member, from the item'),
  dates: z
    .union([
      z.enum(['written', 'seconds', 'milliseconds']),
      z.strictObject({
        pattern: z
          .string()
          .min(4)
          .max(60)
          .superRefine(formFault(readDatePattern))
          .describe('Such as YYYYMMDDTHHmmss'),
        offset: z
          .string()
          .regex(/^(Z|[+-]\d{2}:\d{2})$/, 'must be Z or an offset such as +09:00')
          .default('Z'),
      }),
    ])
    .default('written'),
  paging,
  maxPages: z.int().min(1).max(1000).default(50).describe('Of one collection'),
  rateLimit: z
    .strictObject({ requests: z.int().min(1).max(1000), perSeconds: z.number().positive().max(86_400) })
    .optional(),
  budget: z
    .strictObject({ requestsPerDay: z.int().min(1).max(10_000_000) })
    .optional()
    .describe('UTC days; shared by all processes and by all sources of the same secret'),
};

const template = <T extends z.ZodType>(schema: T) => schema.superRefine(checkTemplate);

function checkTemplate(given: unknown, faults: Parameters<ReturnType<typeof formFault>>[1]): void {
  formFault(() => placeholdersOf(given))('', faults);
}

export const restSettings = z.strictObject({
  ...common,
  method: z.enum(['GET', 'POST']).default('GET'),
  query: template(z.record(z.string().min(1).max(100), z.string().max(1000)))
    .refine(
      // A token of paging is none.
      (given) => !holdsKey(Object.keys(given).filter((name) => !given[name]?.includes('{'))),
      KEYLESS,
    )
    .default({}),
  body: template(z.record(z.string(), z.unknown())).optional().describe('Sent as JSON by POST'),
});

export const graphqlSettings = z.strictObject({
  ...common,
  query: z.string().min(1).max(20_000),
  variables: template(z.record(z.string(), z.unknown())).default({}),
  schema: z
    .string()
    .min(1)
    .max(200_000)
    .optional()
    .describe('SDL; left out: the server is asked by introspection'),
});

export const rssSettings = z.strictObject({ url: address });

export type RestSettings = z.output<typeof restSettings>;
export type GraphqlSettings = z.output<typeof graphqlSettings>;
/** What the answers of both are read by. */
export type MappedSettings = Omit<RestSettings, 'method' | 'query' | 'body'>;
export type Paging = MappedSettings['paging'];

/** Whether a request says from when on items are wanted, so that missed windows can be asked for. */
export const asksForWindows = (template: unknown): boolean =>
  placeholdersOf(template).some((name) => name === 'from' || name === 'before');
