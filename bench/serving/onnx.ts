import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Tensor } from '../../adapters/ports.js';
import {
  checkInputsOf,
  checkModel,
  makeCheckModel,
  type CheckModel,
} from '../../adapters/serving/check-models.js';
import { openServing } from '../../adapters/serving/index.js';
import { loadShippedModels, readModelFile } from '../../adapters/serving/shipped.js';
import { messageOf, NotFoundError } from '../../domain/errors.js';
import type { ModelRef } from '../../domain/models.js';
import { askPython } from '../forecast/python.js';
import type { ServingTask } from '../serving.js';
import { median, rounded } from './figures.js';

const LOOK_BACK = 96;
const FEATURES = 19;
const HORIZONS = 4;
const LEVELS = 7;
const ROUNDS = 21;
/** What a round takes, about. */
const ROUND_MS = 150;
const LIMIT = { shareOfRaw: 0.9 };

interface Case {
  name: string;
  ref: ModelRef;
  bytes: Uint8Array;
  inputs: Record<string, Tensor>;
}

/**
 * `onnx:` beside raw onnxruntime-node, in turns in one process, on the same tensors with one thread each: PatchTST of
 * default size with seeded weights, the shipped encoder of 64 tokens, and a network that computes for some 35 µs only (24
 * layers of 128), which shows what a call costs. Then all lanes of `onnx:` at once.
 */
export async function benchOnnx({ directory }: ServingTask): Promise<Record<string, unknown>> {
  const network = makeCheckModel('1', { name: 'network', layers: 24, width: 128 });
  const files = new Map<string, Uint8Array>();
  const get = async (key: string): Promise<Uint8Array> => {
    const bytes = files.get(key);
    if (bytes) return bytes;
    throw new NotFoundError(`No object "${key}"`);
  };
  const cases: Case[] = [1, 64].map((rows) => ({
    name: `network, batch of ${rows}`,
    ...network,
    inputs: checkInputsOf(rows, { width: 128 }),
  }));
  const forecaster = await patchTst(directory);
  if (typeof forecaster !== 'string')
    for (const rows of [1, 64])
      cases.push({
        ...{ name: `PatchTST, batch of ${rows}`, ...forecaster },
        inputs: windowsOf(rows),
      });
  const encoder = (await loadShippedModels()).find(({ kind }) => kind === 'encoder');
  if (encoder)
    for (const rows of [1, 16])
      cases.push({
        name: `encoder of 64 tokens, batch of ${rows}`,
        ref: encoder.ref,
        bytes: await readModelFile(encoder.ref.onnx),
        inputs: tokensOf(rows),
      });
  for (const { ref, bytes } of cases) files.set(ref.onnx.key, bytes);
  const single = openServing('onnx:?instances=1&threads=1', { objects: { get } });
  const usual = openServing('onnx:', { objects: { get } });
  try {
    const figures = [];
    for (const each of cases) figures.push(await besideRaw(each, { single, usual }));
    const leftOut = typeof forecaster === 'string' ? { PatchTST: forecaster } : {};
    return { cases: figures, leftOut, limits: LIMIT };
  } finally {
    await Promise.all([single.close(), usual.close()]);
  }
}

/** The network as training exports it, or why there is none. */
async function patchTst(directory: string): Promise<CheckModel | string> {
  const file = join(directory, 'patchtst.onnx');
  const sizes = [LOOK_BACK, FEATURES, HORIZONS, LEVELS].map(String);
  try {
    await askPython(['finsight_ml.untrained', file, 'patchtst', ...sizes]);
    return checkModel({ name: 'patchtst', version: '1', bytes: new Uint8Array(await readFile(file)) });
  } catch (error) {
    return `it could not be exported: ${messageOf(error)}`;
  }
}

type Served = Record<'single' | 'usual', ReturnType<typeof openServing>>;

/** Blocks in turns: what else the machine does meets all of them. Shares are medians of the rounds' ratios. */
async function besideRaw({ name, ref, bytes, inputs }: Case, { single, usual }: Served) {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const wanted = Object.entries(inputs).filter(([input]) => session.inputNames.includes(input));
  const raw = (): Promise<unknown> =>
    session.run(
      Object.fromEntries(
        wanted.map(([input, { type, data, dims }]) => [input, new OrtTensor(type, data as never, dims)]),
      ),
    );
  const lanes = usual.lanes ?? 1;
  const all = (): Promise<unknown> =>
    Promise.all(Array.from({ length: lanes }, () => usual.infer(ref, inputs)));
  const own = (): Promise<unknown> => single.infer(ref, inputs);
  // The first calls load and warm.
  for (const call of [raw, own, all]) await call();
  const calls = Math.max(2, Math.round(ROUND_MS / (await timed(raw, 5)).ms));
  const times = { raw: [] as Spent[], own: [] as Spent[], all: [] as Spent[] };
  for (let round = 0; round < ROUNDS; round++) {
    times.raw.push(await timed(raw, calls));
    times.own.push(await timed(own, calls));
    times.all.push(eachOf(await timed(all, Math.ceil(calls / lanes)), lanes));
  }
  await session.release();
  const rows = Object.values(inputs)[0]?.dims[0] ?? 1;
  const ms = (list: Spent[]): number => median(list.map((each) => each.ms));
  const shareOf = (list: Spent[], of: keyof Spent): number =>
    rounded(median(list.map((each, i) => (times.raw[i]?.[of] ?? NaN) / each[of])), 3);
  return {
    case: name,
    rawMs: rounded(ms(times.raw), 3),
    servedMs: rounded(ms(times.own), 3),
    shareOfRaw: shareOf(times.own, 'ms'),
    // What other work on the machine does not change.
    shareOfRawCpu: shareOf(times.own, 'cpuMs'),
    rawRowsPerSecond: Math.round((1000 * rows) / ms(times.raw)),
    servedRowsPerSecond: Math.round((1000 * rows) / ms(times.own)),
    allLanes: {
      lanes,
      rowsPerSecond: Math.round((1000 * rows) / ms(times.all)),
      shareOfRaw: shareOf(times.all, 'ms'),
      shareOfRawCpu: shareOf(times.all, 'cpuMs'),
    },
  };
}

/** Of one call: time, and time of all processors. */
interface Spent {
  ms: number;
  cpuMs: number;
}

const eachOf = ({ ms, cpuMs }: Spent, count: number): Spent => ({ ms: ms / count, cpuMs: cpuMs / count });

async function timed(work: () => Promise<unknown>, calls: number): Promise<Spent> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  for (let i = 0; i < calls; i++) await work();
  const { user, system } = process.cpuUsage(before);
  return eachOf({ ms: performance.now() - start, cpuMs: (user + system) / 1000 }, calls);
}

function windowsOf(rows: number): Record<string, Tensor> {
  const { features } = checkInputsOf(rows * LOOK_BACK, { width: FEATURES });
  return { features: { ...features!, dims: [rows, LOOK_BACK, FEATURES] } };
}

function tokensOf(rows: number): Record<string, Tensor> {
  const dims = [rows, 64];
  const filled = (value: (i: number) => number): Tensor => ({
    ...{ type: 'int64', dims },
    data: BigInt64Array.from({ length: rows * 64 }, (_, i) => BigInt(value(i))),
  });
  return {
    input_ids: filled((i) => 1000 + ((i * 7919) % 20_000)),
    attention_mask: filled(() => 1),
    token_type_ids: filled(() => 0),
  };
}
