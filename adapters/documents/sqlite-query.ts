import type { CollectionSpec } from '../../domain/collections.js';
import type { DocumentQuery } from '../ports.js';
import { checkField, decodeCursor, instant } from './query.js';

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
  const oldest = query.order === 'oldest';
  const after = query.cursor ? decodeCursor(collection, query.cursor) : null;
  // The bound of the page, not only that of the range: SQLite would go through all pages before it again.
  const from = latest(query.range?.from, oldest ? after?.at : undefined);
  const to = earliest(query.range?.to, after && !oldest ? after.at + 1 : undefined);
  if (from !== undefined) add(`${lead}.at >= ?`, instant(from));
  if (to !== undefined) add(`${lead}.at < ?`, instant(to));
  if (after) add(`(${lead}.at, ${lead}.id) ${oldest ? '>' : '<'} (?, ?)`, after.at, after.id);
  const direction = oldest ? 'ASC' : 'DESC';
  return {
    from: `FROM ${table}${conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''}`,
    values,
    orderBy: `ORDER BY ${lead}.at ${direction}, ${lead}.id ${direction}`,
  };
}

/** A range whose bound is no number is refused for that, whatever the cursor. */
const latest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);

const earliest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);

const membersSql = (collection: string): string =>
  `SELECT 1 FROM "${collection}_members" AS o WHERE o.field = ? AND o.value IN (SELECT value FROM json_each(?)) AND o.at = d.at AND o.id = d.id`;

function fieldCondition(
  collection: string,
  spec: CollectionSpec,
  field: string,
  wanted: Wanted,
): [string, ...Value[]] {
  checkField(collection, spec, field);
  const column = field === 'id' ? 'd.id' : memberOf(field);
  if (Array.isArray(wanted)) return [`${column} IN (SELECT value FROM json_each(?))`, JSON.stringify(wanted)];
  if (wanted === null) return [`${column} IS NULL`];
  if (typeof wanted === 'object') return [`${column} IS NOT NULL`];
  return [`${column} = ?`, typeof wanted === 'boolean' ? Number(wanted) : (wanted as Value)];
}
