import { availableParallelism } from 'node:os';
import { LRUCache } from 'lru-cache';
import { DataQualityError, InvalidInputError, messageOf } from '../../domain/errors.js';
import type { ModelRef } from '../../domain/models.js';
import { schemePath } from '../addresses.js';
import type { ObjectsPort, ServingPort, Tensor } from '../ports.js';
import { openSession, type RawTensor, type Session, type SessionOptions } from './session.js';
import { readModelFile } from './shipped.js';
import { openThreads, threadsWork } from './threads.js';

const SESSIONS = 8;
/** A larger model computes long enough to deserve threads of its own, bytes. */
const LARGE = 4 * 2 ** 20;
const MOST_THREADS = 64;
/** Each instance holds the model once more. */
const USUAL_INSTANCES = 4;

/**
 * onnxruntime in this process, by an address such as `onnx:?instances=2&threads=1&provider=cuda`. Sessions are shared,
 * loaded once, and checked against the version's digest; a provider that cannot be used leaves its work to the processor.
 */
export function onnxServing(
  address: string,
  { objects }: { objects: Pick<ObjectsPort, 'get'> },
): ServingPort {
  const options = readOptions(address);
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
  return {
    lanes: options.instances,
    async infer(model, inputs) {
      const held = heldOf(model);
      held.users++;
      try {
        return await runChecked(model, await held.session, inputs);
      } finally {
        if (--held.users === 0 && held.evicted) void held.end();
      }
    },
    async health() {
      const used = [...models.values()].flatMap(({ open }) => open ?? []);
      const provider = used[0]?.note ?? used[0]?.provider ?? options.provider;
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
}

function hold(session: Promise<Session>): Held {
  let ending: Promise<void> | null = null;
  const held: Held = {
    session,
    open: null,
    users: 0,
    evicted: false,
    end: () => (ending ??= session.then((open) => open.release()).catch(() => undefined)),
  };
  session.then((open) => (held.open = open)).catch(() => undefined);
  return held;
}

async function runChecked(
  model: ModelRef,
  session: Session,
  inputs: Record<string, Tensor>,
): Promise<Record<string, Tensor>> {
  const missing = session.inputs.find((name) => !inputs[name]);
  if (missing)
    throw new DataQualityError(
      `Model ${nameOf(model)} wants the input "${missing}"; given: ${Object.keys(inputs).join(', ')}`,
    );
  const answer = await session.run(inputs).catch((error: unknown) => {
    throw new DataQualityError(`Model ${nameOf(model)} refuses its input: ${messageOf(error)}`);
  });
  const rows = Object.values(inputs)[0]?.dims[0];
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [name, checked(model, name, value, rows)]),
  );
}

interface OnnxOptions extends SessionOptions {
  /** Copies of a large model that compute batches side by side. */
  instances: number;
}

/** @throws InvalidInputError naming the part of the address and what would be right. */
function readOptions(address: string): OnnxOptions {
  const given = new URLSearchParams(schemePath(address).replace(/^\?/, ''));
  const known = ['instances', 'threads', 'provider'];
  for (const name of given.keys())
    if (!known.includes(name))
      throw new InvalidInputError(`Unknown "${name}" in SERVING_URL ${address}; known: ${known.join(', ')}`);
  const provider = given.get('provider') ?? 'cpu';
  const count = (name: string, usual: number): number => {
    const value = Number(given.get(name) ?? usual);
    if (Number.isInteger(value) && value >= 1 && value <= MOST_THREADS) return value;
    throw new InvalidInputError(`${name}=${given.get(name)} in SERVING_URL is not 1 … ${MOST_THREADS}`);
  };
  // Threads that share one short text wait for each other more than they compute.
  const instances = provider === 'cpu' ? Math.min(USUAL_INSTANCES, availableParallelism()) : 1;
  return { threads: count('threads', 1), instances: count('instances', instances), provider };
}

async function load(
  model: ModelRef,
  { objects, options }: { objects: Pick<ObjectsPort, 'get'>; options: OnnxOptions },
): Promise<Session> {
  const bytes = await readModelFile(model.onnx, objects);
  const isLarge = model.onnx.bytes > LARGE && threadsWork();
  try {
    return await (isLarge ? openThreads(bytes, options) : openSession(bytes, options));
  } catch (error) {
    throw new DataQualityError(
      `Model ${nameOf(model)} is no usable ONNX file (${model.onnx.key}): ${messageOf(error)}`,
    );
  }
}

/** An answer with a number for every row, or an error that names the model and the output. */
function checked(model: ModelRef, name: string, value: RawTensor, rows: number | undefined): Tensor {
  const { dims } = value;
  if (rows !== undefined && dims[0] !== rows)
    throw new DataQualityError(`Model ${nameOf(model)} answers ${dims[0]} rows of "${name}" for ${rows}`);
  if (value.type === 'int64') return { type: 'int64', dims, data: value.data as BigInt64Array };
  if (value.type !== 'float32')
    throw new DataQualityError(
      `Model ${nameOf(model)} answers ${value.type} in "${name}"; float32 or int64 is served`,
    );
  const data = value.data as Float32Array;
  const bad = data.findIndex((each) => !Number.isFinite(each));
  if (bad >= 0)
    throw new DataQualityError(`Model ${nameOf(model)} answers ${data[bad]} in "${name}", row ${bad}`);
  return { type: 'float32', dims, data };
}

const nameOf = (model: ModelRef): string => `${model.name}@${model.version}`;
