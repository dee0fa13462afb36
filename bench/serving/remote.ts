import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  DataQualityError,
  InvalidInputError,
  messageOf,
  NotFoundError,
  UnreachableError,
} from '../../domain/errors.js';
import type { ModelRef } from '../../domain/models.js';
import type { ObjectsPort, ServingPort, Tensor } from '../../adapters/ports.js';
import { openServing } from '../../adapters/serving/index.js';

/*
 * A model server of the smallest kind, onnxruntime behind HTTP, so that instances of the very same speed can be killed
 * and made to hang. It is for measuring and testing only: no address leads to it.
 */
const ERRORS = { DataQualityError, InvalidInputError, NotFoundError };

interface Asked {
  model: ModelRef;
  /** Of the file, base64; with `load` only. */
  bytes?: string;
  inputs?: Record<string, Written>;
}
interface Written {
  type: Tensor['type'];
  dims: number[];
  data: string;
}

export interface RemoteServer {
  url: string;
  /** As kill -9 does: connections are cut, and new ones refused. */
  kill(): void;
  /** Accepts requests and answers none any more. */
  hang(): void;
  /** Batches that were answered. */
  answered(): number;
  close(): Promise<void>;
}

/** Listens on a free port of this machine, or the given one. */
export async function startRemote(port = 0): Promise<RemoteServer> {
  const files = new Map<string, Uint8Array>();
  const get = async (key: string): Promise<Uint8Array> => {
    const bytes = files.get(key);
    if (bytes) return bytes;
    throw new NotFoundError(`No object "${key}"`);
  };
  const serving = openServing('onnx:?instances=1', { objects: { get } });
  let [hangs, answered] = [false, 0];
  const handle = async (request: IncomingMessage): Promise<unknown> => {
    if (request.url === '/alive') return {};
    if (request.url === '/health') return serving.health();
    const { model, bytes, inputs } = JSON.parse(await textOf(request)) as Asked;
    if (bytes) files.set(model.onnx.key, new Uint8Array(Buffer.from(bytes, 'base64')));
    if (request.url === '/load') return void (await serving.load(model));
    if (request.url === '/unload') return void (await serving.unload(model));
    if (request.url === '/metadata') return serving.metadata(model);
    if (request.url !== '/infer') throw new InvalidInputError(`No such path ${request.url}`);
    const answer = await serving.infer(model, read(inputs ?? {}));
    answered++;
    return written(answer);
  };
  const server = createServer((request, response) => {
    handle(request).then(
      (value) => void (hangs || send(response, 200, value ?? {})),
      (error: unknown) =>
        void (hangs || send(response, 500, { name: (error as Error).name, message: messageOf(error) })),
    );
  });
  await new Promise<void>((done, fail) => void server.once('error', fail).listen(port, '127.0.0.1', done));
  const kill = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    kill,
    hang: () => void (hangs = true),
    answered: () => answered,
    async close() {
      kill();
      await serving.close();
    },
  };
}

/** Asks such a server; files travel with `load`. */
export function remoteServing(url: string, objects: Pick<ObjectsPort, 'get'>): ServingPort {
  const ask = async <T>(path: string, asked: Asked | null): Promise<T> => {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url}${path}`, asked ? { method: 'POST', body: JSON.stringify(asked) } : {});
      text = await response.text();
    } catch (error) {
      throw new UnreachableError(`does not answer: ${messageOf((error as Error).cause ?? error)}`);
    }
    const value: unknown = JSON.parse(text);
    if (response.ok) return value as T;
    const { name, message } = value as { name: string; message: string };
    throw new (ERRORS[name as keyof typeof ERRORS] ?? UnreachableError)(message);
  };
  const load = async (model: ModelRef): Promise<void> => {
    const bytes = await objects.get(model.onnx.key, model.onnx.sha256);
    await ask('/load', { model, bytes: Buffer.from(bytes).toString('base64') });
  };
  return {
    async infer(model, inputs) {
      const asked = { model, inputs: written(inputs) };
      const answer = await ask<Record<string, Written>>('/infer', asked).catch(async (error: unknown) => {
        if (!(error instanceof NotFoundError)) throw error;
        await load(model);
        return ask<Record<string, Written>>('/infer', asked);
      });
      return read(answer);
    },
    load,
    unload: (model) => ask('/unload', { model }),
    metadata: (model) => load(model).then(() => ask('/metadata', { model })),
    health: () => ask('/health', null),
    alive: () => ask('/alive', null),
    close: async () => {},
  };
}

const written = (tensors: Record<string, Tensor>): Record<string, Written> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { type, dims, data }]) => {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      return [name, { type, dims, data: bytes.toString('base64') }];
    }),
  );

const read = (given: Record<string, Written>): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(given).map(([name, { type, dims, data }]): [string, Tensor] => {
      const { buffer } = new Uint8Array(Buffer.from(data, 'base64'));
      return [
        name,
        type === 'float32'
          ? { type, dims, data: new Float32Array(buffer) }
          : { type, dims, data: new BigInt64Array(buffer) },
      ];
    }),
  );

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
