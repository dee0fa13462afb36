import { UNSPACED } from './lexicon.js';

/** A line with its words, where they lie (UTF-16 units), and how they are written. */
export interface Scanned {
  text: string;
  from: number[];
  to: number[];
  /** In lower case. */
  lower: string[];
  /** All in capitals: they tell nothing then, as in "STOCKS NEAR RECORD HIGH". */
  shouts: boolean;
}

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const MIXED_WORD = new RegExp(
  `(?:${UNSPACED.source})+|(?:(?!${UNSPACED.source})[\\p{L}\\p{M}\\p{N}])+`,
  'gu',
);

export function scanLine(text: string): Scanned {
  const scanned: Scanned = { text, from: [], to: [], lower: [], shouts: false };
  const words = UNSPACED.test(text) ? MIXED_WORD : WORD;
  words.lastIndex = 0;
  for (let found = words.exec(text); found; found = words.exec(text)) {
    scanned.from.push(found.index);
    scanned.to.push(words.lastIndex);
    scanned.lower.push(found[0].toLowerCase());
  }
  scanned.shouts = scanned.lower.length > 1 && !/\p{Ll}/u.test(text);
  return scanned;
}

export const surfaceOf = ({ text, from, to }: Scanned, at: number, end = at): string =>
  text.slice(from[at], to[end]);

/** In capitals: "SOL", "3AC". */
export function isUpper(line: Scanned, at: number): boolean {
  const surface = surfaceOf(line, at);
  return surface === surface.toUpperCase() && surface !== surface.toLowerCase();
}

/** "Near" and "NEAR". */
export function isRaised(line: Scanned, at: number): boolean {
  const first = line.text.charAt(line.from[at] ?? 0);
  return first !== first.toLowerCase();
}

const BETWEEN = /^[\s\-‐‑–_&.'’]{1,2}$/u;

/** Whether two neighbours may belong to one name: "S&P 500", "Mt. Gox", not "near. Protocol". */
export function areJoined(line: Scanned, at: number): boolean {
  const gap = line.text.slice(line.to[at], line.from[at + 1]);
  if (!BETWEEN.test(gap)) return false;
  return gap !== '. ' || (line.to[at] as number) - (line.from[at] as number) <= 2;
}

/** Capitals among capitals, as in "HEADLINE: STOCKS NEAR RECORD HIGH, say brokers". */
export function isAmongCapitals(line: Scanned, at: number, isSymbol: (word: string) => boolean): boolean {
  const isShouted = (i: number): boolean =>
    (line.lower[i]?.length ?? 0) > 1 && isUpper(line, i) && !isSymbol(surfaceOf(line, i));
  return isShouted(at - 1) && isShouted(at + 1);
}
