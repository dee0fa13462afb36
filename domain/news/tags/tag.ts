import type { Mention } from '../articles.js';
import { DEFAULT_LEXICON, isInstrument, STEM, type Entry, type Lexicon } from './lexicon.js';
import { judge, pairBase, sayCrypto, type Verdict } from './judge.js';
import { areJoined, scanLine, surfaceOf, type Scanned } from './scan.js';

export interface Tags {
  /** Sorted. */
  tickers: string[];
  /** In the order of title and text. */
  mentions: Mention[];
  /** Sorted. */
  topics: string[];
}

/** Of one article; a text that lists a thousand names is a table. */
const MOST_MENTIONS = 200;
/** Characters of a text that are read for names. */
const LONGEST = 50_000;

interface Found {
  mention: Mention;
  verdict: Verdict;
  instrument: boolean;
}

/** Instruments, other entities and topics that a plain title and text speak of, by the rules of a dictionary. */
export function tagArticle(
  { title, text }: { title: string; text: string },
  lexicon: Lexicon = DEFAULT_LEXICON,
): Tags {
  const lines = { title: scanLine(title), text: scanLine(text.slice(0, LONGEST)) };
  const topics = new Set<string>();
  const found: Found[] = [];
  for (const field of ['title', 'text'] as const)
    for (const each of namesOf(lines[field], lexicon, topics)) found.push(asFound(each, field, lines[field]));
  const isCrypto =
    sayCrypto(lines.title) ||
    sayCrypto(lines.text) ||
    found.some(({ verdict, mention }) => verdict === 'yes' && mention.kind === 'crypto');
  const kept = found.filter(({ verdict }) => verdict === 'yes' || (verdict === 'ifCrypto' && isCrypto));
  for (const { mention } of kept)
    for (const topic of lexicon.topicsOf.get(mention.entity) ?? []) topics.add(topic);
  const tickers = kept.filter(({ instrument }) => instrument).map(({ mention }) => mention.entity);
  return {
    tickers: [...new Set(tickers)].sort(),
    mentions: kept.slice(0, MOST_MENTIONS).map(({ mention }) => mention),
    topics: [...topics].sort(),
  };
}

/** Base assets that a text speaks of, sorted. */
export const tickersOf = (text: string): string[] => tagArticle({ title: '', text }).tickers;

interface Name {
  entry: Entry;
  from: number;
  to: number;
  verdict: Verdict;
}

function asFound({ entry, from, to, verdict }: Name, field: Mention['field'], { text }: Scanned): Found {
  const { id, kind } = entry.entity ?? { id: '', kind: '' };
  const mention = { entity: id, kind, field, from, to, surface: text.slice(from, to) };
  return { mention, verdict, instrument: entry.entity !== null && isInstrument(entry.entity) };
}

/** Names in their order; topics are added on the way. The longest name at a place wins. */
function namesOf(line: Scanned, lexicon: Lexicon, topics: Set<string>): Name[] {
  const names = runNames(line, lexicon);
  for (let at = 0; at < line.lower.length;) at += takeAt({ line, lexicon, topics, names }, at);
  return names.sort((a, b) => a.from - b.from);
}

/** How many words the name at a place takes, or 1. */
function takeAt(
  given: { line: Scanned; lexicon: Lexicon; topics: Set<string>; names: Name[] },
  at: number,
): number {
  const { line, lexicon, topics, names } = given;
  let taken = 0;
  let isOpen = true;
  let isIgnored = false;
  for (const entry of entriesAt(line, lexicon, at)) {
    if (!isOpen && entry.topic === null) continue;
    if (!fits(line, entry, at)) continue;
    if (entry.topic !== null) {
      if (!isIgnored) topics.add(entry.topic);
    } else {
      const end = at + entry.words.length - 1;
      const verdict = entry.entity ? judge({ line, entry, at, lexicon }) : 'no';
      if (entry.entity && verdict === 'no') continue;
      isOpen = false;
      isIgnored ||= entry.entity === null;
      taken = entry.words.length;
      const [from, to] = [line.from[at] as number, line.to[end] as number];
      if (entry.entity) names.push({ entry, from, to, verdict });
    }
  }
  if (taken > 0) return taken;
  const base = pairBase(surfaceOf(line, at), lexicon);
  const entry = base ? lexicon.byWord.get(base.toLowerCase())?.find(({ isSymbol }) => isSymbol) : undefined;
  const from = line.from[at] as number;
  if (base && entry) names.push({ entry, from, to: from + base.length, verdict: 'yes' });
  return 1;
}

const NONE: Entry[] = [];

function entriesAt(line: Scanned, lexicon: Lexicon, at: number): Entry[] {
  const word = line.lower[at] ?? '';
  const exact = lexicon.byWord.get(word) ?? NONE;
  const single =
    word.length > 3 && word.endsWith('s') ? (lexicon.byWord.get(word.slice(0, -1)) ?? NONE) : NONE;
  const open = lexicon.byStem.get(word.slice(0, STEM)) ?? NONE;
  if (single === NONE && open === NONE) return exact;
  return [...exact, ...single.filter(({ reading, isSymbol }) => reading === 'any' && !isSymbol), ...open];
}

function fits(line: Scanned, entry: Entry, at: number): boolean {
  const last = entry.words.length - 1;
  for (let i = 0; i <= last; i++) {
    const word = line.lower[at + i];
    if (word === undefined || (i < last && !areJoined(line, at + i))) return false;
    if (word === entry.words[i]) continue;
    const wanted = entry.words[i] as string;
    const ends = entry.open ? word.startsWith(wanted) : word === `${wanted}s` && entry.reading === 'any';
    if (i < last || !ends || entry.isSymbol) return false;
  }
  return true;
}

/** Names within runs of letters of scripts without gaps. */
function runNames(line: Scanned, lexicon: Lexicon): Name[] {
  if (!lexicon.runs || !UNSPACED_SIGN.test(line.text)) return [];
  return [...line.text.matchAll(lexicon.runs)].flatMap(({ 0: surface, index }) => {
    const entry = lexicon.byRun.get(surface);
    return entry ? [{ entry, from: index, to: index + surface.length, verdict: 'yes' as const }] : [];
  });
}

/** Any sign beyond the alphabets of Europe. */
const UNSPACED_SIGN = /[\u0600-\u06ff\u1100-\u11ff\u3040-\u9fff\uac00-\ud7af]/;
