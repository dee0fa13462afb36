import type { Doc, DocumentPage, Ports } from '../../adapters/ports.js';
import { beat } from '../beat.js';

const PAGE = 500;

/** Every document of a collection, page by page; those with these values, where some are given. */
export async function* everyDocument<T>(
  ports: Pick<Ports, 'documents'>,
  collection: string,
  where?: Record<string, string>,
): AsyncGenerator<Doc<T>> {
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: DocumentPage<T> = await ports.documents.find<T>(collection, {
      limit: PAGE,
      ...(where && { where }),
      ...(cursor && { cursor }),
    });
    yield* page.items;
    ({ cursor } = page);
    beat();
  }
}
