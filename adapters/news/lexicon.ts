import { readFile, stat } from 'node:fs/promises';
import { InvalidInputError, messageOf } from '../../domain/errors.js';
import {
  compileLexicon,
  DEFAULT_LEXICON,
  DEFAULT_RULES,
  type Lexicon,
} from '../../domain/news/tags/lexicon.js';
import { withOwnRules } from '../../domain/news/tags/own-rules.js';

const LARGEST = 16 * 2 ** 20;

/**
 * The dictionary of instruments, with the user's file over it where `path` names one. The file is read again when it
 * has changed. @throws InvalidInputError where it cannot be read or is wrong
 */
export function openLexicon(path: string): () => Promise<Lexicon> {
  if (!path) return async () => DEFAULT_LEXICON;
  let kept: { changedAt: number; lexicon: Lexicon } | null = null;
  return async () => {
    const changedAt = await changeOf(path);
    if (kept?.changedAt !== changedAt) kept = { changedAt, lexicon: await readLexicon(path) };
    return kept.lexicon;
  };
}

async function changeOf(path: string): Promise<number> {
  try {
    const { mtimeMs, size } = await stat(path);
    if (size <= LARGEST) return mtimeMs;
  } catch (error) {
    throw new InvalidInputError(`FINSIGHT_INSTRUMENTS: ${path} cannot be read (${messageOf(error)})`);
  }
  throw new InvalidInputError(`FINSIGHT_INSTRUMENTS: ${path} is larger than ${LARGEST} bytes`);
}

async function readLexicon(path: string): Promise<Lexicon> {
  const text = await readFile(path, 'utf8');
  let own: unknown;
  try {
    own = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new InvalidInputError(`FINSIGHT_INSTRUMENTS: ${path} is no JSON: ${messageOf(error)}`);
  }
  return compileLexicon(withOwnRules(DEFAULT_RULES, own, path));
}
