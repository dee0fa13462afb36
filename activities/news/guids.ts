import type { Ports } from '../../adapters/ports.js';
import { sha256Hex } from '../../domain/digest.js';
import { canonicalUrl, hostOf } from '../../domain/news/addresses.js';
import { fingerprint } from '../../domain/news/near/fingerprint.js';
import { overlaps } from '../../domain/news/near/similarity.js';
import type { StoredArticle } from './linking.js';

/** Which article a feed's guid means. */
interface ArticleKey {
  id: string;
  articleId: string;
  seenAt: number;
}

/**
 * Deliveries with the ids of the articles that they are: a feed that moves an article to another address keeps its guid.
 * Feeds that give one guid to all their items are not believed: the texts must have something in common.
 */
export async function sameByGuid(ports: Ports, deliveries: StoredArticle[]): Promise<StoredArticle[]> {
  const keys = new Map(
    deliveries.flatMap((each) => (hasOwnGuid(each) ? [[each, keyOf(each)] as const] : [])),
  );
  if (keys.size === 0) return deliveries;
  const seenAt = ports.now();
  const offered = [...keys].map(([{ id: articleId }, id]) => ({ id, articleId, seenAt }));
  await ports.documents.insert<ArticleKey>('articleKeys', [
    ...new Map(offered.toReversed().map((key) => [key.id, key])).values(),
  ]);
  const known = await ports.documents.getMany<ArticleKey>('articleKeys', [...new Set(keys.values())]);
  const articleOf = new Map(known.map(({ id, articleId }) => [id, articleId]));
  const meant = [...keys]
    .filter(([{ id }, key]) => articleOf.get(key) !== id)
    .map(([, key]) => articleOf.get(key) ?? '');
  if (meant.length === 0) return deliveries;
  const stored = await ports.documents.getMany<StoredArticle>('articles', meant);
  const byId = new Map([...deliveries, ...stored].map((article) => [article.id, article]));
  return deliveries.map((delivery) => {
    const target = byId.get(articleOf.get(keys.get(delivery) ?? '') ?? '');
    return target && target.id !== delivery.id && haveCommon(target, delivery)
      ? { ...delivery, id: target.id }
      : delivery;
  });
}

/** A guid that is the address itself tells nothing more. */
const hasOwnGuid = ({ guid, url }: StoredArticle): boolean =>
  Boolean(guid) && (url === null || canonicalUrl(guid as string) !== url);

const keyOf = ({ sourceKey, feed, guid }: StoredArticle): string =>
  `key_${sha256Hex(`${sourceKey}\n${feed}\n${guid}`).slice(0, 24)}`;

function haveCommon(a: StoredArticle, b: StoredArticle): boolean {
  const first = fingerprint({ title: a.title, text: a.text, host: hostOf(a.url) }).slice();
  return overlaps(first, 0, fingerprint({ title: b.title, text: b.text, host: hostOf(b.url) }), 0);
}
