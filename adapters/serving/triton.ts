import { DataQualityError, UnreachableError } from '../../domain/errors.js';
import type { ModelRef } from '../../domain/models.js';
import type { ObjectsPort } from '../ports.js';
import type { ServingHealth, ServingPort, Tensor, TensorInfo } from '../ports-serving.js';
import { checkInputs, checkOutputs, nameOf, rowsOf } from './tensors.js';
import { readTritonAddress } from './triton-address.js';
import { isAbsent, isBroken, TritonFault } from './triton-client.js';
import { tritonName, tritonVersion } from './triton-config.js';
import { tritonGrpc } from './triton-grpc.js';
import { tritonHttp } from './triton-http.js';
import { openLine } from './triton-line.js';
import { openLoading, type TritonPlace } from './triton-loading.js';
import { readMeasures } from './triton-measures.js';
import { servedDigest, servedModels, type ServedModel } from './triton-models.js';
import { asServed, asStated, joinRows, splitRows } from './triton-rows.js';

/** Batches at a time that keep an instance of a model busy. */
const PER_INSTANCE = 8;

/**
 * NVIDIA's Triton, by an address such as `triton:http://host:8000` or `triton:grpc://host:8001` with options
 * (docs/serving-triton.md). Every version is a model of its own there, whose configuration states the file's sha256.
 */
export function tritonServing(text: string, { objects }: { objects: Pick<ObjectsPort, 'get'> }): ServingPort {
  const address = readTritonAddress(text);
  const client = address.protocol === 'http' ? tritonHttp(address) : tritonGrpc(address);
  const name = `Triton at ${address.host}`;
  const place = { address, client, objects, name };
  const loading = openLoading(place);
  const models = servedModels(place, loading);
  const line = openLine({ name, ...address });
  const running = new Map<string, Set<Promise<unknown>>>();

  /** One batch that the server takes as it is. */
  const ask = async (model: ModelRef, served: ServedModel, inputs: Record<string, Tensor>) => {
    const call = {
      model: tritonName(model),
      version: tritonVersion(model),
      inputs: asServed(inputs, served),
    };
    const [answer] = await Promise.all([line.take(() => client.infer(call)), models.confirm(model, served)]);
    if (answer.model !== call.model || answer.version !== call.version)
      throw new DataQualityError(
        `${name} answers as ${answer.model}, version ${answer.version}; asked was ${call.model}, version ${call.version}`,
      );
    return checkOutputs(model, asStated(answer.outputs, served), rowsOf(inputs));
  };
  const askAll = async (model: ModelRef, served: ServedModel, inputs: Record<string, Tensor>) => {
    checkInputs(model, served.inputs, inputs);
    const parts = splitRows(inputs, served.config.max_batch_size);
    return joinRows(await Promise.all(parts.map((part) => ask(model, served, part))));
  };
  const infer: ServingPort['infer'] = async (model, inputs) => {
    try {
      const served = await models.served(model);
      return await askAll(model, served, inputs).catch(async (error: unknown) => {
        if (isBroken(error) && address.loads) await models.renew(model, served);
        // The server was started anew, or another process had it unload the model.
        else if (isAbsent(error)) await models.forget(model, served);
        else throw error;
        return askAll(model, await models.served(model), inputs);
      });
    } catch (error) {
      throw inferFault(error, { model, name });
    }
  };
  /** The first batch of a model takes long; it is no use to whoever waits for an answer. */
  const warm = async (model: ModelRef, served: ServedModel): Promise<void> => {
    const inputs = Object.fromEntries(served.inputs.map((port) => [port.name, zeros(port)]));
    const call = {
      model: tritonName(model),
      version: tritonVersion(model),
      inputs: asServed(inputs, served),
    };
    // A model may refuse such values, and be right.
    await client.infer(call).catch(() => undefined);
  };
  return {
    lanes: address.settings.instances * PER_INSTANCE,
    infer: (model, inputs) => counted(running, model.onnx.sha256, infer(model, inputs)),
    async load(model) {
      const served = await models.served(model);
      await warm(model, served);
    },
    async unload(model) {
      await Promise.allSettled([...(running.get(model.onnx.sha256) ?? [])]);
      await models.forget(model);
      await loading.unload(model);
    },
    async metadata(model) {
      await models.forget(model);
      const { config, inputs, outputs } = await models.served(model);
      const platform = config.platform || config.backend || 'unknown';
      const sha256 = servedDigest(config) ?? '';
      return { ...{ name: model.name, version: model.version, sha256, platform }, inputs, outputs };
    },
    alive: client.alive,
    health: () => healthOf(place),
    async close() {
      await Promise.all([client.close(), loading.close()]);
    },
  };
}

async function healthOf({ address, client }: TritonPlace): Promise<ServingHealth> {
  const [server, statistics] = await Promise.all([client.server(), client.statistics()]);
  const names = [...new Set(statistics.map(({ name }) => name))];
  const [measures, ...configs] = await Promise.all([
    readMeasures(statistics, address.metrics),
    ...names.map((name) => client.config(name)),
  ]);
  const loaded = configs.flatMap((config) => (config ? (servedDigest(config) ?? []) : []));
  const provider = `${server.name} ${server.version} at ${address.host} over ${address.protocol}`;
  return { backend: 'triton', provider, loaded, measures };
}

/** What a server says of a batch, as our errors. */
function inferFault(error: unknown, { model, name }: { model: ModelRef; name: string }): unknown {
  if (!(error instanceof TritonFault)) return error;
  const said = error.message.slice(0, 500);
  if (error.kind === 'absent')
    return new UnreachableError(`${name} lost ${nameOf(model)} while it was asked: ${said}`);
  if (error.kind === 'refused' || COMPUTING.test(said))
    return new DataQualityError(`Model ${nameOf(model)} refuses its input: ${said}`);
  return new UnreachableError(`${name} could not run ${nameOf(model)}: ${said}`);
}

/** A fault of the model with these values, which another server would have, too. */
const COMPUTING = /onnx ?runtime error/i;

function zeros({ type, dims }: TensorInfo): Tensor {
  const shape = dims.map((size) => (size === -1 ? 1 : size));
  const length = shape.reduce((product, size) => product * size, 1);
  return type === 'int64'
    ? { type, dims: shape, data: new BigInt64Array(length) }
    : { type: 'float32', dims: shape, data: new Float32Array(length) };
}

/** Keeps a promise in a set for as long as it runs. */
function counted<T>(sets: Map<string, Set<Promise<unknown>>>, key: string, work: Promise<T>): Promise<T> {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set.add(work));
  const end = (): void => {
    set.delete(work);
    if (set.size === 0 && sets.get(key) === set) sets.delete(key);
  };
  work.then(end, end);
  return work;
}
