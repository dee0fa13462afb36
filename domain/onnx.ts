/**
 * A writer of ONNX files (https://onnx.ai, IR 9, opset 17) for the linear models that are fitted in TypeScript:
 * protobuf by hand, since a few messages are all that is needed.
 */
type Bytes = number[];

export const FLOAT = 1;
export const INT64 = 7;

interface Initializer {
  name: string;
  type: typeof FLOAT | typeof INT64;
  dims: number[];
  values: ArrayLike<number>;
}
interface Port {
  name: string;
  type: typeof FLOAT | typeof INT64;
  /** A text is a symbolic dimension. */
  dims: (number | string)[];
}
interface Node {
  op: string;
  inputs: string[];
  output: string;
  attributes?: Record<string, number>;
}

/** Probabilities of hashed texts: softmax((Σ weight·row of the id + bias) / temperature). */
export function encodeSentimentClassifier(args: {
  weights: Float32Array;
  bias: ArrayLike<number>;
  temperature: number;
  buckets: number;
  length: number;
}): Uint8Array {
  const { weights, bias, temperature, buckets, length } = args;
  return encodeModel({
    name: 'sentiment',
    inputs: [
      { name: 'ids', type: INT64, dims: ['batch', length] },
      { name: 'weights', type: FLOAT, dims: ['batch', length] },
    ],
    output: { name: 'probabilities', type: FLOAT, dims: ['batch', 3] },
    initializers: [
      { name: 'table', type: FLOAT, dims: [buckets, 3], values: weights },
      { name: 'bias', type: FLOAT, dims: [3], values: bias },
      { name: 'temperature', type: FLOAT, dims: [1], values: [temperature] },
      { name: 'last', type: INT64, dims: [1], values: [2] },
      { name: 'middle', type: INT64, dims: [1], values: [1] },
    ],
    nodes: [
      { op: 'Gather', inputs: ['table', 'ids'], output: 'rows' },
      { op: 'Unsqueeze', inputs: ['weights', 'last'], output: 'factors' },
      { op: 'Mul', inputs: ['rows', 'factors'], output: 'weighted' },
      { op: 'ReduceSum', inputs: ['weighted', 'middle'], output: 'summed', attributes: { keepdims: 0 } },
      { op: 'Add', inputs: ['summed', 'bias'], output: 'logits' },
      { op: 'Div', inputs: ['logits', 'temperature'], output: 'scaled' },
      { op: 'Softmax', inputs: ['scaled'], output: 'probabilities', attributes: { axis: -1 } },
    ],
  });
}

/** Ridge on the last row of a window: `features` [batch, lookBack, features] → `target` [batch]. */
export function encodeRidge(args: {
  weights: ArrayLike<number>;
  mean: ArrayLike<number>;
  deviation: ArrayLike<number>;
  bias: number;
  lookBack: number;
  features: number;
}): Uint8Array {
  const { weights, mean, deviation, bias, lookBack, features } = args;
  // A feature that never changed in training has no deviation and no weight: it must not divide by zero.
  const divisors = Array.from(deviation, (value) => (value > 0 ? value : 1));
  return encodeModel({
    name: 'ridge',
    inputs: [{ name: 'features', type: FLOAT, dims: ['batch', lookBack, features] }],
    output: { name: 'target', type: FLOAT, dims: ['batch'] },
    initializers: [
      { name: 'position', type: INT64, dims: [], values: [lookBack - 1] },
      { name: 'mean', type: FLOAT, dims: [features], values: mean },
      { name: 'deviation', type: FLOAT, dims: [features], values: divisors },
      { name: 'coefficients', type: FLOAT, dims: [features], values: weights },
      { name: 'bias', type: FLOAT, dims: [1], values: [bias] },
      { name: 'axis', type: INT64, dims: [1], values: [1] },
    ],
    nodes: [
      { op: 'Gather', inputs: ['features', 'position'], output: 'row', attributes: { axis: 1 } },
      { op: 'Sub', inputs: ['row', 'mean'], output: 'centred' },
      { op: 'Div', inputs: ['centred', 'deviation'], output: 'standard' },
      { op: 'Mul', inputs: ['standard', 'coefficients'], output: 'products' },
      { op: 'ReduceSum', inputs: ['products', 'axis'], output: 'sum', attributes: { keepdims: 0 } },
      { op: 'Add', inputs: ['sum', 'bias'], output: 'target' },
    ],
  });
}

/** Any graph of such nodes. `opset`: of the standard operators, 17 where absent. */
export function encodeModel(graph: {
  name: string;
  opset?: number;
  inputs: Port[];
  output: Port;
  initializers: Initializer[];
  nodes: Node[];
}): Uint8Array {
  const parts: Uint8Array[] = [
    ...graph.nodes.map((node) => field(1, encodeNode(node))),
    text(2, graph.name),
    ...graph.initializers.map((each) => field(5, encodeTensor(each))),
    ...graph.inputs.map((port) => field(11, encodePort(port))),
    field(12, encodePort(graph.output)),
  ];
  const opset = joined([text(1, ''), integer(2, graph.opset ?? 17)]);
  return joined([integer(1, 9), text(2, 'finsight'), field(7, joined(parts)), field(8, opset)]);
}

const encodeNode = ({ op, inputs, output, attributes = {} }: Node): Uint8Array =>
  joined([
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(3, `${op}_${output}`),
    text(4, op),
    // AttributeProto: name 1, integer value 3, type 20 (INT = 2).
    ...Object.entries(attributes).map(([name, value]) =>
      field(5, joined([text(1, name), integer(3, value), integer(20, 2)])),
    ),
  ]);

function encodeTensor({ name, type, dims, values }: Initializer): Uint8Array {
  const data = type === FLOAT ? Float32Array.from(values) : BigInt64Array.from(Array.from(values, BigInt));
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return joined([...dims.map((size) => integer(1, size)), integer(2, type), text(8, name), field(9, raw)]);
}

function encodePort({ name, type, dims }: Port): Uint8Array {
  const shape = joined(
    dims.map((size) => field(1, typeof size === 'number' ? integer(1, size) : text(2, size))),
  );
  return joined([text(1, name), field(2, field(1, joined([integer(1, type), field(2, shape)])))]);
}

function varint(value: number): Bytes {
  let rest = BigInt.asUintN(64, BigInt(value));
  const out: Bytes = [];
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    out.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return out;
}

const integer = (number: number, value: number): Uint8Array =>
  Uint8Array.from([...varint(number << 3), ...varint(value)]);

const field = (number: number, bytes: Uint8Array): Uint8Array =>
  joined([Uint8Array.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes]);

/** Names are ASCII. */
const text = (number: number, value: string): Uint8Array =>
  field(
    number,
    Uint8Array.from(value, (character) => character.charCodeAt(0)),
  );

function joined(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
