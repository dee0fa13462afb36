import { canonicalJson, sha256Hex } from '../digest.js';
import type { ModelRef } from '../models.js';
import { BURDENS, INTENSIFIERS, LESS, MORE, NEGATIONS, PHRASES, WEIGHTS } from './lexicon-words.js';
import type { SentimentModel } from './scores.js';

/** A word that was counted, with what stood before it. */
export interface CountedWord {
  /** As it was read: lower case, several words for a phrase. */
  word: string;
  /** What it counts here, after what turned, raised or lowered it. */
  weight: number;
  /** `not` → turned; `sharply` → raised; `losses` → a burden whose less is good. */
  by: string[];
}

export interface LexiconReading {
  counted: CountedWord[];
  sum: number;
  /** Negative, neutral, positive. */
  row: [number, number, number];
}

/** What is read of a text, characters. */
const MAX_CHARACTERS = 2000;
/** So many words before a word can turn or raise it. */
const REACH = 3;
const LONGEST_PHRASE = 3;
/** A turned word says less than its opposite: "not bad" is not "good". */
const TURNED = -0.8;
/** Chosen, not fitted: one word of weight 1 alone makes 0.55 of its class, two make 0.81, none makes neutral 0.55. */
const SCALE = 1.2;
const NEUTRAL = 0.9;

/**
 * Reads a text by the project's own list of words, deterministically: weights are added, negations turn, intensifiers
 * scale, and more or less of a burden (debt, losses, inflation) is turned. A baseline: it knows no context.
 */
export function readByLexicon(text: string): LexiconReading {
  const tokens = tokensOf(text);
  const counted: CountedWord[] = [];
  for (let at = 0; at < tokens.length;) {
    const [length, word, weight] = matchAt(tokens, at);
    const read = weight === 0 ? null : weighed({ tokens, at, length, word, weight });
    if (read) counted.push(read);
    at += length;
  }
  const sum = counted.reduce((total, each) => total + each.weight, 0);
  return { counted, sum, row: rowOf(sum) };
}

/** Softmax of −, neutral and + logits; a long list of words is no more certain than a few. */
function rowOf(sum: number): [number, number, number] {
  const bounded = Math.max(-4, Math.min(4, sum)) * SCALE;
  const powers = [Math.exp(-bounded), Math.exp(NEUTRAL), Math.exp(bounded)] as const;
  const total = powers[0] + powers[1] + powers[2];
  return [powers[0] / total, powers[1] / total, powers[2] / total];
}

/** The longest phrase that begins here, else the word; what is unknown weighs 0. */
function matchAt(tokens: string[], at: number): [number, string, number] {
  for (let length = LONGEST_PHRASE; length > 1; length--) {
    const phrase = tokens.slice(at, at + length).join(' ');
    const weight = PHRASES.get(phrase);
    if (weight !== undefined) return [length, phrase, weight];
  }
  const word = tokens[at] ?? '';
  return [1, word, WEIGHTS.get(word) ?? directionOf(word)];
}

/** Of a word that speaks of nothing but more or less. */
const directionOf = (word: string): number => Number(MORE.has(word)) - Number(LESS.has(word));

interface Place {
  tokens: string[];
  at: number;
  length: number;
  word: string;
  weight: number;
}

/** Null where the word says nothing by itself here. */
function weighed({ tokens, at, length, word, weight: own }: Place): CountedWord | null {
  const by: string[] = [];
  let weight = own;
  const before = tokens.slice(Math.max(0, at - REACH), at);
  const after = tokens.slice(at + length, at + length + REACH);
  // A burden that rises is bad, one that falls is good; the burden's own weight then says nothing more.
  if (MORE.has(word) || LESS.has(word)) {
    const burden = [...before.slice(-2).toReversed(), ...objectOf(after)].find((each) => BURDENS.has(each));
    if (burden) {
      weight = MORE.has(word) ? -Math.abs(weight) : Math.abs(weight);
      by.push(burden);
    } else if (!WEIGHTS.has(word)) return null;
  } else if (
    BURDENS.has(word) &&
    [...before.slice(-2), ...after.slice(0, 2)].some((each) => MORE.has(each) || LESS.has(each))
  )
    return null;
  const scale = INTENSIFIERS.get(tokens[at - 1] ?? '') ?? INTENSIFIERS.get(tokens[at + length] ?? '');
  if (scale !== undefined) {
    weight *= scale;
    by.push(INTENSIFIERS.has(tokens[at - 1] ?? '') ? (tokens[at - 1] ?? '') : (tokens[at + length] ?? ''));
  }
  const negation = before.findLast((each) => NEGATIONS.has(each));
  if (negation) {
    weight *= TURNED;
    by.push(negation);
  }
  return { word, weight, by };
}

const LINKS = new Set(['in', 'of', 'the', 'its', 'their', 'on']);

/** What a word of more or less is about, where that follows: "cut costs", "fall in inflation". */
const objectOf = (after: string[]): string[] =>
  after.slice(0, 1 + after.findIndex((each) => !LINKS.has(each)));

/** Lower-case words; an apostrophe and a hyphen belong to one, unless its parts are known apart. */
function tokensOf(text: string): string[] {
  const plain = text
    .slice(0, MAX_CHARACTERS)
    .toLowerCase()
    .replace(/https?:\S+/g, ' ')
    .replaceAll('’', "'");
  return (plain.match(/[\p{L}\p{N}]+(?:['-][\p{L}\p{N}]+)*/gu) ?? []).flatMap((word) =>
    WEIGHTS.has(word) || NEGATIONS.has(word) ? [word] : word.replace(/'s$/, '').split('-'),
  );
}

const LIST = canonicalJson([
  ...[WEIGHTS, PHRASES, INTENSIFIERS].map((each) => [...each]),
  ...[NEGATIONS, BURDENS, MORE, LESS].map((each) => [...each]),
  [REACH, TURNED, SCALE, NEUTRAL],
]);

/** The word list as a model; another list is another version. */
export const LEXICON_MODEL: SentimentModel = (() => {
  const sha256 = sha256Hex(LIST);
  const ref: ModelRef = {
    name: 'lexicon',
    version: sha256.slice(0, 12),
    onnx: { key: 'built-in/lexicon', sha256, bytes: LIST.length },
  };
  return { ref, kind: 'lexicon', threshold: 0.45, languages: ['en'] };
})();
