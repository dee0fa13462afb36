import { LRUCache } from 'lru-cache';
import { DataQualityError, InvalidInputError, UnreachableError } from '../../domain/errors.js';
import type { ModelRef } from '../../domain/models.js';
import type { ModelMetadata, ObjectsPort, ServingPort } from '../ports.js';
import { decodeFrame, encodeFrame } from './frames.js';
import {
  openModelServer,
  readCount,
  readJson,
  readServerAddress,
  saidBy,
  type Answer,
  type ModelServer,
} from './model-server.js';
import { readModelFile } from './shipped.js';
import { fileOf, remoteServing } from './remote.js';
import { archiveOf, servedAs } from './torchserve-archive.js';
import { archiveSource, type ArchiveSource } from './torchserve-delivery.js';
import { readMetrics } from './torchserve-metrics.js';
import { management, type Management } from './torchserve-management.js';
import { bearer, readKeys, type Keys } from './torchserve-keys.js';
import { metadataOf } from './torchscript.js';

const KNOWN = ['management', 'metrics', 'store', 'from', 'keys', 'workers', 'batch', 'delay', 'timeout'];
const EXAMPLE =
  'torchserve:http://127.0.0.1:8080?store=/models or torchserve:http://host:8080?from=this-host';
const INFER_MS = 60_000;
const HEALTH_MS = 5000;
const MOST_FAULTS = 100;
/** A file that a server could not use is not brought to it again within this time. */
const FAULT_MS = 600_000;
const BINARY = { 'content-type': 'application/octet-stream' };

interface Settings {
  /** Without keys. */
  shown: string;
  inference: ModelServer;
  management: Management;
  metrics: ModelServer | null;
  source: ArchiveSource;
  keys: Keys;
  workers: number;
  timeoutMs: number;
  /** Rows of requests that TorchServe gathers, and how long it waits for them, ms. */
  batching: { batch: number; delayMs: number };
}

/**
 * TorchServe 0.12, which its makers archived in 2025: for those who run it. Versions are packed into archives, registered
 * under a version that holds their file's digest, scaled to `workers`, and unregistered, all by the management API.
 * `torchserve:http://[<inference key>[:<management key>]@]host:8080?management=http://host:8081&workers=1`.
 */
export function torchserveServing(
  address: string,
  { objects }: { objects: Pick<ObjectsPort, 'get'> },
): ServingPort {
  const settings = readSettings(address);
  const held = new Map<string, ModelRef>();
  const faults = new LRUCache<string, string>({ max: MOST_FAULTS, ttl: FAULT_MS });
  return remoteServing({
    lanes: settings.workers,
    async load(model) {
      const described = await load(model, { settings, objects, faults });
      held.set(model.onnx.sha256, model);
      return described;
    },
    async infer(model, inputs) {
      const answer = await predict(model, { settings, body: encodeFrame({}, inputs) });
      if (answer.status === 200) return decodeFrame(answer.bytes);
      if (answer.status === 404) return 'unknown';
      throw refusalOf(answer, settings.shown);
    },
    async unload(model) {
      held.delete(model.onnx.sha256);
      await settings.management.unregister(servedAs(model));
    },
    alive: () => ping(settings),
    async health() {
      const { metrics, workers } = settings;
      await ping(settings);
      const ready = await Promise.all(
        [...held.values()].map(async (model) => {
          const isReady = await settings.management.isReady(servedAs(model));
          return isReady ? [model.onnx.sha256] : [];
        }),
      );
      const measured = metrics ? await readMetrics(metrics) : null;
      const provider = `PyTorch workers, ${workers} a version${measured ? `; ${measured}` : ''}`;
      return { backend: 'torchserve', provider, loaded: ready.flat() };
    },
    async close() {
      const { inference, metrics, source } = settings;
      await Promise.all([inference.close(), settings.management.close(), metrics?.close(), source.close()]);
    },
  });
}

/** @throws UnreachableError, and InvalidInputError where the key is refused */
async function ping({ shown, inference, keys }: Settings): Promise<void> {
  const headers = bearer(keys.inference());
  const answer = await inference.ask({ method: 'GET', path: '/ping', headers, timeoutMs: HEALTH_MS });
  if (answer.status !== 200) throw refusalOf(answer, shown);
}

interface Loading {
  settings: Settings;
  objects: Pick<ObjectsPort, 'get'>;
  /** By the digest of the file: what a server said of it. A worker takes seconds to start, to say the same again. */
  faults: LRUCache<string, string>;
}

async function load(model: ModelRef, { settings, objects, faults }: Loading): Promise<ModelMetadata> {
  const served = servedAs(model);
  const known = faults.get(fileOf(model).file.sha256);
  if (known !== undefined) throw new DataQualityError(known);
  const archive = await archiveOf(model, await readModelFile(fileOf(model).file, objects));
  await settings.source.deliver({ name: `${served.name}-${served.version}.mar`, bytes: archive }, (url) =>
    settings.management.register({ ...served, url, ...settings.batching, timeoutMs: settings.timeoutMs }),
  );
  await settings.management.scale({ ...served, workers: settings.workers });
  const answer = await predict(model, { settings, body: encodeFrame({ describe: true }, {}) });
  if (answer.status === 200) return metadataOf(readJson(answer.bytes));
  const refusal = refusalOf(answer, settings.shown);
  // What cannot answer must not stay registered.
  await settings.management.unregister(served).catch(() => undefined);
  if (refusal instanceof DataQualityError) faults.set(fileOf(model).file.sha256, refusal.message);
  throw refusal;
}

function predict(
  model: ModelRef,
  { settings, body }: { settings: Settings; body: Uint8Array },
): Promise<Answer> {
  const { name, version } = servedAs(model);
  const path = `/predictions/${encodeURIComponent(name)}/${encodeURIComponent(version)}`;
  const key = settings.keys.inference();
  return settings.inference.ask({ method: 'POST', path, body, headers: { ...BINARY, ...bearer(key) } });
}

/** Refusals of the handler say their kind; everything else comes from TorchServe itself. */
function refusalOf(answer: Answer, shown: string): Error {
  const { error, kind, type } = readJson(answer.bytes);
  if (typeof error === 'string' && (kind === 'input' || kind === 'model')) return new DataQualityError(error);
  if (type === 'InvalidKeyException')
    return new InvalidInputError(`${shown} refuses the inference key in SERVING_URL: ${saidBy(answer)}`);
  return new UnreachableError(`${shown} cannot answer (status ${answer.status}): ${saidBy(answer)}`);
}

/** @throws InvalidInputError naming the part of the address and what would be right */
function readSettings(address: string): Settings {
  const given = readServerAddress(address, { known: KNOWN, example: EXAMPLE });
  const { origin, options, shown } = given;
  const keys = readKeys(given);
  const timeoutMs = readCount(options, { name: 'timeout', usual: INFER_MS, least: 10, most: 3_600_000 });
  const beside = (name: string, step: number): string => {
    const url = new URL(origin);
    url.port = String(Number(url.port || (url.protocol === 'https:' ? 443 : 80)) + step);
    const text = options.get(name) ?? url.origin;
    if (URL.canParse(text)) return new URL(text).origin;
    throw new InvalidInputError(`${name}=${text} in SERVING_URL is no address such as ${url.origin}`);
  };
  const server = (at: string, name: string): ModelServer => openModelServer({ origin: at, name, timeoutMs });
  const metrics = options.get('metrics') === 'off' ? null : beside('metrics', 2);
  return {
    ...{ shown, keys, timeoutMs },
    inference: server(origin, shown),
    management: management({ server: server(beside('management', 1), `${shown}, management`), keys, shown }),
    metrics: metrics === null ? null : server(metrics, `${shown}, metrics`),
    source: archiveSource({ origin, store: options.get('store'), from: options.get('from') }),
    workers: readCount(options, { name: 'workers', usual: 1, most: 64 }),
    batching: {
      batch: readCount(options, { name: 'batch', usual: 1, most: 1024 }),
      delayMs: readCount(options, { name: 'delay', usual: 5, least: 0, most: 10_000 }),
    },
  };
}
