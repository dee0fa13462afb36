import { sha256Hex } from '../digest.js';

/** The fold that is for testing only. */
export const TEST_FOLD = 0;
/** The fold of the training data on which the temperature is fitted. */
export const VALIDATION_FOLD = 1;

/** Texts whose sets of words share this much of their union tell the same. */
export const NEAR_DUPLICATE = 0.7;

/** Lower case, runs of other characters than a–z and 0–9 as one space. */
export const foldKey = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();

/** The fold, 0 … 4, of a text: by its content, so that it is the same in every set and order. */
export const foldOf = (text: string): number =>
  Number.parseInt(sha256Hex(`finsight-fold-v1:${foldKey(text)}`).slice(0, 8), 16) % 5;

/**
 * A test for near-duplicates of given texts: true where the Jaccard similarity of the word sets reaches
 * NEAR_DUPLICATE. Addresses do not count: the same message is sent under many short links.
 */
export function nearDuplicateOf(texts: readonly string[]): (text: string) => boolean {
  const sets = texts.map(wordSet);
  const holders = new Map<string, number[]>();
  sets.forEach((words, i) => {
    for (const word of words) {
      const list = holders.get(word);
      if (list) list.push(i);
      else holders.set(word, [i]);
    }
  });
  return (text) => {
    const words = wordSet(text);
    const shared = new Map<number, number>();
    for (const word of words)
      for (const i of holders.get(word) ?? []) shared.set(i, (shared.get(i) ?? 0) + 1);
    for (const [i, count] of shared)
      if (count >= NEAR_DUPLICATE * (words.size + (sets[i]?.size ?? 0) - count)) return true;
    return false;
  };
}

const wordSet = (text: string): Set<string> =>
  new Set(
    foldKey(text.replace(/https?:\S+/g, ' '))
      .split(' ')
      .filter(Boolean),
  );
