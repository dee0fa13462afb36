import { checkModel, makeCheckModel, type CheckModel } from '../../adapters/serving/check-models.js';
import type { ObjectsPort } from '../../adapters/ports.js';
import { sha256Hex } from '../../domain/digest.js';
import { DataQualityError, NotFoundError } from '../../domain/errors.js';

const good = makeCheckModel('1');

/** Small real ONNX models, float32 `features` [any, 8] → `target` [any, 2], and what must be refused. */
export const MADE_MODELS = {
  first: good,
  /** The same name, other weights: what a hot swap goes to. */
  second: makeCheckModel('2', { seed: 2 }),
  nan: makeCheckModel('3', { name: 'answers-nan', answersNaN: true }),
  otherOpset: makeCheckModel('4', { name: 'other-opset', opset: 99 }),
  otherInput: makeCheckModel('5', { name: 'other-input', input: 'windows' }),
  corrupt: checkModel({ name: 'corrupt', version: '6', bytes: good.bytes.slice(0, 60) }),
} satisfies Record<string, CheckModel>;

/** A version whose digest does not belong to it: one bit of the file was changed after it was stored. */
export function tampered(): CheckModel {
  const { ref, bytes } = makeCheckModel('7', { name: 'tampered', seed: 7 });
  const changed = bytes.slice();
  const at = changed.length - 40;
  changed[at] = (changed[at] ?? 0) ^ 1;
  return { ref, bytes: changed };
}

/** Objects in memory that hold these files, digests checked. `reads`: keys in the order in which they were read. */
export function modelObjects(models: readonly CheckModel[]) {
  const files = new Map(models.map(({ ref, bytes }) => [ref.onnx.key, bytes]));
  const reads: string[] = [];
  const objects: Pick<ObjectsPort, 'get'> = {
    async get(key, sha256) {
      reads.push(key);
      const bytes = files.get(key);
      if (!bytes) throw new NotFoundError(`No object "${key}"`);
      if (sha256 && sha256Hex(bytes) !== sha256) throw new DataQualityError(`Object "${key}" was changed`);
      return bytes;
    },
  };
  return { objects, reads };
}
