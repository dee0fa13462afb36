import type { CollectionSpec } from '../../domain/collections.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { DocumentQuery } from '../ports.js';

type Value = string | number | null;
type Wanted = NonNullable<DocumentQuery['where']>[string];

/** A query as SQL: `FROM … WHERE …` with its values, and the columns that it is ordered by. */
export interface BuiltQuery {
  from: string;
  values: Value[];
  orderBy: string;
}

/** The place of a member in the stored JSON; the expression indexes are on exactly this text. */
export const memberOf = (field: string): string => `json_extract(doc, '$.${field}')`;

export const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 10_000;

/** Every name in the SQL comes from the collection's own declaration, every value is bound. */
export function buildQuery(collection: string, spec: CollectionSpec, query: DocumentQuery): BuiltQuery {
  const conditions: string[] = [];
  const values: Value[] = [];
  const add = (condition: string, ...more: Value[]): void => {
    conditions.push(condition);
    values.push(...more);
  };
  let table = `"${collection}" AS d`;
  let lead = 'd';
  for (const [field, wanted] of Object.entries(query.where ?? {})) {
    if (wanted === undefined) continue;
    if (spec.arrays.includes(field)) {
      const elements = (Array.isArray(wanted) ? wanted : [wanted]) as Value[];
      // One element: its members lead, in the order of the listing, so that a page reads no more than itself.
      if (elements.length === 1 && lead === 'd') {
        lead = 'm';
        table = `"${collection}_members" AS m CROSS JOIN "${collection}" AS d ON d.id = m.id`;
        add('m.field = ? AND m.value = ?', field, elements[0] ?? null);
      } else add(`EXISTS (${membersSql(collection)})`, field, JSON.stringify(elements));
    } else add(...fieldCondition(collection, spec, field, wanted));
  }
  if (query.range?.from !== undefined) add(`${lead}.at >= ?`, instant(query.range.from));
  if (query.range?.to !== undefined) add(`${lead}.at < ?`, instant(query.range.to));
  const oldest = query.order === 'oldest';
  if (query.cursor) {
    const { at, id } = decodeCursor(collection, query.cursor);
    add(`(${lead}.at, ${lead}.id) ${oldest ? '>' : '<'} (?, ?)`, at, id);
  }
  const direction = oldest ? 'ASC' : 'DESC';
  return {
    from: `FROM ${table}${conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''}`,
    values,
    orderBy: `ORDER BY ${lead}.at ${direction}, ${lead}.id ${direction}`,
  };
}

const membersSql = (collection: string): string =>
  `SELECT 1 FROM "${collection}_members" AS o WHERE o.field = ? AND o.value IN (SELECT value FROM json_each(?)) AND o.at = d.at AND o.id = d.id`;

function fieldCondition(
  collection: string,
  spec: CollectionSpec,
  field: string,
  wanted: Wanted,
): [string, ...Value[]] {
  if (field !== 'id' && !spec.fields.includes(field)) {
    const known = ['id', ...spec.fields, ...spec.arrays].join(', ');
    throw new InvalidInputError(`Cannot filter ${collection} by "${field}"; known: ${known}`);
  }
  const column = field === 'id' ? 'd.id' : memberOf(field);
  if (Array.isArray(wanted)) return [`${column} IN (SELECT value FROM json_each(?))`, JSON.stringify(wanted)];
  if (wanted === null) return [`${column} IS NULL`];
  return [`${column} = ?`, typeof wanted === 'boolean' ? Number(wanted) : (wanted as Value)];
}

/** The furthest instants of JavaScript: infinities mean them. @throws InvalidInputError for NaN. */
function instant(time: number): number {
  if (Number.isNaN(time)) throw new InvalidInputError('A range needs epoch milliseconds; got NaN');
  return Math.max(-8.64e15, Math.min(8.64e15, time));
}

/** @throws InvalidInputError naming the bounds. */
export function limitOf(query: DocumentQuery): number {
  const { limit = DEFAULT_LIMIT } = query;
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new InvalidInputError(`limit ${limit} is not a whole number from 1 to ${MAX_LIMIT}`);
}

/** The collection is part of it: a cursor of another listing would skip documents in silence. */
export const encodeCursor = (collection: string, row: { at: number; id: string }): string =>
  Buffer.from(JSON.stringify([collection, row.at, row.id])).toString('base64url');

/** @throws InvalidInputError where the text is no cursor of this collection. */
function decodeCursor(collection: string, text: string): { at: number; id: string } {
  const parts = parsed(Buffer.from(text, 'base64url').toString('utf8'));
  if (Array.isArray(parts)) {
    const [name, at, id] = parts as unknown[];
    if (name === collection && typeof at === 'number' && typeof id === 'string') return { at, id };
  }
  throw new InvalidInputError(
    `Unknown cursor "${text.slice(0, 80)}" for ${collection}; pass the one of the page before`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
