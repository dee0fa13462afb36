import { DataQualityError } from '../../domain/errors.js';
import type { ModelRef } from '../../domain/models.js';
import type { Tensor, TensorInfo } from '../ports-serving.js';
import type { RawTensor } from './session.js';

export const nameOf = (model: Pick<ModelRef, 'name' | 'version'>): string => `${model.name}@${model.version}`;

/**
 * What a backend is about to be given, against what the model states. Inputs that the model does not ask for are left
 * to the backend. @throws DataQualityError naming the model, the input and what would have been right
 */
export function checkInputs(
  model: ModelRef,
  wanted: readonly TensorInfo[],
  inputs: Record<string, Tensor>,
): void {
  for (const { name, type, dims } of wanted) {
    const given = inputs[name];
    if (!given)
      throw new DataQualityError(
        `Model ${nameOf(model)} wants the input "${name}"; given: ${Object.keys(inputs).join(', ')}`,
      );
    const isShape =
      given.dims.length === dims.length && given.dims.every((size, i) => dims[i] === -1 || dims[i] === size);
    if (given.type !== type || !isShape)
      throw new DataQualityError(
        `Model ${nameOf(model)} refuses its input: "${name}" is ${shapeOf(given)}, wanted is ${shapeOf({ type, dims })}`,
      );
    const size = given.dims.reduce((product, each) => product * each, 1);
    if (given.data.length !== size)
      throw new DataQualityError(
        `Model ${nameOf(model)} refuses its input: "${name}" holds ${given.data.length} values, its shape has ${size}`,
      );
  }
}

/**
 * An answer with a finite number for every row. `rows`: what was asked about.
 * @throws DataQualityError naming the model and the output
 */
export function checkOutputs(
  model: ModelRef,
  answer: Record<string, RawTensor>,
  rows: number | undefined,
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [name, checkOutput(model, { name, value, rows })]),
  );
}

/** How many rows a batch has. */
export const rowsOf = (inputs: Record<string, Tensor>): number | undefined =>
  Object.values(inputs)[0]?.dims[0];

function checkOutput(
  model: ModelRef,
  { name, value, rows }: { name: string; value: RawTensor; rows: number | undefined },
): Tensor {
  const { dims } = value;
  if (rows !== undefined && dims[0] !== rows)
    throw new DataQualityError(`Model ${nameOf(model)} answers ${dims[0]} rows of "${name}" for ${rows}`);
  if (value.type !== 'int64' && value.type !== 'float32')
    throw new DataQualityError(
      `Model ${nameOf(model)} answers ${value.type} in "${name}"; float32 or int64 is served`,
    );
  const size = dims.reduce((product, each) => product * each, 1);
  const data = value.data as Float32Array | BigInt64Array;
  if (data.length !== size)
    throw new DataQualityError(
      `Model ${nameOf(model)} answers ${data.length} values in "${name}", its shape has ${size}`,
    );
  if (data instanceof BigInt64Array) return { type: 'int64', dims, data };
  const bad = data.findIndex((each) => !Number.isFinite(each));
  if (bad >= 0)
    throw new DataQualityError(
      `Model ${nameOf(model)} answers ${data[bad]} in "${name}", row ${Math.floor(bad / (size / (dims[0] ?? 1)))}`,
    );
  return { type: 'float32', dims, data };
}

const shapeOf = ({ type, dims }: Pick<TensorInfo, 'type' | 'dims'>): string =>
  `${type} [${dims.map((size) => (size === -1 ? 'any' : size)).join(', ')}]`;
