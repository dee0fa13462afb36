import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { InvalidInputError } from '../../domain/errors.js';
import { fileError, replaceFile } from '../files.js';
import type { FormatsPort } from '../ports.js';
import { arrow, arrows } from './arrow.js';
import { csv } from './csv.js';
import type { BarFormat } from './format.js';
import { headOf, openInput, type Input } from './input.js';
import { json } from './json.js';
import { digestOf, lendObject } from './lend.js';
import { ndjson } from './ndjson.js';
import { parquet } from './parquet.js';
import { encodeCsv, encodeParquet } from './table.js';

/** Ways to write bars down, by name. */
export const FORMATS: Record<string, BarFormat> = { csv, json, ndjson, parquet, arrow, arrows };

/** @throws InvalidInputError naming the known ones. */
export function formatNamed(name: string): BarFormat {
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format) return format;
  throw new InvalidInputError(`Unknown format "${name}"; known: ${Object.keys(FORMATS).join(', ')}`);
}

/** The format that a file's name ends with, or null. */
export function formatByName(path: string): BarFormat | null {
  const extension = /\.([a-z0-9]+)$/i.exec(path.replace(/\.(gz|gzip)$/i, ''))?.[1]?.toLowerCase() ?? '';
  return Object.values(FORMATS).find((format) => format.extensions.includes(extension)) ?? null;
}

/** Opens a file of bars: the format by what stands in it, where that says nothing by its name. */
export async function openBars(
  path: string,
  options: { format?: string } = {},
): Promise<{ input: Input; format: BarFormat }> {
  const input = await openInput(path);
  if (options.format !== undefined) return { input, format: formatNamed(options.format) };
  const head = await headOf(input, 4096);
  return { input, format: formatByContent(head) ?? formatByName(input.name) ?? csv };
}

function formatByContent(head: Buffer): BarFormat | null {
  const magic = head.subarray(0, 6).toString('latin1');
  if (magic.startsWith('PAR1')) return parquet;
  if (magic.startsWith('ARROW1') || magic.startsWith('FEA1')) return arrow;
  // A stream begins with a message, its length behind this mark.
  if (head.subarray(0, 4).equals(Buffer.alloc(4, 0xff))) return arrows;
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (!/^[[{]/.test(text)) return null;
  // A line that is a whole object, or a list followed by another, is a row; a document goes on.
  const [first = '', second = ''] = text.split('\n');
  // An object of objects is a table by columns or by times, not a row.
  if (second === '' && isNested(first)) return json;
  const isRow = isJson(first) && (/^\s*[[{]/.test(second) || (first.startsWith('{') && !first.includes('[')));
  return isRow ? ndjson : json;
}

function isNested(text: string): boolean {
  return text.startsWith('{') && isJson(text) && Object.values(JSON.parse(text) as object).some(isObject);
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Files of bars in every format, in both directions. */
export const fileFormats = (): FormatsPort => ({
  names: Object.keys(FORMATS),
  mediaType: (name) => formatNamed(name).mediaType,
  formatOf: (path) => formatByName(path)?.name ?? null,
  async *read(path, { format, ...options }) {
    const opened = await openBars(path, format === undefined ? {} : { format });
    yield* opened.format.read(opened.input, options);
  },
  encode: (name, batches) => formatNamed(name).encode(batches),
  encodeTable: (name, columns) => (name === 'csv' ? encodeCsv(columns) : encodeParquet(columns)),
  async write(path, name, batches) {
    const { encode } = formatNamed(name);
    const draft = `${path}.${process.pid}.new`;
    const hash = createHash('sha256');
    let bytes = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const chunk of encode(batches)) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    }
    try {
      const target = createWriteStream(draft);
      await (/\.gz$/i.test(path) ? pipeline(counted, createGzip(), target) : pipeline(counted, target));
      await replaceFile(draft, path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw fileError(path, error);
    }
    return { bytes, sha256: hash.digest('hex') };
  },
  async digest(path) {
    await openInput(path);
    return digestOf(path);
  },
  lend: lendObject,
});
