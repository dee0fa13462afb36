/** Words of a text as numbers, in buffers that are used again: the next scan overwrites them. */
export interface Words {
  /** A hash per word; the lowest bits are flags. */
  hashes: Uint32Array;
  length: number;
}

/** Flags of a word in its hash. Equal words have equal hashes but for CAPITAL, which the other three bits leave out. */
export const NUMBER = 1;
export const CAPITAL = 2;
export const FLAGS = 3;

const enum Class {
  Gap = 0,
  Letter = 1,
  Digit = 2,
  /** Of a script without gaps between words: each letter counts as a word. */
  Single = 3,
  /** Apostrophes and unseen signs: as if they were not there. */
  Nothing = 4,
}

const SINGLE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const NOTHING = /['’‘ʼ`´\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|\ufe0f/u;
const ASCII = /^[\0-\x7f]*$/;
/** 0: not looked at yet; else the class and one. */
const classes = new Uint8Array(65_536);

const COMMA = 44;
const DOT = 46;

export const makeWords = (capacity = 1024): Words => ({ hashes: new Uint32Array(capacity), length: 0 });

/**
 * Reads the words of a text into `words`: case, accents' encoding, apostrophes, dashes and punctuation do not count,
 * and 43,000 is 43000.
 */
export function scanWords(text: string, words: Words): void {
  const composed = ASCII.test(text) ? text : text.normalize('NFKC');
  const folded =
    composed === text && ASCII.test(text) ? text.toLowerCase() : composed.toUpperCase().toLowerCase();
  const cased = folded.length === composed.length ? composed : folded;
  words.length = 0;
  let at = 0;
  while (at < folded.length) {
    const kind = classOf(folded.charCodeAt(at));
    if (kind === Class.Gap || kind === Class.Nothing) at++;
    else if (kind === Class.Single) put(words, mixed(folded.charCodeAt(at++)), 0);
    else at = takeWord({ folded, cased, words }, at);
  }
}

/** One word from `at`; where the next begins. */
function takeWord(given: { folded: string; cased: string; words: Words }, at: number): number {
  const { folded, cased, words } = given;
  let hash = 0x811c9dc5;
  let flags = cased.charCodeAt(at) === folded.charCodeAt(at) ? 0 : CAPITAL;
  for (; at < folded.length; at++) {
    const code = folded.charCodeAt(at);
    const kind = classOf(code);
    if (kind === Class.Nothing) continue;
    if (kind === Class.Digit) flags |= NUMBER;
    else if (kind !== Class.Letter) {
      // Within a number a comma parts thousands and a point decimals.
      const within = (code === COMMA || code === DOT) && isDigit(folded, at - 1) && isDigit(folded, at + 1);
      if (!within) break;
      if (code === COMMA) continue;
    }
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  put(words, mixed(hash), flags);
  return at;
}

const isDigit = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
};

function put(words: Words, hash: number, flags: number): void {
  if (words.length === words.hashes.length) {
    const larger = new Uint32Array(2 * words.hashes.length);
    larger.set(words.hashes);
    words.hashes = larger;
  }
  words.hashes[words.length++] = ((hash & ~FLAGS) | flags) >>> 0;
}

function classOf(code: number): Class {
  const known = classes[code] as number;
  if (known > 0) return known - 1;
  const found = classify(String.fromCharCode(code));
  classes[code] = found + 1;
  return found;
}

function classify(sign: string): Class {
  if (NOTHING.test(sign)) return Class.Nothing;
  if (SINGLE.test(sign)) return Class.Single;
  if (/\p{Nd}/u.test(sign)) return Class.Digit;
  return /[\p{L}\p{M}\p{N}]/u.test(sign) ? Class.Letter : Class.Gap;
}

/** The finaliser of MurmurHash3 (Austin Appleby, public domain): every bit depends on all. */
export function mixed(hash: number): number {
  let state = hash;
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** Of two hashes in their order. */
export const joined = (first: number, second: number): number =>
  mixed((Math.imul(first, 0x9e3779b1) + second) | 0);
