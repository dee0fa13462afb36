import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCache } from '../adapters/cache/index.js';
import type { ServingPort, Tensor } from '../adapters/ports.js';
import type { TextScorer, TextToScore } from '../adapters/ports-sentiment.js';
import { encoderScorer } from '../adapters/sentiment/encoder.js';
import { cachedScorer } from '../adapters/sentiment/score-cache.js';
import { onnxServing } from '../adapters/serving/onnx.js';
import { openSession, type Session } from '../adapters/serving/session.js';
import { loadSentimentDirectory, loadShippedModels, readModelFile } from '../adapters/serving/shipped.js';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import { seededRandom } from '../domain/random.js';
import { modelName, type SentimentModel } from '../domain/sentiment/scores.js';

const ROUNDS = 7;
const SINGLES = 40;
const BATCH = 16;
const BULK = 256;
const LIMITS = { singleP50Ms: 6, batchOf16Ms: 50, shareOfRaw: 0.9, textsPerSecondAt64: 378 };
/** More words than 64 tokens hold, and a headline's. */
const LONG = 70;
const HEADLINE = 12;
const WORDS =
  'shares of the company rise fall after profit beats misses forecast analysts say bitcoin falls gains market investors fear hope rate cut bank earnings quarter sales growth loss record high low deal merger court probe rally slump'.split(
    ' ',
  );

type Inputs = Record<string, Tensor>;

/**
 * The encoder as the platform asks it, beside raw onnxruntime with all processors in turns: on the very same tensors, and
 * on the same texts in batches of 16 of like length. `--model <dir>`: another model than the shipped one; `--serving
 * <address>`: as SERVING_URL.
 */
export async function benchSentiment(args: string[]): Promise<Record<string, unknown>> {
  const model = await modelOf(valueOf(args, '--model'));
  const threads = availableParallelism();
  const address = valueOf(args, '--serving') ?? 'onnx:';
  const none = async (key: string): Promise<never> => Promise.reject(new NotFoundError(`No object "${key}"`));
  const serving = onnxServing(address, { objects: { get: none } });
  const seen: Inputs[] = [];
  const recorded: Pick<ServingPort, 'infer' | 'lanes'> = {
    ...(serving.lanes === undefined ? {} : { lanes: serving.lanes }),
    infer(of, inputs) {
      seen.push(inputs);
      return serving.infer(of, inputs);
    },
  };
  const raw = await openSession(await readModelFile(model.ref.onnx), { threads, provider: 'cpu' });
  const ours = encoderScorer({ serving: recorded, objects: { get: none } });
  const pair = { model, ours, raw, seen };
  const folder = mkdtempSync(join(tmpdir(), 'finsight-bench-'));
  try {
    return {
      model: modelName(model),
      bytes: model.ref.onnx.bytes,
      serving: { address, lanes: serving.lanes, rawThreads: threads },
      single: await compare(pair, { texts: 1, words: HEADLINE, rounds: SINGLES }),
      singleOf64Tokens: await compare(pair, { texts: 1, words: LONG, rounds: SINGLES }),
      batchOf16: await compare(pair, { texts: BATCH, words: LONG, rounds: ROUNDS }),
      headlines: await compare(pair, { texts: BULK, words: HEADLINE, rounds: ROUNDS }),
      of64Tokens: await compare(pair, { texts: BULK, words: LONG, rounds: ROUNDS }),
      cached: await cachedReads(pair, folder),
      load: loadavg()[0],
      memoryMb: Math.round(process.memoryUsage().rss / 1e6),
      limits: LIMITS,
    };
  } finally {
    await Promise.all([serving.close(), raw.release()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Pair {
  model: SentimentModel;
  ours: TextScorer;
  raw: Session;
  seen: Inputs[];
}

/** Ours with tokens, batches and threads; raw with the tensors that ours had made, one after the other, and in batches. */
async function compare(
  { model, ours, raw, seen }: Pair,
  { texts, words, rounds }: { texts: number; words: number; rounds: number },
): Promise<Record<string, unknown>> {
  const times: Times[] = [];
  for (let round = -1; round < rounds; round++) {
    const given = madeTexts(texts, { words, seed: `${round}` });
    seen.length = 0;
    const own = await timed(() => ours.score(model, given, {}));
    const batches = [...seen];
    const bare = await timed(async () => {
      for (const inputs of batches) await raw.run(inputs);
    });
    const joined = inBatches(batches);
    const batched = await timed(async () => {
      for (const inputs of joined) await raw.run(inputs);
    });
    // The first one warms all.
    if (round >= 0) times.push({ own, bare, batched, batches: batches.length });
  }
  const median = (read: (each: Times) => number): number => quantile(times.map(read), 0.5);
  const wall = times.map(({ own }) => own.ms);
  return {
    texts,
    batches: times[0]?.batches,
    p50Ms: quantile(wall, 0.5),
    p95Ms: quantile(wall, 0.95),
    minMs: Math.min(...wall),
    rawP50Ms: median(({ bare }) => bare.ms),
    rawBatchedP50Ms: median(({ batched }) => batched.ms),
    textsPerSecond: (1000 * texts) / quantile(wall, 0.5),
    rawTextsPerSecond: (1000 * texts) / median(({ bare }) => bare.ms),
    rawBatchedTextsPerSecond: (1000 * texts) / median(({ batched }) => batched.ms),
    cpuMsPerText: median(({ own }) => own.cpuMs) / texts,
    rawCpuMsPerText: median(({ bare }) => bare.cpuMs) / texts,
    rawBatchedCpuMsPerText: median(({ batched }) => batched.cpuMs) / texts,
    // In pairs: what else the machine does weighs on all.
    shareOfRaw: median(({ own, bare }) => bare.ms / own.ms),
    shareOfRawBatched: median(({ own, batched }) => batched.ms / own.ms),
  };
}

/** Tensors of single texts as batches of 16 of like length, padded as usual. */
function inBatches(all: readonly Inputs[]): Inputs[] {
  const lengthOf = (inputs: Inputs): number => inputs['input_ids']?.dims[1] ?? 0;
  const singles = all.filter((inputs) => inputs['input_ids']?.dims[0] === 1);
  if (singles.length < all.length) return [...all];
  const sorted = singles.toSorted((a, b) => lengthOf(a) - lengthOf(b));
  return Array.from({ length: Math.ceil(sorted.length / BATCH) }, (_, at) => {
    const part = sorted.slice(at * BATCH, (at + 1) * BATCH);
    const tokens = Math.max(...part.map(lengthOf));
    const names = Object.keys(part[0] ?? {});
    return Object.fromEntries(
      names.map((name) => {
        const data = new BigInt64Array(part.length * tokens);
        part.forEach((inputs, row) => data.set(inputs[name]?.data as BigInt64Array, row * tokens));
        return [name, { type: 'int64', dims: [part.length, tokens], data }];
      }),
    );
  });
}

interface Times {
  own: Time;
  bare: Time;
  batched: Time;
  batches: number;
}
interface Time {
  ms: number;
  cpuMs: number;
}

async function timed(work: () => Promise<unknown>): Promise<Time> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
}

/** From this process's memory, and from the shared cache as another process finds it. */
async function cachedReads({ model, ours }: Pair, folder: string): Promise<Record<string, unknown>> {
  const cache = openCache(`sqlite:${join(folder, 'cache.db')}`);
  const texts = madeTexts(SINGLES, { words: HEADLINE, seed: 'cached' });
  const first = cachedScorer(ours, cache);
  await first.score(model, texts, {});
  const measure = async (scorer: TextScorer): Promise<number> => {
    const times: number[] = [];
    for (const text of texts) times.push((await timed(() => scorer.score(model, [text], {}))).ms);
    return quantile(times, 0.5);
  };
  const memoryP50Ms = await measure(first);
  await first.close();
  const another = openCache(`sqlite:${join(folder, 'cache.db')}`);
  const sharedP50Ms = await measure(cachedScorer(ours, another));
  await Promise.all([cache.close(), another.close()]);
  return { memoryP50Ms, sharedP50Ms };
}

async function modelOf(directory: string | undefined): Promise<SentimentModel> {
  if (directory !== undefined) return loadSentimentDirectory(directory);
  const shipped = (await loadShippedModels()).find(({ kind }) => kind === 'encoder');
  if (shipped) return shipped;
  throw new InvalidInputError('No encoder lies below models/; give one: --model <dir>');
}

function madeTexts(count: number, options: { words: number; seed: string }): TextToScore[] {
  const random = seededRandom(`sentiment ${options.seed} ${options.words}`);
  const word = (): string => WORDS[Math.floor(random() * WORDS.length)] ?? '';
  // Headlines differ in length by half.
  const length = (): number => Math.round(options.words * (options.words < LONG ? 0.75 + random() / 2 : 1));
  return Array.from({ length: count }, (_, i) => ({
    text: `${Array.from({ length: length() }, word).join(' ')} ${i}`,
  }));
}

function valueOf(args: string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
