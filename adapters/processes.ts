import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';

export interface ProcessSpec {
  /** Shown in logs: `worker io`, `api`, `train`. */
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** Of the system's scheduler, 1 to 19: how far others go before it. */
  niceness?: number;
  /** Told each new process's id: the first one's and those of its restarts. */
  onSpawn?: (pid: number) => void;
}

export interface Supervised {
  name: string;
  pid(): number | null;
  restarts(): number;
  /** What it said last, or '': mostly why it ended. */
  lastLine(): string;
  /** Asks it to end (SIGTERM), kills it after `graceMs`. Never restarts afterwards. */
  stop(graceMs?: number): Promise<void>;
}

/** What computes for hours leaves the processors to whoever waits for an answer. */
export const COMPUTING_NICENESS = 5;

/** A process that ran this long had started well, so its next restart waits the least again. */
const HEALTHY_MS = 20_000;
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 15_000;

/** Keeps a process running: whatever ends it, it is started again, more slowly each time it fails at once. */
export function supervise(spec: ProcessSpec, log: (line: string) => void): Supervised {
  let child: ChildProcess | null = null;
  let stopping = false;
  let restarts = 0;
  let lastLine = '';
  let wait = FIRST_WAIT_MS;
  let timer: NodeJS.Timeout | undefined;

  const start = (): void => {
    const startedAt = Date.now();
    child = spawn(spec.command, spec.args, {
      env: spec.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(spec.cwd ? { cwd: spec.cwd } : {}),
    });
    for (const stream of [child.stdout, child.stderr])
      if (stream)
        createInterface({ input: stream }).on('line', (line) => {
          lastLine = line;
          log(`[${spec.name}] ${line}`);
        });
    if (child.pid !== undefined) {
      spec.onSpawn?.(child.pid);
      if (spec.niceness !== undefined) giveWay(child.pid, spec.niceness);
    }
    child.once('error', (error) => log(`[${spec.name}] cannot start ${spec.command}: ${error.message}`));
    child.once('close', (code, signal) => {
      child = null;
      if (stopping) return;
      wait = Date.now() - startedAt > HEALTHY_MS ? FIRST_WAIT_MS : Math.min(wait * 2, LONGEST_WAIT_MS);
      restarts++;
      log(`[${spec.name}] ended (${signal ?? code}); starting it again in ${wait} ms`);
      timer = setTimeout(start, wait);
    });
  };
  start();

  return {
    name: spec.name,
    pid: () => child?.pid ?? null,
    restarts: () => restarts,
    lastLine: () => lastLine,
    async stop(graceMs = 25_000) {
      stopping = true;
      clearTimeout(timer);
      const running = child;
      if (!running || running.exitCode !== null) return;
      const ended = new Promise<void>((resolve) => running.once('close', () => resolve()));
      running.kill('SIGTERM');
      const killer = setTimeout(() => running.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(killer);
    },
  };
}

/** One that has ended already needs none. */
function giveWay(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness);
  } catch {
    // Where the system does not let us, it computes as others do.
  }
}

/**
 * When a process was started, in its system's own words, or '' where it is gone or not to be seen. With the id it
 * names one process only: ids are used again.
 */
export function startOfProcess(pid: number): string {
  try {
    if (!existsSync('/proc/self/stat'))
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}
