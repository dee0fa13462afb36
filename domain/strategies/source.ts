import { InvalidInputError } from '../errors.js';

/** A user's own strategy as it travels and is stored: its file, and those beside it that it imports, by their names. */
export interface StrategySource {
  /** Which of the files is the strategy: `my.ts`. */
  entry: string;
  files: Record<string, string>;
}

/** Bytes of all files together. */
export const MOST_SOURCE_BYTES = 100_000;
const MOST_FILES = 50;
const NAME = /^(?:[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,79}\/){0,4}[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,79}\.m?[jt]s$/;

/** A file is known by its path or its ending; names of ours have neither. */
export const isStrategyFile = (name: string): boolean => /[\\/]|\.[cm]?[jt]s$/.test(name);

/** Digest of the files of a source, in the place of its text. */
export const isSourceDigest = (code: string): boolean => /^[0-9a-f]{64}$/.test(code);

/** Where the source of this digest lies among the objects. */
export const sourceKeyOf = (digest: string): string => `strategies/${digest}.json`;

/**
 * A source from what a request brings: one text, or the texts of several files by their names.
 * @throws InvalidInputError naming the file and what would have been right
 */
export function readSource(entry: string, code: string | Record<string, string>): StrategySource {
  const files = typeof code === 'string' ? { [entry]: code } : code;
  const names = Object.keys(files);
  const bad = [entry, ...names].find((name) => !NAME.test(name));
  if (bad !== undefined)
    throw new InvalidInputError(
      `"${bad.slice(0, 100)}" is no name of a strategy file; it must be letters, digits and . _ @ + - and end in .ts, .mts, .js or .mjs, such as my.ts`,
    );
  if (!Object.hasOwn(files, entry))
    throw new InvalidInputError(`The strategy is ${entry}, but code has ${names.join(', ') || 'no file'}`);
  const bytes = Object.values(files).reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0);
  if (bytes > MOST_SOURCE_BYTES || names.length > MOST_FILES)
    throw new InvalidInputError(
      `${entry} has ${bytes} bytes in ${names.length} files; at most ${MOST_SOURCE_BYTES} bytes in ${MOST_FILES} files are taken`,
    );
  return { entry, files };
}
