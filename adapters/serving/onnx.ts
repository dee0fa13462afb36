import { availableParallelism } from 'node:os';
import { LRUCache } from 'lru-cache';
import { DataQualityError, InvalidInputError, messageOf, UnreachableError } from '../../domain/errors.js';
import type { ModelRef } from '../../domain/models.js';
import { schemePath } from '../addresses.js';
import type { ObjectsPort, ServingPort, Tensor } from '../ports.js';
import { batchedInfer, type BatchingOptions } from './batching.js';
import { openProvider } from './provider.js';
import { openSession, type Session, type SessionOptions } from './session.js';
import { readModelFile } from './shipped.js';
import { checkInputs, checkOutputs, nameOf, rowsOf } from './tensors.js';
import { openThreads, threadsWork } from './threads.js';

const SESSIONS = 8;
/** A larger model computes long enough to deserve threads of its own, bytes. */
const LARGE = 4 * 2 ** 20;
const MOST_THREADS = 64;
const MOST_ROWS = 1024;
const MOST_WAIT_MS = 1000;
const STORE_PAUSE_MS = 1000;
/** Each instance holds the model once more. */
const USUAL_INSTANCES = 4;

/**
 * onnxruntime in this process, by an address such as `onnx:?instances=2&threads=1&provider=cuda&batch=64`. Sessions are shared,
 * loaded once, and checked against the version's digest; a provider that cannot be used leaves its work to the processor.
 */
export function onnxServing(
  address: string,
  { objects }: { objects: Pick<ObjectsPort, 'get'> },
): ServingPort {
  const options = readOptions(address);
  const usable = openProvider(options);
  const models = new LRUCache<string, Held>({
    max: SESSIONS,
    dispose: (held) => {
      held.evicted = true;
      if (held.users === 0) void held.end();
    },
  });
  const heldOf = (model: ModelRef): Held => {
    const known = models.get(model.onnx.sha256);
    if (known) return known;
    const made = hold(load(model, { objects, options }));
    models.set(model.onnx.sha256, made);
    made.session.catch(() => models.delete(model.onnx.sha256));
    return made;
  };
  /** While it is used it stays open, evicted or not. */
  const use = async <T>(model: ModelRef, work: (session: Session) => T | Promise<T>): Promise<T> => {
    const held = heldOf(model);
    held.users++;
    try {
      return await work(await held.session);
    } finally {
      if (--held.users === 0 && held.evicted) void held.end();
    }
  };
  const infer: ServingPort['infer'] = (model, inputs) =>
    use(model, (session) => runChecked(model, session, inputs));
  return {
    inProcess: true,
    lanes: options.instances,
    infer: options.batching ? batchedInfer(infer, options.batching) : infer,
    load: (model) => use(model, () => undefined),
    async unload(model) {
      const held = models.get(model.onnx.sha256);
      models.delete(model.onnx.sha256);
      await held?.ended;
    },
    metadata: (model) =>
      use(model, ({ inputs, outputs }) => ({
        ...{ name: model.name, version: model.version, sha256: model.onnx.sha256 },
        ...{ platform: 'onnxruntime', inputs: [...inputs], outputs: [...outputs] },
      })),
    async health() {
      const used = [...models.values()].flatMap(({ open }) => open ?? []);
      const provider = used[0]?.note ?? used[0]?.provider ?? (await usable());
      return { backend: 'onnx', provider, loaded: [...models.keys()] };
    },
    async close() {
      const all = [...models.values()];
      models.clear();
      for (const held of all) await held.end();
    },
  };
}

/** A model that is held until it is evicted and nobody uses it any more. */
interface Held {
  session: Promise<Session>;
  open: Session | null;
  users: number;
  evicted: boolean;
  end(): Promise<void>;
  /** Settles once it was ended. */
  ended: Promise<void>;
}

function hold(session: Promise<Session>): Held {
  let settle = (): void => undefined;
  const ended = new Promise<void>((done) => (settle = done));
  let ending: Promise<void> | null = null;
  const end = (): Promise<void> =>
    (ending ??= session
      .then((open) => open.release())
      .catch(() => undefined)
      .finally(settle));
  const held: Held = { session, open: null, users: 0, evicted: false, end, ended };
  session.then((open) => (held.open = open)).catch(() => undefined);
  return held;
}

async function runChecked(
  model: ModelRef,
  session: Session,
  inputs: Record<string, Tensor>,
): Promise<Record<string, Tensor>> {
  checkInputs(model, session.inputs, inputs);
  const answer = await session.run(inputs).catch((error: unknown) => {
    throw new DataQualityError(`Model ${nameOf(model)} refuses its input: ${messageOf(error)}`);
  });
  return checkOutputs(model, answer, rowsOf(inputs));
}

interface OnnxOptions extends SessionOptions {
  /** Copies of a large model that compute batches side by side. */
  instances: number;
  /** Null: each request is computed as it comes. */
  batching: BatchingOptions | null;
}

/** @throws InvalidInputError naming the part of the address and what would be right. */
function readOptions(address: string): OnnxOptions {
  const given = new URLSearchParams(schemePath(address).replace(/^\?/, ''));
  const known = ['instances', 'threads', 'provider', 'batch', 'waitMs'];
  for (const name of given.keys())
    if (!known.includes(name))
      throw new InvalidInputError(`Unknown "${name}" in SERVING_URL ${address}; known: ${known.join(', ')}`);
  const provider = given.get('provider') ?? 'cpu';
  const count = (name: string, usual: number, most = MOST_THREADS): number => {
    const value = Number(given.get(name) ?? usual);
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    throw new InvalidInputError(`${name}=${given.get(name)} in SERVING_URL is not 1 … ${most}`);
  };
  if (given.has('waitMs') && !given.has('batch'))
    throw new InvalidInputError(
      `waitMs in SERVING_URL ${address} says how long a batch waits: give batch, too`,
    );
  // Threads that share one short text wait for each other more than they compute.
  const instances = provider === 'cpu' ? Math.min(USUAL_INSTANCES, availableParallelism()) : 1;
  const batching = given.has('batch')
    ? { rows: count('batch', 1, MOST_ROWS), waitMs: count('waitMs', 2, MOST_WAIT_MS) }
    : null;
  return { threads: count('threads', 1), instances: count('instances', instances), provider, batching };
}

async function load(
  model: ModelRef,
  { objects, options }: { objects: Pick<ObjectsPort, 'get'>; options: OnnxOptions },
): Promise<Session> {
  const bytes = await readModelFile(model.onnx, objects).catch((error: unknown) => {
    // The store is to blame, not what computes: the models that are loaded go on.
    if (error instanceof UnreachableError && error.retryAfterMs === null)
      throw new UnreachableError(error.message, { cause: error, retryAfterMs: STORE_PAUSE_MS });
    throw error;
  });
  const isLarge = model.onnx.bytes > LARGE && threadsWork();
  try {
    return await (isLarge ? openThreads(bytes, options) : openSession(bytes, options));
  } catch (error) {
    throw new DataQualityError(
      `Model ${nameOf(model)} is no usable ONNX file (${model.onnx.key}): ${messageOf(error)}`,
    );
  }
}
