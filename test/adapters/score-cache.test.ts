import { afterEach, describe, expect, it, vi } from 'vitest';
import { guardedScorer } from '../../adapters/sentiment/guarded.js';
import { cachedScorer } from '../../adapters/sentiment/score-cache.js';
import type { TextToScore } from '../../adapters/ports-sentiment.js';
import type { SentimentModel } from '../../domain/sentiment/scores.js';

const model: SentimentModel = {
  ref: { name: 'made-encoder', version: '1', onnx: { key: 'k', sha256: 'one', bytes: 1 } },
  kind: 'encoder',
  ...{ threshold: 0.4, languages: ['en'] },
};
const texts = (...given: string[]): TextToScore[] => given.map((text) => ({ text }));

describe('a model that fails', () => {
  afterEach(() => vi.useRealTimers());
  it('is left alone after three times, tried once after the pause, and asked again when it answers', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
    let [calls, works] = [0, false];
    const scorer = guardedScorer({
      async score(_, given) {
        calls++;
        if (!works) throw new Error('the disk is gone');
        return given.map(() => [0, 1, 0]);
      },
      close: async () => {},
    });
    const once = () => scorer.score(model, texts('a'), {});
    for (let i = 0; i < 3; i++) await expect(once()).rejects.toThrow('the disk is gone');
    await expect(once()).rejects.toThrow(/made-encoder@1 is not asked: it failed 3 times .*the disk is gone/);
    expect(calls).toBe(3);
    vi.setSystemTime(30_001);
    await expect(once()).rejects.toThrow('the disk is gone');
    await expect(once()).rejects.toThrow(/is not asked/);
    vi.setSystemTime(70_000);
    works = true;
    expect(await once()).toEqual([[0, 1, 0]]);
    expect(await once()).toEqual([[0, 1, 0]]);
    expect(calls).toBe(6);
  });
});

describe('remembered scores', () => {
  it('answer the same text of the same model, and nothing else', async () => {
    const asked: string[][] = [];
    const stored = new Map<string, string>();
    const scorer = cachedScorer(
      {
        async score(_, given) {
          asked.push(given.map(({ text, target }) => `${text}|${target ?? ''}`));
          return given.map(({ text }) => [0, text.length, 0]);
        },
        close: async () => {},
      },
      {
        get: async (key) => stored.get(key) ?? null,
        set: async (key, value) => void stored.set(key, value),
      },
    );
    const [first, second] = [texts('aa', 'b', 'aa'), [{ text: 'aa', target: 'x' }, { text: 'aa' }]];
    expect(await scorer.score(model, first, {})).toEqual([
      [0, 2, 0],
      [0, 1, 0],
      [0, 2, 0],
    ]);
    await scorer.score(model, second, {});
    const other = { ...model, ref: { ...model.ref, onnx: { ...model.ref.onnx, sha256: 'other' } } };
    await scorer.score(other, texts('b'), {});
    expect(asked).toEqual([['aa|', 'b|'], ['aa|x'], ['b|']]);
    await scorer.close();
    expect(stored.size).toBe(4);
  });

  it('are done without where the cache fails', async () => {
    const broken = async (): Promise<never> => Promise.reject(new Error('no cache'));
    const scorer = cachedScorer(
      { score: async (_, given) => given.map(() => [1, 0, 0]), close: async () => {} },
      { get: broken, set: broken },
    );
    expect(await scorer.score(model, texts('a'), {})).toEqual([[1, 0, 0]]);
    await scorer.close();
  });
});
