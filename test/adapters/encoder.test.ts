import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encoderScorer } from '../../adapters/sentiment/encoder.js';
import { openServing } from '../../adapters/serving/index.js';
import { loadSentimentDirectory } from '../../adapters/serving/shipped.js';
import type { ObjectsPort, Tensor } from '../../adapters/ports.js';
import type { TextToScore } from '../../adapters/ports-sentiment.js';
import { DataQualityError, InvalidInputError } from '../../domain/errors.js';
import type { ModelRef } from '../../domain/models.js';
import { encodeRidge } from '../../domain/onnx.js';
import { makeEncoder, madeNetwork, madeTokenizer, VOCABULARY, type MadeFiles } from './made-encoder.js';
import { temporaryDirectory } from './directories.js';

const directory = temporaryDirectory();
const objects = { get: async () => new Uint8Array() } satisfies Pick<ObjectsPort, 'get'>;
const serving = openServing('onnx:', { objects });
afterAll(() => serving.close());

let number = 0;
const made = (files: MadeFiles = {}): string => makeEncoder(join(directory, `m${number++}`), files);
const texts = (...given: string[]): TextToScore[] => given.map((text) => ({ text }));

async function ask(at: string, given: TextToScore[]): Promise<string[]> {
  const model = await loadSentimentDirectory(at);
  const rows = await encoderScorer({ serving, objects }).score(model, given, {});
  return rows.map((row) => ['negative', 'neutral', 'positive'][row.indexOf(Math.max(...row))] ?? '');
}

describe('an encoder', () => {
  it('tells good news from bad, each text by itself whatever it is computed with', async () => {
    const given = texts(
      'Bitcoin rises',
      'Gold falls and drops',
      'The board meets',
      '',
      'up up up down',
      '🚀',
    );
    expect(await ask(made(), given)).toEqual([
      'positive',
      'negative',
      'neutral',
      'neutral',
      'positive',
      'neutral',
    ]);
    const model = await loadSentimentDirectory(made());
    const scorer = encoderScorer({ serving, objects });
    const together = await scorer.score(model, given, {});
    for (const [i, text] of given.entries()) {
      const [alone] = await scorer.score(model, [text], {});
      alone?.forEach((each, at) => expect(each).toBeCloseTo(together[i]?.[at] ?? NaN, 6));
    }
  });

  it('reads the target behind the text where it knows pairs', async () => {
    const model = await loadSentimentDirectory(made());
    const scorer = encoderScorer({ serving, objects });
    const [without, withTarget] = await scorer.score(
      model,
      [{ text: 'apple and tesla' }, { text: 'apple and tesla', target: 'tesla' }],
      {},
    );
    expect(withTarget?.[2]).toBeGreaterThan(without?.[2] ?? NaN);
    const [deaf] = await scorer.score(
      await loadSentimentDirectory(made({ card: { pairs: false, version: '2' } })),
      [{ text: 'apple and tesla', target: 'tesla' }],
      {},
    );
    expect(deaf).toEqual(without);
  });

  it('computes no more texts together than its card allows', async () => {
    const sizes: (number | undefined)[] = [];
    const counted = {
      infer: (of: ModelRef, inputs: Record<string, Tensor>) => {
        sizes.push(inputs['input_ids']?.dims[0]);
        return serving.infer(of, inputs);
      },
    };
    const many = texts(...Array.from({ length: 20 }, (_, i) => `gold rises ${i}`));
    for (const [maxBatch, most] of [
      [undefined, 16],
      [1, 1],
    ]) {
      sizes.length = 0;
      const model = await loadSentimentDirectory(made({ card: { maxBatch, version: `${maxBatch}` } }));
      await encoderScorer({ serving: counted, objects }).score(model, many, {});
      expect(Math.max(...sizes.map(Number))).toBe(most);
    }
  });

  it('answers hard texts in bounded time', async () => {
    const hard = [
      'profit '.repeat(150_000),
      'x'.repeat(1 << 20),
      ' '.repeat(1 << 20),
      '\ud800'.repeat(1000),
      '\u0000\u0007\u009f rises',
      '👨‍👩‍👧‍👦'.repeat(50_000),
      '比特币'.repeat(100_000),
      '[CLS][SEP][MASK]'.repeat(10_000),
    ];
    const start = performance.now();
    const said = await ask(made(), texts(...hard));
    expect(said).toHaveLength(hard.length);
    expect(said[4]).toBe('positive');
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('answers 10,000 texts at once in their order, live or as back-fill', async () => {
    const model = await loadSentimentDirectory(made());
    const scorer = encoderScorer({ serving, objects });
    const many = Array.from({ length: 10_000 }, (_, i) => ({
      text: `${i % 3 === 0 ? 'rises' : 'falls'} ${'the '.repeat(i % 11)}`,
    }));
    for (const priority of ['live', 'backfill'] as const) {
      const rows = await scorer.score(model, many, { priority });
      expect(rows.every((row, i) => (row[2] ?? 0) > (row[0] ?? 0) === (i % 3 === 0))).toBe(true);
    }
    await expect(scorer.score(model, [...many, ...many, ...many], {})).rejects.toThrow(
      /30000 more would be above the 20000 that may/,
    );
  });
});

describe('files that do not belong together', () => {
  it.each<[string, MadeFiles, RegExp]>([
    ['no ONNX file', { network: new TextEncoder().encode('hello') }, /no usable ONNX file .*model\.onnx/],
    ['an unknown opset', { network: withOpset(madeNetwork(), 99) }, /no usable ONNX file .*[Oo]pset/s],
    [
      'other inputs',
      { network: madeNetwork({ inputs: ['ids', 'mask', 'types'] }) },
      /wants the input "ids"; given: input_ids, attention_mask, token_type_ids/,
    ],
    [
      'a forecaster',
      {
        network: encodeRidge({
          ...{ weights: [1], mean: [0], deviation: [1], bias: 0, lookBack: 1, features: 1 },
        }),
      },
      /wants the input "features"/,
    ],
    [
      'another output',
      { network: madeNetwork({ output: 'logits' }) },
      /answers float32 "logits" of \[1, 3\]; float32 "probabilities" of \[1, 3\], for negative, neutral, positive, are needed/,
    ],
    ['no probabilities', { network: madeNetwork({ scale: 7 }) }, /no probabilities; softmax/],
    [
      'a tokenizer that is no JSON',
      { tokenizer: new TextEncoder().encode('{') },
      /tokenizer\.json cannot be/,
    ],
    [
      'a tokenizer without a model',
      { tokenizer: new TextEncoder().encode('{"version":"1.0"}') },
      /tokenizer\.json cannot be used: .*; needed is the tokenizer\.json that the model was trained with/,
    ],
    [
      'a tokenizer of more words than the model has',
      { tokenizer: tokenizerOf([...Array.from({ length: 90 }, (_, i) => `w${i}`), ...VOCABULARY]) },
      /refuses its input/,
    ],
  ])('%s', async (_name, files, message) => {
    const at = made(files);
    await expect(ask(at, texts('shares rises'))).rejects.toThrow(message);
    await expect(ask(at, texts('shares rises'))).rejects.toThrow(DataQualityError);
  });

  it.each<[string, MadeFiles['card'], RegExp]>([
    [
      'labels in another order',
      { labels: ['positive', 'negative', 'neutral'] },
      /model\.json cannot be read: labels are positive, negative, neutral; .*negative, neutral, positive, in this order/,
    ],
    ['other labels', { labels: ['LABEL_0', 'LABEL_1'] }, /labels are LABEL_0, LABEL_1/],
    ['a faulty threshold', { threshold: 2, maxTokens: 'x' }, /threshold .*maxTokens/],
    ['another kind', { kind: 'oracle' }, /kind/],
    ['another digest', { sha256: '0'.repeat(64) }, /model\.onnx was changed: sha256 .* its card says 000/],
    [
      'the digest of another tokenizer',
      { tokenizer: { file: 'tokenizer.json', sha256: '1'.repeat(64), bytes: 5 } },
      /tokenizer\.json was changed/,
    ],
    [
      'a path out of the directory',
      { tokenizer: { file: '../secret', sha256: '1'.repeat(64), bytes: 5 } },
      /tokenizer\.file/,
    ],
  ])('%s in the card', async (_name, card, message) => {
    await expect(loadSentimentDirectory(made({ card: card ?? {} }))).rejects.toThrow(message);
  });

  it('a directory without a model, or without one of its files', async () => {
    await expect(loadSentimentDirectory(join(directory, 'none'))).rejects.toThrow(InvalidInputError);
    const at = made();
    rmSync(join(at, 'tokenizer.json'));
    await expect(loadSentimentDirectory(at)).rejects.toThrow(/tokenizer\.json cannot be read/);
    writeFileSync(join(at, 'model.json'), '{');
    await expect(loadSentimentDirectory(at)).rejects.toThrow(/model\.json cannot be read: .*JSON/);
  });
});

function tokenizerOf(vocabulary: string[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(madeTokenizer(vocabulary)));
}

/** The last two bytes of the file are the version of its operators: field 2 of the last message. */
function withOpset(network: Uint8Array, version: number): Uint8Array {
  const changed = Uint8Array.from(network);
  changed[changed.length - 1] = version;
  return changed;
}
