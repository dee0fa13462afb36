import { DataQualityError } from '../../domain/errors.js';
import type { Tensor } from '../ports.js';
import type { CheckContext } from './check.js';
import { inputsFor, type CheckModel } from './check-models.js';
import type { RawTensor } from './session.js';

/** Most by which an answer may differ from the ONNX file's: relative to values above 1, else absolute. */
export const TOLERANCE = 1e-5;

/** @throws DataQualityError saying what is not so */
export function assert(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new DataQualityError(otherwise);
}

/** A model of a fixed batch takes no other. */
export const rowsPossible = ({ raw }: CheckContext, rows: number): boolean =>
  raw.first.inputs.every(({ dims }) => dims[0] === -1 || dims[0] === rows);

/**
 * Asks the server and the file the same. Returns the largest difference.
 * @throws DataQualityError where it is more than the tolerance, or another shape
 */
export async function expectAnswer(
  { serving, raw, first }: CheckContext,
  model: CheckModel,
  { rows, seed }: { rows: number; seed: number },
): Promise<number> {
  const session = model === first ? raw.first : raw.second;
  const inputs = inputsFor(session.inputs, { rows, seed });
  const [answer, expected] = [await serving.infer(model.ref, inputs), await session.run(inputs)];
  return differenceOf(answer, expected);
}

/** The largest difference. @throws DataQualityError as `expectAnswer` */
export function differenceOf(answer: Record<string, Tensor>, expected: Record<string, RawTensor>): number {
  let largest = 0;
  for (const [name, { dims, data }] of Object.entries(expected)) {
    const given = answer[name];
    assert(given !== undefined, `the answer has no "${name}"; it has ${Object.keys(answer).join(', ')}`);
    assert(
      given.dims.join() === dims.join(),
      `"${name}" is [${given.dims.join(', ')}]; the file gives [${dims.join(', ')}]`,
    );
    for (let i = 0; i < given.data.length; i++) {
      const wanted = Number((data as ArrayLike<number | bigint>)[i]);
      const difference = Math.abs(Number(given.data[i]) - wanted) / Math.max(1, Math.abs(wanted));
      assert(
        difference <= TOLERANCE,
        `"${name}" value ${i} is ${given.data[i]}; the file gives ${wanted} (tolerance ${TOLERANCE})`,
      );
      largest = Math.max(largest, difference);
    }
  }
  return largest;
}
