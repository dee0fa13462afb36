import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { DataQualityError, messageOf } from '../../domain/errors.js';
import { writeAtomically } from '../files.js';

/**
 * The digest of a partition lies beside it: neither Parquet nor CSV tells of a changed byte itself. A writer seals
 * what is to come together with what is there, then puts the new file in its place, so that a crash in between leaves
 * a file that its seal knows.
 */
const sealOf = (file: string): string => `${file}.sha256`;

export async function seal(file: string, sha256: string, isThere: boolean): Promise<void> {
  const before = isThere ? [await digestOf(file)] : [];
  await writeAtomically(sealOf(file), new TextEncoder().encode(`${[sha256, ...before].join('\n')}\n`));
}

export const unseal = (file: string): Promise<void> => rm(sealOf(file), { force: true });

/** What a partition should be and is; null for one that was written before there were seals. */
export async function readSeal(
  file: string,
): Promise<{ ok: boolean; expected: string; found: string } | null> {
  // Writers go on meanwhile: the seal is read after the file, and a second look tells a writer from a fault.
  for (let look = 1; ; look++) {
    const found = await digestOf(file);
    const text = await readFile(sealOf(file), 'utf8').catch((error: unknown) => {
      if (/ENOENT/.test(messageOf(error))) return null;
      throw error;
    });
    if (text === null) return null;
    const known = text.split('\n').filter((line) => line !== '');
    const ok = known.includes(found);
    if (ok || look === 2) return { ok, expected: known[0] ?? 'a digest', found };
  }
}

/** @throws DataQualityError for a partition whose bytes have changed: what is made of it would be sealed anew. */
export async function checkSeal(file: string): Promise<void> {
  const state = await readSeal(file);
  if (state && !state.ok)
    throw new DataQualityError(
      `Stored bars ${file} are not what was stored: their sha256 is ${state.found}, it should be ${state.expected}; ` +
        'restore a backup of it, or move the file aside and collect its range again',
    );
}

export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 }))
    hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
