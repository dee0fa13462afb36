import { basename, extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BacktestOutcome } from '../../domain/backtest/spec.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { SignalInput } from '../../domain/strategies/strategy.js';
import type { CallbackInput, StrategyFile, StrategyFilesPort } from '../ports-strategies.js';
import { bundleInside, bundleStrategy, workerProgram, type StrategyBundle } from './bundle.js';
import { readDescription } from './description.js';
import type { Answer, Fault, Limits, Task, WorkerStart } from './messages.js';

const STANDARD: Limits = { timeMs: 30_000, memoryMb: 512 };
/** How long a thread may outlive its strategy's time before it is ended. */
const GRACE_MS = 2000;

/** Strategies of users' own files, each in a sandbox of its own. */
export const strategyFiles = (): StrategyFilesPort => ({ load: loadStrategyFile });

/**
 * Reads a strategy file and looks at what it exports; nothing of it has run outside of the sandbox.
 * @throws NotFoundError, and InvalidInputError naming the file, the line and what would have been right
 */
export async function loadStrategyFile(path: string, limits: Partial<Limits> = {}): Promise<StrategyFile> {
  const bundle = await bundleStrategy(path);
  const thread = openThread(bundle, { ...STANDARD, ...limits });
  try {
    const file = basename(path);
    const { warmUp, kind, ...facts } = readDescription(await thread.textOf({ kind: 'describe' }), {
      file,
      standardName: basename(path, extname(path)),
    });
    return {
      ...facts,
      path,
      sha256: bundle.sha256,
      async warmUp(params) {
        if (warmUp !== 'function') return warmUp;
        const { value } = JSON.parse(await thread.textOf({ kind: 'warmUp', params })) as { value: unknown };
        if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
        throw new InvalidInputError(
          `${file}: warmUp gives ${value}; it must be a whole number of bars, from 0`,
        );
      },
      async signal(input) {
        if (kind === 'events')
          throw new InvalidInputError(
            `${file} lays orders in onBar and gives no signal: only "finsight backtest run --local" runs it, bar by bar, and no later bar is there to be seen`,
          );
        return signalOf(input, { thread, file, names: Object.keys(facts.params) });
      },
      ...(kind === 'events' && { backtest: (input) => outcomeOf(input, { thread, file }) }),
      close: () => thread.close(),
    };
  } catch (error) {
    await thread.close();
    throw error;
  }
}

async function signalOf(
  input: SignalInput,
  { thread, file, names }: { thread: Thread; file: string; names: string[] },
): Promise<Float64Array> {
  const params = Object.fromEntries(names.map((name) => [name, input.params[name] ?? NaN]));
  const { bars, timeframeMs, sentiment } = input;
  const task: Task = {
    kind: 'signal',
    bars,
    params,
    timeframeMs,
    ...(sentiment ? { sentiment: sentiment.map(({ knownAt, value }) => ({ knownAt, value })) } : {}),
  };
  const answer = await thread.ask(task);
  if (!('signal' in answer)) throw new InvalidInputError(`${file} gave no signal`);
  // What comes out is looked at again outside: nothing inside is believed.
  const { signal } = answer;
  const wild = signal.findIndex((value) => value < -1 || value > 1);
  if (signal.length !== bars.close.length || wild >= 0)
    throw new InvalidInputError(`${file} decides ${signal[wild]} at bar ${wild}; it must be -1 to 1, or NaN`);
  return signal;
}

async function outcomeOf(
  { bars, params, timeframeMs, spec, funding }: CallbackInput,
  { thread, file }: { thread: Thread; file: string },
): Promise<BacktestOutcome> {
  const task: Task = { kind: 'events', bars, params, timeframeMs, spec, ...(funding && { funding }) };
  const answer = await thread.ask(task);
  if ('outcome' in answer) return answer.outcome;
  throw new InvalidInputError(`${file} gave no result`);
}

type Thread = ReturnType<typeof openThread>;

/** The thread is started when it is needed and again after it had to be ended; calls wait for each other. */
function openThread(bundle: StrategyBundle, limits: Limits) {
  const file = basename(bundle.path);
  let worker: Worker | null = null;
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;

  const start = async (): Promise<Worker> => {
    const { program, eval: evaluated } = await workerProgram();
    const start: WorkerStart = { inside: await bundleInside(), strategy: bundle.code, limits };
    // Neither the environment nor the standard streams are the thread's.
    const started = new Worker(program, {
      workerData: start,
      eval: evaluated,
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    // An idle sandbox keeps no program alive.
    started.unref();
    return started;
  };
  const perform = async (task: Task): Promise<Exclude<Answer, Fault>> => {
    if (closed) throw new InvalidInputError(`${file} was closed`);
    worker ??= await start();
    const answer = await answerOf(worker, task, limits.timeMs + GRACE_MS).catch(async (error: unknown) => {
      await worker?.terminate();
      worker = null;
      const why = error instanceof Error ? error.message : 'it failed';
      const limit = `it may have ${limits.timeMs} ms and ${limits.memoryMb} MiB`;
      throw new InvalidInputError(`${file} was ended${spanOf(task)}: ${why}; ${limit}`);
    });
    if ('fault' in answer) throw new InvalidInputError(sentenceOf(answer, { bundle, task }));
    return answer;
  };
  const ask = (task: Task): Promise<Exclude<Answer, Fault>> => {
    const asked = last.then(() => perform(task));
    last = asked.catch(() => undefined);
    return asked;
  };
  return {
    ask,
    async textOf(task: Task): Promise<string> {
      const answer = await ask(task);
      return 'text' in answer ? answer.text : '';
    },
    async close(): Promise<void> {
      closed = true;
      await last;
      await worker?.terminate();
      worker = null;
    },
  };
}

function answerOf(worker: Worker, task: Task, patienceMs: number): Promise<Answer> {
  return new Promise<Answer>((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer);
      worker.off('message', answered).off('error', failed).off('exit', ended);
      worker.unref();
    };
    const answered = (answer: Answer): void => (done(), resolve(answer));
    const failed = (error: Error): void => (done(), reject(error));
    const ended = (): void => (done(), reject(new Error('its thread ended')));
    const timer = setTimeout(() => failed(new Error(`it did not stop within ${patienceMs} ms`)), patienceMs);
    worker.ref();
    worker.on('message', answered).on('error', failed).on('exit', ended);
    worker.postMessage(task);
  });
}

const rowsOf = (task: Task): number => ('bars' in task ? task.bars.close.length : 0);

const spanOf = (task: Task): string => (rowsOf(task) > 0 ? ` on bars 0 to ${rowsOf(task) - 1}` : '');

/** One sentence that names the strategy, the bar where it is known, and what would have been right. */
function sentenceOf(fault: Fault, { bundle, task }: { bundle: StrategyBundle; task: Task }): string {
  const name = basename(bundle.path);
  const rows = rowsOf(task);
  const where = fault.bar >= 0 ? ` at bar ${fault.bar}` : spanOf(task);
  const line = lineOf(fault.stack, bundle);
  const sentences: Record<Fault['fault'], string> = {
    throws: `${name} throws${where}${line}: ${fault.text}`,
    time: `${name} does not end${where} within ${fault.text}`,
    memory: `${name} needs more memory than ${fault.text}${where}`,
    returns: `${name} returns ${fault.text}; signal must return an array of one number a bar`,
    length: `${name} returns ${fault.text} values for ${rows} bars; it needs one a bar`,
    decides: `${name} decides ${fault.text}${where}; it must be a number from -1 to 1, or NaN`,
    refuses: `${name}: ${fault.text}`,
    changes: `${name} changes ${fault.text}${where}; its input must stay as it is`,
  };
  return sentences[fault.fault];
}

/** The innermost line of the user's own. */
function lineOf(stack: string, bundle: StrategyBundle): string {
  for (const [, line, column] of stack.matchAll(/strategy\.js:(\d+)(?::(\d+))?/g)) {
    const origin = bundle.origin(Number(line), Number(column ?? 1));
    if (origin) return ` in ${origin}`;
  }
  return '';
}
