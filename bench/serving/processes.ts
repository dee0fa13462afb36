import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../domain/errors.js';
import { rounded, timesOf } from './figures.js';

export interface ServerProcess {
  url: string;
  /** `SIGKILL` or `SIGSTOP`. */
  signal(name: NodeJS.Signals): void;
  close(): Promise<void>;
}

/** A model server of bench/serving/remote.ts in a process of its own. */
export async function startServerProcess(): Promise<ServerProcess> {
  const entry = fileURLToPath(new URL('./model-server.js', import.meta.url));
  const child = spawn(process.execPath, [entry], { stdio: ['pipe', 'pipe', 'inherit'] });
  const url = await new Promise<string>((done, fail) => {
    child.stdout.setEncoding('utf8').once('data', (text: string) => done(text.trim()));
    child
      .once('error', fail)
      .once('exit', (code) => fail(new Error(`the model server ended with code ${code}`)));
  });
  return {
    url,
    signal: (name) => void child.kill(name),
    close: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  // One that was stopped reads no input.
  child.kill('SIGKILL');
  await gone;
}

export interface SteadyLoad {
  perSecond: number;
  seconds: number;
  ask(i: number): Promise<unknown>;
  /** Happens after half of the time; the requests go on meanwhile. */
  inMiddle?(): Promise<unknown>;
}

/** Requests start on time whether or not earlier ones have ended. */
export async function steadyLoad({ perSecond, seconds, ask, inMiddle }: SteadyLoad) {
  const count = perSecond * seconds;
  const faults: string[] = [];
  const answers: { at: number; ms: number }[] = [];
  const pending: Promise<unknown>[] = [];
  const start = performance.now();
  let middle: number | null = null;
  for (let i = 0; i < count; i++) {
    const wait = start + (i * 1000) / perSecond - performance.now();
    if (wait > 0) await pause(wait);
    if (middle === null && i >= count / 2) {
      middle = performance.now();
      pending.push(inMiddle?.() ?? Promise.resolve());
    }
    const at = performance.now();
    pending.push(
      ask(i).then(
        () => void answers.push({ at, ms: performance.now() - at }),
        (error: unknown) => void faults.push(messageOf(error)),
      ),
    );
  }
  await Promise.all(pending);
  const since = middle ?? start;
  const part = (isAfter: boolean): number[] =>
    answers.filter(({ at }) => at >= since === isAfter).map(({ ms }) => ms);
  return {
    requests: count,
    perSecond,
    lost: faults.length,
    ...(faults.length > 0 && { firstFault: faults[0] }),
    before: timesOf(part(false)),
    after: timesOf(part(true)),
    /** Of requests that ran at the time or came later: how long the slowest waited. */
    slowestAfterMs: rounded(
      Math.max(...answers.filter(({ at, ms }) => at + ms >= since).map(({ ms }) => ms)),
    ),
  };
}
