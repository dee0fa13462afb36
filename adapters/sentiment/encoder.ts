import { setImmediate as pause } from 'node:timers/promises';
import { DataQualityError, UnreachableError } from '../../domain/errors.js';
import { encoderInputs, type Encoded } from '../../domain/sentiment/encoding.js';
import {
  modelName,
  SENTIMENT_LABELS,
  type EncoderCard,
  type SentimentModel,
} from '../../domain/sentiment/scores.js';
import { gauge } from '../measures.js';
import type { ObjectsPort, ServingPort, Tensor } from '../ports.js';
import type { TextScorer, TextToScore } from '../ports-sentiment.js';
import { readReading } from '../serving/cards.js';
import { readModelFile } from '../serving/shipped.js';
import { openBatching, type Batching } from './batching.js';
import { MEASURES } from './measures.js';
import { readTokenizer, type TextTokenizer } from './tokenizer.js';

type Row = readonly number[];

interface Options {
  serving: Pick<ServingPort, 'infer' | 'lanes'>;
  objects: Pick<ObjectsPort, 'get'>;
}

interface Engine {
  tokenizer: TextTokenizer;
  pairs: boolean;
  batching: Batching<Encoded, Row>;
}

const CLASSES = SENTIMENT_LABELS.length;
/** More texts at once make nothing faster on a processor, and let live ones wait longer. */
const BATCH = 16;
const DEADLINE_MS = 3;
const WAITING = 20_000;
/** Texts tokenised between two pauses for other work; about 5 ms. */
const AT_ONCE = 256;
const ANSWER_MS = 60_000;
/** How far the sum of a row may be from 1: models compute with 8 to 32 bits. */
const TOLERANCE = 0.01;

/**
 * Encoders such as BERT, with the tokenizer that they were trained with. Each is loaded once in a process, tried before
 * the first text, and asked in batches; a text and its target are read as a pair where the model knows pairs.
 */
export function encoderScorer(options: Options): TextScorer {
  const engines = new Map<string, Promise<Engine>>();
  const engineOf = (model: SentimentModel): Promise<Engine> => {
    const key = `${modelName(model)}/${model.ref.onnx.sha256}`;
    const known = engines.get(key);
    if (known) return known;
    const opening = openEngine(model, options);
    engines.set(key, opening);
    opening.catch(() => engines.delete(key));
    return opening;
  };
  gauge('finsight_sentiment_waiting', 'Texts that wait for the sentiment model, by priority', () => [
    [{ priority: 'live' }, waiting.live()],
    [{ priority: 'backfill' }, waiting.backfill()],
  ]);
  const batchings = new Set<Batching<Encoded, Row>>();
  const sum = (priority: 'live' | 'backfill') => (): number =>
    [...batchings].reduce((total, each) => total + each.waiting(priority), 0);
  const waiting = { live: sum('live'), backfill: sum('backfill') };
  return {
    async score(model, texts, asked) {
      const start = performance.now();
      const { tokenizer, pairs, batching } = await engineOf(model);
      batchings.add(batching);
      const encoded = await encodeAll(tokenizer, texts, pairs);
      // Live texts are taken all or none; back-fill comes piece by piece, as there is room.
      const pieces = asked.priority === 'backfill' ? chunks(encoded) : [encoded];
      const rows = await Promise.all(pieces.map((piece) => batching.submit(piece, asked)));
      const priority = asked.priority ?? 'live';
      MEASURES.latency.observe((performance.now() - start) / 1000, { priority });
      return rows.flat();
    },
    async close() {
      engines.clear();
      batchings.clear();
    },
  };
}

async function openEngine(model: SentimentModel, { serving, objects }: Options): Promise<Engine> {
  const { tokenizer: file, maxTokens, pairs, maxBatch = BATCH } = await cardOf(model, objects);
  const bytes = await readModelFile(file, objects);
  const tokenizer = readTokenizer(bytes, { file: file.key, maxTokens });
  const run = async (batch: readonly Encoded[]): Promise<Row[]> => {
    const start = performance.now();
    const answer = await within(ANSWER_MS, serving.infer(model.ref, encoderInputs(batch)), model);
    MEASURES.batchTexts.observe(batch.length);
    MEASURES.batchSeconds.observe((performance.now() - start) / 1000);
    return rowsOf(model, answer, batch.length);
  };
  // Its first batch is slow, and tells whether the files belong together.
  await run([tokenizer.encode('Shares rise', pairs ? 'Shares' : undefined)]);
  const batching = openBatching<Encoded, Row>({
    run,
    lengthOf: ({ ids }) => ids.length,
    most: maxBatch,
    lanes: serving.lanes ?? 1,
    deadlineMs: DEADLINE_MS,
    limit: WAITING,
  });
  return { tokenizer, pairs, batching };
}

/** By the card of a shipped model, or by the files that training left. @throws DataQualityError */
async function cardOf(model: SentimentModel, objects: Options['objects']): Promise<EncoderCard> {
  if (model.encoder) return model.encoder;
  const { 'tokenizer.json': tokenizer, 'model.json': card } = model.files ?? {};
  if (!tokenizer || !card)
    throw new DataQualityError(
      `Model ${modelName(model)} is an encoder without its tokenizer.json and model.json; train or register it again`,
    );
  return { ...readReading(await readModelFile(card, objects), card.key), tokenizer };
}

async function encodeAll(
  tokenizer: TextTokenizer,
  texts: readonly TextToScore[],
  pairs: boolean,
): Promise<Encoded[]> {
  const all: Encoded[] = [];
  for (const piece of chunks(texts)) {
    if (all.length > 0) await pause();
    for (const { text, target } of piece) all.push(tokenizer.encode(text, pairs ? target : undefined));
  }
  return all;
}

const chunks = <T>(items: readonly T[]): (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / AT_ONCE) }, (_, i) =>
    items.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
  );

/** @throws DataQualityError that says what the model should answer */
function rowsOf(model: SentimentModel, answer: Record<string, Tensor>, texts: number): Row[] {
  const given = answer['probabilities'];
  const wanted = `float32 "probabilities" of [${texts}, ${CLASSES}], for ${SENTIMENT_LABELS.join(', ')}, are needed`;
  const of = `Model ${modelName(model)} (${model.ref.onnx.key})`;
  if (given?.type !== 'float32' || given.dims.length !== 2 || given.dims[1] !== CLASSES) {
    const shown = Object.entries(answer).map(
      ([name, { type, dims }]) => `${type} "${name}" of [${dims.join(', ')}]`,
    );
    throw new DataQualityError(`${of} answers ${shown.join(' and ') || 'nothing'}; ${wanted}`);
  }
  const { data } = given;
  return Array.from({ length: texts }, (_, i) => {
    const row = Array.from(data.slice(CLASSES * i, CLASSES * (i + 1)));
    const sum = row.reduce((total, each) => total + each, 0);
    if (Math.abs(sum - 1) <= TOLERANCE && row.every((each) => each >= 0)) return row;
    throw new DataQualityError(
      `${of} answers ${row.map((each) => each.toPrecision(3)).join(', ')}, which are no probabilities; softmax and temperature belong into the file`,
    );
  });
}

async function within<T>(ms: number, work: Promise<T>, model: SentimentModel): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    const error = new UnreachableError(`Model ${modelName(model)} gave no answer within ${ms / 1000} s`);
    timer = setTimeout(() => fail(error), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
