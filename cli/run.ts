import type { Config } from '../adapters/config.js';
import { fullDisk } from '../adapters/data-directory.js';
import { UnreachableError } from '../domain/errors.js';
import { readMlState } from '../adapters/toolchain.js';
import { connectApi, dataOf, failureOf } from './api.js';
import { progressPrinter } from './follow.js';

const LOOK_EVERY_MS = 500;
/** A restarting API or Temporal server is waited for this long before the command gives up. */
const PATIENCE_MS = 120_000;
/** So long without any progress while the disk is full means that the disk is why. */
const FULL_MS = 10_000;

/** Starts a story through the API and follows it to its end. @throws the error of the step that ended it. */
export async function runStory(
  config: Config,
  kind: string,
  input: Record<string, unknown>,
): Promise<unknown> {
  const { client } = connectApi(config);
  const started = dataOf(await client.POST('/runs', { body: { kind, input } as never })) as {
    workflowId: string;
  };
  return followStory(config, started.workflowId);
}

/** Waits for a story that runs, showing its progress; survives restarts of the API and of Temporal. */
export async function followStory(config: Config, workflowId: string): Promise<unknown> {
  const { client } = connectApi(config);
  const show = progressPrinter();
  let lastSeen = Date.now();
  let progress = { text: '', at: Date.now() };
  for (;;) {
    const run = await client
      .GET('/runs/{workflowId}', { params: { path: { workflowId } } })
      .then((answer) => (isPassing(answer.response.status) ? null : (dataOf(answer) as RunAnswer)))
      .catch((error: unknown) => {
        if (error instanceof UnreachableError) return null;
        throw error;
      });
    if (run) {
      lastSeen = Date.now();
      const text = JSON.stringify(run.progress);
      if (text !== progress.text) progress = { text, at: Date.now() };
      if (run.progress) show(run.progress);
      if (run.status === 'completed') return run.result;
      if (run.status !== 'running') throw failureOf(run.failure ?? { message: `The run was ${run.status}` });
    } else if (Date.now() - lastSeen > PATIENCE_MS) {
      throw new UnreachableError(
        `The API did not answer for ${PATIENCE_MS / 1000} s; the run itself goes on`,
      );
    }
    const full = Date.now() - progress.at > FULL_MS ? fullDisk(config.dataDir) : null;
    if (full) throw full;
    if (run && isRunning(run, 'training')) checkTrainer(config);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Answers that say nothing of the run: a part that restarts, or too many readers. */
const isPassing = (status: number): boolean => status >= 500 || status === 429;

const isRunning = (run: RunAnswer, step: string): boolean =>
  run.progress?.steps.some(({ name, state }) => name === step && state === 'running') ?? false;

/** Training waits for its worker however long it takes; one whose installation failed never comes. */
function checkTrainer(config: Config): void {
  const { state, reason } = readMlState();
  if (config.ml === 'off' || config.temporal.address || state !== 'failed') return;
  throw new UnreachableError(
    `Training waits for a worker that cannot start: ${reason.split('\n')[0]} Start again when that is cured, the run then goes on; FINSIGHT_ML=off trains without Python`,
  );
}

interface RunAnswer {
  status: string;
  progress: Parameters<ReturnType<typeof progressPrinter>>[0] | null;
  result?: unknown;
  failure?: { type?: string | null; message: string } | null;
}
