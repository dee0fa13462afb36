import { DataQualityError, InvalidInputError } from '../../domain/errors.js';

/** A name may not begin with a dot, which also keeps `..` out. */
export const NAME = /^[A-Za-z0-9_=@+-][A-Za-z0-9._=@+-]{0,199}$/;
/** What the file store calls a file that is being written. */
export const DRAFT = /\.[0-9a-f]{12}\.new$/;
const MAX_KEY = 512;

/** @throws InvalidInputError for keys that could leave the store or that some store could not hold. */
export function checkKey(key: string): string {
  if (key.length <= MAX_KEY && !DRAFT.test(key) && key.split('/').every((name) => NAME.test(name)))
    return key;
  throw new InvalidInputError(
    `Unusable object key ${JSON.stringify(key.slice(0, 200))}; a key is names of A-Z a-z 0-9 . _ = @ + - joined by "/", ` +
      'none beginning with a dot, such as reports/run_1.html',
  );
}

/** The folder part of a prefix is checked like a key. @throws InvalidInputError */
export function checkPrefix(prefix: string): string {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (folder !== '') checkKey(folder.slice(0, -1));
  return folder;
}

/** Holds a digest against the one that is wanted, if one is. @throws DataQualityError naming both. */
export function checkDigest(key: string, found: string, wanted: string | undefined): void {
  if (wanted !== undefined && found !== wanted)
    throw new DataQualityError(
      `Object "${key}" is not what it should be: its sha256 is ${found}, it should be ${wanted}`,
    );
}
