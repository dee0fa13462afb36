import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, extname, relative, resolve, sep } from 'node:path';
import type { StrategySource } from '../../domain/strategies/source.js';
import { InvalidInputError, NotFoundError } from '../../domain/errors.js';

/** The files that a bundle may be made of: a strategy and what lies beside it. */
export interface SourceFiles {
  /** Absolute path of the strategy. */
  entry: string;
  /** The absolute path under which a file is read, links followed; null where there is none beside the entry. */
  find(path: string): string | null;
  read(path: string): Buffer;
  /** As it is named beside the entry, with `/` on every system. */
  nameOf(path: string): string;
}

export const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];
/** What was sent lies in no directory; paths need one all the same. */
const NOWHERE = resolve('/strategy');

/** @throws NotFoundError, InvalidInputError for what is no strategy file */
export function filesOnDisk(path: string): SourceFiles {
  if (!existsSync(path)) throw new NotFoundError(`No strategy file "${path}"`);
  const entry = realpathSync(path);
  if (!statSync(entry).isFile() || !EXTENSIONS.includes(extname(entry)))
    throw new InvalidInputError(`${path} is no strategy file; it must end in ${EXTENSIONS.join(', ')}`);
  const root = dirname(entry);
  return {
    entry,
    find(wanted) {
      if (!existsSync(wanted)) return null;
      const real = realpathSync(wanted);
      return real.startsWith(root + sep) ? real : null;
    },
    read: (file) => readFileSync(file),
    nameOf: (file) => relative(root, file).split(sep).join('/'),
  };
}

export function filesOfSource({ entry, files }: StrategySource): SourceFiles {
  const nameOf = (file: string): string => relative(NOWHERE, file).split(sep).join('/');
  return {
    entry: resolve(NOWHERE, entry),
    find: (wanted) => (Object.hasOwn(files, nameOf(wanted)) ? wanted : null),
    read: (file) => Buffer.from(files[nameOf(file)] ?? ''),
    nameOf,
  };
}
