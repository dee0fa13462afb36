import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { InvalidInputError, messageOf, UnreachableError } from '../domain/errors.js';
import { suggestResult } from '../domain/ml.js';
import { environment, projectRoot } from './config.js';
import type { Suggester, SuggestionsPort } from './ports-backtest.js';
import { readMlState, readToolPaths } from './toolchain.js';

/** Loading Optuna takes seconds where the disk is cold; TPE on some hundred trials less than one. */
const PATIENCE_MS = 120_000;
const TAIL_CHARACTERS = 600;
const INSTALL = 'node infra/bootstrap.mjs prepare';

/** The program that the queue `train` suggests by, as a process of its own: a request a line, an answer a line. */
export const pythonSuggestions = (): SuggestionsPort => ({
  async open() {
    const { state, reason } = readMlState();
    if (state !== 'ready') throw new UnreachableError(missing(state, reason));
    return openProcess(readToolPaths().mlPython);
  },
});

function missing(state: string, reason: string): string {
  const what = 'A bayesian search asks Optuna in the Python environment for training, which';
  const instead = 'the methods grid and random need no Python';
  if (state === 'installing') return `${what} is still being installed; try again later (${instead})`;
  if (state === 'failed')
    return `${what} could not be installed: ${reason.split('\n')[0]} Run: ${INSTALL} (${instead})`;
  return `${what} is not installed; run: ${INSTALL} (${instead})`;
}

function openProcess(python: string): Suggester {
  const child = begin(python);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-TAIL_CHARACTERS);
  });
  // A line to a process that has ended is told by its end.
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = endOf(child, () => said);
  // It is waited for below; until then an end is no unhandled failure.
  ended.catch(() => undefined);
  const leave = (): void => void child.kill('SIGKILL');
  process.once('exit', leave);
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const late = deadline();
      try {
        const line = await Promise.race([lines.next(), ended, late.passed]);
        return readAnswer(line.done ? await ended : line.value);
      } finally {
        late.clear();
      }
    },
    async close() {
      process.off('exit', leave);
      child.kill('SIGKILL');
    },
  };
}

function begin(python: string): ChildProcessWithoutNullStreams {
  try {
    return spawn(python, ['-m', 'finsight_ml', 'suggest'], {
      cwd: join(projectRoot(), 'ml-pipelines'),
      env: environment(),
      stdio: 'pipe',
    });
  } catch (error) {
    throw new UnreachableError(
      `The Python process that suggests parameters cannot begin: ${messageOf(error)}`,
    );
  }
}

const endOf = (child: ChildProcess, said: () => string): Promise<never> =>
  new Promise((_, fail) => {
    const end = (why: string): void =>
      fail(
        new UnreachableError(`The Python process that suggests parameters ended (${why}): ${said().trim()}`),
      );
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) => end(String(signal ?? code)));
  });

function deadline(): { passed: Promise<never>; clear(): void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_, fail) => {
    const late = new UnreachableError(`Python suggested nothing within ${PATIENCE_MS / 1000} s`);
    timer = setTimeout(() => fail(late), PATIENCE_MS);
  });
  return { passed, clear: () => clearTimeout(timer) };
}

function readAnswer(line: string): { params: Record<string, number>[] } {
  const answer = JSON.parse(line) as { error?: string };
  if (answer.error !== undefined) throw new InvalidInputError(answer.error);
  return suggestResult.parse(answer);
}
