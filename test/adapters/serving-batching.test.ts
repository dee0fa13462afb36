import { describe, expect, it } from 'vitest';
import { batchedInfer } from '../../adapters/serving/batching.js';
import { checkInputsOf } from '../../adapters/serving/check-models.js';
import type { Tensor } from '../../adapters/ports.js';
import { DataQualityError } from '../../domain/errors.js';
import { MADE_MODELS } from './made-models.js';

const { first, second } = MADE_MODELS;

/** Answers each row's first value, and refuses batches with a row that begins with 13. */
function counted() {
  const batches: number[] = [];
  const infer = batchedInfer(
    async (model, { features }) => {
      const { dims, data } = features!;
      const [rows = 0, width = 1] = dims;
      batches.push(rows);
      const values = Float32Array.from({ length: rows }, (_, i) => Number(data[i * width]));
      if (values.includes(13)) throw new DataQualityError(`${model.name} answers NaN`);
      return { target: { type: 'float32', dims: [rows, 1], data: values } };
    },
    { rows: 8, waitMs: 5 },
  );
  return { infer, batches };
}
const row = (value: number, rows = 1): Record<string, Tensor> => ({
  features: { type: 'float32', dims: [rows, 2], data: new Float32Array(rows * 2).fill(value) },
});
const valuesOf = (answer: Record<string, Tensor>): number[] =>
  Array.from(answer['target']?.data ?? [], Number);

describe('requests that come together', () => {
  it('are computed in batches of at most so many rows, and each gets its own', async () => {
    const { infer, batches } = counted();
    const answers = await Promise.all([1, 2, 3, 4, 5, 6, 7].map((value) => infer(first.ref, row(value, 2))));
    expect(answers.map(valuesOf)).toEqual([1, 2, 3, 4, 5, 6, 7].map((value) => [value, value]));
    expect(batches).toEqual([8, 6]);
  });

  it('are not mixed with those of other versions, shapes or sizes', async () => {
    const { infer, batches } = counted();
    await Promise.all([
      infer(first.ref, row(1)),
      infer(second.ref, row(2)),
      infer(first.ref, checkInputsOf(1)),
      infer(first.ref, row(4, 9)),
      infer(first.ref, row(5)),
    ]);
    expect(batches.toSorted()).toEqual([1, 1, 2, 9]);
  });

  it('do not fail for each other', async () => {
    const { infer } = counted();
    const answers = await Promise.allSettled([1, 13, 3].map((value) => infer(first.ref, row(value))));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
