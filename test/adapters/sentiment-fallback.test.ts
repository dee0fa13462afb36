import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { openCache } from '../../adapters/cache/index.js';
import { openDocuments } from '../../adapters/documents/index.js';
import { openSentiment } from '../../adapters/sentiment/index.js';
import { openServing } from '../../adapters/serving/index.js';
import { loadSentimentDirectory } from '../../adapters/serving/shipped.js';
import type { ServingPort } from '../../adapters/ports.js';
import { sha256Hex } from '../../domain/digest.js';
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
const { sentiment } = openSentiment({ serving, objects, documents, cache, llm: null });
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
    fault = null;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
    const [again] = await sentiment.score(model, text()).finally(() => vi.useRealTimers());
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

it('a model that training registered is read with the files that it left', async () => {
  const at = makeEncoder(join(directory, 'trained'));
  const held = new Map<string, Uint8Array>();
  const put = (name: string) => {
    const bytes = new Uint8Array(readFileSync(join(at, name)));
    held.set(name, bytes);
    return { key: name, sha256: sha256Hex(bytes), bytes: bytes.length };
  };
  const onnx = put('model.onnx');
  const training = {
    tokenizer: put('tokenizer.json'),
    description: put('model.json'),
    threshold: 0.61,
  };
  await documents.insert('models', [
    {
      ...{
        id: 'mdl_own@7',
        name: 'own',
        version: '7',
        task: 'sentiment',
        kind: 'encoder',
        stage: 'candidate',
      },
      ...{ onnx, training, spec: {}, specSha256: 's', createdAt: 1 },
    },
  ]);
  const stored = { get: async (key: string) => held.get(key) ?? new Uint8Array() };
  const models = openServing('onnx:', { objects: stored });
  const opened = openSentiment({ serving: models, objects: stored, documents, cache, llm: null });
  const model = await opened.sentiment.choose({ model: 'own@7' });
  expect([model.threshold, model.targets]).toEqual([0.61, true]);
  const texts = [{ text: 'Gold falls and drops' }];
  expect(await opened.sentiment.score(model, texts, { durable: true })).toMatchObject([
    { label: 'negative' },
  ]);
  await opened.sentiment.close();
  await models.close();
});
