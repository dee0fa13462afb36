import type { ModelRef, ObjectRef } from '../models.js';

export const SENTIMENT_LABELS = ['negative', 'neutral', 'positive'] as const;
export type SentimentLabel = (typeof SENTIMENT_LABELS)[number];

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
  /** Where another model answers than the one that was asked: which one that was, and why it did not. */
  fallback?: { asked: string; reason: string };
  /** What it says of each asset, where the text speaks of several; an asset without an own answer has the text's. */
  targets?: TargetScore[];
  scoredAt: number;
  /** Copied from the article so that features need no join: epoch ms, base assets. */
  knownAt: number;
  tickers: string[];
  /** The comparison that this score was made for, and as what. */
  experiment?: { id: string; arm: 'shadow' | 'challenger' };
  /** The article's outlet and event; absent from scores of older versions. */
  feed?: string;
  story?: string;
}

/** How a model is asked; each kind has a scorer in `adapters/sentiment/`. */
export type SentimentKind = 'ngram' | 'encoder' | 'lexicon' | 'llm';

/** A served sentiment model with what its card says about using it. */
export interface SentimentModel {
  ref: ModelRef;
  kind: SentimentKind;
  /** Below this largest probability the model abstains. */
  threshold: number;
  languages: string[];
  /** Of an encoder: how its texts become tokens. */
  encoder?: EncoderCard;
  /** Of a trained model: what lies beside its model.onnx, such as tokenizer.json and model.json. */
  files?: Record<string, ObjectRef>;
  /** Whether it answers for a text and a target in it; where absent or false, only for texts as a whole. */
  targets?: boolean;
}

export interface EncoderCard {
  /** Longer texts are cut, special tokens counted. */
  maxTokens: number;
  /** Whether a target is read beside the text. */
  pairs: boolean;
  /** Texts computed together at most; 1 where a text's answer depends on what it is computed with. */
  maxBatch?: number;
  /** The `tokenizer.json` that it was trained with. */
  tokenizer: ObjectRef;
}

/** In the place of a language: the model reads all of them. */
export const ANY_LANGUAGE = '*';

/** A model's answer for one text; `model` is the one that answered. */
export type ScoredText = Pick<Score, 'label' | 'probabilities' | 'abstained' | 'reason' | 'fallback'> & {
  model?: string;
};

/** What a text says of one of the assets that it speaks of. */
export interface TargetScore extends ScoredText {
  /** Base asset such as `BTC`. */
  asset: string;
  /** What the model was given: the text with the target, or, as it reads no targets, the clause that names it. */
  by: 'target' | 'clause';
}

/** `<name>@<version>`, as scores name their model. */
export const modelName = ({ ref }: { ref: Pick<ModelRef, 'name' | 'version'> }): string =>
  `${ref.name}@${ref.version}`;

/** Why the model should not answer for a text, or null where it should. `row`: probabilities. */
export function abstentionReason(args: {
  text: string;
  language: string;
  row: number[];
  model: Pick<SentimentModel, 'threshold' | 'languages'>;
}): string | null {
  if (!args.text.trim()) return 'the text is empty';
  if (!/\p{L}/u.test(args.text)) return 'the text has no words';
  if (!args.model.languages.some((each) => each === ANY_LANGUAGE || each === args.language))
    return `the language is ${args.language}; the model reads ${args.model.languages.join(', ')}`;
  const largest = Math.max(...args.row);
  return largest >= args.model.threshold
    ? null
    : `unsure: ${largest.toFixed(3)} is below ${args.model.threshold}`;
}

/** A score's members from probabilities in the order of SENTIMENT_LABELS; an abstention is labelled neutral. */
export function scoreFrom(row: readonly number[], reason: string | null): ScoredText {
  const [negative = NaN, neutral = NaN, positive = NaN] = row;
  const best = SENTIMENT_LABELS[row.indexOf(Math.max(...row))] ?? 'neutral';
  const label = reason === null ? best : 'neutral';
  return { label, probabilities: { negative, neutral, positive }, abstained: reason !== null, reason };
}
