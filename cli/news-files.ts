import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { opendir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import type { FeedItem, ParsedFeed } from '../adapters/news/feeds/model.js';
import { decodeXml, discoverFeeds, MAX_FEED_BYTES, parseFeed } from '../adapters/open.js';
import { InvalidInputError, messageOf, NotFoundError } from '../domain/errors.js';
import { printJson, printTable } from './output.js';
import type { Shell } from './shell.js';

/** `news parse|discover`: of files, in this process; no platform is asked and nothing is stored. */
export function addNewsFiles(news: Command, shell: Shell): void {
  const local = (): Option => new Option('--local', 'in this process (these commands always are)').hideHelp();
  news
    .command('parse <path>')
    .description('what a feed, or each file of a directory, has in it')
    .addOption(local())
    .option('--url <address>', 'of the feed: relative links are resolved against it', anAddress)
    .action((path: string, { url }: { url?: string }) =>
      shell.json() ? printReports(path, url) : printSummary(path, url),
    );
  news
    .command('discover')
    .description('the feeds that a page points to')
    .addOption(local())
    .requiredOption('--html <file>', 'the page')
    .option('--base <address>', 'of the page: relative links are resolved against it', anAddress)
    .action(async ({ html, base }: { html: string; base?: string }) => {
      const { text } = decodeXml(await readWhole(html), null);
      const found = discoverFeeds(text, base ?? null);
      if (shell.json()) return printJson(found);
      printTable(found.feeds.map(({ type, url, href, title }) => ({ type, url: url ?? href, title })));
    });
}

interface FileReport extends Omit<ParsedFeed, 'items'> {
  /** Below the path that was given. */
  file: string;
  items: (Omit<FeedItem, 'publishedMs' | 'updatedMs'> & { publishedAt: string | null })[];
}

/** One line of JSON, written file by file: a directory of any size takes the memory of one feed. */
async function printReports(path: string, url: string | undefined): Promise<void> {
  const write = async (text: string): Promise<void> => {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  };
  let separator = '{"files":[';
  for await (const file of filesOf(path)) {
    await write(`${separator}${JSON.stringify(await reportOf(file, url))}`);
    separator = ',';
  }
  await write(separator === ',' ? ']}\n' : '{"files":[]}\n');
}

async function printSummary(path: string, url: string | undefined): Promise<void> {
  const rows: Record<string, unknown>[] = [];
  for await (const file of filesOf(path)) {
    const { format, version, items, problems } = await reportOf(file, url);
    const problem = problems[0] && `${problems[0].what}: ${problems[0].detail}`.slice(0, 90);
    rows.push({ file, format, version, items: items.length, problems: problems.length, first: problem });
  }
  printTable(rows);
}

/** A file that cannot be opened stops none of the others. */
async function reportOf(file: string, url: string | undefined): Promise<FileReport> {
  const bytes = await readLimited(file).catch((error: unknown) => messageOf(error));
  if (typeof bytes === 'string') {
    const problems = [{ what: 'unreadable', detail: bytes }];
    return { file, format: 'none', version: null, feed: {}, items: [], problems };
  }
  const { items, ...parsed } = parseFeed(bytes, { url: url ?? null });
  return { file, ...parsed, items: items.map(itemOf) };
}

/** Dates as ISO times, UTC; null where there is none or it cannot be read, and then as it is written beside. */
function itemOf({
  publishedMs,
  updatedMs,
  publishedAt,
  updatedAt,
  ...item
}: FeedItem): FileReport['items'][number] {
  return {
    ...{ title: null, url: null, guid: null },
    ...item,
    publishedAt: isoOf(publishedMs),
    ...(publishedAt !== undefined && { publishedAsWritten: publishedAt }),
    ...(updatedAt !== undefined && { updatedAt: isoOf(updatedMs) }),
  } as FileReport['items'][number];
}

const isoOf = (ms: number | null | undefined): string | null =>
  ms === null || ms === undefined ? null : new Date(ms).toISOString();

/** The file itself, or all files below a directory by name, without hidden ones and without following links. */
async function* filesOf(path: string): AsyncGenerator<string> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new NotFoundError(`No file or directory at ${path}`);
  if (found.isDirectory()) yield* filesBelow(path);
  else if (found.isFile()) yield path;
  else throw new InvalidInputError(`${path} is neither a file nor a directory`);
}

async function* filesBelow(directory: string): AsyncGenerator<string> {
  const entries: { name: string; isDirectory: boolean }[] = [];
  for await (const entry of await opendir(directory))
    if (!entry.name.startsWith('.') && (entry.isDirectory() || entry.isFile()))
      entries.push({ name: entry.name, isDirectory: entry.isDirectory() });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, isDirectory } of entries)
    if (isDirectory) yield* filesBelow(join(directory, name));
    else yield join(directory, name);
}

/** Of a file that is too large only as much as shows that it is. */
async function readLimited(file: string): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of createReadStream(file, { end: MAX_FEED_BYTES })) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function readWhole(file: string): Promise<Uint8Array> {
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) throw new NotFoundError(`No file at ${file}`);
  if (found.size > MAX_FEED_BYTES)
    throw new InvalidInputError(`${file} has ${found.size} bytes; a page may have ${MAX_FEED_BYTES}`);
  return readFile(file);
}

/** @throws InvalidInputError for what is no web address. */
function anAddress(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidInputError(`"${text}" is no address; give one such as https://example.org/feed`);
}
