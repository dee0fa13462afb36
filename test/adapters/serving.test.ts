import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../adapters/csv.js';
import { openServing, SERVING } from '../../adapters/serving/index.js';
import { loadShippedModels, readShipped } from '../../adapters/serving/shipped.js';
import type { ObjectsPort } from '../../adapters/ports.js';
import { sha256Hex } from '../../domain/digest.js';
import { DataQualityError, NotFoundError } from '../../domain/errors.js';
import { encodeRidge } from '../../domain/onnx.js';
import { measureSentiment } from '../../domain/sentiment/figures.js';
import { foldOf, TEST_FOLD } from '../../domain/sentiment/folds.js';
import { sentimentInputs } from '../../domain/sentiment/hashing.js';
import { SENTIMENT_LABELS } from '../../domain/sentiment/scores.js';
import { recordedDirectory } from '../recorded.js';

const ridge = (bias: number): Uint8Array =>
  encodeRidge({ weights: [1, 2], mean: [0, 0], deviation: [1, 1], bias, lookBack: 3, features: 2 });

/** Serving over objects in memory, with a count of the reads. */
function serve(files: Record<string, Uint8Array>) {
  const reads: string[] = [];
  const objects: Pick<ObjectsPort, 'get'> = {
    async get(key, sha256) {
      reads.push(key);
      const bytes = files[key];
      if (!bytes) throw new NotFoundError(`No object "${key}"`);
      if (sha256 && sha256Hex(bytes) !== sha256) throw new DataQualityError(`Object "${key}" was changed`);
      return bytes;
    },
  };
  const ref = (key: string) => {
    const bytes = files[key] ?? new Uint8Array();
    return { name: key, version: '1', onnx: { key, sha256: sha256Hex(bytes), bytes: bytes.length } };
  };
  return { serving: openServing('onnx:', { objects: objects as ObjectsPort }), ref, reads };
}

const windowOf = (...last: number[]) => ({
  features: { type: 'float32' as const, dims: [1, 3, 2], data: Float32Array.from([9, 9, 9, 9, ...last]) },
});

describe('serving by onnxruntime', () => {
  it('loads a model once for many callers and answers for each', async () => {
    const { serving, ref, reads } = serve({ a: ridge(0.5) });
    const answers = await Promise.all([1, 2, 3].map((x) => serving.infer(ref('a'), windowOf(x, 1))));
    expect(answers.map((answer) => answer['target']?.data[0])).toEqual([3.5, 4.5, 5.5]);
    expect(reads).toEqual(['a']);
    expect(await serving.health()).toMatchObject({ backend: 'onnx', loaded: [ref('a').onnx.sha256] });
    await serving.close();
    await serving.close();
  });

  it('keeps at most eight models open', async () => {
    const files = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`m${i}`, ridge(i)]));
    const { serving, ref } = serve(files);
    for (const key of Object.keys(files)) await serving.infer(ref(key), windowOf(1, 1));
    expect((await serving.health()).loaded).toHaveLength(8);
    await serving.close();
  });

  it('names the model and what is wrong', async () => {
    const { serving, ref } = serve({
      good: ridge(0),
      junk: new TextEncoder().encode('not a model'),
      nan: ridge(NaN),
    });
    await expect(serving.infer(ref('junk'), windowOf(1, 1))).rejects.toThrow(/junk@1 is no usable ONNX file/);
    await expect(serving.infer(ref('nan'), windowOf(1, 1))).rejects.toThrow(
      /nan@1 answers NaN in "target", row 0/,
    );
    await expect(serving.infer(ref('good'), {})).rejects.toThrow(/good@1 wants the input "features"/);
    const wide = { features: { type: 'float32' as const, dims: [1, 3, 5], data: new Float32Array(15) } };
    await expect(serving.infer(ref('good'), wide)).rejects.toThrow(DataQualityError);
    await expect(serving.infer(ref('gone'), windowOf(1, 1))).rejects.toThrow(NotFoundError);
    const changed = { ...ref('good'), onnx: { ...ref('good').onnx, sha256: '0'.repeat(64) } };
    await expect(serving.infer(changed, windowOf(1, 1))).rejects.toThrow(DataQualityError);
    await serving.close();
  });

  it('knows its schemes', () => {
    expect(Object.keys(SERVING)).toContain('onnx');
    expect(() => openServing('smoke:', { objects: {} as ObjectsPort })).toThrow(/smoke.*onnx/s);
  });
});

/** It stays beside whatever else is shipped. */
const ngram = async () => (await loadShippedModels()).find(({ kind }) => kind === 'ngram')!;

describe('the shipped sentiment model', () => {
  it('tells plain good news from plain bad news', async () => {
    const { ref, threshold, languages } = await ngram();
    expect([ref.name, threshold > 1 / 3, languages]).toEqual(['ngram-logistic', true, ['en']]);
    expect(ref.onnx.bytes).toBeLessThan(3 * 2 ** 20);
    const { serving } = serve({});
    const texts = [
      'Company profit surges and shares rally',
      'Shares plunge as losses widen',
      'The board meets on Monday',
    ];
    const { probabilities } = await serving.infer(ref, sentimentInputs(texts));
    const labels = texts.map((_, i) => {
      const row = Array.from(probabilities?.data.slice(3 * i, 3 * i + 3) ?? [], Number);
      return row.indexOf(Math.max(...row));
    });
    expect(labels).toEqual([2, 0, 1]);
    await serving.close();
  });

  const shared = recordedDirectory();
  it.skipIf(!shared)(
    'is as good on the test fold as its card says (skipped without recorded data)',
    async () => {
      const { ref, threshold } = await ngram();
      const directory = join('models', ref.onnx.key.split('/')[1] ?? '');
      const card = JSON.parse(readFileSync(join(directory, 'model.json'), 'utf8')) as {
        figures: { set: string; n: number; accuracy: number }[];
      };
      const [header = [], ...rows] = parseCsv(
        readFileSync(join(shared ?? '', 'sentiment', 'sentfin.csv'), 'utf8'),
      );
      const [textAt, labelAt] = [header.indexOf('text'), header.indexOf('label')];
      const test = rows
        .map((row) => ({
          text: row[textAt] ?? '',
          target: (SENTIMENT_LABELS as readonly string[]).indexOf(row[labelAt] ?? ''),
        }))
        .filter(({ text, target }) => target >= 0 && foldOf(text) === TEST_FOLD);
      const { serving } = serve({});
      const { probabilities } = await serving.infer(ref, sentimentInputs(test.map(({ text }) => text)));
      const judged = test.map(({ target }, i) => ({
        row: Array.from(probabilities?.data.slice(3 * i, 3 * i + 3) ?? [], Number),
        target,
      }));
      const { n, accuracy } = measureSentiment(judged, threshold);
      expect(card.figures[0]).toMatchObject({ set: 'sentfin', n });
      expect(Math.abs(accuracy - (card.figures[0]?.accuracy ?? NaN))).toBeLessThan(2 / n);
      await serving.close();
    },
  );

  it('is refused when its file was changed or lies elsewhere', async () => {
    const wrong = '0'.repeat(64);
    await expect(readShipped((await ngram()).ref.onnx.key, wrong)).rejects.toThrow(/was changed/);
    await expect(readShipped('shipped/../package.json', wrong)).rejects.toThrow(NotFoundError);
  });
});
