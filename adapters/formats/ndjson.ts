import type { BarColumns } from '../../domain/bars.js';
import { DataQualityError } from '../../domain/errors.js';
import type { BarFormat } from './format.js';
import { linesOf, wholeLines } from './lines.js';
import { readRecords } from './records.js';

/** One JSON object (or list) a line; times in epoch ms. */
export const ndjson: BarFormat = {
  name: 'ndjson',
  extensions: ['ndjson', 'jsonl'],
  mediaType: 'application/x-ndjson',
  read: (input, options) => readRecords(parsedLines(linesOf(wholeLines(input.bytes()))), options),
  async *encode(batches) {
    for await (const batch of batches) yield Buffer.from(jsonRows(batch).join('\n') + '\n');
  },
};

async function* parsedLines(lines: AsyncIterable<string>): AsyncGenerator<unknown> {
  let number = 0;
  for await (const line of lines) {
    number++;
    try {
      yield JSON.parse(line);
    } catch {
      throw new DataQualityError(`Line ${number} is no JSON: ${line.slice(0, 80)}`);
    }
  }
}

/** Bars as texts of JSON objects, numbers in their shortest exact form. */
export const jsonRows = ({ time, open, high, low, close, volume }: BarColumns): string[] =>
  Array.from(
    time,
    (each, i) =>
      `{"time":${each},"open":${open[i]},"high":${high[i]},"low":${low[i]},"close":${close[i]},"volume":${volume[i]}}`,
  );
