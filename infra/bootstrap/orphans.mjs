import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { TOOLS } from './place.mjs';
import { readJson, writeJson } from './stamps.mjs';

const LOOK_EVERY_MS = 100;
const recordOf = (name) => join(TOOLS, 'running', `${basename(name)}.json`);

/** When a process was started, or '' where it is gone: with the id it names one process only. */
export function startOf(pid) {
  try {
    if (!existsSync('/proc/self/stat'))
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    const [state, ...rest] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' ? '' : rest[18];
  } catch {
    return '';
  }
}

/** Remembers what runs for a step, so that the next start finds it where this one is killed. Gives the way to forget it. */
export function remember(name, pid) {
  writeJson(recordOf(name), { pid, started: startOf(pid) });
  return () => rmSync(recordOf(name), { force: true });
}

/** Two installers at once would leave half of each: what a killed start left running is ended first. */
export async function endOrphan(name) {
  const { pid, started } = readJson(recordOf(name)) ?? {};
  while (pid && started && startOf(pid) === started) {
    process.kill(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  rmSync(recordOf(name), { force: true });
}
