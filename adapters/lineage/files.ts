import { createReadStream } from 'node:fs';
import type { FetchedPage, FileReading } from '../../domain/lineage.js';
import type { ObjectRef } from '../../domain/models.js';
import type { ObjectsPort } from '../ports.js';

/**
 * Keeps an imported file as an object of its own, addressed by its content: the same file is kept once, and an upload
 * may be removed without breaking the way back. Null where nothing is to be kept.
 */
export async function keepFile(
  { objects, keepAnswers }: { objects: ObjectsPort; keepAnswers: boolean },
  { name, path, sha256, reading }: NonNullable<FetchedPage['file']>,
): Promise<{ name: string; object: ObjectRef; reading: FileReading } | null> {
  if (!keepAnswers) return null;
  const key = `files/${sha256}`;
  const held = await objects.head(key);
  const object =
    held?.sha256 === sha256 ? held : await objects.putStream(key, createReadStream(path), sha256);
  return { name, object, reading };
}
