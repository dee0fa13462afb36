import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openCache } from '../../adapters/cache/index.js';
import { openDocuments } from '../../adapters/documents/index.js';
import { openSentiment } from '../../adapters/sentiment/index.js';
import { openServing } from '../../adapters/serving/index.js';
import { loadSentimentDirectory } from '../../adapters/serving/shipped.js';
import type { ServingPort } from '../../adapters/ports.js';
import { UnreachableError } from '../../domain/errors.js';
import { modelName } from '../../domain/sentiment/scores.js';
import { temporaryDirectory } from './directories.js';
import { makeEncoder } from './made-encoder.js';

const directory = temporaryDirectory();
const objects = { get: async () => new Uint8Array() };
const real = openServing('onnx:', { objects });
/** Only the encoder's inference breaks. */
let fault: Error | null = null;
let calls = 0;
const serving: Pick<ServingPort, 'infer'> = {
  async infer(model, inputs) {
    if (model.name !== 'made-encoder') return real.infer(model, inputs);
    calls++;
    if (fault) throw fault;
    return real.infer(model, inputs);
  },
};
const documents = openDocuments(`sqlite:${join(directory, 'documents.db')}`);
const cache = openCache(`sqlite:${join(directory, 'cache.db')}`);
let now = 0;
const { sentiment } = openSentiment({ serving, objects, documents, cache, llm: null, now: () => now });
afterAll(async () => {
  await sentiment.close();
  await Promise.all([real.close(), documents.close(), cache.close()]);
});

describe('a model that does not answer', () => {
  let number = 0;
  const text = () => [{ text: `Bitcoin rises ${number++}` }];

  it('is answered for by a shipped one, each answer saying so and why', async () => {
    const model = await loadSentimentDirectory(makeEncoder(join(directory, 'encoder')));
    expect(await sentiment.score(model, text())).toMatchObject([{ label: 'positive', abstained: false }]);
    fault = new Error('the device is lost');
    const [answer] = await sentiment.score(model, text());
    const shipped = (await sentiment.models())[0]!;
    expect(answer).toMatchObject({
      model: modelName(shipped),
      fallback: { asked: 'made-encoder@1', reason: 'the device is lost' },
    });
    await expect(sentiment.score(model, text(), { durable: true })).rejects.toThrow('the device is lost');
  });

  it('is left alone after failing three times, and asked again later', async () => {
    const model = await loadSentimentDirectory(join(directory, 'encoder'));
    await sentiment.score(model, text());
    const before = calls;
    const [answer] = await sentiment.score(model, text());
    expect(calls).toBe(before);
    expect(answer?.fallback?.reason).toMatch(
      /made-encoder@1 is not asked: it failed 3 times .*device is lost/,
    );
    [fault, now] = [null, 31_000];
    const [again] = await sentiment.score(model, text());
    expect([again?.fallback, again?.label]).toEqual([undefined, 'positive']);
  });

  it('that is only busy is not replaced: who asks comes again', async () => {
    const model = await loadSentimentDirectory(join(directory, 'encoder'));
    fault = new UnreachableError('too many texts wait', { retryAfterMs: 1000 });
    await expect(sentiment.score(model, text())).rejects.toThrow('too many texts wait');
    fault = null;
    expect((await sentiment.score(model, text()))[0]?.fallback).toBeUndefined();
  });
});
