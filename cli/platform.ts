import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startOfProcess } from '../adapters/processes.js';

/** Where a running platform of a data directory is found by the other commands. */
export interface PlatformState {
  pid: number;
  apiUrl: string;
  temporalAddress: string;
  temporalUi: string | null;
  startedAt: number;
}

const fileOf = (dataDir: string): string => join(dataDir, 'run', 'platform.json');
const childrenOf = (dataDir: string): string => join(dataDir, 'run', 'children.json');

export const writePlatform = (dataDir: string, state: PlatformState): void =>
  writeWhole(dataDir, fileOf(dataDir), state);

function writeWhole(dataDir: string, file: string, value: unknown): void {
  mkdirSync(join(dataDir, 'run'), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(value));
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
  if (readPlatform(dataDir)?.pid !== process.pid) return;
  rmSync(fileOf(dataDir), { force: true });
  rmSync(childrenOf(dataDir), { force: true });
}

/** Remembers each process that is started, so that the next start finds those that outlived a killed platform. */
export function rememberChildren(dataDir: string): (name: string) => (pid: number) => void {
  const children: Record<string, { pid: number; started: string }> = {};
  return (name) => (pid) => {
    children[name] = { pid, started: startOfProcess(pid) };
    writeWhole(dataDir, childrenOf(dataDir), children);
  };
}

const PATIENCE_MS = 10_000;

/**
 * Ends what a killed platform left running: a second Temporal server on the same file would harm it.
 * Only for the holder of the data directory's lock. Returns the names of what was ended.
 */
export async function endOrphans(dataDir: string): Promise<string[]> {
  const left = Object.entries(readChildren(dataDir)).filter(
    ([, { pid, started }]) => started !== '' && startOfProcess(pid) === started,
  );
  for (const [, { pid }] of left) signal(pid, 'SIGTERM');
  const deadline = Date.now() + PATIENCE_MS;
  for (const [, { pid, started }] of left) {
    while (startOfProcess(pid) === started && Date.now() < deadline) await wait(100);
    if (startOfProcess(pid) === started) signal(pid, 'SIGKILL');
  }
  rmSync(childrenOf(dataDir), { force: true });
  return left.map(([name]) => name);
}

function readChildren(dataDir: string): Record<string, { pid: number; started: string }> {
  try {
    return JSON.parse(readFileSync(childrenOf(dataDir), 'utf8')) as ReturnType<typeof readChildren>;
  } catch {
    return {};
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}
