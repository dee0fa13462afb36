import { availableParallelism } from 'node:os';
import { DataQualityError, InvalidInputError, UnreachableError } from '../../domain/errors.js';
import type { ModelRef } from '../../domain/models.js';
import { schemePath } from '../addresses.js';
import type { ModelMetadata, ObjectsPort, ServingHealth, ServingPort, TensorInfo } from '../ports.js';
import { decodeFrame, encodeFrame } from './frames.js';
import {
  checkOptions,
  openModelServer,
  readCount,
  readJson,
  readServerAddress,
  type Answer,
  type ModelServer,
} from './model-server.js';
import { fileOf, remoteServing } from './remote.js';
import { readModelFile } from './shipped.js';
import { torchProcess } from './torch-process.js';

/** Where the server is: a process that is started here, or an address. */
export interface TorchPlace {
  /** @throws UnreachableError */
  server(): Promise<ModelServer>;
  close(): Promise<void>;
}

const LOCAL = ['instances', 'threads', 'device', 'timeout'];
const MOST_LANES = 64;
const USUAL_LANES = 4;
const INFER_MS = 60_000;
/** The first TorchScript file waits for PyTorch to be read from the disk. */
const LOAD_MS = 180_000;
const HEALTH_MS = 5000;

/**
 * Inference by PyTorch in Python: `torchscript:?instances=2&threads=1&device=cuda` starts a process of the training
 * environment at the first use; `torchscript:http://:<key>@host:9300` asks one that `python -m finsight_ml serve` runs.
 * Versions without a TorchScript file are run there by onnxruntime. `timeout` of a batch is in milliseconds.
 */
export function torchscriptServing(
  address: string,
  { objects }: { objects: Pick<ObjectsPort, 'get'> },
): ServingPort {
  const { place, lanes, timeoutMs } = readPlace(address);
  const ask = async (request: Parameters<ModelServer['ask']>[0]): Promise<Answer> =>
    (await place.server()).ask(request);
  return remoteServing({
    lanes,
    async load(model) {
      const { kind, file } = fileOf(model);
      const body = await readModelFile(file, objects);
      const query = new URLSearchParams({
        ...{ name: model.name, version: model.version },
        ...{ kind, file: file.sha256 },
      });
      const path = `${pathOf(model)}?${query.toString()}`;
      const answer = await ask({ method: 'PUT', path, body, timeoutMs: LOAD_MS });
      if (answer.status !== 200) throw refusalOf(answer);
      return metadataOf(readJson(answer.bytes));
    },
    async infer(model, inputs) {
      const body = encodeFrame({ name: model.name, version: model.version }, inputs);
      const answer = await ask({ method: 'POST', path: `${pathOf(model)}/infer`, body, timeoutMs });
      if (answer.status === 200) return decodeFrame(answer.bytes);
      if (answer.status === 404 && readJson(answer.bytes)['kind'] === 'unknown') return 'unknown';
      throw refusalOf(answer);
    },
    async unload(model) {
      const answer = await ask({ method: 'DELETE', path: pathOf(model) });
      if (answer.status !== 200) throw refusalOf(answer);
    },
    async health() {
      const answer = await ask({ method: 'GET', path: '/health', timeoutMs: HEALTH_MS });
      if (answer.status !== 200) throw refusalOf(answer);
      return healthOf(readJson(answer.bytes));
    },
    close: () => place.close(),
  });
}

const pathOf = (model: ModelRef): string => `/models/${model.onnx.sha256}`;

/** @throws InvalidInputError naming the part of the address and what would be right */
function readPlace(address: string): { place: TorchPlace; lanes: number; timeoutMs: number } {
  const rest = schemePath(address);
  if (rest === '' || rest.startsWith('?')) {
    const options = new URLSearchParams(rest.slice(1));
    checkOptions(options, { known: LOCAL, shown: address });
    const usual = Math.min(USUAL_LANES, availableParallelism());
    const lanes = readCount(options, { name: 'instances', usual, most: MOST_LANES });
    const threads = readCount(options, { name: 'threads', usual: 1, most: MOST_LANES });
    const device = options.get('device') ?? 'cpu';
    if (!/^(cpu|cuda(:\d+)?)$/.test(device))
      throw new InvalidInputError(`device=${device} in SERVING_URL is not cpu, cuda or cuda:<number>`);
    const timeoutMs = timeoutOf(options);
    return { place: torchProcess({ lanes, threads, device }), lanes, timeoutMs };
  }
  const example = 'torchscript:http://:<key>@host:9300';
  const given = readServerAddress(address, { known: ['instances', 'timeout'], example });
  const timeoutMs = timeoutOf(given.options);
  const lanes = readCount(given.options, { name: 'instances', usual: 1, most: MOST_LANES });
  const key = given.keys[1] || given.keys[0];
  const server = openModelServer({
    ...{ origin: given.origin, name: given.shown, timeoutMs },
    headers: key ? { authorization: `Bearer ${key}` } : {},
  });
  const place = { server: async () => server, close: () => server.close() };
  return { place, lanes, timeoutMs };
}

const timeoutOf = (options: URLSearchParams): number =>
  readCount(options, { name: 'timeout', usual: INFER_MS, least: 10, most: 3_600_000 });

/** By what the server says that it refuses. */
function refusalOf({ status, bytes }: Answer): Error {
  const { error, kind } = readJson(bytes);
  const text = typeof error === 'string' ? error : `status ${status}`;
  if (kind === 'input' || kind === 'model') return new DataQualityError(text);
  if (status === 401)
    return new InvalidInputError(`The model server refuses the key in SERVING_URL: ${text}`);
  return new UnreachableError(`The model server cannot answer: ${text}`);
}

export function metadataOf(told: Record<string, unknown>): ModelMetadata {
  const { name, version, sha256, platform, inputs, outputs } = told as unknown as ModelMetadata;
  const known = [inputs, outputs].every((ports) => Array.isArray(ports) && ports.every(isTensorInfo));
  if (!known || typeof platform !== 'string')
    throw new UnreachableError(
      'The model server does not describe the model that it loaded: it is none of ours',
    );
  return { name, version, sha256, platform, inputs, outputs };
}

const isTensorInfo = (port: unknown): boolean => {
  const { name, type, dims } = (port ?? {}) as TensorInfo;
  return typeof name === 'string' && typeof type === 'string' && Array.isArray(dims);
};

function healthOf(told: Record<string, unknown>): ServingHealth {
  const versions = (told['versions'] ?? []) as { provider: string; sha256: string }[];
  const provider = versions.find((each) => each.provider.includes(': '))?.provider ?? String(told['device']);
  return { backend: 'torchscript', provider, loaded: versions.map(({ sha256 }) => sha256) };
}
