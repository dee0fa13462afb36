import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { LRUCache } from 'lru-cache';
import { DataQualityError, messageOf } from '../../domain/errors.js';
import type { ModelRef } from '../../domain/models.js';
import type { ObjectsPort, ServingPort, Tensor } from '../ports.js';
import { readShipped } from './shipped.js';

const SESSIONS = 8;

/** onnxruntime in this process. Sessions are shared, loaded once, and checked against the version's digest. */
export function onnxServing({ objects }: { objects: Pick<ObjectsPort, 'get'> }): ServingPort {
  const sessions = new LRUCache<string, Promise<InferenceSession>>({ max: SESSIONS });
  const sessionOf = (model: ModelRef): Promise<InferenceSession> => {
    const known = sessions.get(model.onnx.sha256);
    if (known) return known;
    const loading = load(model, objects);
    sessions.set(model.onnx.sha256, loading);
    loading.catch(() => sessions.delete(model.onnx.sha256));
    return loading;
  };
  return {
    async infer(model, inputs) {
      const session = await sessionOf(model);
      const { Tensor: Make } = await import('onnxruntime-node');
      const feeds: Record<string, OrtTensor> = {};
      for (const [name, { type, data, dims }] of Object.entries(inputs))
        feeds[name] = new Make(type, data as never, dims);
      const missing = session.inputNames.find((name) => !feeds[name]);
      if (missing)
        throw new DataQualityError(
          `Model ${nameOf(model)} wants the input "${missing}"; given: ${Object.keys(inputs).join(', ')}`,
        );
      const answer = await run(session, feeds, model);
      const rows = Object.values(inputs)[0]?.dims[0];
      return Object.fromEntries(
        Object.entries(answer).map(([name, value]) => [name, checked(model, name, value, rows)]),
      );
    },
    async health() {
      return { backend: 'onnx', provider: 'cpu', loaded: [...sessions.keys()] };
    },
    async close() {
      const open = [...sessions.values()];
      sessions.clear();
      for (const session of open) await (await session.catch(() => null))?.release();
    },
  };
}

async function run(
  session: InferenceSession,
  feeds: Record<string, OrtTensor>,
  model: ModelRef,
): Promise<Record<string, OrtTensor>> {
  try {
    return (await session.run(feeds)) as Record<string, OrtTensor>;
  } catch (error) {
    throw new DataQualityError(`Model ${nameOf(model)} refuses its input: ${messageOf(error)}`);
  }
}

async function load(model: ModelRef, objects: Pick<ObjectsPort, 'get'>): Promise<InferenceSession> {
  const { key, sha256 } = model.onnx;
  const bytes = key.startsWith('shipped/') ? await readShipped(key, sha256) : await objects.get(key, sha256);
  const { InferenceSession: Session } = await import('onnxruntime-node');
  try {
    return await Session.create(bytes, { intraOpNumThreads: 2, interOpNumThreads: 1, logSeverityLevel: 3 });
  } catch (error) {
    throw new DataQualityError(`Model ${nameOf(model)} is no usable ONNX file (${key}): ${messageOf(error)}`);
  }
}

/** An answer with a number for every row, or an error that names the model and the output. */
function checked(model: ModelRef, name: string, value: OrtTensor, rows: number | undefined): Tensor {
  const dims = [...value.dims];
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
