import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DataQualityError, InvalidInputError, NotFoundError } from '../../domain/errors.js';
import type { ObjectRef } from '../../domain/models.js';
import { fileError, writeAtomically, writeStreamAtomically } from '../files.js';
import type { ObjectsPort } from '../ports.js';
import { checkDigest, checkKey, checkPrefix, DRAFT, NAME } from './keys.js';

/** Objects as files below one directory; the key is the relative path. */
export function fileObjects(directory: string): ObjectsPort {
  const root = resolve(directory);
  /** Digests of files as they were when they were read: `head` is asked often, large files change never. */
  const digests = new Map<string, { stamp: string; ref: ObjectRef }>();
  const pathOf = (key: string): string => join(root, checkKey(key));

  return {
    async put(key, bytes) {
      await writeAtomically(pathOf(key), bytes);
      return { key, sha256: sha256(bytes), bytes: bytes.length };
    },
    async putStream(key, chunks, wanted) {
      const path = pathOf(key);
      return {
        key,
        ...(await writeStreamAtomically(path, chunks, (found) => checkDigest(key, found, wanted))),
      };
    },
    async stream(key) {
      const path = pathOf(key);
      if (!(await stat(path).catch(() => null))?.isFile())
        throw new NotFoundError(`No object "${key}" in ${root}`);
      return createReadStream(path, { highWaterMark: 2 ** 20 });
    },
    async get(key, expected) {
      const bytes = await read(pathOf(key));
      if (!bytes) throw new NotFoundError(`No object "${key}" in ${root}`);
      const found = expected === undefined ? undefined : sha256(bytes);
      if (found !== expected)
        throw new DataQualityError(
          `Object "${key}" is not what was stored: its sha256 is ${found}, it should be ${expected}`,
        );
      return bytes;
    },
    async head(key) {
      const path = pathOf(key);
      const state = await stat(path).catch(() => null);
      if (!state?.isFile()) return null;
      const stamp = `${state.ino} ${state.size} ${state.mtimeMs}`;
      const known = digests.get(key);
      if (known?.stamp === stamp) return known.ref;
      const ref = { key, sha256: await sha256Of(path), bytes: state.size };
      digests.set(key, { stamp, ref });
      return ref;
    },
    async list(prefix) {
      const folder = checkPrefix(prefix);
      const keys: string[] = [];
      await walk(root, folder, keys);
      return keys.filter((key) => key.startsWith(prefix)).sort();
    },
    async entries(prefix) {
      const found = [];
      const keys: string[] = [];
      await walk(root, checkPrefix(prefix), keys);
      for (const key of keys.filter((each) => each.startsWith(prefix)).sort()) {
        const state = await stat(pathOf(key)).catch(() => null);
        if (state) found.push({ key, bytes: state.size, at: state.mtimeMs });
      }
      return found;
    },
    async drafts(before) {
      const found = [];
      const names: string[] = [];
      await walk(root, '', names, (name) => DRAFT.test(name));
      for (const name of names.sort()) {
        const state = await stat(join(root, name)).catch(() => null);
        if (state && state.mtimeMs < before) found.push({ name, bytes: state.size });
      }
      return found;
    },
    async removeDraft(name) {
      if (!DRAFT.test(name))
        throw new InvalidInputError(`"${name}" is no draft; objects are removed by their key`);
      const path = join(root, checkKey(name.replace(DRAFT, '')) + (DRAFT.exec(name)?.[0] ?? ''));
      await rm(path, { force: true });
    },
    async remove(key) {
      const path = pathOf(key);
      digests.delete(key);
      await rm(path, { force: true }).catch((error: unknown) => {
        throw fileError(path, error);
      });
    },
    locate: pathOf,
    close: async () => digests.clear(),
  };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** In pieces: a kept file may be larger than what fits in memory. */
async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 }))
      hash.update(chunk as Uint8Array);
  } catch (error) {
    throw fileError(path, error);
  }
  return hash.digest('hex');
}

const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

async function read(path: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (ABSENT.has((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw fileError(path, error);
  }
}

/** `folder` is empty or ends with a slash. */
async function walk(
  root: string,
  folder: string,
  keys: string[],
  wanted = (name: string): boolean => NAME.test(name) && !DRAFT.test(name),
): Promise<void> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (ABSENT.has(error.code ?? '')) return [];
      throw fileError(join(root, folder), error);
    },
  );
  for (const entry of entries) {
    if (entry.isDirectory()) await walk(root, `${folder}${entry.name}/`, keys, wanted);
    else if (entry.isFile() && wanted(entry.name)) keys.push(folder + entry.name);
  }
}
