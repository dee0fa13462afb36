import { wantedPhrases, type Search } from './search.js';
import { wordsIn, type Word } from './words.js';

export interface SearchedText {
  title: string;
  text: string;
}

/** A text and the places in it to be marked, `[from, to)` in UTF-16 units: no HTML, so nothing has to be escaped. */
export interface Marked {
  text: string;
  marks: [from: number, to: number][];
}

type Phrase = { words: string[]; prefix: boolean };

/** An article's words in their order; made once, asked by many searches. */
export interface WordIndex {
  title: Word[];
  text: Word[];
}

export const indexWords = ({ title, text }: SearchedText): WordIndex => ({
  title: wordsIn(title),
  text: wordsIn(text),
});

/** The same answer as an index's: a phrase lies in the title or in the text, never across both. */
export function matches(search: Search, index: WordIndex): boolean {
  if (search.kind === 'phrase')
    return placesOf(search, index.title).length > 0 || placesOf(search, index.text).length > 0;
  if (search.kind === 'not') return !matches(search.part, index);
  const has = (part: Search): boolean => matches(part, index);
  return search.kind === 'and' ? search.parts.every(has) : search.parts.some(has);
}

/** Positions at which a phrase begins. */
export function placesOf({ words, prefix }: Phrase, all: Word[]): number[] {
  const places: number[] = [];
  const last = words.length - 1;
  const fits = (at: number, i: number): boolean => {
    const word = all[at]?.word;
    const wanted = words[i] ?? '';
    return word === wanted || (prefix && i === last && word !== undefined && word.startsWith(wanted));
  };
  for (let at = 0; at + last < all.length; at++) {
    let i = 0;
    while (i <= last && fits(at + i, i)) i++;
    if (i > last) places.push(at);
  }
  return places;
}

const SNIPPET = 240;

/** Title and the stretch of the text with the most of what was asked for; without a search its beginning. */
export function highlight(article: SearchedText, search: Search | null): { title: Marked; snippet: Marked } {
  const phrases = search ? wantedPhrases(search) : [];
  const index = indexWords(phrases.length > 0 ? article : { title: '', text: '' });
  const title = marksIn(index.title, phrases);
  const text = marksIn(index.text, phrases);
  return { title: { text: article.title, marks: title }, snippet: snippetOf(article.text, text) };
}

function marksIn(words: Word[], phrases: Phrase[]): Marked['marks'] {
  const marks = phrases.flatMap((phrase) =>
    placesOf(phrase, words).map((at): [number, number] => [
      words[at]?.from ?? 0,
      words[at + phrase.words.length - 1]?.to ?? 0,
    ]),
  );
  marks.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const merged: Marked['marks'] = [];
  for (const mark of marks) {
    const before = merged.at(-1);
    if (before && mark[0] < before[1]) before[1] = Math.max(before[1], mark[1]);
    else merged.push([...mark]);
  }
  return merged;
}

function snippetOf(text: string, marks: Marked['marks']): Marked {
  const start = densest(marks);
  const from = start <= 40 ? 0 : nextGap(text, start - 40);
  const end = Math.min(text.length, from + SNIPPET);
  const to = end < text.length ? Math.max(from + 1, text.lastIndexOf(' ', end)) : end;
  const inside = marks.filter(([a, b]) => a >= from && b <= to);
  return { text: text.slice(from, to), marks: inside.map(([a, b]) => [a - from, b - from]) };
}

/** Where the stretch with the most marks begins. */
function densest(marks: Marked['marks']): number {
  let best = { start: 0, marks: 0 };
  let last = 0;
  marks.forEach(([start], first) => {
    while (last < marks.length && (marks[last]?.[1] ?? 0) <= start + SNIPPET - 40) last++;
    if (last - first > best.marks) best = { start, marks: last - first };
  });
  return best.start;
}

function nextGap(text: string, at: number): number {
  const gap = text.indexOf(' ', at);
  return gap >= 0 && gap < at + 40 ? gap + 1 : at;
}
