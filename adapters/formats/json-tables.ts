import { isTimeName, plainName } from '../../domain/bars/layout-names.js';

type Members = Record<string, unknown>;
type Row = Members | unknown[];

/** Documents whose rows are not simply the first list in them: pandas writes columns, index and schema beside the data. */
export const isTable = (head: string): boolean =>
  /^\s*\{\s*("columns"\s*:\s*\[|"schema"\s*:\s*\{)/.test(head);

/** Rows of a document of `to_json(orient="split")` or `"table"`, or null. */
export function tableRows(document: unknown): Row[] | null {
  if (!isMembers(document)) return null;
  const { columns, index, data, schema } = document;
  if (!Array.isArray(data)) return null;
  if (isMembers(schema)) return data as Row[];
  if (!Array.isArray(columns)) return null;
  const names = columns.map(String);
  const isWhole = names.some(isTimeName) || !Array.isArray(index);
  return data.map((row: unknown[], at) => ({
    ...(isWhole ? {} : { index: index[at] as unknown }),
    ...Object.fromEntries(names.map((name, place) => [name, row[place]])),
  }));
}

/**
 * Rows of objects in an object, found at any depth: by their times (`{"2024-01-01": {"open": …}}`, also with numbered
 * names as Alpha Vantage has them) or column by column (`{"open": {"1704067200000": …}}`). Null where there are none.
 */
export function keyedRows(value: unknown): Row[] | null {
  if (!isMembers(value)) return null;
  const entries = Object.entries(value);
  const inner = entries.filter((entry): entry is [string, Members] => isMembers(entry[1]));
  if (inner.length === entries.length && entries.length > 0) {
    if (isBar(value)) return transposed(value as Record<string, Members>);
    if (isBar(inner[0]?.[1] ?? {})) return inner.map(([index, row]) => ({ index, ...row }));
  }
  for (const [, member] of inner) {
    const rows = keyedRows(member);
    if (rows) return rows;
  }
  return null;
}

function transposed(columns: Record<string, Members>): Row[] {
  const [first = {}] = Object.values(columns);
  const names = Object.keys(columns);
  return Object.keys(first).map((index) => ({
    index,
    ...Object.fromEntries(names.map((name) => [name, columns[name]?.[index]])),
  }));
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isBar = (members: Members): boolean => {
  const names = Object.keys(members).map(plainName);
  return [
    ['open', 'o'],
    ['high', 'h'],
    ['low', 'l'],
    ['close', 'c'],
  ].every((some) => some.some((name) => names.includes(name)));
};
