import { DataQualityError, InvalidInputError, NotFoundError } from '../../domain/errors.js';
import { verificationOf, type LineageNode } from '../../domain/lineage.js';
import type { DocumentsPort, LineagePort } from '../ports.js';
import { codeVersion } from '../version.js';
import { checksOf } from './checks.js';
import { filesOf, recordPages, sealPage, type FetchesOptions } from './fetches.js';
import { READERS } from './readers.js';
import type { Stores, Walk } from './walk.js';

export type LineageOptions = Partial<Omit<FetchesOptions, keyof Stores>>;

const RECORDING = { keepAnswers: true, code: memoized(codeVersion), now: () => Date.now() };

/** Collections whose documents can be verified, the nearest to the raw data first. */
const VERIFIED = ['fetches', 'datasets', 'models', 'evaluations', 'predictions', 'backtests'] as const;

/** Walks the stored records; holds nothing of its own. */
export function openLineage(stores: Stores, options: LineageOptions = {}): LineagePort {
  const recording: FetchesOptions = { ...stores, ...RECORDING, ...options };
  const walk: Walk = { ...stores, node: (id) => readNode(walk, id) };
  const explain = walk.node;
  const verify = async (id: string) => {
    try {
      return verificationOf(id, await checksOf(stores, await explain(id)));
    } catch (error) {
      // A store that cannot read what it holds is the broken link.
      if (!(error instanceof DataQualityError)) throw error;
      const check = { id, what: 'reading the store', ok: false, expected: 'readable', found: error.message };
      return verificationOf(id, [check]);
    }
  };
  return {
    seal: (page) => sealPage(recording, page),
    record: (pages) => recordPages(recording, pages),
    files: (read) => filesOf(stores.documents, read),
    explain,
    verify,
    async *verifyAll() {
      for (const { stream } of await stores.series.streams())
        yield await verify(`${stream.exchange}/${stream.symbol}/${stream.timeframe}`);
      for (const collection of VERIFIED)
        for await (const id of idsOf(stores.documents, collection)) yield await verify(id);
    },
  };
}

/** @throws InvalidInputError naming the known forms, NotFoundError where nothing of that id is stored. */
async function readNode(walk: Walk, id: string): Promise<LineageNode> {
  const reader = READERS.find((each) => each.form.test(id));
  if (!reader)
    throw new InvalidInputError(
      `"${id}" is no id; known forms: ${READERS.map((each) => each.example).join(', ')}`,
    );
  const node = await reader.read(walk, id);
  if (node) return node;
  throw new NotFoundError(`No ${reader.kind} "${id}" is stored`);
}

async function* idsOf(documents: DocumentsPort, collection: string): AsyncIterable<string> {
  let cursor: string | null = null;
  do {
    const page: { items: { id: string }[]; cursor: string | null } = await documents.find(collection, {
      order: 'oldest',
      limit: 200,
      ...(cursor ? { cursor } : {}),
    });
    for (const { id } of page.items) yield id;
    cursor = page.cursor;
  } while (cursor !== null);
}

function memoized(read: () => string): () => string {
  let held: string | null = null;
  return () => (held ??= read());
}
