import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a running platform of a data directory is found by the other commands. */
export interface PlatformState {
  pid: number;
  apiUrl: string;
  temporalAddress: string;
  temporalUi: string | null;
  startedAt: number;
}

const fileOf = (dataDir: string): string => join(dataDir, 'run', 'platform.json');

export function writePlatform(dataDir: string, state: PlatformState): void {
  mkdirSync(join(dataDir, 'run'), { recursive: true });
  const file = fileOf(dataDir);
  writeFileSync(`${file}.new`, JSON.stringify(state));
  renameSync(`${file}.new`, file);
}

/** The platform that runs on this data directory, or null where none does. */
export function readPlatform(dataDir: string): PlatformState | null {
  try {
    const state = JSON.parse(readFileSync(fileOf(dataDir), 'utf8')) as PlatformState;
    process.kill(state.pid, 0);
    return state;
  } catch {
    return null;
  }
}

/** Removes the mark, but never another platform's. */
export function clearPlatform(dataDir: string): void {
  if (readPlatform(dataDir)?.pid === process.pid) rmSync(fileOf(dataDir), { force: true });
}
