import type { InferenceSession as OrtSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { messageOf } from '../../domain/errors.js';
import type { Tensor, TensorInfo } from '../ports.js';

/** How models are run in this process. */
export interface SessionOptions {
  /** Threads that compute one batch together. */
  threads: number;
  /** Execution provider of onnxruntime, such as cpu, cuda, tensorrt or coreml. */
  provider: string;
}

/** An output as the model gives it, whatever its type. */
export interface RawTensor {
  type: string;
  dims: number[];
  data: unknown;
}

export interface Session {
  /** In the order in which the model states them. */
  inputs: readonly TensorInfo[];
  outputs: readonly TensorInfo[];
  /** What computes, and why it is not what was asked for. */
  provider: string;
  note: string | null;
  run(feeds: Record<string, Tensor>): Promise<Record<string, RawTensor>>;
  release(): Promise<void>;
}

/** A model in this thread, which stands still while it computes. */
export async function openSession(bytes: Uint8Array, options: SessionOptions): Promise<Session> {
  const { env, InferenceSession, Tensor: Make } = await import('onnxruntime-node');
  // What is wrong is thrown; it need not be printed, too.
  env.logLevel = 'fatal';
  const create = (provider: string) =>
    InferenceSession.create(bytes, {
      executionProviders: [provider],
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      logSeverityLevel: 4,
      // Threads that wait by spinning take the processor from everything else here.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  let [provider, note] = [options.provider, null as string | null];
  const session = await create(provider).catch((error: unknown) => {
    if (provider === 'cpu') throw error;
    note = `${provider} cannot be used here, cpu computes: ${messageOf(error).slice(0, 200)}`;
    provider = 'cpu';
    return create('cpu');
  });
  return {
    inputs: session.inputMetadata.map(infoOf),
    outputs: session.outputMetadata.map(infoOf),
    provider,
    note,
    async run(feeds) {
      const made: Record<string, OrtTensor> = {};
      // What the model does not ask for is left out: not every encoder has token types.
      for (const name of session.inputNames) {
        const given = feeds[name];
        if (given) made[name] = new Make(given.type, given.data as never, given.dims);
      }
      const answer = await session.run(made);
      return Object.fromEntries(
        Object.entries(answer).map(([name, { type, dims, data }]) => [name, { type, dims: [...dims], data }]),
      );
    },
    release: () => session.release(),
  };
}

/** What has a name there instead of a size may vary. */
function infoOf(value: OrtSession.ValueMetadata): TensorInfo {
  if (!value.isTensor) return { name: value.name, type: 'no tensor', dims: [] };
  const dims = value.shape.map((size) => (typeof size === 'number' && size >= 0 ? size : -1));
  return { name: value.name, type: value.type, dims };
}
