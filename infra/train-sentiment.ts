import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseCsv } from '../adapters/csv.js';
import { sha256Hex } from '../domain/digest.js';
import { encodeSentimentClassifier } from '../domain/onnx.js';
import { BUCKETS, hashText, SENTIMENT_LABELS, TEXT_LENGTH } from '../domain/sentiment.js';
import { fitLogistic, fitTemperature, probabilitiesOf, type Sample } from '../domain/logistic.js';
import { wilson } from '../domain/statistics.js';

/**
 * `node dist/infra/train-sentiment.js --data <labelled sets> --out models/sentiment`: trains the shipped model on
 * the sets whose licences allow it, measures it on the test fold, and writes the file, its card and the figures.
 */
const TRAIN = ['sentfin', 'twitter_fin_news', 'finentity'];
const ZERO_SHOT = ['cryptolin', 'phrasebank'];
const LICENCES: Record<string, string> = { sentfin: 'MIT', twitter_fin_news: 'MIT', finentity: 'ODC-BY 1.0' };

const { values } = parseArgs({
  options: { data: { type: 'string', default: '' }, out: { type: 'string', default: 'models/sentiment' } },
});

interface Row extends Sample {
  set: string;
  fold: number;
  text: string;
}

const rows = TRAIN.flatMap(readSet);
const test = rows.filter((row) => row.fold === 0);
const testKeys = new Set(test.map((row) => keyOf(row.text)));
const train = rows.filter((row) => row.fold !== 0 && !testKeys.has(keyOf(row.text)));
const validation = train.filter((row) => row.fold === 1);
const fitted = fitLogistic(
  train.filter((row) => row.fold !== 1),
  { buckets: BUCKETS, epochs: 12, seed: 'sentiment' },
);
const temperature = fitTemperature(fitted, validation);
const model = { ...fitLogistic(train, { buckets: BUCKETS, epochs: 12, seed: 'sentiment' }), temperature };
const threshold = 0.45;

const bytes = encodeSentimentClassifier({ ...model, buckets: BUCKETS, length: TEXT_LENGTH });
const sha256 = sha256Hex(bytes);
const figures = [
  ...TRAIN.map((set) =>
    measure(
      set,
      test.filter((row) => row.set === set),
    ),
  ),
  ...ZERO_SHOT.map((set) => measure(set, readSet(set))),
];
const card = {
  name: 'ngram-logistic',
  version: sha256.slice(0, 12),
  sha256,
  bytes: bytes.length,
  buckets: BUCKETS,
  length: TEXT_LENGTH,
  labels: SENTIMENT_LABELS,
  languages: ['en'],
  temperature,
  threshold,
  trainingRows: train.length,
  figures,
};
mkdirSync(values.out, { recursive: true });
writeFileSync(join(values.out, 'model.onnx'), bytes);
writeFileSync(join(values.out, 'model.json'), `${JSON.stringify(card, null, 2)}\n`);
writeFileSync(join(values.out, 'MODEL_CARD.md'), markdown());
process.stdout.write(`${JSON.stringify(card)}\n`);

function readSet(set: string): Row[] {
  const [header = [], ...body] = parseCsv(readFileSync(join(values.data, `${set}.csv`), 'utf8'));
  const [textAt, labelAt] = [header.indexOf('text'), header.indexOf('label')];
  return body.flatMap((cells): Row[] => {
    const [text = '', label = ''] = [cells[textAt], cells[labelAt]];
    const target = (SENTIMENT_LABELS as readonly string[]).indexOf(label);
    // Texts that speak of several assets in different ways have no one label.
    return target < 0 ? [] : [{ ...hashText(text), set, text, target, fold: foldOf(text) }];
  });
}

function foldOf(text: string): number {
  const hex = createHash('sha256')
    .update(`finsight-fold-v1:${keyOf(text)}`)
    .digest('hex');
  return Number.parseInt(hex.slice(0, 8), 16) % 5;
}

function keyOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

function measure(set: string, of: Row[]) {
  let [hits, calibration] = [0, 0];
  const confusion = SENTIMENT_LABELS.map(() => [0, 0, 0]);
  const bins = Array.from({ length: 15 }, () => ({ n: 0, confidence: 0, hits: 0 }));
  for (const row of of) {
    const shares = probabilitiesOf(model, row);
    const best = shares.indexOf(Math.max(...shares));
    const confidence = shares[best] ?? 0;
    const bin = bins[Math.min(14, Math.floor(confidence * 15))];
    if (bin) {
      bin.n++;
      bin.confidence += confidence;
      bin.hits += Number(best === row.target);
    }
    confusion[row.target]![best]!++;
    hits += Number(best === row.target);
  }
  for (const bin of bins) calibration += Math.abs(bin.confidence - bin.hits) / of.length;
  const f1 = SENTIMENT_LABELS.map((_, i) => {
    const right = confusion[i]![i]!;
    const said = confusion.reduce((sum, row) => sum + row[i]!, 0);
    return (2 * right) / (said + confusion[i]!.reduce((sum, each) => sum + each, 0) || 1);
  });
  const macroF1 = f1.reduce((sum, each) => sum + each, 0) / 3;
  return {
    set,
    n: of.length,
    accuracy: hits / of.length,
    wilson95: wilson(hits, of.length),
    macroF1,
    ece: calibration,
    confusion,
  };
}

function markdown(): string {
  const lines = figures.map(
    (each) =>
      `| ${each.set} | ${TRAIN.includes(each.set) ? 'test fold' : 'zero-shot, all rows'} | ${each.n} | ${each.accuracy.toFixed(3)} | ${each.wilson95.map((bound) => bound.toFixed(3)).join(' … ')} | ${each.macroF1.toFixed(3)} | ${each.ece.toFixed(3)} |`,
  );
  return `# Model card: ngram-logistic@${card.version}

Multinomial logistic regression on hashed word and character n-grams (${BUCKETS} buckets) of English financial headlines; labels
${SENTIMENT_LABELS.join(', ')}. ONNX file of ${bytes.length} bytes, sha256 \`${sha256}\`. Made by \`node dist/infra/train-sentiment.js\`.

## Data
Trained on ${train.length} texts of SEntFiN (${LICENCES['sentfin']}), Twitter financial news (${LICENCES['twitter_fin_news']}) and FinEntity (${LICENCES['finentity']}). Texts labelled for several
assets in different ways are left out. Folds by the sha256 of the normalised text; fold 0 is the test fold, texts equal to one of it leave the training
folds. Temperature ${temperature.toFixed(3)} was fitted on fold 1 with a model that had not seen it.

## Figures
| set | part | n | accuracy | 95 % Wilson | macro F1 | ECE |
|---|---|---|---|---|---|---|
${lines.join('\n')}

## Limits
English only; other languages are abstained from. It abstains below a probability of ${threshold}. It reads a headline as a whole: what a text says of
one asset among several is not told apart. It has no notion of irony, and crypto headlines are harder for it than stock headlines (see cryptolin).
`;
}
