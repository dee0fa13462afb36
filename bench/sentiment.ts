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
 * The encoder as the platform asks it, beside raw onnxruntime on the very same batches in turns. `--model <dir>`:
 * another model than the shipped one; `--threads <n>`: how many compute a batch.
 */
export async function benchSentiment(args: string[]): Promise<Record<string, unknown>> {
  const model = await modelOf(valueOf(args, '--model'));
  const threads = Number(valueOf(args, '--threads') ?? Math.min(4, availableParallelism()));
  const none = async (key: string): Promise<never> => Promise.reject(new NotFoundError(`No object "${key}"`));
  const serving = onnxServing(`onnx:?threads=${threads}`, { objects: { get: none } });
  const seen: Inputs[] = [];
  const recorded: Pick<ServingPort, 'infer'> = {
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
      threads,
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

/** Ours with tokens, batches and the thread; raw with the tensors that ours had made, one after the other. */
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
    // The first one warms both.
    if (round >= 0) times.push({ own, bare, batches: batches.length });
  }
  const of = (read: (each: Times) => number) => times.map(read);
  const wall = of(({ own }) => own.ms);
  return {
    texts,
    batches: times[0]?.batches,
    p50Ms: quantile(wall, 0.5),
    p95Ms: quantile(wall, 0.95),
    minMs: Math.min(...wall),
    rawP50Ms: quantile(
      of(({ bare }) => bare.ms),
      0.5,
    ),
    rawMinMs: Math.min(...of(({ bare }) => bare.ms)),
    textsPerSecond: (1000 * texts) / quantile(wall, 0.5),
    rawTextsPerSecond:
      (1000 * texts) /
      quantile(
        of(({ bare }) => bare.ms),
        0.5,
      ),
    cpuMsPerText:
      quantile(
        of(({ own }) => own.cpuMs),
        0.5,
      ) / texts,
    rawCpuMsPerText:
      quantile(
        of(({ bare }) => bare.cpuMs),
        0.5,
      ) / texts,
    // In pairs: what else the machine does weighs on both.
    shareOfRaw: quantile(
      of(({ own, bare }) => bare.ms / own.ms),
      0.5,
    ),
    shareOfRawByCpu: quantile(
      of(({ own, bare }) => bare.cpuMs / own.cpuMs),
      0.5,
    ),
  };
}

interface Times {
  own: Time;
  bare: Time;
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
