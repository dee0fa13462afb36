import { INSTRUMENTS, NO_ENTITIES, OTHERS } from './instruments.js';
import { INSTRUMENT_KINDS, type EntityRule, type SymbolReading, type TagRules } from './rules.js';
import { TOPICS } from './topics.js';

/** How a run of words must be written to count. */
export type Reading = SymbolReading | 'word' | 'proper' | 'exact';

/** A run of words and what it means. */
export interface Entry {
  /** In lower case. */
  words: string[];
  /** The last word may end in any way. */
  open: boolean;
  reading: Reading;
  /** Null for a topic and for what is ignored. */
  entity: EntityRule | null;
  topic: string | null;
  /** As written, where only that counts. */
  exact: string | null;
  isSymbol: boolean;
}

/** Rules made ready: entries by their first word, by the first letters of an open one, and within runs of letters. */
export interface Lexicon {
  byWord: Map<string, Entry[]>;
  byStem: Map<string, Entry[]>;
  /** Names in scripts without gaps; null where there are none. */
  runs: RegExp | null;
  byRun: Map<string, Entry>;
  symbols: Set<string>;
  /** Topics that an entity makes by itself. */
  topicsOf: Map<string, string[]>;
}

export const DEFAULT_RULES: TagRules = {
  entities: [...INSTRUMENTS, ...OTHERS],
  topics: TOPICS,
  ignored: NO_ENTITIES,
};

/** Letters by which an open word is looked up. */
export const STEM = 3;

/** Scripts that write words, or what is put before and behind them, without gaps. */
export const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Arabic}ー]/u;

export function compileLexicon(rules: TagRules): Lexicon {
  const lexicon: Lexicon = {
    ...{ byWord: new Map(), byStem: new Map(), byRun: new Map(), runs: null, topicsOf: new Map() },
    symbols: new Set(rules.entities.filter(isInstrument).map(({ id }) => id.toUpperCase())),
  };
  for (const entity of rules.entities) for (const entry of entriesOf(entity)) put(lexicon, entry);
  for (const { id, entities = [] } of rules.topics)
    for (const entity of entities) add(lexicon.topicsOf, entity, id);
  for (const { id, words } of rules.topics)
    for (const run of words.split('|').flatMap((part, i) => (i === 0 ? part.split(' ') : [part])))
      if (run.trim()) put(lexicon, { ...entryOf(run, 'any', null), topic: id });
  for (const run of rules.ignored) put(lexicon, entryOf(run, 'any', null));
  const names = [...lexicon.byRun.keys()].sort((a, b) => b.length - a.length);
  lexicon.runs = names.length > 0 ? new RegExp(names.map(escaped).join('|'), 'gu') : null;
  for (const list of [...lexicon.byWord.values(), ...lexicon.byStem.values()])
    list.sort((a, b) => b.words.length - a.words.length);
  return lexicon;
}

export const isInstrument = ({ kind }: EntityRule): boolean => INSTRUMENT_KINDS.includes(kind);

/** Words of a run as the scanner parts them. */
export const wordsOf = (run: string): string[] => run.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

function* entriesOf(entity: EntityRule): Generator<Entry> {
  for (const name of entity.names) yield entryOf(name, 'any', entity);
  for (const name of entity.words ?? []) yield entryOf(name, 'word', entity);
  for (const name of entity.proper ?? []) yield entryOf(name, 'proper', entity);
  for (const name of entity.capitals ?? []) yield { ...entryOf(name, 'exact', entity), exact: name };
  if (isInstrument(entity)) yield { ...entryOf(entity.id, entity.symbol ?? 'any', entity), isSymbol: true };
}

const entryOf = (run: string, reading: Reading, entity: EntityRule | null): Entry => ({
  words: wordsOf(run),
  open: run.endsWith('*'),
  ...{ reading, entity, topic: null, exact: null, isSymbol: false },
});

function put(lexicon: Lexicon, entry: Entry): void {
  const [first = ''] = entry.words;
  if (!first) return;
  if (entry.words.length === 1 && UNSPACED.test(first)) lexicon.byRun.set(first, entry);
  else if (entry.open && entry.words.length === 1) add(lexicon.byStem, first.slice(0, STEM), entry);
  else add(lexicon.byWord, first, entry);
}

function add<T>(map: Map<string, T[]>, key: string, entry: T): void {
  const list = map.get(key);
  if (list) list.push(entry);
  else map.set(key, [entry]);
}

export const DEFAULT_LEXICON = compileLexicon(DEFAULT_RULES);
