import { z } from 'zod';
import { InvalidInputError } from '../../domain/errors.js';

/** Settings by their schema. @throws InvalidInputError naming every member that is wrong */
export function checkSettings<T>(kind: string, schema: z.ZodType<T>, given: unknown): T {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const faults = read.error.issues.map((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
    const at = ['settings', ...issue.path, ...keys].map(String).join('.');
    return `${at}: ${keys.length > 0 ? 'is not known here' : issue.message}`;
  });
  throw new InvalidInputError(`Unusable settings of a ${kind} source: ${faults.join('; ')}`);
}

export const schemaOf = (schema: z.ZodType): Record<string, unknown> => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
};
