import type { Ports } from '../../adapters/ports.js';
import { NotFoundError } from '../../domain/errors.js';
import type { Article } from '../../domain/news/articles.js';
import type { ArticleVersion } from '../../domain/news/versions.js';
import { audit, type Asker } from '../auditing.js';
import { beat } from '../beat.js';

const BATCH = 200;
/** A dry run says at most so many. */
const MOST_COUNTED = 10_000;
/** Articles indexed in one transaction: other writers wait for it. */
const INDEX_BATCH = 500;

/** Steps that keep the stored news in order. */
export const newsUpkeepSteps = (ports: Ports) => ({
  /** To be called after articles of a kind of source (`live` …) were stored: what was cached before is old. */
  async refreshNews({ sourceKey }: { sourceKey: string }): Promise<{ warmed: number }> {
    await ports.newsReads.refresh(sourceKey);
    return { warmed: await ports.newsReads.warm(sourceKey) };
  },

  /** Removes texts that may be kept no longer, of earlier versions too. Title, address, digest and facts stay. */
  async forgetTexts({
    dryRun = true,
    ...by
  }: { dryRun?: boolean } & Asker): Promise<{ dryRun: boolean; articles: number }> {
    const before = ports.now();
    const first = await ports.documents.expiredArticles({ before, limit: dryRun ? MOST_COUNTED : BATCH });
    if (dryRun || first.length === 0) return { dryRun, articles: first.length };
    await audit(ports, { ...by, action: 'forgetTexts', target: 'articles' }, { before, dryRun });
    let articles = 0;
    for (let ids = first; ; ids = await ports.documents.expiredArticles({ before, limit: BATCH })) {
      articles += ids.length;
      if (ids.length === 0) return { dryRun, articles };
      for (const id of ids) await forgetText(ports, id);
      beat({ articles });
    }
  },
});

/** Takes articles of a store from before into the index, some at each call; 0 when all are there. */
export function indexing({ documents }: Ports): () => Promise<number> {
  let isDone = false;
  return async () => {
    if (isDone) return 0;
    const { indexed, done } = await documents.indexArticles(INDEX_BATCH);
    isDone = done;
    return indexed;
  };
}

async function forgetText({ documents }: Ports, id: string): Promise<void> {
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: ArticleVersion[]; cursor: string | null } = await documents.find<ArticleVersion>(
      'articleVersions',
      { where: { articleId: id }, ...(cursor ? { cursor } : {}) },
    );
    if (page.items.length > 0)
      await documents.upsert(
        'articleVersions',
        page.items.map((each) => ({ ...each, text: '' })),
      );
    ({ cursor } = page);
  }
  try {
    await documents.update<Article>('articles', id, (article) => {
      if (!article) throw new NotFoundError(`Article ${id} was removed meanwhile`);
      return withoutText(article);
    });
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
}

/** Places in a text that is gone say what stood there. */
function withoutText(article: Article): Article {
  const { mentions, ...members } = article;
  const left = mentions?.filter(({ field }) => field === 'title');
  return { ...members, text: '', ...(left ? { mentions: left } : {}) };
}
