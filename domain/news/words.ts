/** A word of a text as searches compare it, and where it stands there, UTF-16 units. */
export interface Word {
  word: string;
  from: number;
  to: number;
}

const RUN = /[\p{L}\p{N}\p{M}]+/uy;
const RUNS = /[\p{L}\p{N}\p{M}]+/gu;
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
  const { length } = text;
  // Nearly all words are plain: looking at their codes is ten times faster than a pattern.
  for (let at = 0; at < length;) {
    const from = at;
    while (at < length && isPlain(text.charCodeAt(at))) at++;
    if (at < length && text.charCodeAt(at) > 127) {
      RUN.lastIndex = from;
      const run = RUN.exec(text)?.[0];
      if (run === undefined) {
        // A sign such as a dash.
        at += text.codePointAt(at) === text.charCodeAt(at) ? 1 : 2;
        continue;
      }
      at = from + run.length;
      words.push(...piecesOf(run, from));
    } else if (at > from) words.push(plainWord(text, from, at));
    else at++;
  }
  return words;
}

export const wordsOf = (text: string): string[] => wordsIn(text).map(({ word }) => word);

/** Digits and letters of ASCII. */
const isPlain = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);

const plainWord = (text: string, from: number, to: number): Word => ({
  word: text.slice(from, Math.min(to, from + LONGEST)).toLowerCase(),
  from,
  to,
});

function piecesOf(run: string, start: number): Word[] {
  return [...run.matchAll(PIECES)].flatMap(({ 0: piece, index }) => {
    const from = start + index;
    const plain = piece.normalize('NFKD').replace(MARKS, '').toLowerCase();
    // One sign may stand for several words, as ½ does.
    return [...plain.matchAll(RUNS)].map(({ 0: word }) => ({
      word: word.slice(0, LONGEST),
      from,
      to: from + piece.length,
    }));
  });
}
