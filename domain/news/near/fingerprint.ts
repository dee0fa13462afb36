import { bareTitle } from './titles.js';
import { FLAGS, joined, makeWords, mixed, NUMBER, scanWords } from './words.js';

/**
 * What is compared of an article, as 32-bit numbers in one run: the head, the keys under which it is found, the words
 * of the title, the smallest hashes of its shingles and of the text's numbers. Rows of another VERSION are made anew.
 */
export const VERSION = 1;

export const HEAD = 6;
/** Bands of the MinHash signature and hashes in each: at a Jaccard index of 0.7 a pair shares one with 96 %, at 0.8 with 99.8 %. */
const BANDS = 12;
const ROWS = 4;
/** Besides the bands: the title, the title without its last part, the text with the title's first and last words. */
export const KEYS = BANDS + 4;
export const TITLE_WORDS = 40;
/** Shingles are compared by so many of the smallest hashes; fewer are all that there are, and the index is exact. */
export const SKETCH = 64;
export const NUMBERS = 16;
/** Words of a text that are compared; the digest of the text covers all. */
const TEXT_WORDS = 1024;
const LEAD_WORDS = 12;
const END_WORDS = 4;

const title = makeWords(256);
const text = makeWords(4096);
const shingles = new Uint32Array(2 * (TITLE_WORDS + TEXT_WORDS));
const numbers = new Uint32Array(TEXT_WORDS);
const minima = new Uint32Array(BANDS * ROWS);
const multipliers = Uint32Array.from(minima, (_, i) => mixed(2 * i + 1) | 1);
const record = new Uint32Array(HEAD + KEYS + TITLE_WORDS + SKETCH + NUMBERS);

/**
 * Fingerprint of plain title and text (no HTML). The array is a view that the next call overwrites: copy what is to stay.
 */
export function fingerprint(article: { title: string; text: string; host?: string }): Uint32Array {
  const bare = bareTitle(article.title, article.host);
  scanWords(bare.title, title);
  const suffixAt = bare.suffixAt < 0 ? 0 : wordsBefore(bare.title, bare.suffixAt);
  const titleLength = limitTitle();
  scanWords(article.text, text);
  const count = takeShingles(titleLength);
  const keysEnd = HEAD + KEYS;
  record.set(title.hashes.subarray(0, titleLength), keysEnd);
  const sketchAt = keysEnd + titleLength;
  const sketchLength = takeSmallest(shingles.subarray(0, count), { at: sketchAt, limit: SKETCH });
  const numbersAt = sketchAt + sketchLength;
  const numberLength = takeSmallest(takeNumbers(), { at: numbersAt, limit: NUMBERS });
  record[0] = titleLength | (Math.min(bare.words, 255) << 8) | (Math.min(suffixAt, titleLength) << 16);
  record[1] = text.length;
  takeTextHashes();
  record[5] = sketchLength | (numberLength << 8);
  takeBandKeys(count);
  takeTitleKeys(titleLength, Math.min(suffixAt, titleLength));
  return record.subarray(0, numbersAt + numberLength);
}

/** Counting them needs a scan of its own, which only titles with a last part pay for. */
function wordsBefore(whole: string, at: number): number {
  scanWords(whole.slice(0, at), title);
  const { length } = title;
  scanWords(whole, title);
  return length;
}

/** A longer title's rest becomes one word, so that equal ones stay equal and others do not become it. */
function limitTitle(): number {
  if (title.length <= TITLE_WORDS) return title.length;
  let rest = 0;
  for (let i = TITLE_WORDS - 1; i < title.length; i++)
    rest = joined(rest, (title.hashes[i] as number) & ~FLAGS);
  title.hashes[TITLE_WORDS - 1] = (rest & ~FLAGS) >>> 0;
  return TITLE_WORDS;
}

/** Words, and pairs of words where there is a text, of title and text. */
function takeShingles(titleLength: number): number {
  const limit = Math.min(text.length, TEXT_WORDS);
  const hasText = text.length > 0;
  let count = 0;
  for (let part = 0; part < 2; part++) {
    const { hashes } = part === 0 ? title : text;
    const length = part === 0 ? titleLength : limit;
    let before = 0;
    for (let i = 0; i < length; i++) {
      const word = (hashes[i] as number) & ~FLAGS;
      shingles[count++] = mixed(word);
      if (hasText && i > 0) shingles[count++] = joined(before, word);
      before = word;
    }
  }
  return count;
}

function takeNumbers(): Uint32Array {
  let count = 0;
  for (let i = 0; i < Math.min(text.length, TEXT_WORDS); i++) {
    const word = text.hashes[i] as number;
    if (word & NUMBER) numbers[count++] = mixed(word & ~FLAGS);
  }
  return numbers.subarray(0, count);
}

/** Writes the smallest distinct ones in order. */
function takeSmallest(values: Uint32Array, to: { at: number; limit: number }): number {
  values.sort();
  let taken = 0;
  for (let i = 0; i < values.length && taken < to.limit; i++)
    if (i === 0 || values[i] !== values[i - 1]) record[to.at + taken++] = values[i] as number;
  return taken;
}

function takeTextHashes(): void {
  let [first, second, lead] = [0, 1, 0];
  for (let i = 0; i < text.length; i++) {
    const word = (text.hashes[i] as number) & ~FLAGS;
    first = joined(first, word);
    second = Math.imul(second ^ word, 0x01000193);
    if (i === LEAD_WORDS - 1) lead = first;
  }
  record[2] = text.length > 0 ? first : 0;
  record[3] = text.length > 0 ? second >>> 0 : 0;
  record[4] = lead;
}

/** MinHash (Broder 1997) in bands (Indyk and Motwani 1998): h(x) = a·x mod 2³² with odd a of mixed x. */
function takeBandKeys(count: number): void {
  minima.fill(0xffffffff);
  for (let s = 0; s < count; s++) {
    const shingle = shingles[s] as number;
    for (let i = 0; i < minima.length; i++) {
      const hash = Math.imul(shingle ^ (shingle >>> 15), multipliers[i] as number) >>> 0;
      if (hash < (minima[i] as number)) minima[i] = hash;
    }
  }
  for (let band = 0; band < BANDS; band++) {
    let key = band + 1;
    for (let row = 0; row < ROWS; row++) key = joined(key, minima[band * ROWS + row] as number);
    record[HEAD + band] = count > 0 ? key || 1 : 0;
  }
}

/** Keys of 0 are none. */
function takeTitleKeys(length: number, suffixAt: number): void {
  const at = HEAD + BANDS;
  const end = suffixAt > 0 ? suffixAt : length;
  record[at] = runKey(100, 0, length);
  record[at + 1] = suffixAt > 0 ? runKey(100, 0, suffixAt) : 0;
  const isLong = end > END_WORDS;
  record[at + 2] = isLong ? joined(record[2] as number, runKey(101, 0, END_WORDS)) : 0;
  record[at + 3] = isLong ? joined(record[2] as number, runKey(102, end - END_WORDS, end)) : 0;
}

function runKey(salt: number, from: number, to: number): number {
  let key = salt;
  for (let i = from; i < to; i++) key = joined(key, (title.hashes[i] as number) & ~FLAGS);
  return key || 1;
}
