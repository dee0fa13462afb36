import { DataQualityError } from './errors.js';
import { FLOAT, INT64 } from './onnx.js';

/**
 * What an ONNX file states of its inputs and outputs, read from the protobuf itself (messages and field numbers of
 * onnx.proto3, https://onnx.ai): weights are stepped over, whatever their size.
 */
export interface OnnxPort {
  name: string;
  /** `float32` and `int64` can be served; others have ONNX's number for them, as text. */
  type: string;
  /** The name of a symbolic dimension, -1 where it has none. */
  dims: (number | string)[];
}

export interface OnnxPorts {
  inputs: OnnxPort[];
  outputs: OnnxPort[];
}

const MODEL_GRAPH = 7;
const GRAPH = { initializer: 5, input: 11, output: 12 };
const TENSOR_NAME = 8;
const BYTES = 2;

/** @throws DataQualityError where the bytes are no ONNX file, or one without outputs. */
export function readOnnxPorts(bytes: Uint8Array): OnnxPorts {
  try {
    const graph = fieldsOf(bytes).get(MODEL_GRAPH)?.[0];
    if (!(graph instanceof Uint8Array)) throw new Error('it has no graph');
    const fields = fieldsOf(graph);
    const weights = new Set(messages(fields, GRAPH.initializer).map((each) => textAt(each, TENSOR_NAME)));
    const ports = (field: number): OnnxPort[] => messages(fields, field).map(readPort);
    // Old files list their weights among the inputs.
    const inputs = ports(GRAPH.input).filter(({ name }) => !weights.has(name));
    const outputs = ports(GRAPH.output);
    if (inputs.length === 0 || outputs.length === 0) throw new Error('it has no inputs or no outputs');
    return { inputs, outputs };
  } catch (error) {
    throw new DataQualityError(`no ONNX file: ${(error as Error).message}`);
  }
}

/** ValueInfoProto: name 1, type 2 > tensor_type 1 > elem_type 1, shape 2 > dim 1 > value 1 or name 2. */
function readPort(value: Fields): OnnxPort {
  const tensor = messageAt(messageAt(value, 2), 1);
  const code = numberAt(tensor, 1);
  const dims = messages(messageAt(tensor, 2), 1).map((dim) => {
    const symbol = textAt(dim, 2);
    return symbol === '' ? (numberAt(dim, 1) ?? -1) : symbol;
  });
  const type = code === FLOAT ? 'float32' : code === INT64 ? 'int64' : `ONNX type ${code}`;
  return { name: textAt(value, 1), type, dims };
}

/** Values of a message by field: numbers, or the bytes of texts and messages. */
type Fields = Map<number, (number | Uint8Array)[]>;

function fieldsOf(bytes: Uint8Array): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = (): number => {
    let [value, factor] = [0, 1];
    for (let i = 0; i < 10; i++) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('it ends in the middle of a number');
      value += (byte & 127) * factor;
      factor *= 128;
      // The ten bytes of a negative number.
      if (byte < 128) return i === 9 ? -1 : value;
    }
    throw new Error('a number in it has no end');
  };
  while (at < bytes.length) {
    const key = varint();
    const [field, wire] = [Math.floor(key / 8), key % 8];
    const value = wire === 0 ? varint() : null;
    const length = wire === BYTES ? varint() : wire === 1 ? 8 : wire === 5 ? 4 : null;
    if (value === null && length === null)
      throw new Error(`field ${field} has the unknown wire type ${wire}`);
    if (length !== null && at + length > bytes.length) throw new Error('it ends in the middle of a field');
    const list = fields.get(field) ?? [];
    list.push(value ?? bytes.subarray(at, at + (length ?? 0)));
    fields.set(field, list);
    at += length ?? 0;
  }
  return fields;
}

const messages = (fields: Fields, field: number): Fields[] =>
  (fields.get(field) ?? []).flatMap((each) => (each instanceof Uint8Array ? [fieldsOf(each)] : []));

const messageAt = (fields: Fields, field: number): Fields => messages(fields, field)[0] ?? new Map();

const numberAt = (fields: Fields, field: number): number | undefined =>
  (fields.get(field) ?? []).find((each) => typeof each === 'number');

function textAt(fields: Fields, field: number): string {
  const value = fields.get(field)?.[0];
  return value instanceof Uint8Array ? String.fromCharCode(...value) : '';
}
