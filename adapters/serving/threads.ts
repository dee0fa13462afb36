import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Turns } from '../contention.js';
import type { Session, SessionOptions } from './session.js';
import type { Answered, Asked } from './session-thread.js';

const ENTRY = fileURLToPath(new URL('./session-thread.js', import.meta.url));
/** A process that ends waits so long for the batch that is being computed. */
const LAST_MS = 5000;

/** False where the program is not compiled. */
export const threadsWork = (): boolean => existsSync(ENTRY);

/** A model in several threads, each with a copy of it: a batch goes to the one that has least to do. */
export async function openThreads(
  bytes: Uint8Array,
  options: SessionOptions & { instances: number },
): Promise<Session> {
  const opened = await Promise.allSettled(
    Array.from({ length: options.instances }, () => openThread(bytes, options)),
  );
  const sessions = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const release = async (): Promise<void> => void (await Promise.all(sessions.map((each) => each.release())));
  const fault = opened.find((each) => each.status === 'rejected');
  if (fault) {
    await release();
    throw fault.reason;
  }
  const free = sessions.map((session) => ({ session, running: 0 }));
  const [{ inputs, outputs, provider, note }] = sessions as [Session];
  return {
    ...{ inputs, outputs, provider, note, release },
    async run(feeds) {
      const chosen = free.reduce((best, each) => (each.running < best.running ? each : best));
      chosen.running++;
      try {
        return await chosen.session.run(feeds);
      } finally {
        chosen.running--;
      }
    },
  };
}

/** A model in a thread of its own: the asking one goes on with its other work while the batch is computed. */
async function openThread(bytes: Uint8Array, options: SessionOptions): Promise<Session> {
  const busy = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(ENTRY, { workerData: { busy, bytes, options } });
  // The runtime aborts the whole process where a thread is ended in the middle of a batch.
  const last = (): void => void Atomics.wait(busy, 0, 1, LAST_MS);
  process.on('exit', last);
  worker.once('exit', () => process.off('exit', last));
  const turns = new Turns();
  const ask = (asked?: Asked): Promise<Answered> => turns.take('', () => exchange(worker, busy, asked));
  const first = await ask();
  if (first.kind !== 'open') {
    await worker.terminate();
    throw new Error(first.kind === 'failed' ? first.message : 'the model did not open');
  }
  return {
    inputs: first.inputs,
    outputs: first.outputs,
    provider: first.provider,
    note: first.note,
    async run(feeds) {
      const answer = await ask({ feeds });
      if (answer.kind === 'done') return answer.answer;
      throw new Error(answer.kind === 'failed' ? answer.message : 'the thread gave no answer');
    },
    async release() {
      await turns.take('', async () => {
        const ended = new Promise((done) => worker.once('exit', done));
        worker.ref();
        worker.postMessage('end' satisfies Asked);
        await ended;
      });
    },
  };
}

/** One question and its answer; a thread that ends in between fails it. */
function exchange(worker: Worker, busy: Int32Array, asked?: Asked): Promise<Answered> {
  Atomics.store(busy, 0, 1);
  worker.ref();
  return new Promise((done, fail) => {
    const end = (): void => {
      worker.off('message', hear).off('error', crash).off('exit', gone);
      // A model that nobody closed must not keep its process.
      worker.unref();
    };
    const hear = (answer: Answered): void => (end(), done(answer));
    const crash = (error: Error): void => (end(), fail(error));
    const gone = (code: number): void => crash(new Error(`the model's thread ended with code ${code}`));
    worker.on('message', hear).on('error', crash).on('exit', gone);
    if (asked) worker.postMessage(asked);
  });
}
