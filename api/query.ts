import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.js';

/** What the OpenAPI document says about a parameter, beside the schema that reads its text. */
const documented = new WeakMap<z.ZodType, Record<string, unknown>>();

export const parameterSchema = (schema: z.ZodType): Record<string, unknown> =>
  documented.get(schema) ?? { type: 'string' };

function parameter<T extends z.ZodType>(schema: T, json: Record<string, unknown>): T {
  documented.set(schema, json);
  return schema;
}

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.int().min(min).max(max));

/** A whole number with a default. */
export const count = (options: { min: number; max: number; standard: number }, description: string) =>
  parameter(wholeNumber(options.min, options.max).default(options.standard), {
    type: 'integer',
    minimum: options.min,
    maximum: options.max,
    default: options.standard,
    description,
  });

/** Page size of a list. */
export const limit = (standard = 100) => count({ min: 1, max: 1000, standard }, 'Items of a page');

export const cursor = parameter(z.string().min(1).max(4096).optional(), {
  type: 'string',
  description: 'From the page before',
});

/** ISO 8601 (a date without a zone is UTC) or epoch milliseconds, as epoch milliseconds. */
export const time = (description: string) =>
  parameter(z.string().transform(readInstant).optional(), {
    type: 'string',
    description: `${description}; ISO 8601 or epoch milliseconds`,
    examples: ['2023-01-31T00:00:00Z'],
  });

function readInstant(text: string, context: z.RefinementCtx): number {
  const plain = /^-?\d{1,15}$/.test(text);
  const zoned = /T[\d:.]+$/.test(text) ? `${text}Z` : text;
  const value = plain ? Number(text) : /^\d{4}-/.test(text) ? Date.parse(zoned) : NaN;
  if (Number.isFinite(value)) return value;
  context.addIssue({
    code: 'custom',
    message: `"${text.slice(0, 40)}" is no time; ISO 8601 such as 2023-01-31T00:00:00Z, or epoch milliseconds`,
  });
  return z.NEVER;
}

export const choice = <const T extends readonly [string, ...string[]]>(values: T, description: string) =>
  parameter(z.enum(values).optional(), { type: 'string', enum: [...values], description });

export const flag = (description: string) =>
  parameter(
    z
      .enum(['true', 'false'])
      .optional()
      .transform((text) => text === 'true'),
    { type: 'boolean', default: false, description },
  );

export const text = (description: string, example?: string) =>
  parameter(z.string().min(1).max(300).optional(), {
    type: 'string',
    description,
    ...(example ? { examples: [example] } : {}),
  });

const FILE_NAME = /^(?!.*\.\.)[A-Za-z0-9_=@+-][A-Za-z0-9._=@+-]{0,199}$/;

/** The name of a file, which is never a path. */
export const fileSegment = (description: string, example: string) =>
  parameter(
    z
      .string()
      .regex(
        FILE_NAME,
        'must be a file name of A-Z a-z 0-9 . _ = @ + -, without "..", and not begin with a dot',
      ),
    { type: 'string', pattern: FILE_NAME.source, description, examples: [example] },
  );

/** Hex sha256. */
export const digest = (description: string) =>
  parameter(
    z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits')
      .optional(),
    {
      type: 'string',
      pattern: '^[0-9a-f]{64}$',
      description,
    },
  );

/** A query parameter that must be there. */
export const requiredText = (description: string, example: string) =>
  parameter(z.string('is needed').min(1).max(1024), { type: 'string', description, examples: [example] });

/** A member of the path: always there. */
export const segment = (description: string, example: string) =>
  parameter(z.string().min(1).max(1024), { type: 'string', description, examples: [example] });

/** @throws InvalidInputError where the range is empty. */
export function readRange(query: { from?: number | undefined; to?: number | undefined }): {
  from: number;
  to: number;
} {
  const range = { from: query.from ?? 0, to: query.to ?? Number.MAX_SAFE_INTEGER };
  if (range.from < range.to) return range;
  throw new InvalidInputError(
    `The range is empty: from ${range.from} is not before to ${range.to} (epoch ms)`,
  );
}
