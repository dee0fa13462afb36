import type { ModelRef } from './models.js';

export const SENTIMENT_LABELS = ['negative', 'neutral', 'positive'] as const;
export type SentimentLabel = (typeof SENTIMENT_LABELS)[number];

/** What can be asked for: an abstention is none of the labels, though its score says neutral. */
export const SENTIMENT_VERDICTS = [...SENTIMENT_LABELS, 'abstained'] as const;
export type SentimentVerdict = (typeof SENTIMENT_VERDICTS)[number];

export const verdictOf = ({ label, abstained }: Pick<Score, 'label' | 'abstained'>): SentimentVerdict =>
  abstained ? 'abstained' : label;

/** Whether a score was there at a time, of a text that was known then. */
export const isScoreKnown = (
  { knownAt, scoredAt }: Pick<Score, 'knownAt' | 'scoredAt'>,
  asOf: number,
): boolean => knownAt <= asOf && scoredAt <= asOf;

export interface Probabilities {
  negative: number;
  neutral: number;
  positive: number;
}

/** One model version's opinion of one article; several per article, never overwritten. */
export interface Score {
  /** `<articleId>/<model>`. */
  id: string;
  articleId: string;
  /** `<name>@<version>`. */
  model: string;
  label: SentimentLabel;
  probabilities: Probabilities;
  /** True where the model is too unsure, or the text is not in its language: `label` is then neutral. */
  abstained: boolean;
  reason: string | null;
  scoredAt: number;
  /** Copied from the article so that features need no join: epoch ms, base assets. */
  knownAt: number;
  tickers: string[];
}

/** A served sentiment model with what its card says about using it. */
export interface SentimentModel {
  ref: ModelRef;
  /** Below this largest probability the model abstains. */
  threshold: number;
  languages: string[];
}

/** Buckets of hashed n-grams, and how many of them one text has at most. */
export const BUCKETS = 1 << 16;
export const TEXT_LENGTH = 256;

/** What is read of a text; the model was trained on headlines. */
const MAX_CHARACTERS = 2000;
const MAX_WORDS = 64;

/**
 * Hashed words, word pairs and character 3- to 5-grams with log counts, scaled to length 1: at most TEXT_LENGTH
 * ids, none twice. Words and pairs go first, so that a long text loses character grams only.
 */
export function hashText(text: string): { ids: Int32Array; weights: Float32Array } {
  const words = wordsOf(text);
  const counts = new Map<number, number>();
  const add = (gram: string): void => {
    const id = hashOf(gram);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  };
  words.forEach((word) => add(`w ${word}`));
  words.slice(1).forEach((word, i) => add(`b ${words[i]} ${word}`));
  for (const word of words) {
    const padded = `<${word}>`;
    for (let size = 3; size <= 5; size++)
      for (let at = 0; at + size <= padded.length; at++) add(`c ${padded.slice(at, at + size)}`);
  }
  const kept = [...counts].slice(0, TEXT_LENGTH).map(([id, count]) => [id, 1 + Math.log(count)] as const);
  const norm = Math.sqrt(kept.reduce((sum, [, weight]) => sum + weight ** 2, 0)) || 1;
  return {
    ids: Int32Array.from(kept, ([id]) => id),
    weights: Float32Array.from(kept, ([, weight]) => weight / norm),
  };
}

/** Lower-case words; addresses are one word, and so are all numbers: their values teach nothing. */
function wordsOf(text: string): string[] {
  const plain = text
    .slice(0, MAX_CHARACTERS)
    .toLowerCase()
    .replace(/https?:\S+/g, ' url ')
    .replace(/\d+([.,]\d+)*/g, '0');
  return (plain.match(/[\p{L}0$%+-]+/gu) ?? []).slice(0, MAX_WORDS);
}

/** FNV-1a with a final mix, folded into the buckets. */
function hashOf(text: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  state ^= state >>> 15;
  state = Math.imul(state, 0x2c1b3c6d);
  return ((state ^ (state >>> 12)) >>> 0) % BUCKETS;
}

/** Inputs of the shipped classifier: `ids` and `weights`, both [texts, TEXT_LENGTH], padded with weight 0. */
export function sentimentInputs(texts: string[]): {
  ids: { type: 'int64'; dims: number[]; data: BigInt64Array };
  weights: { type: 'float32'; dims: number[]; data: Float32Array };
} {
  const dims = [texts.length, TEXT_LENGTH];
  const ids = new BigInt64Array(texts.length * TEXT_LENGTH);
  const weights = new Float32Array(texts.length * TEXT_LENGTH);
  texts.forEach((text, row) => {
    const hashed = hashText(text);
    hashed.ids.forEach((id, i) => {
      ids[row * TEXT_LENGTH + i] = BigInt(id);
    });
    weights.set(hashed.weights, row * TEXT_LENGTH);
  });
  return { ids: { type: 'int64', dims, data: ids }, weights: { type: 'float32', dims, data: weights } };
}

/** Why the model should not answer for a text, or null where it should. `row`: probabilities. */
export function abstentionReason(args: {
  text: string;
  language: string;
  row: number[];
  model: Pick<SentimentModel, 'threshold' | 'languages'>;
}): string | null {
  if (!args.text.trim()) return 'the text is empty';
  if (!/\p{L}/u.test(args.text)) return 'the text has no words';
  if (!args.model.languages.includes(args.language))
    return `the language is ${args.language}; the model reads ${args.model.languages.join(', ')}`;
  const largest = Math.max(...args.row);
  return largest >= args.model.threshold
    ? null
    : `unsure: ${largest.toFixed(3)} is below ${args.model.threshold}`;
}

/** A score's members from probabilities in the order of SENTIMENT_LABELS; an abstention is labelled neutral. */
export function scoreFrom(
  row: number[],
  reason: string | null,
): { label: SentimentLabel; probabilities: Probabilities; abstained: boolean; reason: string | null } {
  const [negative = NaN, neutral = NaN, positive = NaN] = row;
  const best = SENTIMENT_LABELS[row.indexOf(Math.max(...row))] ?? 'neutral';
  const label = reason === null ? best : 'neutral';
  return { label, probabilities: { negative, neutral, positive }, abstained: reason !== null, reason };
}
