import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { temporaryDirectory } from './directories.js';

/** A directory with files by their path; those that end in .gz are compressed. */
export function madeRecording(files: Record<string, string>): string {
  const directory = temporaryDirectory();
  for (const [path, text] of Object.entries(files)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, path.endsWith('.gz') ? gzipSync(text) : text);
  }
  return directory;
}

export const HOUR = 3_600_000;
export const START = Date.UTC(2022, 0, 1);

/** Lines of `n` hourly bars from START, each with prices of its own. */
export const hourlyLines = (n: number, first = START): string[] =>
  Array.from({ length: n }, (_, i) => {
    const open = 100 + i;
    return `${new Date(first + i * HOUR).toISOString()},${open}.125,${open + 2},${open - 1},${open + 0.5},${i}.000001`;
  });

export const csvOf = (lines: string[]): string => `time,open,high,low,close,volume\n${lines.join('\n')}\n`;
