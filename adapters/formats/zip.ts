import type { Readable } from 'node:stream';
import { DataQualityError, InvalidInputError, messageOf } from '../../domain/errors.js';

/** The one file of a zip archive. */
export interface ZipEntry {
  name: string;
  packedBytes: number;
  open(): Promise<Readable>;
}

/** Entries that archivers add by themselves. */
const NOISE = /(^|\/)(__MACOSX\/|\.|Thumbs\.db$)|\/$/;
/** Names are never used as paths; an archive that tries to leave its folder is refused all the same. */
const LEAVES = /^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)/;
const MOST_ENTRIES = 10_000;

/** @throws InvalidInputError naming the entries where there is not exactly one file. */
export async function openZipEntry(path: string): Promise<ZipEntry> {
  const { openPromise } = await import('yauzl');
  const options = { lazyEntries: true, autoClose: false, validateEntrySizes: true } as const;
  const found: { name: string; packedBytes: number }[] = [];
  try {
    const archive = await openPromise(path, options);
    try {
      for await (const entry of archive.eachEntry()) {
        const name = entry.fileName;
        if (LEAVES.test(name))
          throw new InvalidInputError(`${path} holds ${name}, which leaves its folder: refused`);
        if (!NOISE.test(name)) found.push({ name, packedBytes: entry.compressedSize });
        if (found.length > MOST_ENTRIES) break;
      }
    } finally {
      archive.close();
    }
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    throw new DataQualityError(`${path} is no readable zip archive: ${messageOf(error)}`);
  }
  const [only] = found;
  if (!only || found.length > 1)
    throw new InvalidInputError(
      `${path} holds ${
        found.length === 0
          ? 'no file'
          : found
              .slice(0, 5)
              .map(({ name }) => name)
              .join(', ')
      }` +
        `${found.length > 5 ? ` and ${found.length - 5} more` : ''}; an archive must hold one file: unpack it and give that`,
    );
  return {
    name: only.name.split('/').at(-1) ?? only.name,
    packedBytes: only.packedBytes,
    open: () => streamOf(path, only.name),
  };
}

async function streamOf(path: string, name: string): Promise<Readable> {
  const { openPromise } = await import('yauzl');
  const archive = await openPromise(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true });
  for await (const entry of archive.eachEntry())
    if (entry.fileName === name) {
      const stream = await archive.openReadStreamPromise(entry);
      return stream.on('close', () => archive.close());
    }
  archive.close();
  throw new DataQualityError(`${path} changed while it was read`);
}
