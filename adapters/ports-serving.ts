import type { ModelRef } from '../domain/models.js';
import type { Closable } from './ports-closable.js';

/* Inference. A part of ports.ts. */

export type Tensor =
  | { type: 'float32'; dims: number[]; data: Float32Array }
  | { type: 'int64'; dims: number[]; data: BigInt64Array };

/** An input or output as its backend states it; a dimension that may vary is -1. */
export interface TensorInfo {
  name: string;
  /** As in `Tensor` where it can be served, else as the backend calls it. */
  type: string;
  dims: number[];
}

/** What a backend says of a version that it has. */
export interface ModelMetadata {
  name: string;
  version: string;
  /** Of the ONNX file that was checked. */
  sha256: string;
  /** What runs it, such as `onnxruntime`. */
  platform: string;
  inputs: TensorInfo[];
  outputs: TensorInfo[];
}

/** `open`: its circuit is open, so it is left alone for a while; `down`: it does not answer when it is looked at. */
export type InstanceState = 'ready' | 'open' | 'down';

/** One instance of a model server since this process opened it. */
export interface InstanceHealth {
  /** Without passwords. */
  address: string;
  backend: string;
  provider: string;
  /** A fallback is asked where no primary one can answer. */
  role: 'primary' | 'fallback';
  state: InstanceState;
  loaded: string[];
  /** Batches that it was given and has not answered. */
  running: number;
  /** Of the last batches that it answered, milliseconds; null where there were none. */
  p50Ms: number | null;
  p95Ms: number | null;
  requests: number;
  failures: number;
  /** Why it is not ready, or not what was asked for; null where there is nothing to say. */
  reason: string | null;
}

/** Whether the last batch was answered by a fallback, and why. Times are epoch ms. */
export interface FallbackState {
  active: boolean;
  /** Address of the instance that answered in place of the primary ones. */
  address: string | null;
  reason: string | null;
  since: number | null;
  /** Batches that were answered so. */
  requests: number;
}

export interface ServingHealth {
  backend: string;
  provider: string;
  /** Digests of the ONNX files that are ready. */
  loaded: string[];
  instances?: InstanceHealth[];
  fallback?: FallbackState;
}

/** Models are named by their version and its digest; each method takes the version that it is about. */
export interface ServingPort extends Closable {
  /**
   * Runs one batch; the answer is of exactly this version. @throws DataQualityError where the file's digest differs, an
   * input is missing or has another shape, or the model answers NaN or a wrong shape; UnreachableError where the
   * backend is down, hangs or dies in the middle
   */
  infer(model: ModelRef, inputs: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  /** Makes a version ready; again it is no new work. @throws DataQualityError for a corrupt, changed or unusable file */
  load(model: ModelRef): Promise<void>;
  /** Running batches end first. Afterwards `infer` loads it again, or refuses where others manage the backend. */
  unload(model: ModelRef): Promise<void>;
  /** Inputs and outputs, as the backend states them. @throws as `load` */
  metadata(model: ModelRef): Promise<ModelMetadata>;
  health(): Promise<ServingHealth>;
  /** A sign of life that costs the backend next to nothing: it is asked for several times a second. Absent: `health` */
  alive?(): Promise<void>;
  /** It computes in this process: it answers as long as the process does, and what runs cannot be given up. */
  inProcess?: boolean;
  /** Batches that it computes at a time; where absent, one. */
  lanes?: number;
}
