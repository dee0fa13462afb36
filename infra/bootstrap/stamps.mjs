import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { TOOLS } from './place.mjs';

const SKIPPED = new Set(['node_modules', 'dist', '.venv', '__pycache__']);

/** Text that changes when the content of one of the files changes. */
export function contentHash(files, ...more) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(existsSync(file) ? readFileSync(file) : 'absent').update('\0');
  return hash.update(more.join('\0')).digest('hex');
}

/** Text that changes when a file below is added, removed or written (name, size, time: no file is read). */
export function treeHash(paths, ...more) {
  const hash = createHash('sha256').update(more.join('\0'));
  const visit = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isDirectory())
      for (const name of readdirSync(path).sort()) {
        if (!SKIPPED.has(name)) visit(join(path, name));
      }
    else hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\0`);
  };
  for (const path of paths) visit(path);
  return hash.digest('hex');
}

/** How many entries a folder has: fewer than when it was installed means that it is broken. */
export const census = (folder) => (existsSync(folder) ? readdirSync(folder).length : 0);

/** What the step left behind when it last succeeded, or null. */
export function readStamp(name) {
  return readJson(join(TOOLS, 'stamps', `${name}.json`));
}

export function writeStamp(name, value) {
  writeJson(join(TOOLS, 'stamps', `${name}.json`), value);
}

export function clearStamp(name) {
  rmSync(join(TOOLS, 'stamps', `${name}.json`), { force: true });
}

export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Written beside and renamed, so that no reader sees half a file; untouched where it says so already. */
export function writeJson(file, value) {
  const text = `${JSON.stringify(value)}\n`;
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}
