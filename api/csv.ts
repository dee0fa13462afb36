import type { Request, Response } from 'express';
import { encode, isKnown, notModified, strongTag } from './encoding.js';

/** A cell that a spreadsheet would run: titles come from anybody. */
const FORMULA = /^[=+\-@\t\r]/;

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const plain =
    typeof value === 'string' ? value : Array.isArray(value) ? value.join(' ') : JSON.stringify(value);
  const text = FORMULA.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** RFC 4180 with a line of names; a text that begins like a formula gets a `'` before it. */
export const csvOf = (columns: readonly string[], rows: Record<string, unknown>[]): string =>
  [columns, ...rows.map((row) => columns.map((name) => row[name]))]
    .map((cells) => `${cells.map(cellOf).join(',')}\r\n`)
    .join('');

/** Sends a table; what JSON says beside the rows goes into headers. */
export async function sendCsv(
  { req, res }: { req: Request; res: Response },
  text: string,
  headers: Record<string, string>,
): Promise<void> {
  res.status(200).set({ 'cache-control': 'private, no-cache', etag: strongTag(text), ...headers });
  const bytes = await encode(req, res, text);
  if (isKnown(req, res)) return notModified(res);
  res.type('text/csv').send(bytes);
}
