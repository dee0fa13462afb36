import { InvalidInputError } from '../../domain/errors.js';
import { nearNames } from '../../domain/near-names.js';
import { loadAdapters } from './adapter-files.js';
import { rss } from './feed.js';
import { graphql } from './graphql.js';
import type { SourceKind } from './kind.js';
import { rest } from './rest.js';

/** Kinds of news sources that come with the platform. */
export const KINDS: readonly SourceKind[] = [rss, rest, graphql];

/** All kinds of an installation by name; a user's files are loaded once. @throws InvalidInputError for a faulty file */
export async function allKinds(adapterFiles: readonly string[]): Promise<Map<string, SourceKind>> {
  const kinds = new Map(KINDS.map((each) => [each.kind, each]));
  for (const own of await loadAdapters(adapterFiles)) {
    if (kinds.has(own.kind))
      throw new InvalidInputError(
        `News adapter ${own.file}: the kind "${own.kind}" comes with the platform; take another name`,
      );
    kinds.set(own.kind, own);
  }
  return kinds;
}

/** @throws InvalidInputError naming the kinds that are known, the nearest first */
export function kindNamed(kinds: ReadonlyMap<string, SourceKind>, name: string): SourceKind {
  const found = kinds.get(name);
  if (found) return found;
  throw new InvalidInputError(
    `Unknown kind of news source "${name}"; known: ${nearNames(name, kinds.keys(), kinds.size).join(', ')}`,
  );
}
