import { sha256Hex } from '../../domain/digest.js';
import type { ModelRef } from '../../domain/models.js';
import { encodeModel, FLOAT } from '../../domain/onnx.js';
import type { Tensor, TensorInfo } from '../ports-serving.js';

/** A version with the bytes of its file. */
export interface CheckModel {
  ref: ModelRef;
  bytes: Uint8Array;
}

export interface CheckModelOptions {
  /** Name of the model; usually `finsight-check`. */
  name?: string;
  /** Decides the weights: another number gives other answers. */
  seed?: number;
  /** Weights that are no numbers make it answer NaN. */
  answersNaN?: boolean;
  /** Another input name than `features`. */
  input?: string;
  /** Of the file; no runtime knows 99. */
  opset?: number;
  /** Layers of `width` × `width` in front, which make it compute longer. */
  layers?: number;
  width?: number;
}

export const CHECK_WIDTH = 8;
const OUTPUTS = 2;

/**
 * A small real model: tanh(features · W + b), float32 [any, width] → `target` float32 [any, 2], with weights between -1
 * and 1 that depend on the seed only.
 */
export function makeCheckModel(version: string, options: CheckModelOptions = {}): CheckModel {
  const { name = 'finsight-check', seed = 1, width = CHECK_WIDTH, layers = 0 } = options;
  const input = options.input ?? 'features';
  const next = numbers(seed);
  const tensor = (label: string, dims: number[], scale = 1) => {
    const size = dims.reduce((product, each) => product * each, 1);
    const values = Array.from({ length: size }, () => (options.answersNaN ? NaN : next() * scale));
    return { name: label, type: FLOAT, dims, values } as const;
  };
  const hidden = Array.from({ length: layers }, (_, i) => i);
  const last = layers === 0 ? input : `layer${layers - 1}`;
  const bytes = encodeModel({
    name: 'check',
    ...(options.opset === undefined ? {} : { opset: options.opset }),
    inputs: [{ name: input, type: FLOAT, dims: ['batch', width] }],
    output: { name: 'target', type: FLOAT, dims: ['batch', OUTPUTS] },
    initializers: [
      ...hidden.map((i) => tensor(`hidden${i}`, [width, width], 1 / Math.sqrt(width))),
      tensor('weights', [width, OUTPUTS]),
      tensor('bias', [OUTPUTS]),
    ],
    nodes: [
      ...hidden.map((i) => ({
        ...{ op: 'MatMul', output: `layer${i}` },
        inputs: [i === 0 ? input : `layer${i - 1}`, `hidden${i}`],
      })),
      { op: 'MatMul', inputs: [last, 'weights'], output: 'product' },
      { op: 'Add', inputs: ['product', 'bias'], output: 'sum' },
      { op: 'Tanh', inputs: ['sum'], output: 'target' },
    ],
  });
  return checkModel({ name, version, bytes });
}

/** A version of any ONNX file. */
export const checkModel = (given: { name: string; version: string; bytes: Uint8Array }): CheckModel => {
  const sha256 = sha256Hex(given.bytes);
  const onnx = { key: `models/${sha256}.onnx`, sha256, bytes: given.bytes.length };
  return { ref: { name: given.name, version: given.version, onnx }, bytes: given.bytes };
};

/** The same model with a note in its metadata: other bytes, the same answers. `note`: fewer than 100 ASCII characters. */
export function withNote(bytes: Uint8Array, note: string): Uint8Array {
  const text = (field: number, value: string): number[] => [
    (field << 3) | 2,
    value.length,
    ...Array.from(value, (character) => character.charCodeAt(0)),
  ];
  // ModelProto.metadata_props (14) is repeated, so one more may follow whatever is there.
  const entry = [...text(1, 'note'), ...text(2, note)];
  return Uint8Array.from([...bytes, (14 << 3) | 2, entry.length, ...entry]);
}

/** Numbers for the inputs that a model states: a dimension that may vary is `rows` where it is the first, else 16. */
export function inputsFor(
  wanted: readonly TensorInfo[],
  { rows, seed = 7 }: { rows: number; seed?: number },
): Record<string, Tensor> {
  const next = numbers(seed);
  return Object.fromEntries(
    wanted.map(({ name, type, dims: stated }): [string, Tensor] => {
      const dims = stated.map((size, i) => (size !== -1 ? size : i === 0 ? rows : 16));
      const length = dims.reduce((product, size) => product * size, 1);
      // Whole numbers are ids and masks: 0 and 1 are such for any model.
      if (type === 'int64')
        return [name, { type, dims, data: BigInt64Array.from({ length }, () => (next() > 0 ? 1n : 0n)) }];
      return [name, { type: 'float32', dims, data: Float32Array.from({ length }, next) }];
    }),
  );
}

/** Rows of numbers between -1 and 1 for the input of a made model. */
export function checkInputsOf(rows: number, options: { width?: number; seed?: number; input?: string } = {}) {
  const { width = CHECK_WIDTH, seed = 7, input = 'features' } = options;
  const next = numbers(seed);
  const data = Float32Array.from({ length: rows * width }, next);
  return { [input]: { type: 'float32', dims: [rows, width], data } } satisfies Record<string, Tensor>;
}

/** Always the same for a seed: a linear congruential generator with the constants of Numerical Recipes, -1 … 1. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
