import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../domain/errors.js';
import type { Tensor } from '../ports.js';
import { openSession, type RawTensor, type Session, type SessionOptions } from './session.js';

/** What the thread is asked: a batch, or to end. */
export type Asked = { feeds: Record<string, Tensor> } | 'end';
export type Answered =
  | ({ kind: 'open' } & Pick<Session, 'inputs' | 'outputs' | 'provider' | 'note'>)
  | { kind: 'done'; answer: Record<string, RawTensor> }
  | { kind: 'failed'; message: string };

/** Shared with the asker: 1 while the model computes. */
const { busy, bytes, options } = workerData as {
  busy: Int32Array;
  bytes: Uint8Array;
  options: SessionOptions;
};
const answer = (message: Answered): void => {
  // Before the answer: the next batch may come as soon as it is there.
  Atomics.store(busy, 0, 0);
  Atomics.notify(busy, 0);
  parentPort?.postMessage(message);
};

try {
  const session = await openSession(bytes, options);
  const { inputs, outputs, provider, note } = session;
  parentPort?.on('message', (asked: Asked) => {
    if (asked === 'end') return void session.release().finally(() => parentPort?.close());
    session.run(asked.feeds).then(
      (given) => answer({ kind: 'done', answer: given }),
      (error: unknown) => answer({ kind: 'failed', message: messageOf(error) }),
    );
  });
  answer({ kind: 'open', inputs, outputs, provider, note });
} catch (error) {
  answer({ kind: 'failed', message: messageOf(error) });
}
