import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UnreachableError } from '../domain/errors.js';
import { projectRoot } from './config.js';
import { pythonEngines, pythonOf } from './engines/place.js';
import { COMPUTING_NICENESS, supervise, type Supervised } from './processes.js';

/** What the bootstrap installed, as it wrote it to `.tools/paths.json`. */
export interface ToolPaths {
  temporal: string;
  temporalTestServer: string;
  mlPython: string;
}

/** @throws UnreachableError with the cure where the bootstrap has not run. */
export function readToolPaths(): ToolPaths {
  const file = join(projectRoot(), '.tools', 'paths.json');
  if (!existsSync(file))
    throw new UnreachableError(`No tools installed yet (${file} is missing); run: npm start`);
  return JSON.parse(readFileSync(file, 'utf8')) as ToolPaths;
}

export type MlState = { state: 'absent' | 'installing' | 'ready' | 'failed'; reason: string };

/** How far the Python environment's installation has come. */
export function readMlState(): MlState {
  try {
    return JSON.parse(readFileSync(join(projectRoot(), '.tools', 'ml.json'), 'utf8')) as MlState;
  } catch {
    return { state: 'absent', reason: 'not installed' };
  }
}

const LOOK_EVERY_MS = 1000;

/** Starts a Python worker as soon as its environment is there: until then its steps wait on their queue. */
export function watchMlEnvironment(options: {
  enabled: boolean;
  /** `train` where nothing is said. */
  queue?: 'train' | 'torch';
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
  onReady: (worker: Supervised) => void;
  /** Processes, each of which does one thing at a time; one where nothing is said. */
  count?: number;
  onSpawn?: (name: string) => (pid: number) => void;
}): { stop(): void } {
  if (!options.enabled) return { stop: () => undefined };
  const look = (): void => {
    if (readMlState().state !== 'ready') return;
    clearInterval(timer);
    const { mlPython } = readToolPaths();
    const { queue = 'train' } = options;
    const cwd = join(projectRoot(), 'ml-pipelines');
    const args = ['-m', 'finsight_ml', 'worker', ...(queue === 'train' ? [] : [queue])];
    for (let nth = 1; nth <= (options.count ?? 1); nth++) {
      const name = nth === 1 ? queue : `${queue} ${nth}`;
      const onSpawn = options.onSpawn?.(name);
      const spec = { name, command: mlPython, args, env: options.env, cwd, niceness: COMPUTING_NICENESS };
      options.onReady(supervise({ ...spec, ...(onSpawn ? { onSpawn } : {}) }, options.log));
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  look();
  return { stop: () => clearInterval(timer) };
}

/** Starts the worker of the queue `verify` where its engines are installed, now or while this runs. */
export function watchEngines(options: {
  enabled: boolean;
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
  onReady: (worker: Supervised) => void;
  onSpawn?: (pid: number) => void;
}): { stop(): void } {
  if (!options.enabled) return { stop: () => undefined };
  const look = (): void => {
    const installed = pythonEngines();
    if (!installed) return;
    clearInterval(timer);
    const spec = {
      name: 'verify',
      command: pythonOf(installed),
      args: ['-m', 'finsight_verify', 'worker'],
      env: options.env,
      cwd: join(projectRoot(), 'ml-pipelines'),
      ...(options.onSpawn ? { onSpawn: options.onSpawn } : {}),
    };
    options.onReady(supervise(spec, options.log));
  };
  const timer = setInterval(look, LOOK_FOR_ENGINES_MS);
  look();
  return { stop: () => clearInterval(timer) };
}

/** They come by a command of their own, so nobody waits for them. */
const LOOK_FOR_ENGINES_MS = 15_000;

/** Why the queue `verify` cannot be served here, or null. */
export const enginesMissing = (): string | null =>
  pythonEngines()
    ? null
    : 'the Python engines are not installed; run: finsight backtest engines install python';
