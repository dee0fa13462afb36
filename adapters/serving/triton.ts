import type { ModelRef } from '../../domain/models.js';
import type { ObjectsPort } from '../ports.js';
import type { ModelMetadata, ServingHealth, ServingPort } from '../ports-serving.js';
import { readTritonAddress } from './triton-address.js';
import { openAsking } from './triton-asking.js';
import { tritonGrpc } from './triton-grpc.js';
import { tritonHttp } from './triton-http.js';
import { openLoading, type TritonPlace } from './triton-loading.js';
import { readMeasures } from './triton-measures.js';
import { servedDigest, servedModels, type ServedModel } from './triton-models.js';

/** Batches at a time that keep an instance of a model busy. */
const PER_INSTANCE = 8;

/**
 * NVIDIA's Triton, by an address such as `triton:http://host:8000` or `triton:grpc://host:8001` with options
 * (docs/serving-triton.md). Every version is a model of its own there, whose configuration states the file's sha256.
 */
export function tritonServing(text: string, { objects }: { objects: Pick<ObjectsPort, 'get'> }): ServingPort {
  const address = readTritonAddress(text);
  const client = address.protocol === 'http' ? tritonHttp(address) : tritonGrpc(address);
  const place = { address, client, objects, name: `Triton at ${address.host}` };
  const loading = openLoading(place);
  const models = servedModels(place, loading);
  const asking = openAsking(place, models);
  const running = new Map<string, Set<Promise<unknown>>>();
  return {
    lanes: address.settings.instances * PER_INSTANCE,
    infer: (model, inputs) => counted(running, model.onnx.sha256, asking.infer(model, inputs)),
    load: async (model) => asking.warm(await models.served(model)),
    async unload(model) {
      await Promise.allSettled([...(running.get(model.onnx.sha256) ?? [])]);
      await models.forget(model);
      await loading.unload(model);
    },
    async metadata(model) {
      await models.forget(model);
      return metadataOf(model, await models.served(model));
    },
    alive: client.alive,
    health: () => healthOf(place),
    async close() {
      await Promise.all([client.close(), loading.close()]);
    },
  };
}

const metadataOf = (model: ModelRef, { config, inputs, outputs }: ServedModel): ModelMetadata => ({
  ...{ name: model.name, version: model.version, sha256: servedDigest(config) ?? '' },
  ...{ platform: config.platform || config.backend || 'unknown', inputs, outputs },
});

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
