import { afterAll, describe, expect, it } from 'vitest';
import { openServing } from '../../adapters/serving/index.js';
import { checkInputsOf } from '../../adapters/serving/check-models.js';
import { DataQualityError } from '../../domain/errors.js';
import { MADE_MODELS, modelObjects, tampered } from './made-models.js';

const changed = tampered();
const { objects, reads } = modelObjects([...Object.values(MADE_MODELS), changed]);
const serving = openServing('onnx:', { objects });
afterAll(() => serving.close());

describe('versions in onnxruntime', () => {
  const { first, second } = MADE_MODELS;

  it('are loaded once, told apart and described', async () => {
    await Promise.all([serving.load(first.ref), serving.load(first.ref), serving.load(second.ref)]);
    await serving.load(first.ref);
    expect(reads).toHaveLength(2);
    const [one, two] = await Promise.all(
      [first, second].map(({ ref }) => serving.infer(ref, checkInputsOf(3))),
    );
    expect(one?.['target']?.dims).toEqual([3, 2]);
    expect(one?.['target']?.data).not.toEqual(two?.['target']?.data);
    expect(await serving.metadata(second.ref)).toEqual({
      ...{ name: 'finsight-check', version: '2', sha256: second.ref.onnx.sha256, platform: 'onnxruntime' },
      inputs: [{ name: 'features', type: 'float32', dims: [-1, 8] }],
      outputs: [{ name: 'target', type: 'float32', dims: [-1, 2] }],
    });
  });

  it('end their batches before they are unloaded, and come again when they are asked for', async () => {
    const running = Array.from({ length: 20 }, () => serving.infer(first.ref, checkInputsOf(64)));
    await serving.unload(first.ref);
    await serving.unload(first.ref);
    expect(await Promise.all(running)).toHaveLength(20);
    expect((await serving.health()).loaded).not.toContain(first.ref.onnx.sha256);
    await serving.infer(first.ref, checkInputsOf(1));
    expect((await serving.health()).loaded).toContain(first.ref.onnx.sha256);
  });

  it.each([
    ['corrupt@6 is no usable ONNX file', MADE_MODELS.corrupt],
    ['other-opset@4 is no usable ONNX file', MADE_MODELS.otherOpset],
    ['answers-nan@3 answers NaN in "target", row 0', MADE_MODELS.nan],
    ['other-input@5 wants the input "windows"; given: features', MADE_MODELS.otherInput],
    ['was changed', changed],
  ])('are refused: %s', async (message, { ref }) => {
    const refusal = await serving.infer(ref, checkInputsOf(2)).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DataQualityError);
    expect((refusal as Error).message).toContain(message);
  });

  it('refuse batches of another shape, type or size', async () => {
    const data = new Float32Array(10);
    await expect(
      serving.infer(first.ref, { features: { type: 'float32', dims: [2, 5], data } }),
    ).rejects.toThrow(/"features" is float32 \[2, 5\], wanted is float32 \[any, 8\]/);
    await expect(
      serving.infer(first.ref, { features: { type: 'float32', dims: [2, 8], data } }),
    ).rejects.toThrow(/"features" holds 10 values, its shape has 16/);
    const whole = { type: 'int64' as const, dims: [1, 8], data: new BigInt64Array(8) };
    await expect(serving.infer(first.ref, { features: whole })).rejects.toThrow(/is int64 \[1, 8\]/);
  });
});
