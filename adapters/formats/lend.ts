import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { ObjectRef } from '../../domain/models.js';
import { writeStreamAtomically } from '../files.js';
import { checkDigest } from '../objects/keys.js';
import type { ObjectsPort } from '../ports.js';

/**
 * A stored object as a file: the one that it is in a store of files, else a copy that lasts until it is given back.
 * @throws DataQualityError where its digest differs, NotFoundError where it is not there.
 */
export async function lendObject(
  objects: ObjectsPort,
  { key, sha256 }: Pick<ObjectRef, 'key' | 'sha256'>,
): Promise<{ path: string; giveBack(): Promise<void> }> {
  const place = objects.locate(key);
  if (isAbsolute(place) && existsSync(place)) {
    checkDigest(key, await digestOf(place), sha256);
    return { path: place, giveBack: async () => undefined };
  }
  const directory = await mkdtemp(join(tmpdir(), 'finsight-object-'));
  const giveBack = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const path = join(directory, 'object');
    await writeStreamAtomically(path, await objects.stream(key), (found) => checkDigest(key, found, sha256));
    return { path, giveBack };
  } catch (error) {
    await giveBack();
    throw error;
  }
}

/** Hex sha256 of a file, read in pieces. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 }))
    hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
