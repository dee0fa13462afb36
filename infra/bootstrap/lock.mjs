import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOOLS } from './place.mjs';

const LOOK_EVERY_MS = 200;
const held = new Set();

process.once('exit', () => {
  for (const file of held) rmSync(file, { force: true });
});

/** True where this process holds the lock now; a lock whose process is dead is taken over. */
export function tryLock(name) {
  const file = join(TOOLS, `${name}.lock`);
  mkdirSync(TOOLS, { recursive: true });
  if (claim(file)) return true;
  const owner = ownerOf(file);
  if (owner !== null && isAlive(owner)) return false;
  rmSync(file, { force: true });
  return claim(file);
}

export function unlock(name) {
  const file = join(TOOLS, `${name}.lock`);
  rmSync(file, { force: true });
  held.delete(file);
}

/** Runs the work while no other process does the same; says once that it waits. */
export async function withLock(name, say, work) {
  let said = false;
  while (!tryLock(name)) {
    if (!said) say(`another start is preparing ${name}; waiting for it`);
    said = true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  try {
    return await work();
  } finally {
    unlock(name);
  }
}

function claim(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    held.add(file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function ownerOf(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
