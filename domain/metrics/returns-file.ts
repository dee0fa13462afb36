import { InvalidInputError } from '../errors.js';
import { nearNames } from '../near-names.js';

/** Columns of numbers by their names, as they stood in a file; times in epoch ms, ascending. */
export interface ReturnColumns {
  names: string[];
  columns: Map<string, Float64Array>;
  time?: Float64Array;
}

const TIMES = ['time', 'timestamp', 'date', 'datetime', ''];

/**
 * Reads a table of returns: a header, then one row a period; commas, semicolons or tabs. A column called time, timestamp,
 * date or nothing tells when. @throws InvalidInputError naming row and column of what is no number.
 */
export function parseReturns(text: string, file: string): ReturnColumns {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const filled = lines.map((line, i) => ({ line, row: i })).filter(({ line }) => line.trim() !== '');
  const header = filled.shift();
  if (!header)
    throw new InvalidInputError(`${file} is empty; its first line names the columns, such as "return"`);
  const mark = [',', ';', '\t'].find((each) => header.line.includes(each)) ?? ',';
  const names = cellsOf(header.line, mark);
  if (names.every((name) => name !== '' && Number.isFinite(Number(name))))
    throw new InvalidInputError(`${file} has no header; its first line names the columns, such as "return"`);
  const rows = filled.map(({ line, row }) => ({ cells: cellsOf(line, mark), row }));
  const ragged = rows.find(({ cells }) => cells.length !== names.length);
  if (ragged)
    throw new InvalidInputError(
      `${file}, row ${ragged.row}: ${ragged.cells.length} cells below ${names.length} columns`,
    );
  const columns = new Map<string, Float64Array>();
  let time: Float64Array | undefined;
  for (const [i, name] of names.entries()) {
    // A column without a name that counts the rows is an index.
    if (name === '' && rows.every(({ cells }) => /^\d{1,9}$/.test(cells[i] ?? ''))) continue;
    const isTime = TIMES.includes(name.toLowerCase());
    const read = isTime ? timeOf : numberOf;
    const column = Float64Array.from(rows, ({ cells, row }) =>
      read(cells[i] ?? '', `${file}, row ${row}, column "${name}"`),
    );
    if (isTime) time = column;
    else columns.set(name, column);
  }
  if (time) checkOrder(time, file);
  return { names: [...columns.keys()], columns, ...(time ? { time } : {}) };
}

/** One column by name. @throws InvalidInputError naming those there are. */
export function columnOf({ columns, names }: ReturnColumns, wanted: string, file: string): Float64Array {
  const exact = columns.get(wanted) ?? columns.get(names.find((name) => name.toLowerCase() === wanted) ?? '');
  if (exact) return exact;
  const near = nearNames(wanted, names).map((name) => `"${name}"`);
  throw new InvalidInputError(`${file} has no column "${wanted}"; it has ${near.join(', ') || 'none'}`);
}

const cellsOf = (line: string, mark: string): string[] =>
  line.split(mark).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));

function numberOf(text: string, where: string): number {
  const value = Number(text);
  if (text !== '' && Number.isFinite(value)) return value;
  throw new InvalidInputError(`${where}: "${text}" is no number`);
}

function timeOf(text: string, where: string): number {
  const plain = /^\d{4}-\d{2}-\d{2}[ T][\d:.]+$/.test(text) ? `${text.replace(' ', 'T')}Z` : text;
  const epoch = /^\d{10}$/.test(text) ? Number(text) * 1000 : Number(text);
  const time = /^\d+$/.test(text) ? epoch : Date.parse(plain);
  // Year 1, or bars counted from 0, would be a time by accident.
  if (Number.isFinite(time) && (time > 1e9 || !/^\d+$/.test(text))) return time;
  throw new InvalidInputError(`${where}: "${text}" is no time; ISO 8601, or epoch seconds or milliseconds`);
}

function checkOrder(time: Float64Array, file: string): void {
  const bad = time.findIndex((each, i) => i > 0 && !(each > (time[i - 1] ?? NaN)));
  if (bad > 0) throw new InvalidInputError(`${file}, row ${bad + 1}: its time is not after the row before`);
}
