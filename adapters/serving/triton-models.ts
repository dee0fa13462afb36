import { LRUCache } from 'lru-cache';
import { DataQualityError, UnreachableError } from '../../domain/errors.js';
import type { ModelRef } from '../../domain/models.js';
import type { TensorInfo } from '../ports-serving.js';
import { nameOf } from './tensors.js';
import { portInfo, tritonName, tritonVersion, type TritonConfig } from './triton-config.js';
import type { Loading, TritonPlace } from './triton-loading.js';

/** A version as the server has it: its configuration names the digest that was asked for. */
export interface ServedModel {
  config: TritonConfig;
  /** Its number for the server. */
  version: string;
  inputs: TensorInfo[];
  outputs: TensorInfo[];
  /** When the server last stated the digest, of performance.now(). */
  seenAt: number;
}

/** The versions that a server has, for those who use them. */
export interface ServedModels {
  /** The version, loaded where it was not; once for many callers. @throws as ServingPort.load */
  served(model: ModelRef): Promise<ServedModel>;
  /**
   * Asks again which digest the server has, where it has not said so for a while: it may have been given another file
   * under the same name. Null where there is nothing to ask. @throws DataQualityError
   */
  confirm(model: ModelRef, served: ServedModel): Promise<void> | null;
  /** What is known of it is no longer so. `seen`: unless somebody has found out since. */
  forget(model: ModelRef, seen?: ServedModel): Promise<void>;
  /** Has the server let go of a version that it cannot run any more; whoever asks next has it loaded. */
  renew(model: ModelRef, seen: ServedModel): Promise<void>;
}

export function servedModels({ address, client, name }: TritonPlace, loading: Loading): ServedModels {
  /** Versions that this process had the server load: others' are not ours to unload. */
  const own = new Map<string, ModelRef>();
  const known = new LRUCache<string, Promise<ServedModel>>({
    max: address.models,
    dispose(_, sha256, reason) {
      const model = own.get(sha256);
      if (reason !== 'evict' || !model) return;
      own.delete(sha256);
      // It comes again where it is asked for; where the server is away it has nothing to unload.
      loading.unload(model).catch(() => undefined);
    },
  });
  const renewing = new Map<string, Promise<void>>();
  const read = async (model: ModelRef): Promise<ServedModel | null> => {
    const config = await client.config(tritonName(model));
    if (config === null) return null;
    checkDigest({ model, config, name });
    const inputs = config.input.map((port) => portInfo(port, config));
    const outputs = config.output.map((port) => portInfo(port, config));
    return { config, version: tritonVersion(model), inputs, outputs, seenAt: performance.now() };
  };
  const open = async (model: ModelRef): Promise<ServedModel> => {
    const found = await read(model);
    if (found) return found;
    await loading.load(model);
    own.set(model.onnx.sha256, model);
    const ready = await read(model);
    if (ready) return ready;
    throw new UnreachableError(`${name} loaded ${nameOf(model)} and has it no longer`);
  };
  return {
    served(model) {
      const key = model.onnx.sha256;
      const before = known.get(key);
      if (before) return before;
      const opening = open(model);
      known.set(key, opening);
      opening.catch(() => {
        if (known.peek(key) === opening) known.delete(key);
      });
      return opening;
    },
    confirm(model, served) {
      if (performance.now() - served.seenAt < address.confirmMs) return null;
      // One question is enough for all that run.
      served.seenAt = performance.now();
      return client.config(served.config.name).then((config) => {
        if (config !== null) checkDigest({ model, config, name });
      });
    },
    async forget({ onnx: { sha256 } }, seen) {
      const isOther = seen && (await known.peek(sha256)?.catch(() => null)) !== seen;
      if (!isOther) known.delete(sha256);
    },
    async renew(model, seen) {
      const key = model.onnx.sha256;
      const isOther = (await known.peek(key)?.catch(() => null)) !== seen;
      if (isOther && !renewing.has(key)) return;
      const before = renewing.get(key);
      if (before) return before;
      const ending = loading.unload(model).finally(() => {
        known.delete(key);
        renewing.delete(key);
      });
      renewing.set(key, ending);
      return ending;
    },
  };
}

/** The digest of what a server has, by its own word; null where it says none. */
export const servedDigest = (config: Pick<TritonConfig, 'parameters'>): string | null =>
  config.parameters['sha256']?.string_value ?? null;

function checkDigest(given: { model: ModelRef; config: TritonConfig; name: string }): void {
  const { model, config, name } = given;
  const found = servedDigest(config);
  if (found === model.onnx.sha256) return;
  throw new DataQualityError(
    `${name} serves something else as ${nameOf(model)} (${config.name}): its configuration says sha256 ${found ?? 'nothing'}, wanted is ${model.onnx.sha256}`,
  );
}
