import { InvalidInputError } from '../errors.js';
import {
  checkSettings,
  openWindow,
  type IndexedOpinion,
  type IndexSettings,
  type WindowItem,
} from './index-window.js';

export interface IndexPoint {
  time: number;
  /** Weighted mean tone, −1 … 1; null where no article of the window was answered. */
  index: number | null;
  /** Of 95 %; null with `index`. */
  interval: { lower: number; upper: number } | null;
  /** In the window, abstentions among them. */
  articles: number;
  abstained: number;
  stories: number;
  /** Articles that became known since the point before. */
  fresh: number;
  /** Articles of equal weight that would say as much as the answered ones: (Σw)² / Σw². */
  effective: number;
  /** Σw of all articles: halves each half-life in which nothing comes. */
  weight: number;
}

/** An article of a window with what it weighs there. */
export interface WeighedOpinion {
  opinion: IndexedOpinion;
  weight: number;
}

export interface SentimentIndex {
  /** @throws InvalidInputError where it was known before the one before, or before a time that was asked for. */
  add(opinion: IndexedOpinion): void;
  /** The index at a time not before the one asked for before, from what was added so far. */
  at(time: number): IndexPoint;
  /** Marks the time as `at` does, without the cost. */
  seal(time: number): void;
  /** The articles that make up the index at the last time. */
  members(): WeighedOpinion[];
}

const NORMAL_95 = 1.959964;
/** Variance of a tone of which nothing is known: −1, 0 and 1 alike. */
const UNKNOWN_VARIANCE = 2 / 3;

/**
 * The index of one asset by one model, in one pass over opinions and times that ascend. With w the weight of an article
 * at time t, k its place in its story among the articles of the window that were known before it:
 *
 *   w = weight(outlet) · repeat^k · 2^(−(t − knownAt) / halfLife)      for t − window < knownAt ≤ t
 *   index = Σ w·v / Σ w over answered articles, v = P(positive) − P(negative)
 *   n = (Σ w)² / Σ w²;  a = Σ w of answered / Σ w of all
 *   s² = Σ w·(P(positive) + P(negative)) / Σ w − index²                variance of the tone of an article drawn by weight
 *   interval = index ± 1.96 · √( (n·s² + 2/3) / (n + 1) / n ) / a      one unknown article keeps few ones honest
 *
 * Each point depends on what was known by then alone. Memory: the articles of one window.
 * @throws InvalidInputError for settings that make no sense
 */
export function openSentimentIndex(settings: IndexSettings): SentimentIndex {
  checkSettings(settings);
  const { windowMs, halfLifeMs } = settings;
  const held = openWindow(settings);
  let buckets: Bucket[] = [];
  let pending: WindowItem[] = [];
  let last = -Infinity;

  const seal = (time: number): void => {
    if (time < last) throw new InvalidInputError(`Times must ascend; ${time} is before ${last}`);
    held.expire(time - windowMs);
    if (pending.length > 0) buckets.push({ end: time, sums: null, items: pending });
    pending = [];
    last = time;
    const first = buckets.findIndex(({ items }) => (items.at(-1)?.knownAt ?? 0) > time - windowMs);
    buckets = first < 0 ? [] : buckets.slice(first);
    const edge = buckets[0];
    // Of the oldest stretch only a part may still be in the window.
    if (edge && (edge.items[0]?.knownAt ?? 0) <= time - windowMs) {
      edge.items = edge.items.filter(({ knownAt }) => knownAt > time - windowMs);
      edge.sums = null;
    }
  };

  return {
    seal,
    add(opinion) {
      const before = pending.at(-1)?.knownAt ?? -Infinity;
      if (!(opinion.knownAt >= before && opinion.knownAt > last))
        throw new InvalidInputError(
          `Opinions must ascend by knownAt; ${opinion.id} (${opinion.knownAt}) comes after ${Math.max(before, last)}`,
        );
      held.expire(opinion.knownAt - windowMs);
      pending.push(held.add(opinion));
    },
    at(time) {
      const fresh = pending.length;
      seal(time);
      const sums = noSums();
      for (const bucket of buckets) {
        bucket.sums ??= sumsOf(bucket, halfLifeMs);
        addFaded(sums, bucket.sums, 2 ** ((bucket.end - time) / halfLifeMs));
      }
      return { time, ...figuresOf(sums), ...held.counts(), fresh };
    },
    members: () =>
      buckets.flatMap(({ items }) =>
        items.map(({ opinion, base, knownAt }) => ({
          opinion,
          weight: base * 2 ** ((knownAt - last) / halfLifeMs),
        })),
      ),
  };
}

/** The index at ascending times from opinions in any order. */
export function sentimentIndex(args: {
  opinions: readonly IndexedOpinion[];
  times: readonly number[];
  settings: IndexSettings;
}): IndexPoint[] {
  const index = openSentimentIndex(args.settings);
  const sorted = args.opinions.toSorted((a, b) => a.knownAt - b.knownAt || (a.id < b.id ? -1 : 1));
  let next = 0;
  return args.times.map((time) => {
    for (let each = sorted[next]; each && each.knownAt <= time; each = sorted[++next]) index.add(each);
    return index.at(time);
  });
}

/** Articles that became known between two times, with their sums at the later one. */
interface Bucket {
  end: number;
  sums: Sums | null;
  items: WindowItem[];
}

interface Sums {
  all: number;
  answered: number;
  squares: number;
  tone: number;
  telling: number;
}

const noSums = (): Sums => ({ all: 0, answered: 0, squares: 0, tone: 0, telling: 0 });

function sumsOf({ items, end }: Bucket, halfLifeMs: number): Sums {
  const sums = noSums();
  for (const { opinion, base, knownAt } of items) {
    const weight = base * 2 ** ((knownAt - end) / halfLifeMs);
    sums.all += weight;
    if (opinion.abstained) continue;
    sums.answered += weight;
    sums.squares += weight * weight;
    sums.tone += weight * (opinion.positive - opinion.negative);
    sums.telling += weight * (opinion.positive + opinion.negative);
  }
  return sums;
}

function addFaded(sums: Sums, more: Sums, fade: number): void {
  sums.all += more.all * fade;
  sums.answered += more.answered * fade;
  sums.squares += more.squares * fade * fade;
  sums.tone += more.tone * fade;
  sums.telling += more.telling * fade;
}

function figuresOf(sums: Sums): Pick<IndexPoint, 'index' | 'interval' | 'effective' | 'weight'> {
  const { all, answered, squares, tone, telling } = sums;
  if (!(answered > 0)) return { index: null, interval: null, effective: 0, weight: all };
  const index = clamp(tone / answered);
  const effective = (answered * answered) / squares;
  const variance = Math.max(0, telling / answered - index * index);
  const shrunk = (effective * variance + UNKNOWN_VARIANCE) / (effective + 1);
  const half = (NORMAL_95 * Math.sqrt(shrunk / effective) * all) / answered;
  const interval = { lower: clamp(index - half), upper: clamp(index + half) };
  return { index, interval, effective, weight: all };
}

const clamp = (tone: number): number => Math.min(1, Math.max(-1, tone));
