import { DataQualityError } from '../../domain/errors.js';
import type { ModelRef } from '../../domain/models.js';
import type { OnnxPort, OnnxPorts } from '../../domain/onnx-ports.js';
import type { TensorInfo } from '../ports-serving.js';

/** What runs a model in the server: `onnxruntime` in NVIDIA's images, `python` with the model.py that we give. */
export type TritonBackend = 'onnxruntime' | 'python';

/** How a version is to be run. */
export interface TritonSettings {
  backend: TritonBackend;
  /** Copies of the model that compute side by side, on each device. */
  instances: number;
  /** `auto`: a GPU where the server has one. The Python backend is on the processor unless a GPU is asked for. */
  device: 'auto' | 'cpu' | 'gpu';
  /** Rows that the server puts together at most. */
  batch: number;
  /** Microseconds that the server may wait for a batch to fill; 0: it takes what has come. */
  delayUs: number;
  /** Threads that compute one batch together. */
  threads: number;
}

/** The part of Triton's ModelConfig (model_config.proto of its public protocol) that we state. */
export interface TritonConfig {
  name: string;
  platform?: string;
  backend?: string;
  max_batch_size: number;
  version_policy: { specific: { versions: number[] } };
  input: TritonPort[];
  output: TritonPort[];
  instance_group: { kind: string; count: number }[];
  dynamic_batching?: { max_queue_delay_microseconds: number };
  parameters: Record<string, { string_value: string }>;
}

export interface TritonPort {
  name: string;
  data_type: string;
  dims: number[];
  reshape?: { shape: number[] };
}

/**
 * Each version is a model of its own for the server, by the name of the model and of its content: versions may have
 * other inputs, are loaded and unloaded one by one, and cannot be taken for one another.
 */
export const tritonName = ({ name, onnx }: ModelRef): string =>
  `${name.replaceAll(/[^\w-]/g, '_')}.${onnx.sha256.slice(0, 16)}`;

/** The server's versions are whole numbers; a version that is none is its model's first. */
export const tritonVersion = ({ version }: Pick<ModelRef, 'version'>): string =>
  /^[1-9]\d{0,14}$/.test(version) ? version : '1';

const TYPES: Record<string, string> = { float32: 'TYPE_FP32', int64: 'TYPE_INT64' };
const KINDS = { auto: 'KIND_AUTO', cpu: 'KIND_CPU', gpu: 'KIND_GPU' };

/** The configuration of a version. @throws DataQualityError naming an input or output that cannot be served */
export function tritonConfig(model: ModelRef, ports: OnnxPorts, settings: TritonSettings): TritonConfig {
  const all = [...ports.inputs, ...ports.outputs];
  const isBatched = batches(all);
  const scalars = all.filter(({ dims }) => dims.length === (isBatched ? 1 : 0)).map(({ name }) => name);
  const isPython = settings.backend === 'python';
  const port = (each: OnnxPort): TritonPort => tritonPort(each, { isBatched, isPython });
  const device = isPython && settings.device === 'auto' ? 'cpu' : settings.device;
  const text = (value: string) => ({ string_value: value });
  return {
    name: tritonName(model),
    ...(isPython ? { backend: 'python' } : { platform: 'onnxruntime_onnx' }),
    max_batch_size: isBatched ? settings.batch : 0,
    version_policy: { specific: { versions: [Number(tritonVersion(model))] } },
    input: ports.inputs.map(port),
    output: ports.outputs.map(port),
    instance_group: [{ kind: KINDS[device], count: settings.instances }],
    ...(isBatched ? { dynamic_batching: { max_queue_delay_microseconds: settings.delayUs } } : {}),
    parameters: {
      // What proves which version a server has.
      sha256: text(model.onnx.sha256),
      model: text(model.name),
      version: text(model.version),
      scalars: text(JSON.stringify(scalars)),
      intra_op_thread_count: text(String(settings.threads)),
      inter_op_thread_count: text('1'),
    },
  };
}

/** Rows of different requests can be put together where every input and output has them in one varying dimension. */
function batches(ports: readonly OnnxPort[]): boolean {
  const firsts = new Set(ports.map(({ dims }) => dims[0]));
  const [first] = firsts;
  return firsts.size === 1 && (typeof first === 'string' || first === -1);
}

function tritonPort(port: OnnxPort, { isBatched, isPython }: { isBatched: boolean; isPython: boolean }) {
  const data_type = TYPES[port.type];
  if (!data_type)
    throw new DataQualityError(`"${port.name}" is ${port.type}; float32 (1) or int64 (7) is served`);
  const own = port.dims.slice(isBatched ? 1 : 0).map((size) => (typeof size === 'string' ? -1 : size));
  if (own.length > 0) return { name: port.name, data_type, dims: own };
  // A tensor without dimensions has one of 1 for the server.
  return { name: port.name, data_type, dims: [1], ...(isPython ? {} : { reshape: { shape: [] } }) };
}

/** An input or output as the ONNX file has it, from the server's configuration of it. */
export function portInfo(port: TritonPort, config: Pick<TritonConfig, 'max_batch_size' | 'parameters'>) {
  const scalars = JSON.parse(config.parameters['scalars']?.string_value ?? '[]') as string[];
  const rows = config.max_batch_size > 0 ? [-1] : [];
  const type = Object.keys(TYPES).find((name) => TYPES[name] === port.data_type) ?? port.data_type;
  const own = scalars.includes(port.name) ? [] : port.dims.map(Number);
  return { name: port.name, type, dims: [...rows, ...own] } satisfies TensorInfo;
}

const SYMBOLS = new Set(['data_type', 'kind']);

/** The configuration as `config.pbtxt`: protobuf's text format. */
export const configText = (config: TritonConfig): string => `${messageText(config, '')}\n`;

function messageText(message: object, indent: string): string {
  return Object.entries(message)
    .flatMap(([name, value]: [string, unknown]) => fieldText(name, value, indent))
    .join('\n');
}

function fieldText(name: string, value: unknown, indent: string): string[] {
  if (name === 'parameters')
    return Object.entries(value as TritonConfig['parameters']).map(
      ([key, { string_value }]) =>
        `${indent}parameters { key: ${quoted(key)} value { string_value: ${quoted(string_value)} } }`,
    );
  if (Array.isArray(value)) {
    if (value.every((each) => typeof each === 'number')) return [`${indent}${name}: [ ${value.join(', ')} ]`];
    return value.flatMap((each) => fieldText(name, each, indent));
  }
  if (typeof value === 'object' && value !== null)
    return [`${indent}${name} {`, messageText(value, `${indent}  `), `${indent}}`].filter(
      (line) => line !== '',
    );
  if (typeof value === 'string') return [`${indent}${name}: ${SYMBOLS.has(name) ? value : quoted(value)}`];
  return [`${indent}${name}: ${String(value)}`];
}

const quoted = (text: string): string => JSON.stringify(text);
