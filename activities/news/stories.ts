import type { Doc, EventRow, Ports } from '../../adapters/ports.js';
import { digestOf } from '../../domain/digest.js';
import { clusterStories, STORY_MS, storyIdOf } from '../../domain/news/clusters.js';
import type { StoredArticle } from './linking.js';

/** The same event, told by several articles. */
export interface NewsStory {
  id: string;
  /** Of its first article. */
  title: string;
  articles: number;
  feeds: string[];
  tickers: string[];
  topics: string[];
  firstAt: number;
  lastAt: number;
  sourceKey: string;
}

/** Publication times of what was stored, epoch ms, both included. */
export interface Touched {
  from: number;
  to: number;
}

const DAY_MS = 86_400_000;
const PAGE = 500;
/** Passes until one changes nothing: others may cluster the same days. */
const PASSES = 4;
/** Articles that a story's record is made from. */
const MOST = 500;

/**
 * Puts the articles around those that were stored into stories, day by day, until two days change nothing: what was
 * delivered late may begin a story that later articles belong to.
 */
export async function updateStories(ports: Ports, sourceKey: string, touched: Touched): Promise<void> {
  for (let pass = 0; pass < PASSES; pass++) {
    const changed = await clusterDays(ports, sourceKey, touched);
    for (const id of changed) await recordStory(ports, sourceKey, id);
    if (changed.size === 0) return;
  }
}

async function clusterDays(ports: Ports, sourceKey: string, { from, to }: Touched): Promise<Set<string>> {
  const changed = new Set<string>();
  let before = await articlesOf(ports, sourceKey, { from: from - STORY_MS, to: from });
  let quiet = 0;
  for (let day = from; day <= to || quiet < STORY_MS / DAY_MS; day += DAY_MS) {
    const articles = await articlesOf(ports, sourceKey, { from: day, to: day + DAY_MS });
    if (articles.length === 0 && before.length === 0) {
      const next = await firstFrom(ports, sourceKey, day + DAY_MS);
      if (next === null || next > to) return changed;
      // The step of the loop leads to the day of the next article.
      day = next - DAY_MS;
      continue;
    }
    // Before it is in a story of several an article is one by itself.
    const given = before.map((each) => ({ ...each, storyId: each.storyId ?? storyIdOf(each.id) }));
    const stories = clusterStories(articles, given);
    const several = new Set(
      [...stories].filter(([id, story]) => story !== storyIdOf(id)).map(([, story]) => story),
    );
    const all = [...before, ...articles];
    let moves = 0;
    for (const [at, article] of all.entries()) {
      const own = storyIdOf(article.id);
      const told = stories.get(article.id) ?? article.storyId ?? own;
      const isTold =
        told !== own ||
        several.has(own) ||
        (article.storyId === own && stories.get(article.id) === undefined);
      const wanted = isTold ? told : undefined;
      if (wanted === article.storyId || (wanted === undefined && article.storyId === own)) continue;
      for (const id of [wanted, article.storyId]) if (id) changed.add(id);
      all[at] = await moveTo(ports, article, wanted);
      moves++;
    }
    quiet = moves > 0 ? 0 : quiet + 1;
    before = all.filter(({ publishedAt }) => publishedAt >= day + DAY_MS - STORY_MS);
  }
  return changed;
}

/** When the first article from a time on was published, or null. */
async function firstFrom(ports: Ports, sourceKey: string, from: number): Promise<number | null> {
  const query = { where: { sourceKey }, range: { from }, order: 'oldest', limit: 1 } as const;
  const { items } = await ports.documents.find<StoredArticle>('articles', query);
  return items[0]?.publishedAt ?? null;
}

async function moveTo(
  ports: Ports,
  article: StoredArticle,
  storyId: string | undefined,
): Promise<StoredArticle> {
  return ports.documents.update<StoredArticle>('articles', article.id, (current) => {
    const { storyId: _, ...rest } = current ?? article;
    return storyId === undefined ? rest : { ...rest, storyId };
  });
}

async function articlesOf(ports: Ports, sourceKey: string, range: Touched): Promise<StoredArticle[]> {
  const all: StoredArticle[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Doc<StoredArticle>[]; cursor: string | null } = await ports.documents.find(
      'articles',
      {
        ...{ where: { sourceKey }, range, order: 'oldest', limit: PAGE },
        ...(cursor ? { cursor } : {}),
      },
    );
    all.push(...page.items);
    cursor = page.cursor;
  } while (cursor);
  return all;
}

/** Writes the record of a story with its event; a story of one article is none. */
async function recordStory(ports: Ports, sourceKey: string, id: string): Promise<void> {
  const { items } = await ports.documents.find<StoredArticle>('articles', {
    ...{ where: { sourceKey, storyId: id }, order: 'oldest', limit: MOST },
  });
  const [first] = items;
  if (!first || items.length < 2) {
    await ports.documents.remove('stories', [id]);
    if (first) await moveTo(ports, first, undefined);
    return;
  }
  const members = (of: (article: StoredArticle) => string[]): string[] =>
    [...new Set(items.flatMap(of))].sort((a, b) => (a < b ? -1 : Number(a > b)));
  const story: NewsStory = {
    ...{ id, title: first.title, articles: items.length, sourceKey },
    feeds: members(({ feed }) => [feed]),
    tickers: members(({ tickers }) => tickers),
    topics: members(({ topics = [] }) => topics),
    ...{ firstAt: first.publishedAt, lastAt: items.at(-1)?.publishedAt ?? first.publishedAt },
  };
  const event: EventRow = {
    id: `evt_story_${digestOf([id, items.map((each) => each.id)]).slice(0, 24)}`,
    type: 'story.updated',
    at: ports.now(),
    payload: { storyId: id, articles: items.length, title: first.title, tickers: story.tickers },
  };
  await ports.documents.upsert<NewsStory>('stories', [story], [event]);
}
