import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const build = join(root, 'dist/test-processes');

/** Compiles the program as it is now, and its bundle of stories: worker processes run compiled code. */
export function buildProgram(): void {
  if (isBuilt()) return;
  const node = (...args: string[]): void =>
    void execFileSync(process.execPath, args, { cwd: root, stdio: 'pipe' });
  node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', build);
  const kernel = ['index.ts', '--config', 'asconfig.json', '--outFile'].map((name) =>
    name.startsWith('--') ? name : join('adapters/backtest/kernel', name),
  );
  node('node_modules/assemblyscript/bin/asc.js', ...kernel, join(build, 'adapters/backtest/kernel.wasm'));
  node(join(build, 'workers/bundle.js'));
  writeFileSync(stamp, RUN);
}

/** Nothing changes in a run of CI, whose files are one process's children. */
const RUN = `${process.ppid}`;
const stamp = join(build, '.built-by');
const isBuilt = (): boolean =>
  Boolean(process.env['CI']) && existsSync(stamp) && readFileSync(stamp, 'utf8') === RUN;

export interface WorkerProcess {
  child: ChildProcess;
  /** Resolves when it serves; rejects with what it said where it ended before. */
  ready: Promise<void>;
  /** Exit code, or the signal that ended it. */
  ended: Promise<number | string>;
}

/** `finsight worker --queues …` as a process of its own. */
export function startWorkerProcess(queues: string, env: NodeJS.ProcessEnv): WorkerProcess {
  const args = [join(build, 'cli/main.js'), 'worker', '--queues', queues];
  return watched(spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env } }));
}

/** A Python worker: of `train`, or with `torch` or `--node <name>` of that queue. */
export function startTrainer(
  python: string,
  env: NodeJS.ProcessEnv,
  asks: readonly string[] = [],
): WorkerProcess {
  const options = { cwd: join(root, 'ml-pipelines'), env: { ...process.env, OMP_NUM_THREADS: '1', ...env } };
  return watched(spawn(python, ['-m', 'finsight_ml', 'worker', ...asks], options));
}

function watched(child: ChildProcess): WorkerProcess {
  let said = '';
  const ended = new Promise<number | string>((done) =>
    child.once('close', (code, signal) => done(signal ?? code ?? 'unknown')),
  );
  const ready = new Promise<void>((done, fail) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/worker[ .]ready/.test(said)) done();
    });
    void ended.then((how) => fail(new Error(`The worker ended (${how}): ${said}`)));
  });
  // Whoever kills it before it serves does not wait for it.
  ready.catch(() => undefined);
  child.stdout?.resume();
  return { child, ready, ended };
}
