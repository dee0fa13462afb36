import { gunzipSync, constants } from 'node:zlib';
import { messageOf } from '../../../domain/errors.js';
import { decodeXml } from '../encoding.js';
import { readJsonFeed } from './json-feed.js';
import { openProblems, type ParsedFeed, type Problems } from './model.js';
import { readXmlFeed } from './xml-feed.js';

/** A larger document is not read: real feeds are a hundredth of it. */
export const MAX_FEED_BYTES = 10 * 2 ** 20;

/**
 * A feed of any kind, RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0 and JSON Feed, told by what is in it and never by its
 * content type. Never throws: what cannot be read is a problem beside what can. `contentType` and `url` are those of
 * the answer it came with, where there was one; relative addresses are resolved against `url`.
 */
export function parseFeed(
  bytes: Uint8Array,
  { contentType = null, url = null }: { contentType?: string | null; url?: string | null } = {},
): ParsedFeed {
  const problems = openProblems();
  const none = (what: string, detail: string): ParsedFeed => {
    problems.add(what, detail);
    return { format: 'none', version: null, feed: {}, items: [], problems: problems.list() };
  };
  if (bytes.length > MAX_FEED_BYTES)
    return none('too-large', `it has more than ${MAX_FEED_BYTES} bytes, which are the most that are read`);
  const unpacked = unpack(bytes, problems);
  if (typeof unpacked === 'string') return none('gzip', unpacked);
  const { text, doubts } = decodeXml(unpacked, contentType);
  for (const doubt of doubts) problems.add('charset', doubt);
  if (!text.trim()) return none('empty', 'it is empty');
  try {
    const parsed = readText(cleaned(text, problems), { base: url, problems });
    if (parsed.format !== 'none') checkContentType(contentType, { format: parsed.format, problems });
    return { ...parsed, problems: problems.list() };
  } catch (error) {
    // No input is known that gets here; one feed must not stop the others.
    return none('failed', `it cannot be read: ${messageOf(error)}`);
  }
}

function readText(
  text: string,
  options: { base: string | null; problems: Problems },
): Omit<ParsedFeed, 'problems'> {
  if (text.startsWith('{') || text.startsWith('[')) return readJsonFeed(text, options);
  const start = text.indexOf('<');
  if (start > 0)
    options.problems.add(
      'text-before',
      `"${text.slice(0, Math.min(start, 40)).trim()}" stands before its first element`,
    );
  return readXmlFeed(withLooseMarks(start > 0 ? text.slice(start) : text), options);
}

/** A `<` that begins no tag, such as in `<3`: it would take what follows with it. */
const LOOSE = /<+[\d=&$%+*(),.;:"'#@~<-]/;
const LOOSE_OR_CDATA = /<!\[CDATA\[[^]*?(?:\]\]>|$)|<(?=[\d=<&$%+*(),.;:"'#@~-])/g;
/** In a text with more of them it is no slip. */
const MOST_LOOSE = 10_000;

function withLooseMarks(xml: string): string {
  if (!LOOSE.test(xml)) return xml;
  const parts: string[] = [];
  let from = 0;
  for (const { 0: found, index } of xml.matchAll(LOOSE_OR_CDATA)) {
    if (parts.length > MOST_LOOSE) break;
    if (found !== '<') continue;
    parts.push(xml.slice(from, index));
    from = index + 1;
  }
  return [...parts, xml.slice(from)].join('&lt;');
}

/** Bytes that a server sent packed without saying so; a text says why they cannot be unpacked. */
function unpack(bytes: Uint8Array, problems: Problems): Uint8Array | string {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    // What a cut stream has before its end is read, too.
    const text = gunzipSync(bytes, { maxOutputLength: MAX_FEED_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
    problems.add('gzip', 'it was packed with gzip');
    return text;
  } catch (error) {
    const isLarge = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE';
    return isLarge
      ? `it is packed with gzip and unpacks to more than ${MAX_FEED_BYTES} bytes, which are the most that are read`
      : `it begins as gzip and cannot be unpacked: ${messageOf(error)}`;
  }
}

const ILLEGAL = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

/** XML has no control characters; one stops other parsers altogether. */
function cleaned(text: string, problems: Problems): string {
  const kept = text.replace(ILLEGAL, '');
  const count = text.length - kept.length;
  if (count > 0) problems.add('characters', `${count} characters that no text has are left out`);
  return kept;
}

/** Told, and otherwise of no account. */
function checkContentType(
  contentType: string | null,
  { format, problems }: { format: string; problems: Problems },
): void {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (!type || type.startsWith('text/plain') || type === 'application/octet-stream') return;
  if (!(format === 'json' ? /json/ : /xml/).test(type))
    problems.add(
      'content-type',
      `it was sent as ${type.slice(0, 60)}, but is ${format === 'json' ? 'a JSON Feed' : format.toUpperCase()}`,
    );
}
