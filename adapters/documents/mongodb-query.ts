import type { Filter } from 'mongodb';
import type { CollectionSpec } from '../../domain/collections.js';
import type { DocumentQuery } from '../ports.js';
import type { StoredDoc } from './mongodb-format.js';
import { checkField, decodeCursor, instant } from './query.js';

/** A query as a filter. Every value is wrapped in an operator, so that none can be one itself. */
export function mongoFilter(
  collection: string,
  spec: CollectionSpec,
  query: DocumentQuery,
): Filter<StoredDoc> {
  const conditions: Record<string, unknown>[] = [];
  for (const [field, wanted] of Object.entries(query.where ?? {})) {
    if (wanted === undefined) continue;
    if (spec.arrays.includes(field)) {
      const elements = [wanted].flat().filter((each) => each !== null);
      conditions.push({ [`doc.${field}`]: { $in: elements } });
      continue;
    }
    checkField(collection, spec, field);
    const name = field === 'id' ? '_id' : `doc.${field}`;
    const isPresent = typeof wanted === 'object' && wanted !== null && !Array.isArray(wanted);
    conditions.push({
      [name]: isPresent ? { $ne: null } : Array.isArray(wanted) ? { $in: wanted } : { $eq: wanted },
    });
  }
  if (query.range?.from !== undefined) conditions.push({ at: { $gte: instant(query.range.from) } });
  if (query.range?.to !== undefined) conditions.push({ at: { $lt: instant(query.range.to) } });
  if (query.cursor) {
    const { at, id } = decodeCursor(collection, query.cursor);
    const beyond = query.order === 'oldest' ? '$gt' : '$lt';
    conditions.push({ $or: [{ at: { [beyond]: at } }, { at: { $eq: at }, _id: { [beyond]: id } }] });
  }
  return conditions.length > 0 ? ({ $and: conditions } as Filter<StoredDoc>) : {};
}
