import type { Article } from './articles.js';
import { normalised } from './text.js';

/** What is read of an article to tell whether it is on the same event as another. */
export type Told = Pick<Article, 'id' | 'title' | 'publishedAt' | 'tickers'> & {
  feed?: string;
  storyId?: string;
};

/** Articles of one event are published within so long after the first of them. */
export const STORY_MS = 48 * 3_600_000;

/** Share of the titles' telling words that are in both (cosine), and how many at least. */
const LEAST_SHARE = 0.5;
const LEAST_WORDS = 3;

const STOP = new Set(
  `the a an of and in to for on at by with from is are was be as its it this that after before over up down out new says
  say said will has have had not no what why how who which than more into amid about could may can here he she they his
  her their you your we us our or if but so vs via per just now today week price prices analysis update live report
  reports der die das und ein eine le la les des et un une el los de que y en`.split(/\s+/),
);

/** The story of an article is called after the first article that told it. */
export const storyIdOf = (articleId: string): string => articleId.replace(/^art_/, 'sto_');

/**
 * Stories of articles in the order of their publication: each joins the nearest story whose first article was published
 * at most 48 hours before, or begins one. It decides by the articles alone: the order in which they were delivered has no
 * part. `given` are those before the first, with their stories, as they are. Returns the story of each of `articles`.
 */
export function clusterStories(articles: Told[], given: Told[] = []): Map<string, string> {
  const firsts = openFirsts();
  for (const article of given.toSorted(byTime))
    if (article.storyId === storyIdOf(article.id)) firsts.add(article);
  const stories = new Map<string, string>();
  for (const article of articles.toSorted(byTime)) {
    const first = firsts.nearest(article);
    if (!first) firsts.add(article);
    stories.set(article.id, storyIdOf((first ?? article).id));
  }
  return stories;
}

const byTime = (a: Told, b: Told): number =>
  a.publishedAt - b.publishedAt || (a.id < b.id ? -1 : Number(a.id > b.id));

interface First {
  article: Told;
  words: Set<string>;
}

interface Firsts {
  add(article: Told): void;
  nearest(article: Told): Told | null;
}

function openFirsts(): Firsts {
  /** By word, oldest first; those past the window are dropped when the word is next looked up. */
  const byWord = new Map<string, First[]>();
  return {
    add(article) {
      const first = { article, words: tellingWords(article.title) };
      for (const word of first.words) {
        const list = byWord.get(word);
        if (list) list.push(first);
        else byWord.set(word, [first]);
      }
    },
    nearest(article) {
      const words = tellingWords(article.title);
      const common = new Map<First, number>();
      for (const word of words) {
        const list = byWord.get(word) ?? [];
        while (list[0] && list[0].article.publishedAt < article.publishedAt - STORY_MS) list.shift();
        for (const first of list) common.set(first, (common.get(first) ?? 0) + 1);
      }
      let best: { article: Told; share: number } | null = null;
      for (const [first, count] of common) {
        const share = count / Math.sqrt(words.size * first.words.size);
        if (
          share < LEAST_SHARE ||
          count < LEAST_WORDS ||
          haveOtherTickers(first.article, article) ||
          areOfPattern(first, { article, words })
        )
          continue;
        const isNearer =
          !best || share > best.share || (share === best.share && byTime(first.article, best.article) < 0);
        if (isNearer) best = { article: first.article, share };
      }
      return best?.article ?? null;
    },
  };
}

/** Both speak of instruments, and of none in common. */
const haveOtherTickers = (a: Told, b: Told): boolean =>
  a.tickers.length > 0 && b.tickers.length > 0 && !a.tickers.some((ticker) => b.tickers.includes(ticker));

/** Two titles of one outlet with two figures or more each, hardly any in both: "… drops below 65,000, a decrease of 1.6 %". */
function areOfPattern(a: First, b: First): boolean {
  if (a.article.feed === undefined || a.article.feed !== b.article.feed) return false;
  const figures = [...a.words].filter((word) => /\d/.test(word));
  const others = [...b.words].filter((word) => /\d/.test(word));
  const common = figures.filter((word) => b.words.has(word)).length;
  return (
    Math.min(figures.length, others.length) >= 2 && 2 * common < Math.min(figures.length, others.length) + 1
  );
}

/** Words of a title without those that all titles have, and without the commonest endings of English. */
export function tellingWords(title: string): Set<string> {
  const words = normalised(title.replaceAll(/['’]s\b/g, '').replaceAll(/(?<=\d)[.,](?=\d)/g, ''))
    .split(' ')
    .filter((word) => word.length > 1 && !STOP.has(word));
  return new Set(words.map((word) => (word.length > 4 ? word.replace(/(?:ing|ed|es|s)$/, '') : word)));
}
