import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { writePlatform } from '../../cli/platform.js';
import { NotFoundError } from '../../domain/errors.js';
import { makeEncoder } from '../adapters/made-encoder.js';
import { temporaryDirectory } from '../adapters/directories.js';
import { ADMIN_KEY, startTestPlatform } from '../api/made-platform.js';
import { runCommand } from './command.js';

const directory = temporaryDirectory();
const encoder = makeEncoder(join(directory, 'encoder'));
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};
const sentiment = (...words: string[]) =>
  runCommand(['sentiment', ...words, '--local', '--json', '--data-dir', join(directory, 'data')]);
const messageOf = (answer: Record<string, unknown>): string =>
  (answer['error'] as { message: string }).message;

interface Score {
  text: string;
  label: string;
  probabilities: Record<string, number>;
  abstained: boolean;
  reason: string | null;
  model: string;
}

describe('finsight sentiment score', () => {
  it('answers for every line in its order, empty ones too', async () => {
    const lines =
      '\ufeffBitcoin rises\r\n\r\nGold falls\n🚀🚀\nDer Kurs fällt und die Anleger sind nervös\nup, up\n';
    const { code, answer } = await sentiment('score', '--file', file('texts.txt', lines), '--model', encoder);
    const scores = answer['scores'] as Score[];
    expect(code).toBe(0);
    expect(scores.map(({ text, label, reason }) => [text, label, reason])).toEqual([
      ['Bitcoin rises', 'positive', null],
      ['', 'neutral', 'the text is empty'],
      ['Gold falls', 'negative', null],
      ['🚀🚀', 'neutral', 'the text has no words'],
      ['Der Kurs fällt und die Anleger sind nervös', 'neutral', 'the language is de; the model reads en'],
      ['up, up', 'positive', null],
    ]);
    for (const { probabilities, abstained, reason, model } of scores) {
      expect(Object.keys(probabilities)).toEqual(['negative', 'neutral', 'positive']);
      expect(Object.values(probabilities).reduce((sum, each) => sum + each)).toBeCloseTo(1, 5);
      expect([abstained, model]).toEqual([reason !== null, 'made-encoder@1']);
    }
  });

  it('takes texts as arguments, a target, a language, and the model that is served', async () => {
    const words = ['score', 'Profit surges', 'Shares plunge as losses widen'];
    const { answer } = await sentiment(...words);
    expect((answer['scores'] as Score[]).map(({ label }) => label)).toEqual(['positive', 'negative']);
    const french = await sentiment('score', 'Shares plunge', '--language', 'fr', '--model', encoder);
    expect(french.answer['scores']).toMatchObject([{ reason: 'the language is fr; the model reads en' }]);
    const of = async (...more: string[]) =>
      (
        (await sentiment('score', 'apple and tesla', '--model', encoder, ...more)).answer['scores'] as Score[]
      )[0]?.probabilities['positive'];
    expect(await of('--target', 'tesla')).toBeGreaterThan((await of()) ?? NaN);
  });

  it('answers for a megabyte of text, control characters and nothing', async () => {
    const wild = ['rises '.repeat(200_000), '\u0000\u0007\u001b[2J falls', '\ufffd\u200b', ' \t '].join('\n');
    const { code, answer } = await sentiment('score', '--file', file('wild.txt', wild), '--model', encoder);
    expect(code).toBe(0);
    expect((answer['scores'] as Score[]).map(({ label }) => label)).toEqual([
      'positive',
      'negative',
      'neutral',
      'neutral',
    ]);
    expect((await sentiment('score', '--file', file('none.txt', ''))).answer).toEqual({ scores: [] });
  });

  it.each([
    [['score'], 2, /Give texts, or --file/],
    [['score', 'a', '--file', 'x'], 2, /not both/],
    [['score', '--file', join(directory, 'gone.txt')], 2, /gone\.txt cannot be read/],
    [['score', 'a', '--model', 'oracle'], 2, /Unknown sentiment model "oracle".*ngram-logistic@/],
    [['score', 'a', '--model', directory], 2, /holds no sentiment model: model\.json, model\.onnx/],
    [['score', 'a', '--model', './nowhere'], 2, /nowhere holds no sentiment model/],
  ])('%j ends with %i', async (words, expected, message) => {
    const { code, answer } = await sentiment(...words);
    expect(messageOf(answer)).toMatch(message);
    expect(code).toBe(expected);
  });

  it('fails where the asked model does, and never answers by another', async () => {
    const broken = makeEncoder(join(directory, 'broken'), { network: new TextEncoder().encode('junk') });
    const { code, answer } = await sentiment('score', 'a', '--model', broken);
    expect(messageOf(answer)).toMatch(/made-encoder@1 is no usable ONNX file \(.*broken\/model\.onnx\)/);
    expect(code).toBe(4);
    writeFileSync(join(broken, 'model.onnx'), 'other junk');
    expect(messageOf((await sentiment('score', 'a', '--model', broken)).answer)).toMatch(
      /was changed: sha256/,
    );
  });
});

describe('finsight sentiment evaluate', () => {
  const data = file(
    'data.csv',
    '\ufeff"Label","Text",extra\r\npositive,"Bitcoin rises, ""up""\r\nand up",1\r\nNegative,Gold falls,2\r\n' +
      'neutral,The board meets,3\r\nnegative,Shares up,4\r\nmixed,Gold up and apple down,5\r\npositive,,6\r\n',
  );

  it('measures a model on labelled texts', async () => {
    const { code, answer } = await sentiment('evaluate', '--data', data, '--model', encoder);
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      ...{
        model: 'made-encoder@1',
        n: 5,
        accuracy: 0.6,
        coverage: 0.8,
        accuracyAnswered: 0.75,
        majority: 0.4,
      },
      labels: ['negative', 'neutral', 'positive'],
      confusion: [
        [1, 0, 1],
        [0, 1, 0],
        [0, 1, 1],
      ],
      leftOut: { mixed: 1 },
      abstained: { 'the text is empty': 1 },
    });
    for (const figure of ['macroF1', 'ece']) expect(answer[figure]).toBeGreaterThan(0);
    const curve = answer['curve'] as { coverage: number; accuracy: number }[];
    expect(curve[0]).toMatchObject({ coverage: 1, accuracy: 0.6 });
  });

  it.each([
    ['a,b\nx,y\n', [], /has no column "text"; it has "a", "b", and "text" and "label" are needed/],
    [
      'text;label\nx;bullish\ny;bearish\nz;bullish\n',
      [],
      /3 rows .*"bullish" in 2, "bearish" in 1; .*--labels bullish=negative/,
    ],
    ['text,label\nx,2\n', ['--labels', '2=good'], /2=good: "good" is none of negative, neutral, positive/],
    ['text,label\nx,mixed\n', [], /no row labelled .*left out: \{"mixed":1\}/],
    ['text,label\nx,positive\n', ['--target-column', 'asset'], /no column "asset"/],
    ['', [], /it has "?none|has no column "text"/],
  ])('refuses %j', async (content, more, message) => {
    const { code, answer } = await sentiment('evaluate', '--data', file('bad.csv', content), ...more);
    expect(messageOf(answer)).toMatch(message);
    expect(code).toBe(2);
  });

  it('takes other names of labels, and leaves out what it is told to', async () => {
    const own = file('own.csv', 'label\ttext\nBullish\tBitcoin rises\nbearish\tGold falls\n?\tapple\n');
    const names = 'bullish=positive,bearish=negative,?=-';
    const { answer } = await sentiment('evaluate', '--data', own, '--labels', names, '--model', encoder);
    expect(answer).toMatchObject({ n: 2, accuracy: 1, leftOut: { '?': 1 } });
  });
});

describe('finsight sentiment score through the API', () => {
  afterEach(() => delete process.env['FINSIGHT_API_KEY']);

  it('asks the platform that runs, in pieces, and says which model is not known', async () => {
    const platform = await startTestPlatform();
    const data = join(directory, 'running');
    writePlatform(data, {
      ...{ pid: process.pid, apiUrl: platform.url, temporalAddress: 'none', temporalUi: null, startedAt: 1 },
    });
    process.env['FINSIGHT_API_KEY'] = ADMIN_KEY;
    const lines = Array.from({ length: 2500 }, (_, i) => (i === 1200 ? '' : `Shares rise ${i}`)).join('\n');
    const words = ['sentiment', 'score', '--file', file('many.txt', lines), '--json', '--data-dir', data];
    const { code, answer } = await runCommand(words);
    const scores = answer['scores'] as Score[];
    expect([code, scores.length, scores[2499]?.text]).toEqual([0, 2500, 'Shares rise 2499']);
    expect(scores[1200]).toMatchObject({ text: '', reason: 'the text is empty', model: 'ngram@1' });
    platform.ports.sentiment.choose = async () =>
      Promise.reject(new NotFoundError('Unknown sentiment model "oracle"; known: ngram@1'));
    const refused = await runCommand([...words, '--model', 'oracle']);
    expect([refused.code, messageOf(refused.answer)]).toEqual([
      2,
      'Unknown sentiment model "oracle"; known: ngram@1',
    ]);
    await platform.close();
  });
});
