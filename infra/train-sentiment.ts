import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseCsv } from '../adapters/csv.js';
import { sha256Hex } from '../domain/digest.js';
import { InvalidInputError } from '../domain/errors.js';
import {
  fitLogistic,
  fitTemperature,
  probabilitiesOf,
  type LogisticModel,
  type Sample,
} from '../domain/logistic.js';
import { encodeSentimentClassifier } from '../domain/onnx.js';
import { measureSentiment, type SentimentFigures } from '../domain/sentiment/figures.js';
import {
  foldOf,
  NEAR_DUPLICATE,
  nearDuplicateOf,
  TEST_FOLD,
  VALIDATION_FOLD,
} from '../domain/sentiment/folds.js';
import { BUCKETS, hashText, TEXT_LENGTH } from '../domain/sentiment/hashing.js';
import { SENTIMENT_LABELS } from '../domain/sentiment/scores.js';

/**
 * `node dist/infra/train-sentiment.js --data <labelled sets> --out models/sentiment`: trains the shipped model on
 * the sets whose licences allow it, measures it on the test fold, and writes the file, its card and the figures.
 */
const TRAIN = ['sentfin', 'twitter_fin_news', 'finentity'];
const ZERO_SHOT = ['cryptolin', 'phrasebank'];
/** Too few texts in one fold: measured on all five, each by a model that has not seen it. */
const SMALL = ['finentity'];
const LICENCES: Record<string, string> = { sentfin: 'MIT', twitter_fin_news: 'MIT', finentity: 'ODC-BY 1.0' };
const THRESHOLD = 0.45;
const EPOCHS = 12;

interface Row extends Sample {
  set: string;
  fold: number;
  text: string;
}
type Figure = SentimentFigures & { set: string; part: string };

const { values } = parseArgs({
  options: { data: { type: 'string', default: '' }, out: { type: 'string', default: 'models/sentiment' } },
});
process.stdout.write(`${JSON.stringify(train(values))}\n`);

function train({ data, out }: { data: string; out: string }): Record<string, unknown> {
  const rows = TRAIN.flatMap((set) => readSet(data, set));
  const training = trainingRows(rows, TEST_FOLD);
  const temperature = fitTemperature(
    fit(trainingRows(training, VALIDATION_FOLD)),
    training.filter((row) => row.fold === VALIDATION_FOLD),
  );
  const model = { ...fit(training), temperature };
  const bytes = encodeSentimentClassifier({ ...model, buckets: BUCKETS, length: TEXT_LENGTH });
  const sha256 = sha256Hex(bytes);
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
    threshold: THRESHOLD,
    trainingRows: training.length,
    nearDuplicatesLeftOut: rows.filter((row) => row.fold !== TEST_FOLD).length - training.length,
    figures: figuresOf({ data, rows, model }),
  };
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'model.onnx'), bytes);
  writeFileSync(join(out, 'model.json'), `${JSON.stringify(card, null, 2)}\n`);
  writeFileSync(join(out, 'MODEL_CARD.md'), markdown(card));
  return card;
}

function fit(rows: Row[]): LogisticModel {
  return fitLogistic(rows, { buckets: BUCKETS, epochs: EPOCHS, seed: 'sentiment' });
}

/** Rows outside a fold that are no near-duplicates of a text in it. */
function trainingRows(rows: Row[], heldOut: number): Row[] {
  const isNear = nearDuplicateOf(rows.filter((row) => row.fold === heldOut).map((row) => row.text));
  return rows.filter((row) => row.fold !== heldOut && !isNear(row.text));
}

function figuresOf({ data, rows, model }: { data: string; rows: Row[]; model: LogisticModel }): Figure[] {
  const judge = (by: LogisticModel, of: Row[]) =>
    of.map((row) => ({ row: probabilitiesOf(by, row), target: row.target }));
  const inFold = (set: string, fold: number): Row[] =>
    rows.filter((row) => row.set === set && row.fold === fold);
  const figure = (set: string, part: string, judged: ReturnType<typeof judge>): Figure => ({
    set,
    part,
    ...measureSentiment(judged, THRESHOLD),
  });
  const models = [0, 1, 2, 3, 4].map((fold) =>
    fold === TEST_FOLD ? model : { ...fit(trainingRows(rows, fold)), temperature: model.temperature },
  );
  return [
    ...TRAIN.map((set) => figure(set, 'test fold', judge(model, inFold(set, TEST_FOLD)))),
    ...SMALL.map((set) =>
      figure(
        set,
        'five folds, pooled',
        models.flatMap((by, fold) => judge(by, inFold(set, fold))),
      ),
    ),
    ...ZERO_SHOT.map((set) => figure(set, 'zero-shot, all rows', judge(model, readSet(data, set)))),
  ];
}

function readSet(data: string, set: string): Row[] {
  const [header = [], ...body] = parseCsv(readFileSync(join(data, `${set}.csv`), 'utf8'));
  const [textAt, labelAt] = [header.indexOf('text'), header.indexOf('label')];
  if (textAt < 0 || labelAt < 0)
    throw new InvalidInputError(`${set}.csv has the columns ${header.join(', ')}; text and label are needed`);
  return body.flatMap((cells): Row[] => {
    const [text = '', label = ''] = [cells[textAt], cells[labelAt]];
    const target = (SENTIMENT_LABELS as readonly string[]).indexOf(label);
    // Texts that speak of several assets in different ways have no one label.
    return target < 0 ? [] : [{ ...hashText(text), set, text, target, fold: foldOf(text) }];
  });
}

interface Card {
  version: string;
  sha256: string;
  bytes: number;
  temperature: number;
  trainingRows: number;
  nearDuplicatesLeftOut: number;
  figures: Figure[];
}

function markdown(card: Card): string {
  const sets = TRAIN.map((set) => `${set} (${LICENCES[set]})`).join(', ');
  const lines = card.figures.map((each) => {
    const bounds = each.wilson95.map((bound) => bound.toFixed(3)).join(' … ');
    const shares = [each.majority, each.macroF1, each.ece, each.answered, each.accuracyAnswered].map(
      (value) => value.toFixed(3),
    );
    return `| ${[each.set, each.part, each.n, each.accuracy.toFixed(3), bounds, ...shares].join(' | ')} |`;
  });
  return `# Model card: ngram-logistic@${card.version}

Multinomial logistic regression on hashed word and character n-grams (${BUCKETS} buckets, at most ${TEXT_LENGTH} a text) of English
financial headlines; labels ${SENTIMENT_LABELS.join(', ')}. ONNX file of ${card.bytes} bytes, sha256 \`${card.sha256}\`.
Made by \`node dist/infra/train-sentiment.js --data <labelled sets> --out models/sentiment\`; the same data give the same file.

## Data
Trained on ${card.trainingRows} texts of ${sets}. Texts labelled for several assets in different ways are left out.
The fold of a text comes from the sha256 of its normalised words; fold ${TEST_FOLD} is the test fold. ${card.nearDuplicatesLeftOut} texts of the other folds
that are near-duplicates of a test text (Jaccard similarity of the word sets from ${NEAR_DUPLICATE}) left the training. The temperature,
${card.temperature.toFixed(3)}, was fitted on fold ${VALIDATION_FOLD} with a model that had seen neither it nor near-duplicates of it;
the learning rate and the number of n-grams a text were chosen there, too, so that of the five folds one is seen by that choice.

## Figures
| set | part | n | accuracy | 95 % Wilson | majority class | macro F1 | ECE | answered | accuracy of the answered |
|---|---|---|---|---|---|---|---|---|---|
${lines.join('\n')}

"Zero-shot" sets were not trained on. "Answered" is the share of texts whose largest probability reaches ${THRESHOLD}.

## Limits
English only; it abstains from other languages and below a probability of ${THRESHOLD}.
It reads a headline as a whole: what a text says of one asset among several is not told apart. It has no notion of irony.
Sets that it was not trained on show how little of this carries over: ${weak(card)}.
`;
}

/** The zero-shot sets with what always saying their most frequent label would give. */
function weak(card: Card): string {
  const unseen = card.figures.filter((each) => ZERO_SHOT.includes(each.set));
  return unseen
    .map(({ set, accuracy, majority }) => {
      const word = accuracy < majority ? 'below' : 'above';
      return `on ${set} its accuracy of ${accuracy.toFixed(3)} is ${word} the ${majority.toFixed(3)} of always saying the most frequent label`;
    })
    .join('; ');
}
