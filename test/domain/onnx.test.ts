import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { probabilitiesOf } from '../../domain/logistic.js';
import { encodeRidge, encodeSentimentClassifier } from '../../domain/onnx.js';
import { seededNormal } from '../../domain/random.js';
import { hashText, sentimentInputs, BUCKETS, TEXT_LENGTH } from '../../domain/sentiment/hashing.js';

const open = (bytes: Uint8Array) =>
  InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
const furthest = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] ?? NaN))));
};

describe('ONNX files written by hand answer in onnxruntime as the formula does', () => {
  it('for the sentiment classifier, at every batch size', async () => {
    const normal = seededNormal('classifier');
    const weights = Float32Array.from({ length: BUCKETS * 3 }, () => 3 * normal());
    const model = { weights, bias: Float64Array.from([0.3, -0.2, 0.1]), temperature: 1.7 };
    const session = await open(
      encodeSentimentClassifier({ ...model, buckets: BUCKETS, length: TEXT_LENGTH }),
    );
    for (const texts of [
      ['Gold rises'],
      ['Oil falls 3%', '', 'The board of Acme meets in Paris on Monday'],
    ]) {
      const { ids, weights: factors } = sentimentInputs(texts);
      const answer = await session.run({
        ids: new Tensor('int64', ids.data, ids.dims),
        weights: new Tensor('float32', factors.data, factors.dims),
      });
      expect(answer['probabilities']?.dims).toEqual([texts.length, 3]);
      const wanted = texts.flatMap((text) => probabilitiesOf(model, hashText(text)));
      expect(furthest(answer['probabilities']?.data as Float32Array, wanted)).toBeLessThan(1e-5);
    }
    await session.release();
  });

  it.each([
    { lookBack: 1, features: 1, batch: 1 },
    { lookBack: 24, features: 7, batch: 5 },
  ])('for ridge on the last row of a window: %j', async ({ lookBack, features, batch }) => {
    const normal = seededNormal('ridge');
    const draw = (length: number): Float32Array => Float32Array.from({ length }, normal);
    const [weights, mean] = [draw(features), draw(features)];
    // One feature that never changed: its deviation is 0.
    const deviation = draw(features).map((value, i) => (i === 0 ? 0 : Math.abs(value) + 0.5));
    const data = draw(batch * lookBack * features);
    const session = await open(encodeRidge({ weights, mean, deviation, bias: 0.25, lookBack, features }));
    const answer = await session.run({ features: new Tensor('float32', data, [batch, lookBack, features]) });
    const wanted = Array.from({ length: batch }, (_, b) => {
      const last = data.subarray((b * lookBack + lookBack - 1) * features, (b + 1) * lookBack * features);
      return last.reduce(
        (sum, x, f) => sum + ((x - (mean[f] ?? 0)) / (deviation[f] || 1)) * (weights[f] ?? 0),
        0.25,
      );
    });
    expect(answer['target']?.dims).toEqual([batch]);
    expect(furthest(answer['target']?.data as Float32Array, wanted)).toBeLessThan(1e-5);
    await session.release();
  });
});
