import { DataQualityError, messageOf } from '../../domain/errors.js';
import type { BarFormat } from './format.js';
import { headOf, type Input } from './input.js';
import { isTable, keyedRows, tableRows } from './json-tables.js';
import { jsonRows } from './ndjson.js';
import { readRecords } from './records.js';

/**
 * A JSON document: a list of lists (Binance, Bitfinex, freqtrade), a list of objects, either one inside of others
 * (Coinbase, Kraken), or a list a column (TradingView, Yahoo). Rows are read one at a time; lists of columns need the
 * document in memory.
 */
export const json: BarFormat = {
  name: 'json',
  extensions: ['json'],
  mediaType: 'application/json',
  read: (input, options) => readRecords(recordsOf(input), options),
  async *encode(batches) {
    let isFirst = true;
    for await (const batch of batches) {
      if (batch.time.length === 0) continue;
      yield Buffer.from(`${isFirst ? '[\n' : ',\n'}${jsonRows(batch).join(',\n')}`);
      isFirst = false;
    }
    yield Buffer.from(isFirst ? '[]\n' : '\n]\n');
  },
};

async function* recordsOf(input: Input): AsyncGenerator<unknown> {
  if (isTable((await headOf(input, 4096)).toString('utf8'))) {
    const rows = tableRows(parsed((await wholeText(input)).trim(), input));
    if (rows) return yield* rows;
  }
  let isAny = false;
  for await (const text of rowTexts(input.bytes())) {
    const row = parsed(text, input);
    const columns = isAny ? null : columnsIn(row);
    isAny = true;
    if (columns) return yield* rowsOf(columns);
    yield row;
  }
  if (!isAny) yield* await columnRecords(input);
}

function parsed(text: string, input: Input): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DataQualityError(`${input.path} is no JSON: ${messageOf(error)} in ${text.slice(0, 80)}`);
  }
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [34, 92, 91, 93, 123, 125];
const LONGEST_ROW = 256 * 2 ** 20;

/** Texts of the elements of the first list that has lists or objects in it. */
async function* rowTexts(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let depth = 0;
  /** Depth of the list of rows, 0 until it is found. */
  let rowsAt = 0;
  let [isText, isEscaped, isAfterOpen, isOver] = [false, false, false, false];
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of source) {
    let start = parts.length > 0 ? 0 : -1;
    for (let i = 0; i < chunk.length && !isOver; i++) {
      const byte = chunk[i] ?? 0;
      if (isText) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isText = false;
        continue;
      }
      if (byte === QUOTE) isText = true;
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
        if (rowsAt === 0 && isAfterOpen) rowsAt = depth;
        if (rowsAt > 0 && depth === rowsAt) start = i;
        depth++;
        isAfterOpen = byte === OPEN_LIST;
        continue;
      } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
        depth--;
        if (rowsAt > 0 && depth === rowsAt) {
          parts.push(chunk.subarray(start, i + 1));
          yield Buffer.concat(parts).toString('utf8');
          [parts, held, start] = [[], 0, -1];
        }
        isOver = rowsAt > 0 && depth < rowsAt;
      }
      if (byte > 32) isAfterOpen = false;
    }
    if (start >= 0 && !isOver) {
      parts.push(Uint8Array.prototype.slice.call(chunk, start));
      held += chunk.length - start;
    }
    if (held > LONGEST_ROW)
      throw new DataQualityError(`A row of the document is longer than ${LONGEST_ROW} bytes`);
  }
  if (!isOver && (depth !== 0 || isText))
    throw new DataQualityError('The document ends in the middle: it was cut off');
}

/** A document whose lists hold numbers: a list a column. */
async function columnRecords(input: Input): Promise<Iterable<unknown>> {
  const text = await wholeText(input);
  if (text.trim() === '') return [];
  const document = parsed(text, input);
  const columns = columnsIn(document);
  if (columns) return rowsOf(columns);
  const rows = keyedRows(document);
  if (rows) return rows;
  if (Array.isArray(document) && document.length === 0) return [];
  throw new DataQualityError(`${input.path} has no list of bars: ${text.slice(0, 80)}`);
}

async function wholeText(input: Input): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of input.bytes()) {
    parts.push(chunk);
    size += chunk.length;
    if (size > LONGEST_ROW)
      throw new DataQualityError(`${input.path}: columns of more than ${LONGEST_ROW} bytes`);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The lists of equal length in an object and in what it holds, by name; null where there are no five. */
function columnsIn(value: unknown): Map<string, unknown[]> | null {
  const found = new Map<string, unknown[]>();
  const look = (each: unknown, name: string): void => {
    if (Array.isArray(each)) {
      const isColumn = each.length > 0 && each.every((item) => item === null || typeof item !== 'object');
      if (isColumn) found.set(name, each);
      else each.forEach((item) => look(item, name));
    } else if (each !== null && typeof each === 'object')
      for (const [key, member] of Object.entries(each)) look(member, key);
  };
  if (Array.isArray(value)) return null;
  look(value, '');
  const longest = Math.max(0, ...Array.from(found.values(), (column) => column.length));
  for (const [name, column] of found) if (column.length !== longest) found.delete(name);
  return found.size >= 5 ? found : null;
}

function* rowsOf(columns: Map<string, unknown[]>): Generator<unknown> {
  const [first] = columns.values();
  for (let i = 0; i < (first?.length ?? 0); i++)
    yield Object.fromEntries(Array.from(columns, ([name, column]) => [name, column[i]]));
}
