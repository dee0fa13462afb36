/** A word of a text as searches compare it, and where it stands there, UTF-16 units. */
export interface Word {
  word: string;
  from: number;
  to: number;
}

const RUN = /[\p{L}\p{N}\p{M}]+/gu;
const PLAIN = /^[a-z0-9]+$/;
const MARKS = /[\u0300-\u036f]/g;
/** Scripts that put no space between words: each sign is a word, and a word asked for is a phrase of them. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
const PIECES = new RegExp(`${UNSPACED.source}|(?:(?!${UNSPACED.source})[\\p{L}\\p{N}\\p{M}])+`, 'gu');
/** Of a word; longer ones are cut, so that none fills an index. */
const LONGEST = 64;

/** The words of a text in their order: small letters without accents, compatibility forms made plain. */
export function wordsIn(text: string): Word[] {
  const words: Word[] = [];
  for (const { 0: run, index: from } of text.matchAll(RUN)) {
    const small = run.toLowerCase();
    if (PLAIN.test(small)) words.push({ word: small.slice(0, LONGEST), from, to: from + run.length });
    else words.push(...piecesOf(run, from));
  }
  return words;
}

export const wordsOf = (text: string): string[] => wordsIn(text).map(({ word }) => word);

function piecesOf(run: string, start: number): Word[] {
  return [...run.matchAll(PIECES)].flatMap(({ 0: piece, index }) => {
    const from = start + index;
    const plain = piece.normalize('NFKD').replace(MARKS, '').toLowerCase();
    // One sign may stand for several words, as ½ does.
    return [...plain.matchAll(RUN)].map(({ 0: word }) => ({
      word: word.slice(0, LONGEST),
      from,
      to: from + piece.length,
    }));
  });
}
