import { z } from 'zod';
import { InvalidInputError } from '../../errors.js';
import { nearNames } from '../../near-names.js';
import { wordsOf } from './lexicon.js';
import { INSTRUMENT_KINDS, type EntityRule, type TagRules } from './rules.js';

const name = z
  .string()
  .max(100)
  .refine((text) => wordsOf(text).length > 0, 'a name holds letters or digits');
const names = z.array(name).max(200);

const ENTITY = z.strictObject({
  id: z
    .string()
    .max(40)
    .regex(/^[\p{L}\p{N}][\p{L}\p{N}.-]*$/u, 'an id is a ticker such as BTC, or a name such as fed'),
  kind: z
    .string()
    .regex(/^[a-z][a-z-]{1,30}$/, `a kind is one word, such as ${INSTRUMENT_KINDS.join(', ')} or exchange`),
  names: names.default([]),
  symbol: z.enum(['any', 'capitals', 'context', 'marked']).optional(),
  words: names.optional(),
  proper: names.optional(),
  capitals: names.optional(),
  context: names.optional(),
});

const RULES = z.strictObject({
  /** Replace those of the same id, and come beside the others. */
  entities: z.array(ENTITY).max(20_000).default([]),
  topics: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, 'a topic is a word such as etf'),
        words: z.string().max(5000),
        entities: names.optional(),
      }),
    )
    .max(500)
    .default([]),
  ignored: names.default([]),
  /** Ids of entities and topics to leave out. */
  removed: z.array(z.string()).default([]),
});

/**
 * The default dictionary with a user's own rules over it. @throws InvalidInputError naming every fault, `origin` and
 * where in it they stand.
 */
export function withOwnRules(defaults: TagRules, own: unknown, origin: string): TagRules {
  const read = RULES.safeParse(own);
  if (!read.success) {
    const faults = read.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'the file'}: ${message}`,
    );
    throw new InvalidInputError(
      `${origin} is no dictionary of instruments: ${faults.slice(0, 20).join('; ')}`,
    );
  }
  const { entities, topics, ignored, removed } = read.data;
  checkTwice(origin, [...entities, ...topics]);
  checkRemoved(origin, removed, defaults);
  const isKept = (given: { id: string }[]) => {
    const gone = new Set([...removed, ...given.map(({ id }) => id)]);
    return ({ id }: { id: string }): boolean => !gone.has(id);
  };
  return {
    entities: [...defaults.entities.filter(isKept(entities)), ...(entities as EntityRule[])],
    topics: [...defaults.topics.filter(isKept(topics)), ...topics],
    ignored: [...defaults.ignored, ...ignored],
  };
}

function checkTwice(origin: string, given: { id: string }[]): void {
  const seen = new Set<string>();
  for (const { id } of given) {
    if (seen.has(id))
      throw new InvalidInputError(`${origin} names "${id}" twice; one entry holds all its names`);
    seen.add(id);
  }
}

function checkRemoved(origin: string, removed: string[], { entities, topics }: TagRules): void {
  const known = new Set([...entities, ...topics].map(({ id }) => id));
  const unknown = removed.find((id) => !known.has(id));
  if (unknown !== undefined)
    throw new InvalidInputError(
      `${origin} removes "${unknown}", which is not there; near it: ${nearNames(unknown, known).join(', ')}`,
    );
}
