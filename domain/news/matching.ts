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

interface Field {
  words: Word[];
  places: Map<string, number[]>;
}

/** An article's words by where they stand; made once, asked by many searches. */
export interface WordIndex {
  title: Field;
  text: Field;
}

export const indexWords = ({ title, text }: SearchedText): WordIndex => ({
  title: fieldOf(title),
  text: fieldOf(text),
});

function fieldOf(text: string): Field {
  const words = wordsIn(text);
  const places = new Map<string, number[]>();
  words.forEach(({ word }, at) => {
    const held = places.get(word);
    if (held) held.push(at);
    else places.set(word, [at]);
  });
  return { words, places };
}

/** The same answer as an index's: a phrase lies in the title or in the text, never across both. */
export function matches(search: Search, index: WordIndex): boolean {
  if (search.kind === 'phrase')
    return placesOf(search, index.title).length > 0 || placesOf(search, index.text).length > 0;
  if (search.kind === 'not') return !matches(search.part, index);
  const has = (part: Search): boolean => matches(part, index);
  return search.kind === 'and' ? search.parts.every(has) : search.parts.some(has);
}

/** Positions at which a phrase begins. */
export function placesOf({ words, prefix }: Phrase, { places, words: all }: Field): number[] {
  const last = words.length - 1;
  const fits = (at: number, i: number): boolean => {
    const word = all[at + i]?.word;
    const wanted = words[i] ?? '';
    return word === wanted || (prefix && i === last && word !== undefined && word.startsWith(wanted));
  };
  const first = words[0] ?? '';
  const starts =
    last === 0 && prefix
      ? [...places].flatMap(([word, at]) => (word.startsWith(first) ? at : [])).sort((a, b) => a - b)
      : (places.get(first) ?? []);
  return starts.filter((at) => words.every((_, i) => fits(at, i)));
}

const SNIPPET = 240;

/** Title and the stretch of the text with the most of what was asked for; without a search its beginning. */
export function highlight(
  article: SearchedText,
  search: Search | null,
  index: WordIndex = indexWords(article),
): { title: Marked; snippet: Marked } {
  const phrases = search ? wantedPhrases(search) : [];
  const title = marksIn(index.title, phrases);
  const text = marksIn(index.text, phrases);
  return { title: { text: article.title, marks: title }, snippet: snippetOf(article.text, text) };
}

function marksIn(field: Field, phrases: Phrase[]): Marked['marks'] {
  const marks = phrases.flatMap((phrase) =>
    placesOf(phrase, field).map((at): [number, number] => [
      field.words[at]?.from ?? 0,
      field.words[at + phrase.words.length - 1]?.to ?? 0,
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
