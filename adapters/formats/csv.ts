import type { BarColumns } from '../../domain/bars.js';
import { isHeader, sniffLayout, type Layout } from '../../domain/bars/layout.js';
import { isTimeName } from '../../domain/bars/layout-names.js';
import { InvalidInputError } from '../../domain/errors.js';
import { batchOf, isFull, newFilling } from './batches.js';
import { lineEnd, LineReader, splitLine } from './csv-lines.js';
import { SAMPLE_ROWS, type BarFormat, type ReadOptions, type RowBatch } from './format.js';
import type { Input } from './input.js';
import { wholeLines } from './lines.js';

/** Text with a delimiter: comma, semicolon, tab or bar, with or without names; times leave as ISO 8601 in UTC. */
export const csv: BarFormat = {
  name: 'csv',
  extensions: ['csv', 'tsv', 'txt'],
  mediaType: 'text/csv',
  read: readCsv,
  async *encode(batches) {
    yield Buffer.from('time,open,high,low,close,volume\n');
    for await (const batch of batches) yield Buffer.from(csvRows(batch));
  },
};

/** What the first lines tell. */
interface Beginning {
  layout: Layout;
  delimiter: string;
  /** Lines before the first bar: a preface, the names. */
  skip: number;
}

/** Bytes that the beginning is judged by. */
const HEAD = 256 * 1024;

async function* readCsv(input: Input, options: ReadOptions): AsyncGenerator<RowBatch> {
  let begun: Buffer[] | null = [];
  let reader: LineReader | null = null;
  let filling = newFilling();
  const pieces = wholeLines(input.bytes());
  for (;;) {
    const { value, done } = await pieces.next();
    let piece: Buffer = value ?? Buffer.alloc(0);
    let at = 0;
    if (begun) {
      begun.push(piece);
      if (!done && begun.reduce((sum, each) => sum + each.length, 0) < HEAD) continue;
      piece = Buffer.concat(begun);
      begun = null;
      const beginning = sniff(piece, { input, options, isWhole: Boolean(done) });
      if (!beginning) return;
      options.onLayout?.(beginning.layout);
      reader = new LineReader(beginning.layout, beginning.delimiter.charCodeAt(0));
      for (let i = 0; i < beginning.skip; i++) at = lineEnd(piece, at) + 1;
    }
    while (reader && at < piece.length) {
      at = reader.read(piece, at, filling);
      if (!isFull(filling)) continue;
      yield batchOf(filling);
      filling = newFilling(filling.row);
    }
    if (done) break;
  }
  if (filling.count > 0 || filling.faults.length > 0) yield batchOf(filling);
}

/** The layout by the first lines, or null where there are none. @throws InvalidInputError saying what decides. */
function sniff(
  head: Buffer,
  { input, options, isWhole }: { input: Input; options: ReadOptions; isWhole: boolean },
): Beginning | null {
  const lines: string[] = [];
  for (let at = 0; at < head.length && lines.length < SAMPLE_ROWS + 10;) {
    const end = lineEnd(head, at);
    // The last line of a part of the file may be cut.
    if (end < head.length || isWhole) lines.push(head.toString('utf8', at, end));
    at = end + 1;
  }
  const delimiter = delimiterOf(lines);
  const rows = lines.map((line) =>
    line.trim() === '' || line.startsWith('#') ? null : splitLine(line, delimiter),
  );
  const width = usualWidth(rows);
  if (width === 0) return null;
  const begin = rows.findIndex((cells) => cells !== null && cells.length >= Math.min(width, 5));
  const hasHeader = isHeader(rows[begin] ?? []);
  const more = hasHeader ? moreNames(rows.slice(begin + 1)) : [];
  const skip = hasHeader ? begin + 1 + more.length : begin;
  const sample = rows.slice(skip).filter((cells) => cells?.length === width) as string[][];
  if (sample.length === 0) return null;
  try {
    const header = hasHeader ? joinNames(rows[begin] ?? [], more) : null;
    return { layout: sniffLayout(header, sample, options), delimiter, skip };
  } catch (error) {
    if (error instanceof InvalidInputError) throw new InvalidInputError(`${input.path}: ${error.message}`);
    throw error;
  }
}

/** Lines of names below the first: pandas writes one a level, such as the ticker, and the index's own name last. */
function moreNames(rows: (string[] | null)[]): string[][] {
  const end = rows.findIndex((cells) => cells === null || !isHeader(cells));
  return (end > 0 && end <= 3 ? rows.slice(0, end) : []) as string[][];
}

/** The first line's names; that of a time may stand below. */
function joinNames(first: string[], more: string[][]): string[] {
  return first.map((cell, place) => {
    const time = more.map((cells) => cells[place]?.trim() ?? '').find((name) => isTimeName(name));
    return time ?? cell.trim();
  });
}

/** The mark that cuts most lines into the same number of cells, at least five. */
function delimiterOf(lines: string[]): string {
  const scores = [',', ';', '\t', '|'].map((mark) => {
    const rows = lines.filter((line) => line.trim() !== '').map((line) => splitLine(line, mark));
    const width = usualWidth(rows);
    return { mark, score: width < 5 ? 0 : rows.filter((cells) => cells.length === width).length };
  });
  const [comma, ...others] = scores;
  // Commas may stand for decimals between semicolons.
  const best = others.sort((a, b) => b.score - a.score)[0];
  return best && best.score > 0 && best.score >= (comma?.score ?? 0) ? best.mark : ',';
}

/** How many cells most rows have. */
function usualWidth(rows: (string[] | null)[]): number {
  const counts = new Map<number, number>();
  for (const cells of rows) if (cells) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}

function csvRows({ time, open, high, low, close, volume }: BarColumns): string {
  let text = '';
  for (let i = 0; i < time.length; i++)
    text += `${isoOf(time[i] ?? NaN)},${plain(open[i])},${plain(high[i])},${plain(low[i])},${plain(close[i])},${plain(volume[i])}\n`;
  return text;
}

/** Without the milliseconds of a full second, as most files have it. */
const isoOf = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z');

/** The shortest digits that read back as the same float64, never with an exponent. */
export function plain(value = NaN): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!match) return text;
  const [, sign = '', first = '', rest = '', exponent = '0'] = match;
  const power = Number(exponent);
  const digits = first + rest;
  return power < 0
    ? `${sign}0.${'0'.repeat(-power - 1)}${digits}`
    : `${sign}${digits.padEnd(power + 1, '0')}`;
}
