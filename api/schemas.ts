import { z } from 'zod';
import { formFault } from '../domain/forms.js';
import { canonicalStream, parseStream } from '../domain/streams.js';

/** Named schemas become components of the OpenAPI document: answers as they leave, requests as they come. */
export const answers = z.registry<{ id: string }>();
export const requests = z.registry<{ id: string }>();

export function answer<T extends z.ZodType>(id: string, schema: T): T {
  answers.add(schema, { id });
  return schema;
}

export function request<T extends z.ZodType>(id: string, schema: T): T {
  requests.add(schema, { id });
  return schema;
}

export const instant = z.int().describe('Epoch milliseconds, UTC');

/** NaN and infinities have no JSON: they are null on the wire. */
export const figure = z.number().nullable();

/** What is no stream stays as it is, and is told below. */
function asStream(text: string): string {
  try {
    return canonicalStream(text);
  } catch {
    return text;
  }
}

/** Read in any case, as on the command line. */
export const streamText = z
  .string()
  .overwrite(asStream)
  .regex(
    /^[a-z0-9]+\/[A-Z0-9]+-[A-Z0-9]+\/[0-9]+[mhdw]$/,
    'must be <ccxt exchange id>/<BASE-QUOTE>/<timeframe>, such as binance/BTC-USDT/1h',
  )
  .superRefine(formFault(parseStream))
  .describe('<ccxt exchange id>/<BASE-QUOTE>/<timeframe>')
  .meta({ examples: ['binance/BTC-USDT/1h'] });

export const source = answer(
  'Source',
  z
    .object({
      kind: z.enum(['live', 'recorded', 'simulated']),
      detail: z.string().describe('Empty for live, the directory for recorded, the seed for simulated'),
    })
    .describe('Where a number comes from'),
);

export const problem = answer(
  'Problem',
  z
    .object({
      type: z.string(),
      title: z.string(),
      status: z.int(),
      detail: z.string(),
      instance: z.string(),
      requestId: z.string(),
      errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    })
    .describe('RFC 9457 problem'),
);

/** One page of a list, newest first unless the operation says otherwise. */
export const pageOf = <T extends z.ZodType>(id: string, item: T) =>
  answer(
    id,
    z.object({
      items: z.array(item),
      cursor: z.string().nullable().describe('Pass it as `cursor` for the next page; null at the end'),
      asOf: instant.describe('When this page was read, epoch milliseconds'),
    }),
  );
