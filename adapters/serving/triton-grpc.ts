import { join } from 'node:path';
import type { Client, Metadata, requestCallback } from '@grpc/grpc-js';
import { UnreachableError } from '../../domain/errors.js';
import { projectRoot } from '../config.js';
import type { TritonAddress } from './triton-address.js';
import {
  ABSENT,
  FULL,
  bytesOf,
  datatypeOf,
  tensorOf,
  TritonFault,
  type IndexEntry,
  type InferAnswer,
  type InferCall,
  type ModelStatistics,
  type TritonClient,
} from './triton-client.js';
import type { TritonConfig } from './triton-config.js';

const PROTO = join('adapters', 'serving', 'triton', 'kserve.proto');
const KEEP_ALIVE_MS = 10_000;
/** Streams share connections; one of them is the work of one core of the server at most. */
const CHANNELS = 2;

type Call = (
  request: unknown,
  metadata: Metadata,
  options: { deadline: number },
  answered: requestCallback<unknown>,
) => unknown;
type Service = Client & Record<string, Call>;

/** The same over gRPC, with tensors as raw contents. */
export function tritonGrpc(address: TritonAddress): TritonClient {
  const { host, timeoutMs, loadTimeoutMs, user } = address;
  let opening: Promise<{ services: Service[]; metadata: Metadata }> | null = null;
  let turn = 0;
  const open = () => (opening ??= openServices(address));
  const ask = async <T>(method: string, request: unknown, limit = timeoutMs): Promise<T> => {
    const { services, metadata } = await open();
    const service = services[turn++ % services.length] as Service;
    return new Promise((done, fail) => {
      service[method]?.(request, metadata, { deadline: Date.now() + limit }, (error, answer) => {
        if (error) fail(faultOf(error, { host, limit }));
        else done(answer as T);
      });
    });
  };
  return {
    infer: async (call) => inferAnswer(await ask<RawAnswer>('ModelInfer', inferRequest(call))),
    config: (name) =>
      ask<{ config: TritonConfig }>('ModelConfig', { name, version: '' }).then(
        ({ config }) => config,
        (error: unknown) => {
          if (error instanceof TritonFault && error.kind !== 'failed') return null;
          throw error;
        },
      ),
    async load(model_name, inline) {
      const parameters: Record<string, unknown> = {};
      for (const [name, bytes] of Object.entries(inline?.files ?? {}))
        parameters[`file:${name}`] = { bytes_param: bytes };
      if (inline) parameters['config'] = { string_param: JSON.stringify(inline.config) };
      await ask('RepositoryModelLoad', { model_name, parameters }, loadTimeoutMs);
    },
    unload: (model_name) => ask('RepositoryModelUnload', { model_name }),
    index: async () => (await ask<{ models: IndexEntry[] }>('RepositoryIndex', {})).models,
    statistics: async () =>
      (await ask<{ model_stats: ModelStatistics[] }>('ModelStatistics', {})).model_stats,
    alive: () => ask('ServerLive', {}),
    server: () => ask('ServerMetadata', {}),
    async close() {
      const opened = await opening?.catch(() => null);
      opening = null;
      for (const service of opened?.services ?? []) service.close();
    },
  };
  async function openServices({ secure }: TritonAddress) {
    const [grpc, loader] = await Promise.all([import('@grpc/grpc-js'), import('@grpc/proto-loader')]);
    const definition = await loader.load(join(projectRoot(), PROTO), {
      ...{ keepCase: true, longs: Number, enums: String, defaults: true },
    });
    const { inference } = grpc.loadPackageDefinition(definition) as never as {
      inference: { GRPCInferenceService: new (...given: unknown[]) => Service };
    };
    const metadata = new grpc.Metadata();
    if (user)
      metadata.set(
        'authorization',
        `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`,
      );
    const credentials = secure ? grpc.credentials.createSsl() : grpc.credentials.createInsecure();
    const services = Array.from({ length: CHANNELS }, (_, i) => {
      return new inference.GRPCInferenceService(host, credentials, { ...CHANNEL_OPTIONS, channel_number: i });
    });
    return { services, metadata };
  }
}

/** Models travel whole; a server that is gone is noticed, and asked again soon after it is back. */
const CHANNEL_OPTIONS = {
  'grpc.max_send_message_length': -1,
  'grpc.max_receive_message_length': -1,
  'grpc.keepalive_time_ms': KEEP_ALIVE_MS,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2000,
  // Temporal and the balancer try again; three of them would multiply.
  'grpc.enable_retries': 0,
  // Otherwise all clients of one address share one connection.
  'grpc.use_local_subchannel_pool': 1,
};

const inferRequest = ({ model, version, inputs }: InferCall) => ({
  ...{ model_name: model, model_version: version },
  inputs: Object.entries(inputs).map(([name, tensor]) => ({
    ...{ name, datatype: datatypeOf(tensor), shape: tensor.dims },
  })),
  raw_input_contents: Object.values(inputs).map(bytesOf),
});

interface RawAnswer {
  model_name: string;
  model_version: string;
  outputs: { name: string; datatype: string; shape: number[] }[];
  raw_output_contents: Uint8Array[];
}

const inferAnswer = (answer: RawAnswer): InferAnswer => ({
  ...{ model: answer.model_name, version: answer.model_version },
  outputs: Object.fromEntries(
    answer.outputs.map(({ name, datatype, shape }, i) => [
      name,
      tensorOf(datatype, shape, answer.raw_output_contents[i] ?? new Uint8Array()),
    ]),
  ),
});

/** Codes of gRPC (https://grpc.github.io/grpc/core/md_doc_statuscodes.html). */
const CODES = { invalid: 3, deadline: 4, absent: 5, exists: 6, internal: 13, unavailable: 14 };

function faultOf(
  error: { code?: number; details?: string; message: string },
  { host, limit }: { host: string; limit: number },
): Error {
  const { code, details = error.message } = error;
  const said = details.replaceAll('\n', ' ').trim();
  if (code === CODES.absent || ABSENT.test(said)) return new TritonFault('absent', said);
  if (code === CODES.invalid || code === CODES.exists) return new TritonFault('refused', said);
  if (code === CODES.internal && !/RST_STREAM|stream|connection/i.test(said))
    return new TritonFault('failed', said);
  if (FULL.test(said))
    return new UnreachableError(`Triton at ${host} is busy: ${said}`, { retryAfterMs: 100 });
  const what =
    code === CODES.deadline ? `does not answer within ${limit / 1000} s` : `does not answer: ${said}`;
  return new UnreachableError(`Triton at ${host} ${what}`, { cause: error });
}
