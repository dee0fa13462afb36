import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endOrphan, remember } from './orphans.mjs';
import { LOGS, ROOT, StepError } from './place.mjs';

const TAIL_LINES = 12;
const running = new Set();

/** A signal to the bootstrap ends what it runs, too: a killed installation resumes at the next start. */
for (const [signal, code] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGHUP', 129],
])
  process.on(signal, () => {
    if (running.size === 0 && process.listenerCount(signal) > 1) return;
    for (const child of running) child.kill(signal);
    process.exit(code);
  });

/**
 * Runs a command with its output in a log file.
 * @throws StepError with the log's last lines and the cure where it fails.
 */
export async function runLogged(step) {
  mkdirSync(LOGS, { recursive: true });
  const path = join(LOGS, `${step.log}.log`);
  await endOrphan(step.log);
  const log = createWriteStream(path, { flags: 'w' });
  // A full disk takes the log too; the step's own failure is what is told.
  log.on('error', () => undefined);
  let forget = () => undefined;
  const code = await execute(step, (child) => {
    if (child.pid) forget = remember(step.log, child.pid);
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
  });
  await new Promise((resolve) => log.end(() => resolve()));
  forget();
  if (code === 0) return;
  const reason = typeof code === 'string' ? code : `ended with code ${code}`;
  throw new StepError(
    `${step.what} failed (${step.command} ${reason}).\n${tail(path)}\n${step.cure} The whole log: ${path}`,
  );
}

/** Runs a command on this terminal; its exit code. */
export async function runShown(step) {
  const code = await execute({ ...step, stdio: 'inherit' }, () => undefined);
  return typeof code === 'number' ? code : 1;
}

function execute({ command, args, cwd = ROOT, env = {}, stdio = ['ignore', 'pipe', 'pipe'] }, attach) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio });
    running.add(child);
    attach(child);
    const end = (outcome) => {
      running.delete(child);
      resolve(outcome);
    };
    child.once('error', (error) => end(`cannot start: ${error.message}`));
    child.once('close', (code, signal) => end(code ?? `was ended by ${signal}`));
  });
}

/** The last lines of a log that say something. */
export function tail(path, lines = TAIL_LINES) {
  const all = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  return all
    .slice(-lines)
    .map((line) => `  | ${line.slice(0, 300)}`)
    .join('\n');
}
