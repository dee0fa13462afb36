import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { sha256Hex } from '../../domain/digest.js';
import { DataQualityError, InvalidInputError, NotFoundError } from '../../domain/errors.js';
import { writeAtomically } from '../files.js';
import type { ObjectsPort } from '../ports.js';

const KEY = /^[A-Za-z0-9_=@+-][A-Za-z0-9._=@+-]*(\/[A-Za-z0-9_=@+-][A-Za-z0-9._=@+-]*)*$/;

/** Objects as files below one directory; the key is the relative path. */
export function fileObjects(root: string): ObjectsPort {
  const pathOf = (key: string): string => {
    if (KEY.test(key) && key.length <= 512) return join(resolve(root), key);
    throw new InvalidInputError(`Unusable object key "${key}"; a key is names joined by "/", such as reports/run_1.html`);
  };
  const read = async (key: string): Promise<Uint8Array | null> => {
    try {
      return new Uint8Array(await readFile(pathOf(key)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  };
  return {
    async put(key, bytes) {
      await writeAtomically(pathOf(key), bytes);
      return { key, sha256: sha256Hex(bytes), bytes: bytes.length };
    },
    async get(key, sha256) {
      const bytes = await read(key);
      if (!bytes) throw new NotFoundError(`No object "${key}" below ${root}`);
      const found = sha256 === undefined ? undefined : sha256Hex(bytes);
      if (found !== sha256)
        throw new DataQualityError(`Object ${key} was changed: its sha256 is ${found}, recorded was ${sha256}`);
      return bytes;
    },
    async head(key) {
      const bytes = await read(key);
      return bytes && { key, sha256: sha256Hex(bytes), bytes: bytes.length };
    },
    async list(prefix) {
      const keys: string[] = [];
      await walk(resolve(root), '', keys);
      return keys.filter((key) => key.startsWith(prefix)).sort();
    },
    async remove(key) {
      await rm(pathOf(key), { force: true });
    },
    locate: (key) => pathOf(key),
    close: async () => undefined,
  };
}

async function walk(root: string, prefix: string, keys: string[]): Promise<void> {
  const directory = join(root, prefix);
  if (!(await stat(directory).catch(() => null))) return;
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const key = prefix ? `${prefix}/${entry.name}` : entry.name;
    if (entry.isDirectory()) await walk(root, key, keys);
    else if (!entry.name.endsWith('.new')) keys.push(key);
  }
}
