import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { messageOf, UnreachableError } from '../domain/errors.js';

/** Writes a file so that a crash leaves the old one or the new one, never a part. */
export async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw fileError(path, error);
  }
}

/**
 * The same for what comes in pieces. `check` sees the digest before the file is in its place.
 * @throws what the pieces, or `check`, throw; nothing is left then.
 */
export async function writeStreamAtomically(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  check: (sha256: string) => void = () => undefined,
): Promise<{ sha256: string; bytes: number }> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  const hash = createHash('sha256');
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  try {
    await mkdir(dirname(path), { recursive: true });
    await pipeline(counted, createWriteStream(draft, { flags: 'wx' }));
    const sha256 = hash.digest('hex');
    check(sha256);
    await replaceFile(draft, path);
    return { sha256, bytes };
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw fileError(path, error);
  }
}

/** Puts a finished draft in a file's place, on the disk before anyone sees it. */
export async function replaceFile(draft: string, path: string): Promise<void> {
  const file = await open(draft, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncDirectory(dirname(path));
}

/** Without this a power cut may forget the renaming; not every file system can do it. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => null);
  await directory?.sync().catch(() => undefined);
  await directory?.close();
}

const CURES: [RegExp, string][] = [
  [/ENOSPC|EDQUOT|no space left|disk quota/i, 'the disk is full: free some space'],
  [/EROFS|read-only file system/i, 'the file system is read-only: give a directory that can be written'],
  [/EACCES|EPERM|permission denied|not permitted/i, 'permission denied: check who owns the directory'],
  [
    /ENOTDIR|EISDIR|EEXIST|not a directory|is a directory/i,
    'a file lies where a directory must be, or the reverse',
  ],
  // Node says this, too, where it cannot make a directory on a read-only file system.
  [/ENOENT/, 'its directory cannot be made: check that the place exists and may be written'],
  [/EMFILE|ENFILE|too many open files/i, 'too many files are open: raise the limit (ulimit -n)'],
];

/** A file system's error (or DuckDB's telling of it) as ours, naming the file and the cure; others pass through. */
export function fileError(path: string, error: unknown): unknown {
  if (error instanceof UnreachableError) return error;
  const text = `${(error as NodeJS.ErrnoException | null)?.code ?? ''} ${messageOf(error)}`;
  const cure = CURES.find(([pattern]) => pattern.test(text));
  return cure ? new UnreachableError(`Cannot use ${path}: ${cure[1]} (${messageOf(error)})`) : error;
}
