import { NotFoundError } from '../../domain/errors.js';
import type { Fact, LineageKind, LineageNode } from '../../domain/lineage.js';
import { formatSource, type Source } from '../../domain/sources.js';
import type { Reader, Walk } from './walk.js';

export const iso = (time: number): string => new Date(time).toISOString();

interface Told {
  facts: Record<string, Fact>;
  parents: Promise<LineageNode>[];
}

/** A reader of one collection: what a document says of itself, and what it was made from. */
export const documentReader = <T>(
  kind: LineageKind,
  how: { collection: string; form: RegExp; example: string; idOf?: (id: string) => string },
  tell: (doc: T & { id: string }, walk: Walk) => Told,
): Reader => ({
  kind,
  form: how.form,
  example: how.example,
  async read(walk, id) {
    const doc = await walk.documents.get<T>(how.collection, how.idOf?.(id) ?? id);
    if (!doc) return null;
    const { facts, parents } = tell(doc, walk);
    return { id: doc.id, kind, facts, parents: await Promise.all(parents) };
  },
});

/** A thing that a record names but that is no longer there is shown as such, and fails the verification. */
export async function parent(walk: Walk, kind: LineageKind, id: string): Promise<LineageNode> {
  try {
    return await walk.node(id);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    return { id, kind, facts: { missing: true }, parents: [] };
  }
}

export const sourceFacts = (doc: { source: Source; createdAt: number }): Record<string, Fact> => ({
  source: formatSource(doc.source),
  made: iso(doc.createdAt),
});
