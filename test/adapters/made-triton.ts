import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import type { ModelRef } from '../../domain/models.js';
import { tritonName, tritonVersion } from '../../adapters/serving/triton-config.js';

/** What a stand-in answers to a batch, in place of what is right. */
export interface MadeAnswer {
  status?: number;
  /** Members of the JSON header that are something else. */
  header?: Record<string, unknown>;
  values?: Float32Array;
  /** In place of all of it. */
  text?: string;
}

/** A server that speaks enough of the protocol to be asked about one model, and answers batches as it is told. */
export async function madeTriton(model: ModelRef, answer: MadeAnswer = {}) {
  const state = { answer, sha256: model.onnx.sha256, asked: [] as string[] };
  const server = createServer((request, response) => {
    state.asked.push(request.url ?? '');
    request.resume().once('end', () => reply({ request, response, model, state }));
  });
  const port = await listening(server);
  return {
    address: `triton:http://127.0.0.1:${port}?metrics=none`,
    state,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const port = (name: string, dims: number[]) => ({ name, data_type: 'TYPE_FP32', dims });

function reply(given: {
  request: IncomingMessage;
  response: ServerResponse;
  model: ModelRef;
  state: { answer: MadeAnswer; sha256: string };
}): void {
  const { request, response, model, state } = given;
  if (request.url?.endsWith('/config'))
    return void response.end(
      JSON.stringify({
        ...{ name: tritonName(model), platform: 'onnxruntime_onnx', max_batch_size: 8 },
        ...{ input: [port('features', [8])], output: [port('target', [2])] },
        parameters: { sha256: { string_value: state.sha256 } },
      }),
    );
  const { status = 200, header = {}, values = Float32Array.of(1, 2, 3, 4), text } = state.answer;
  response.statusCode = status;
  if (text !== undefined) return void response.end(text);
  const output = {
    ...{ name: 'target', datatype: 'FP32', shape: [2, 2] },
    parameters: { binary_data_size: values.byteLength },
  };
  const names = { model_name: tritonName(model), model_version: tritonVersion(model) };
  const json = Buffer.from(JSON.stringify({ ...names, outputs: [output], ...header }));
  response.setHeader('inference-header-content-length', json.length);
  response.end(Buffer.concat([json, Buffer.from(values.buffer)]));
}

/** Takes connections and says nothing. */
export async function madeSilence() {
  const sockets = new Set<Socket>();
  const server = createTcp((socket) => void sockets.add(socket.on('error', () => undefined)));
  const found = await listening(server);
  return {
    host: `127.0.0.1:${found}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}
