import type { ModelRef } from '../../domain/models.js';
import type { ServingPort, Tensor } from '../ports-serving.js';
import { rowsOf } from './tensors.js';

type Infer = ServingPort['infer'];
type Tensors = Record<string, Tensor>;

export interface BatchingOptions {
  /** Most rows that are computed together. */
  rows: number;
  /** How long the first of a batch waits for others, ms. */
  waitMs: number;
}

interface Waiting {
  model: ModelRef;
  inputs: Tensors;
  rows: number;
  done(answer: Tensors): void;
  fail(error: unknown): void;
}

interface Batch {
  waiting: Waiting[];
  rows: number;
  timer: NodeJS.Timeout;
}

/**
 * Requests of the same version and shape that come together are computed as one batch. A row's answer may then differ in
 * its last bits from what it is alone, so that nothing that must be replayed to the byte may be asked in this way.
 */
export function batchedInfer(infer: Infer, { rows: most, waitMs }: BatchingOptions): Infer {
  const open = new Map<string, Batch>();
  const close = (key: string): void => {
    const batch = open.get(key);
    if (!batch) return;
    open.delete(key);
    clearTimeout(batch.timer);
    void compute(batch.waiting);
  };
  const compute = async (waiting: Waiting[]): Promise<void> => {
    const [first] = waiting;
    if (!first) return;
    try {
      if (waiting.length === 1) return first.done(await infer(first.model, first.inputs));
      const answers = parted(await infer(first.model, joined(waiting)), waiting);
      waiting.forEach((each, i) => each.done(answers[i] ?? {}));
    } catch (error) {
      if (waiting.length === 1) return first.fail(error);
      // Whose fault it is shows when each is asked alone.
      for (const each of waiting) infer(each.model, each.inputs).then(each.done, each.fail);
    }
  };
  return (model, inputs) => {
    const rows = rowsOf(inputs) ?? 0;
    const isJoinable = rows > 0 && rows < most && Object.values(inputs).every(({ dims }) => dims[0] === rows);
    if (!isJoinable) return infer(model, inputs);
    const key = keyOf(model, inputs);
    if ((open.get(key)?.rows ?? 0) + rows > most) close(key);
    return new Promise((done, fail) => {
      const batch = open.get(key) ?? {
        ...{ waiting: [], rows: 0 },
        timer: setTimeout(() => close(key), waitMs),
      };
      open.set(key, batch);
      batch.waiting.push({ model, inputs, rows, done, fail });
      batch.rows += rows;
      if (batch.rows === most) close(key);
    });
  };
}

const keyOf = ({ onnx }: ModelRef, inputs: Tensors): string =>
  JSON.stringify([
    onnx.sha256,
    ...Object.entries(inputs).map(([name, { type, dims }]) => [name, type, ...dims.slice(1)]),
  ]);

/** All rows, one request after the other. */
function joined(waiting: readonly Waiting[]): Tensors {
  const rows = waiting.reduce((sum, each) => sum + each.rows, 0);
  return Object.fromEntries(
    Object.entries(waiting[0]?.inputs ?? {}).map(([name, { type, dims }]): [string, Tensor] => {
      const shape = [rows, ...dims.slice(1)];
      const size = shape.reduce((product, each) => product * each, 1);
      const all = type === 'float32' ? new Float32Array(size) : new BigInt64Array(size);
      let at = 0;
      for (const { inputs } of waiting) {
        const data = inputs[name]?.data ?? [];
        all.set(data as never, at);
        at += data.length;
      }
      return [name, { type, dims: shape, data: all } as Tensor];
    }),
  );
}

/** Each request's rows of the answer. */
function parted(answer: Tensors, waiting: readonly Waiting[]): Tensors[] {
  let before = 0;
  return waiting.map(({ rows }) => {
    const from = before;
    before += rows;
    return Object.fromEntries(
      Object.entries(answer).map(([name, { type, dims, data }]): [string, Tensor] => {
        const width = dims.slice(1).reduce((product, each) => product * each, 1);
        const part = data.slice(from * width, (from + rows) * width);
        return [name, { type, dims: [rows, ...dims.slice(1)], data: part } as Tensor];
      }),
    );
  });
}
