import type { Article, Mention } from '../news/articles.js';
import { clauseAround } from './clauses.js';
import type { IndexedOpinion } from './index-window.js';
import type { Score, ScoredText } from './scores.js';

/** Assets of one article that are asked about, the first ones by their place in it. */
export const MOST_TARGETS = 8;

/** Characters of an article's body that are read: models are trained on short texts. */
const BODY_READ = 280;

/** An asset of an article that speaks of several. */
export interface AskedTarget {
  asset: string;
  /** As the article writes it. */
  surface: string;
  /** The statement around it: what a model that reads no targets is given in place of the text. */
  clause: string;
}

type Told = Pick<Article, 'title' | 'text' | 'tickers' | 'mentions'>;

/** What a model reads of an article: the headline and, where it adds something, the first sentences. */
export const readText = ({ title, text }: Pick<Article, 'title' | 'text'>): string =>
  text && text !== title ? `${title}. ${text.slice(0, BODY_READ)}` : title;

/** The linked assets of an article that speaks of several, by their first place in what is read, at most MOST_TARGETS. */
export function askedTargets(article: Told): AskedTarget[] {
  if (new Set(article.tickers).size < 2) return [];
  const text = readText(article);
  const found = new Map<string, AskedTarget>();
  const places = (article.mentions ?? []).flatMap((mention) => placeOf(article, mention) ?? []);
  for (const { asset, from, to } of places.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (found.has(asset) || !article.tickers.includes(asset)) continue;
    found.set(asset, { asset, surface: text.slice(from, to), clause: clauseAround(text, { from, to }) });
    if (found.size === MOST_TARGETS) break;
  }
  return [...found.values()];
}

/** Where a mention lies in what is read; null where it lies behind it. */
function placeOf(
  { title, text }: Told,
  { entity: asset, field, from, to }: Mention,
): { asset: string; from: number; to: number } | null {
  if (field === 'title') return { asset, from, to };
  const shift = title.length + '. '.length;
  return text === title || to > BODY_READ ? null : { asset, from: shift + from, to: shift + to };
}

/** What a score says of one of its article's assets: of that asset where it was asked, else of the text as a whole. */
export const opinionAbout = ({ targets, ...whole }: Score, asset: string): ScoredText =>
  targets?.find((each) => each.asset === asset) ?? whole;

/** P(positive) − P(negative), −1 … 1; an abstention counts 0. */
export const toneOf = ({
  abstained,
  probabilities: { positive, negative },
}: Pick<ScoredText, 'abstained' | 'probabilities'>): number => (abstained ? 0 : positive - negative);

/** What a score says of an asset, as the index takes it. */
export function indexedOpinion(score: Score, asset: string): IndexedOpinion {
  const { abstained, probabilities } = opinionAbout(score, asset);
  const { positive, negative } = probabilities;
  const { id, knownAt, feed, articleId, story = articleId } = score;
  // What has no probabilities was not answered: it must not become NaN.
  const isAnswered = !abstained && Number.isFinite(positive) && Number.isFinite(negative);
  return { id, knownAt, positive, negative, abstained: !isAnswered, feed, story };
}
