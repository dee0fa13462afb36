import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { digestOf } from '../../domain/digest.js';
import type { FetchedPage, FileReading, KeptFile, LineageNode, SealedPage } from '../../domain/lineage.js';
import type { ObjectRef } from '../../domain/models.js';
import { formatSource, sourceKey, type Source } from '../../domain/sources.js';
import type { DocumentsPort, ObjectsPort } from '../ports.js';
import { documentReader, iso, parent } from './documents.js';
import { keepFile } from './files.js';
import type { Walk } from './walk.js';

/** One page of a venue as it came: what was asked, and the bytes that were answered. */
export interface Fetch {
  /** `ftc_` and 24 hex digits; the same answer to the same request is the same record. */
  id: string;
  stream: string;
  source: Source;
  sourceKey: string;
  /** Bar opens [from, to) that were asked for. */
  from: number;
  to: number;
  bars: number;
  rejected: number;
  requests: string[];
  parents: string[];
  /** Gzipped lines of `{ request, body }`; null where answers are not kept. */
  answers: ObjectRef | null;
  /** The file that was imported, where it was one and files are kept. */
  file?: { name: string; object: ObjectRef; reading: FileReading } | null;
  workflow: string | null;
  code: string;
  at: number;
}

export interface FetchesOptions {
  documents: DocumentsPort;
  objects: ObjectsPort;
  code: () => string;
  keepAnswers: boolean;
  now: () => number;
}

const compress = promisify(gzip);
/** Shown of a page that took more, such as bars from trades. */
const REQUESTS_SHOWN = 5;

/** A simulated venue's answers are not kept: its seed makes them again. */
export async function sealPage(options: FetchesOptions, page: FetchedPage): Promise<SealedPage> {
  const { answers, ...rest } = page;
  const { stream, source, from, to } = page;
  const keep = options.keepAnswers && source.kind !== 'simulated' && answers.length > 0;
  const text = answers.map((answer) => JSON.stringify(answer)).join('\n');
  const content = createHash('sha256')
    .update(page.origin ?? text)
    .digest('hex');
  return {
    ...rest,
    id: `ftc_${digestOf({ stream, source: sourceKey(source), from, to, content }).slice(0, 24)}`,
    content,
    requests: [
      ...(page.origin ? [page.origin] : []),
      ...answers.map(({ request }) => request).slice(0, REQUESTS_SHOWN),
    ],
    packed: keep ? await compress(text) : null,
  };
}

/** Puts the bytes of new pages aside first, then writes all their records at once. */
export async function recordPages(options: FetchesOptions, pages: SealedPage[]): Promise<void> {
  const { documents, objects } = options;
  const found = await documents.getMany<Fetch>(
    'fetches',
    pages.map(({ id }) => id),
  );
  const known = new Map(found.map((each) => [each.id, each]));
  const fetches: Fetch[] = [];
  for (const { packed, content, file, ...page } of pages) {
    const before = known.get(page.id);
    // A file that was not kept the first time may be kept now; what was kept and is damaged is put back.
    const kept = file && (await keepFile(options, file));
    if (before && packed && before.answers) await putBack(objects, before.answers, packed);
    if (before && (before.file || !file)) continue;
    const { id, stream, source, from, to, bars, rejected, requests, workflow } = page;
    fetches.push({
      ...{ id, stream, source, sourceKey: sourceKey(source), from, to, bars, rejected, requests, workflow },
      parents: page.parents ?? [],
      ...(file && { file: kept ?? null }),
      answers: packed && (await objects.put(`raw/${content}.ndjson.gz`, packed)),
      code: options.code(),
      at: before?.at ?? options.now(),
    });
  }
  if (fetches.length > 0) await documents.upsert('fetches', fetches);
}

/** The same answer has the same bytes: those that were lost or damaged since are what they were again. */
async function putBack(objects: ObjectsPort, { key, sha256 }: ObjectRef, packed: Uint8Array): Promise<void> {
  if (createHash('sha256').update(packed).digest('hex') !== sha256) return;
  if ((await objects.head(key))?.sha256 !== sha256) await objects.put(key, packed);
}

const PAGE = 500;

/** Fetches whose stretch overlaps [from, to), in the order in which they were made. */
export async function fetchesOf(
  documents: DocumentsPort,
  read: { stream: string; source: Source; from: number; to: number },
): Promise<Fetch[]> {
  const found: Fetch[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Fetch[]; cursor: string | null } = await documents.find<Fetch>('fetches', {
      where: { stream: read.stream, sourceKey: sourceKey(read.source) },
      order: 'oldest',
      limit: PAGE,
      ...(cursor ? { cursor } : {}),
    });
    found.push(...page.items.filter((each) => each.from < read.to && each.to > read.from));
    cursor = page.cursor;
  } while (cursor !== null);
  return found;
}

/** The kept files that a stream's bars came from; each once, as it was last read. */
export async function filesOf(
  documents: DocumentsPort,
  read: { stream: string; source: Source },
): Promise<KeptFile[]> {
  const fetches = await fetchesOf(documents, { ...read, from: -Infinity, to: Infinity });
  const files = new Map<string, KeptFile>();
  for (const { file } of fetches) if (file) files.set(file.object.sha256, file);
  return [...files.values()];
}

/** What other bars a record's bars were made from. */
export const madeFrom = (walk: Walk, fetch: Fetch): Promise<LineageNode[]> =>
  Promise.all(fetch.parents.map((id) => parent(walk, 'bars', id)));

const keptOf = ({ answers, file }: Fetch): ObjectRef | null => answers ?? file?.object ?? null;

export const fetchNode = (fetch: Fetch, parents: LineageNode[] = []): LineageNode => ({
  id: fetch.id,
  kind: 'fetch',
  facts: {
    stream: fetch.stream,
    source: formatSource(fetch.source),
    from: iso(fetch.from),
    to: iso(fetch.to),
    bars: fetch.bars,
    rejected: fetch.rejected,
    request: fetch.requests.join(' | ') || null,
    object: keptOf(fetch)?.key ?? null,
    sha256: keptOf(fetch)?.sha256 ?? null,
    workflow: fetch.workflow,
    code: fetch.code,
    fetched: iso(fetch.at),
  },
  parents,
});

export const fetchReader = documentReader<Fetch>(
  'fetch',
  { collection: 'fetches', form: /^ftc_/, example: 'ftc_…' },
  (doc, walk) => ({
    facts: fetchNode(doc).facts,
    parents: doc.parents.map((id) => parent(walk, 'bars', id)),
  }),
);
