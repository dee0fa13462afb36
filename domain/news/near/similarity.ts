import { HEAD, KEYS, NUMBERS, SKETCH } from './fingerprint.js';
import { isGuard } from './guards.js';
import { CAPITAL, FLAGS, NUMBER } from './words.js';

/** At and above it two articles are deliveries of one text. */
export const DEFAULT_THRESHOLD = 0.7;

/** Of an equal title where the one has no text, and where the one's text is the beginning of the other's. */
const TITLE_ALONE = 0.8;
const CUT_OFF = 0.9;
/** A title of fewer words, as a person counts them, may not differ in one unless the equal text is long. */
const TITLE_WORDS = 8;
/** Words of a text that make it the article's own, not its outlet's: for a title's word, a number, any other title. */
const OWN_TEXT = { word: 12, number: 40, title: 120, least: 5 };

/** The parts of a fingerprint, read from its place in a larger array. */
interface Print {
  data: Uint32Array;
  title: number;
  titleLength: number;
  words: number;
  suffixAt: number;
  textWords: number;
  first: number;
  second: number;
  lead: number;
  sketch: number;
  sketchLength: number;
  numbers: number;
  numberLength: number;
}

const makePrint = (): Print => ({
  ...{ data: new Uint32Array(0), title: 0, titleLength: 0, words: 0, suffixAt: 0, textWords: 0, first: 0 },
  ...{ second: 0, lead: 0, sketch: 0, sketchLength: 0, numbers: 0, numberLength: 0 },
});

function readPrint(data: Uint32Array, at: number, print: Print): void {
  const head = data[at] as number;
  const lengths = data[at + 5] as number;
  print.data = data;
  print.titleLength = head & 255;
  print.words = (head >>> 8) & 255;
  print.suffixAt = (head >>> 16) & 255;
  print.textWords = data[at + 1] as number;
  print.first = data[at + 2] as number;
  print.second = data[at + 3] as number;
  print.lead = data[at + 4] as number;
  print.title = at + HEAD + KEYS;
  print.sketch = print.title + print.titleLength;
  print.sketchLength = lengths & 255;
  print.numbers = print.sketch + print.sketchLength;
  print.numberLength = lengths >>> 8;
}

const left = makePrint();
const right = makePrint();

/**
 * How nearly two articles are one text, 0 … 1: the (estimated) Jaccard index of their shingles, and 0 where a title or
 * its numbers say that they are two. Symmetric. `aAt` and `bAt` are the places of the fingerprints in their arrays.
 */
export function similarity(a: Uint32Array, aAt: number, b: Uint32Array, bAt: number): number {
  readPrint(a, aAt, left);
  readPrint(b, bAt, right);
  const sameText =
    left.first === right.first && left.second === right.second && left.textWords === right.textWords;
  if (sameTitle()) return ofSameTitle(sameText);
  if (sameText) return ofSameText();
  const long = Math.min(left.textWords, right.textWords) >= OWN_TEXT.number;
  return long && titleOverlap() >= 0.3 && !numbersDiffer() && !changeIn(NUMBER) ? jaccard() : 0;
}

/** Whether two texts of one address have anything in common: a home page given for all of them would join all. */
export function overlaps(a: Uint32Array, aAt: number, b: Uint32Array, bAt: number): boolean {
  readPrint(a, aAt, left);
  readPrint(b, bAt, right);
  return titleOverlap() >= 0.3 || jaccard() >= 0.2;
}

/** Equal, or equal but for an outlet's name behind the one of them. */
function sameTitle(): boolean {
  const { titleLength: a, suffixAt: aEnd } = left;
  const { titleLength: b, suffixAt: bEnd } = right;
  if (a === b && sameWords(a)) return true;
  if (aEnd > 0 && aEnd === b && sameWords(b)) return true;
  if (bEnd > 0 && bEnd === a && sameWords(a)) return true;
  return aEnd >= TITLE_WORDS - 2 && aEnd === bEnd && sameWords(aEnd);
}

const wordOf = (print: Print, at: number): number => (print.data[print.title + at] as number) & ~FLAGS;

function sameWords(length: number): boolean {
  for (let i = 0; i < length; i++) if (wordOf(left, i) !== wordOf(right, i)) return false;
  return true;
}

function ofSameTitle(sameText: boolean): number {
  if (sameText) return 1;
  const [shorter, longer] = left.textWords < right.textWords ? [left, right] : [right, left];
  if (shorter.textWords === 0) return left.titleLength >= TITLE_WORDS - 2 ? TITLE_ALONE : 0;
  const cutOff =
    shorter.lead !== 0 && shorter.lead === longer.lead && shorter.textWords <= 0.8 * longer.textWords;
  if (cutOff && numbersWithin(shorter, longer)) return CUT_OFF;
  return numbersDiffer() ? 0 : jaccard();
}

/** The titles differ, the texts (or their absence) do not. */
function ofSameText(): number {
  const isOneWord = changed() <= 3;
  const isLong = Math.min(left.words, right.words) >= TITLE_WORDS;
  const { textWords } = left;
  if (textWords === 0)
    return isOneWord && isLong && !changeIn(NUMBER | CAPITAL) && !guardChanged() ? jaccard() : 0;
  if (textWords >= OWN_TEXT.title) return jaccard();
  if (isOneWord && isLong) return textWords >= OWN_TEXT.least ? jaccard() : 0;
  const needed = !isOneWord || changeIn(NUMBER) || guardChanged() ? OWN_TEXT.number : OWN_TEXT.word;
  return textWords >= needed && titleOverlap() >= 0.3 ? jaccard() : 0;
}

let changeFrom = 0;
let changeEnd = 0;

/** Words of the one run in which the titles differ, in the title where it is longer. */
function changed(): number {
  const shorter = Math.min(left.titleLength, right.titleLength);
  let from = 0;
  while (from < shorter && wordOf(left, from) === wordOf(right, from)) from++;
  let end = 0;
  while (
    end < shorter - from &&
    wordOf(left, left.titleLength - 1 - end) === wordOf(right, right.titleLength - 1 - end)
  )
    end++;
  changeFrom = from;
  changeEnd = end;
  return Math.max(left.titleLength, right.titleLength) - from - end;
}

/** Whether a changed word has one of the flags. */
const changeIn = (flags: number): boolean => someChanged((word) => (word & flags) !== 0);

/** Whether one is changed that titles may not differ in. */
const guardChanged = (): boolean => someChanged(isGuard);

function someChanged(test: (word: number) => boolean): boolean {
  changed();
  for (const print of [left, right])
    for (let i = changeFrom; i < print.titleLength - changeEnd; i++)
      if (test(print.data[print.title + i] as number)) return true;
  return false;
}

/** Jaccard index of the titles' words, each counted once. */
function titleOverlap(): number {
  let [own, other, common] = [0, 0, 0];
  for (let i = 0; i < left.titleLength; i++) {
    const word = wordOf(left, i);
    if (placeOf(left, word) < i) continue;
    own++;
    if (placeOf(right, word) < right.titleLength) common++;
  }
  for (let i = 0; i < right.titleLength; i++) if (placeOf(right, wordOf(right, i)) === i) other++;
  return own + other > 0 ? common / (own + other - common) : 0;
}

/** The first place of a word, or the length. */
function placeOf(print: Print, word: number): number {
  for (let i = 0; i < print.titleLength; i++) if (wordOf(print, i) === word) return i;
  return print.titleLength;
}

/** Texts of one pattern with other figures are two: fewer than half of all their numbers are in both. */
function numbersDiffer(): boolean {
  const total = left.numberLength + right.numberLength;
  const common = commonNumbers();
  return total > 0 && common < 0.5 * (total - common);
}

function commonNumbers(): number {
  let common = 0;
  for (let i = 0, j = 0; i < left.numberLength && j < right.numberLength;) {
    const a = left.data[left.numbers + i] as number;
    const b = right.data[right.numbers + j] as number;
    if (a === b) common++;
    if (a <= b) i++;
    if (b <= a) j++;
  }
  return common;
}

/** Where not all of the longer one's numbers are kept nothing can be said against it. */
const numbersWithin = (shorter: Print, longer: Print): boolean =>
  longer.numberLength === NUMBERS || commonNumbers() === shorter.numberLength;

/** From the smallest hashes of both (Cohen and Kaplan 2007): exact where they are all that there are. */
function jaccard(): number {
  const isWhole = left.sketchLength < SKETCH && right.sketchLength < SKETCH;
  const limit = isWhole ? 2 * SKETCH : SKETCH;
  let [i, j, common, all] = [0, 0, 0, 0];
  while (all < limit && (i < left.sketchLength || j < right.sketchLength)) {
    const a = i < left.sketchLength ? (left.data[left.sketch + i] as number) : Infinity;
    const b = j < right.sketchLength ? (right.data[right.sketch + j] as number) : Infinity;
    if (a === b) common++;
    if (a <= b) i++;
    if (b <= a) j++;
    all++;
  }
  return all > 0 ? common / all : 0;
}
