import { InvalidInputError } from '../errors.js';
import { wordsOf } from './words.js';

/** What a search asks of a text. */
export type Search =
  | { kind: 'phrase'; words: string[]; prefix: boolean }
  | { kind: 'and' | 'or'; parts: Search[] }
  | { kind: 'not'; part: Search };

type Sign = { at: number } & (
  { sign: '(' | ')' | 'AND' | 'OR' | 'NOT' } | { sign: 'phrase'; words: string[]; prefix: boolean }
);

const LONGEST_QUERY = 500;
const MOST_PHRASES = 32;
const DEEPEST = 16;
const SHORTEST_PREFIX = 2;
const OPERATORS = new Set(['AND', 'OR', 'NOT']);
const FORM = 'words, "phrases", AND, OR, NOT or -word, (groups) and prefixes such as bitc*';

/**
 * Reads `bitcoin (etf OR "exchange traded fund") -rumour regulat*`. Words side by side are all wanted; AND binds
 * tighter than OR; the operators are written in capitals.
 * @throws InvalidInputError saying where and what is wrong.
 */
export function parseSearch(text: string): Search {
  if (text.length > LONGEST_QUERY)
    throw new InvalidInputError(`The search has ${text.length} characters; at most ${LONGEST_QUERY}`);
  const signs = signsOf(text);
  const phrases = signs.filter(({ sign }) => sign === 'phrase').length;
  if (phrases === 0)
    throw new InvalidInputError(`The search "${text.slice(0, 80)}" has no word; it takes ${FORM}`);
  if (phrases > MOST_PHRASES)
    throw new InvalidInputError(`The search has ${phrases} words or phrases; at most ${MOST_PHRASES}`);
  return parse(signs);
}

function signsOf(text: string): Sign[] {
  const signs: Sign[] = [];
  const PIECE = /\s+|[()]|-(?=[^\s()])|"([^"]*)("?)|[^\s()"]+/g;
  for (const { 0: piece, 1: quoted, 2: close, index: at } of text.matchAll(PIECE)) {
    if (/^\s/.test(piece)) continue;
    // A dash within a word is part of it: the pattern for words has taken it already.
    if (piece === '-') signs.push({ sign: 'NOT', at });
    else if (piece === '(' || piece === ')' || OPERATORS.has(piece))
      signs.push({ sign: piece as '(' | ')' | 'AND' | 'OR' | 'NOT', at });
    else if (quoted !== undefined && close === '') throw wrong('a quote that is not closed', at);
    else {
      const words = wordsOf(quoted ?? piece);
      // Punctuation alone asks for nothing.
      if (words.length > 0)
        signs.push({ sign: 'phrase', words, prefix: quoted === undefined && isPrefix(piece, words, at), at });
    }
  }
  return signs;
}

function isPrefix(piece: string, words: string[], at: number): boolean {
  if (!piece.endsWith('*')) return false;
  if ((words.at(-1)?.length ?? 0) >= SHORTEST_PREFIX) return true;
  throw wrong(`"${piece}": a prefix needs at least ${SHORTEST_PREFIX} characters`, at);
}

const wrong = (what: string, at: number): InvalidInputError =>
  new InvalidInputError(`The search cannot be read at character ${at + 1}: ${what}; it takes ${FORM}`);

/** By descent; every function takes its signs from the front. */
function parse(signs: Sign[]): Search {
  let at = 0;
  const is = (sign: Sign['sign']): boolean => signs[at]?.sign === sign;

  const either = (depth: number): Search => {
    const parts = [all(depth)];
    while (is('OR')) {
      at++;
      parts.push(all(depth));
    }
    return joined('or', parts);
  };
  const all = (depth: number): Search => {
    const parts = [one(depth)];
    while (at < signs.length && !is('OR') && !is(')')) {
      if (is('AND')) at++;
      parts.push(one(depth));
    }
    return joined('and', parts);
  };
  const one = (depth: number): Search => {
    const sign = signs[at];
    if (!sign) throw wrong('a word is missing at its end', signs.at(-1)?.at ?? 0);
    if (depth > DEEPEST) throw wrong(`groups are nested deeper than ${DEEPEST}`, sign.at);
    at++;
    if (sign.sign === 'phrase') return { kind: 'phrase', words: sign.words, prefix: sign.prefix };
    if (sign.sign === 'NOT') return { kind: 'not', part: one(depth + 1) };
    if (sign.sign !== '(') throw wrong(`a word is missing before ${sign.sign}`, sign.at);
    const inner = either(depth + 1);
    if (!is(')')) throw wrong('a group that is not closed', sign.at);
    at++;
    return inner;
  };

  const search = either(0);
  const left = signs[at];
  if (left) throw wrong(`${left.sign} that closes nothing`, left.at);
  return search;
}

const joined = (kind: 'and' | 'or', parts: Search[]): Search =>
  parts.length === 1 && parts[0] ? parts[0] : { kind, parts };

/** Phrases that a text is to have, for ranking and highlights: those under a NOT are left out. */
export function wantedPhrases(search: Search): { words: string[]; prefix: boolean }[] {
  if (search.kind === 'phrase') return [search];
  return search.kind === 'not' ? [] : search.parts.flatMap(wantedPhrases);
}
