import { InvalidInputError } from '../errors.js';

/** What one article says of the asset, as one model sees it. */
export interface IndexedOpinion {
  id: string;
  /** Epoch ms. */
  knownAt: number;
  positive: number;
  negative: number;
  abstained: boolean;
  /** Outlet; without one the usual weight. */
  feed?: string | undefined;
  /** Event; without one the article is an event of its own. */
  story?: string | undefined;
}

export interface IndexSettings {
  /** After so long an article weighs half, ms. */
  halfLifeMs: number;
  /** An article counts for so long, ms. */
  windowMs: number;
  /** What the next article of a story weighs relative to the one before: 0 counts a story once, 1 each article in full. */
  repeat: number;
  /** Weights of outlets; `*` is that of all others, 1 where it is left out. */
  weights: Readonly<Record<string, number>>;
}

/** An article in the window. */
export interface WindowItem {
  opinion: IndexedOpinion;
  knownAt: number;
  /** Weight before it fades. */
  base: number;
  story: string;
}

/** The articles of the window in the order in which they became known, counted. */
export function openWindow({ repeat, weights }: IndexSettings): {
  add(opinion: IndexedOpinion): WindowItem;
  /** Lets go of what was known at the instant or before. */
  expire(until: number): void;
  counts(): { articles: number; abstained: number; stories: number };
} {
  const usual = weights['*'] ?? 1;
  const stories = new Map<string, number>();
  let [items, first, abstained]: [WindowItem[], number, number] = [[], 0, 0];
  return {
    add(opinion) {
      const { feed, id, knownAt } = opinion;
      const story = opinion.story ?? id;
      const place = stories.get(story) ?? 0;
      const weight = feed !== undefined && Object.hasOwn(weights, feed) ? (weights[feed] ?? usual) : usual;
      const item: WindowItem = { opinion, knownAt, story, base: weight * repeat ** place };
      items.push(item);
      stories.set(story, place + 1);
      abstained += Number(opinion.abstained);
      return item;
    },
    expire(until) {
      for (let item = items[first]; item && item.knownAt <= until; item = items[++first]) {
        const left = (stories.get(item.story) ?? 1) - 1;
        if (left > 0) stories.set(item.story, left);
        else stories.delete(item.story);
        abstained -= Number(item.opinion.abstained);
      }
      if (2 * first <= items.length) return;
      items = items.slice(first);
      first = 0;
    },
    counts: () => ({ articles: items.length - first, abstained, stories: stories.size }),
  };
}

/** Weights of articles older than so many half-lives are too small to be squared. */
export const MOST_HALF_LIVES = 500;
/** @throws InvalidInputError naming the setting and what would be right */
export function checkSettings({ halfLifeMs, windowMs, repeat, weights }: IndexSettings): void {
  if (!(halfLifeMs > 0 && halfLifeMs < Infinity && windowMs > 0 && windowMs < Infinity))
    throw new InvalidInputError(`A half-life (${halfLifeMs} ms) and a window (${windowMs} ms) are above 0`);
  if (windowMs > MOST_HALF_LIVES * halfLifeMs)
    throw new InvalidInputError(
      `A window of ${windowMs} ms is more than ${MOST_HALF_LIVES} half-lives of ${halfLifeMs} ms: nothing of it would be left`,
    );
  if (!(repeat >= 0 && repeat <= 1)) throw new InvalidInputError(`repeat is ${repeat}; it is from 0 to 1`);
  for (const [feed, weight] of Object.entries(weights))
    if (!(weight >= 0 && weight <= 1e6))
      throw new InvalidInputError(`The weight of "${feed}" is ${weight}; it is from 0 to 1000000`);
}
