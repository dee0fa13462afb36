import type { Tensor } from '../ports-serving.js';
import type { RawTensor } from './session.js';
import type { TritonConfig } from './triton-config.js';

/** Messages of the KServe protocol, version 2, and of Triton's extensions to it, whatever carries them. */
export interface TritonClient {
  infer(call: InferCall): Promise<InferAnswer>;
  /** Null where the server has no version of it that is ready. */
  config(model: string): Promise<TritonConfig | null>;
  /** Resolves when it is ready. `inline`: its configuration and files; absent, the server's repository has it. */
  load(model: string, inline?: InlineModel): Promise<void>;
  /** Resolves when the server has taken it up, before it is done. */
  unload(model: string): Promise<void>;
  /** Models of the server's repository; what came with a request is not among them. */
  index(): Promise<IndexEntry[]>;
  /** Every version that is ready, with what it has done. */
  statistics(): Promise<ModelStatistics[]>;
  /** A sign of life, whatever its models do. */
  alive(): Promise<void>;
  server(): Promise<{ name: string; version: string }>;
  close(): Promise<void>;
}

export interface InferCall {
  model: string;
  version: string;
  inputs: Record<string, Tensor>;
}

export interface InferAnswer {
  model: string;
  version: string;
  outputs: Record<string, RawTensor>;
}

export interface InlineModel {
  config: TritonConfig;
  /** By their path below the model's directory. */
  files: Record<string, Uint8Array>;
}

export interface IndexEntry {
  name: string;
  version: string;
  /** READY, UNAVAILABLE, LOADING, UNLOADING; empty where it was never loaded. */
  state: string;
  reason: string;
}

/** Since the version was loaded; times are sums over its requests, nanoseconds. */
export interface ModelStatistics {
  name: string;
  version: string;
  inference_count: number;
  execution_count: number;
  inference_stats: Record<'success' | 'fail' | 'queue' | 'compute_infer', { count: number; ns: number }>;
}

/** `absent`: the server has no such model ready; `refused`: the request was wrong; `failed`: it could not do it. */
export type FaultKind = 'absent' | 'refused' | 'failed';

/** What a server answers in place of what was asked for. What does not answer is an UnreachableError. */
export class TritonFault extends Error {
  override readonly name = 'TritonFault';
  readonly kind: FaultKind;

  constructor(kind: FaultKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The server says in words what its status leaves open. */
export const ABSENT = /unknown model|not at ready state|no available versions|not found, no/i;

/** Its queue for a model holds no more. */
export const FULL = /exceeds maximum queue size|too many requests/i;

/** The process that computes a model of the Python backend is gone, and the server does not start another. */
export const isBroken = (error: unknown): boolean =>
  error instanceof TritonFault && /stub process .*not healthy/i.test(error.message);

export const isAbsent = (error: unknown): boolean => error instanceof TritonFault && error.kind === 'absent';

export const DATATYPES: Record<string, 'float32' | 'int64'> = { FP32: 'float32', INT64: 'int64' };

export const datatypeOf = ({ type }: Tensor): string => (type === 'int64' ? 'INT64' : 'FP32');

export const bytesOf = ({ data }: Tensor): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Little-endian values as a tensor; the bytes may lie at any offset. A type that is not served keeps them. */
export function tensorOf(datatype: string, dims: number[], bytes: Uint8Array): RawTensor {
  const type = DATATYPES[datatype];
  // A typed array must begin at a multiple of its element's size; a copy does (a slice of a Buffer is none).
  const copy = new Uint8Array(bytes);
  if (type === undefined) return { type: datatype, dims, data: copy };
  const size = type === 'int64' ? 8 : 4;
  const length = Math.floor(copy.length / size);
  const data =
    type === 'int64' ? new BigInt64Array(copy.buffer, 0, length) : new Float32Array(copy.buffer, 0, length);
  return { type, dims, data };
}
