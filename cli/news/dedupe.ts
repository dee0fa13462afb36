import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Command } from 'commander';
import { InvalidInputError } from '../../domain/errors.js';
import { groupDuplicates, type Line } from '../../domain/news/near/groups.js';
import { DEFAULT_THRESHOLD } from '../../domain/news/near/similarity.js';
import { printJson, printTable, say } from '../output.js';
import { localOption } from '../returns-files.js';
import { decimalNumber, type Shell } from '../shell.js';

/** A line that is no article, by its number from 0. */
export interface BadLine {
  line: number;
  reason: string;
}

const LONGEST_LINE = 32 * 2 ** 20;
/** So many bad lines are named; all are counted. */
const NAMED = 1000;

/** `news dedupe <ndjson>`: which lines are deliveries of one text. */
export function addDedupe(news: Command, shell: Shell): void {
  localOption(news.command('dedupe <ndjson>'))
    .description('groups of lines that deliver one text; lines have title, text and url; .gz and - are fine')
    .option('--threshold <share>', 'from which similarity on (0 … 1)', decimalNumber, DEFAULT_THRESHOLD)
    .action(async (file: string, { threshold }: { threshold: number }) => {
      if (!(threshold > 0 && threshold <= 1))
        throw new InvalidInputError(`--threshold ${threshold} is not above 0 and at most 1`);
      const grouping = groupDuplicates(threshold);
      const numbers: number[] = [];
      const problems: BadLine[] = [];
      let [lines, bad] = [0, 0];
      for await (const line of numberedLines(file)) {
        lines++;
        const read = readLine(line.text);
        if (typeof read !== 'string') numbers[grouping.add(read)] = line.number;
        else if (++bad <= NAMED) problems.push({ line: line.number, reason: read });
      }
      const groups = grouping.groups().map(({ members, similarity }) => ({
        members: members.map((member) => numbers[member] as number),
        similarity,
      }));
      for (const { line, reason } of problems) say(`${file}: line ${line}: ${reason}`);
      if (lines > 0 && bad === lines)
        throw new InvalidInputError(`${file}: no line is an article; the first: ${problems[0]?.reason}`);
      if (shell.json()) return printJson({ groups, lines, threshold, badLines: bad, problems });
      printTable(groups.map(({ members, similarity }) => ({ similarity, lines: members.join(' ') })));
    });
}

/** An article, or why it is none. */
function readLine(text: string): Line | string {
  if (text.length > LONGEST_LINE) return `it is longer than ${LONGEST_LINE} characters`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `it is no JSON: ${(error as Error).message}`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'it is no JSON object, such as {"title": …, "text": …, "url": …}';
  const { title, text: body, url } = value as Record<string, unknown>;
  if (typeof title !== 'string') return `its title is ${title === undefined ? 'missing' : 'no text'}`;
  for (const [name, given] of Object.entries({ text: body, url }))
    if (given !== undefined && given !== null && typeof given !== 'string') return `its ${name} is no text`;
  return { title, text: (body as string | null) ?? '', url: (url as string | null) ?? '' };
}

/** Lines with their numbers from 0; empty ones count, but are left out. */
async function* numberedLines(file: string): AsyncGenerator<{ number: number; text: string }> {
  let rest: Buffer[] = [];
  let length = 0;
  let number = 0;
  const take = (last: Buffer): string => {
    const text = Buffer.concat([...rest, last]).toString('utf8');
    [rest, length] = [[], 0];
    return number === 0 ? text.replace(/^\ufeff/, '') : text;
  };
  for await (const chunk of bytesOf(file)) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const text = take(chunk.subarray(from, end));
      if (text.trim()) yield { number, text };
      number++;
      from = end + 1;
    }
    // Of an endless line no more is kept than tells that it is too long.
    if (length <= LONGEST_LINE) rest.push(chunk.subarray(from));
    length += chunk.length - from;
  }
  const text = take(Buffer.alloc(0));
  if (text.trim()) yield { number, text };
}

async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  try {
    const raw: Readable = file === '-' ? process.stdin : createReadStream(file);
    yield* (file.endsWith('.gz') ? raw.compose(createGunzip()) : raw) as AsyncIterable<Buffer>;
  } catch (error) {
    throw new InvalidInputError(`${file} cannot be read: ${(error as Error).message}`);
  }
}
