import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Tensor } from '../../adapters/ports.js';
import { checkInputsOf, makeCheckModel } from '../../adapters/serving/check-models.js';
import { openServing } from '../../adapters/serving/index.js';
import { loadShippedModels, readModelFile } from '../../adapters/serving/shipped.js';
import { NotFoundError } from '../../domain/errors.js';
import type { ModelRef } from '../../domain/models.js';
import { median, rounded } from './figures.js';

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
 * `onnx:` beside raw onnxruntime-node, in turns in one process, on the same tensors with one thread each: a network of
 * the size of a forecaster (24 layers of 128), and the shipped encoder of 64 tokens. Then all lanes of `onnx:` at once.
 */
export async function benchOnnx(): Promise<Record<string, unknown>> {
  const network = makeCheckModel('1', { name: 'network', layers: 24, width: 128 });
  const files = new Map([[network.ref.onnx.key, network.bytes]]);
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
  const encoder = (await loadShippedModels()).find(({ kind }) => kind === 'encoder');
  if (encoder)
    for (const rows of [1, 16])
      cases.push({
        name: `encoder of 64 tokens, batch of ${rows}`,
        ref: encoder.ref,
        bytes: await readModelFile(encoder.ref.onnx),
        inputs: tokensOf(rows),
      });
  const single = openServing('onnx:?instances=1&threads=1', { objects: { get } });
  const usual = openServing('onnx:', { objects: { get } });
  try {
    const figures = [];
    for (const each of cases) figures.push(await besideRaw(each, { single, usual }));
    return { cases: figures, limits: LIMIT };
  } finally {
    await Promise.all([single.close(), usual.close()]);
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
  const calls = Math.max(2, Math.round(ROUND_MS / (await timed(raw, 5))));
  const times = { raw: [] as number[], own: [] as number[], all: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    times.raw.push(await timed(raw, calls));
    times.own.push(await timed(own, calls));
    times.all.push((await timed(all, Math.ceil(calls / lanes))) / lanes);
  }
  await session.release();
  const rows = Object.values(inputs)[0]?.dims[0] ?? 1;
  const perSecond = (ms: number): number => Math.round((1000 * rows) / ms);
  const shareOf = (list: number[]): number =>
    rounded(median(list.map((ms, i) => (times.raw[i] ?? NaN) / ms)), 3);
  return {
    case: name,
    rawMs: rounded(median(times.raw), 3),
    servedMs: rounded(median(times.own), 3),
    shareOfRaw: shareOf(times.own),
    rawRowsPerSecond: perSecond(median(times.raw)),
    servedRowsPerSecond: perSecond(median(times.own)),
    allLanes: { lanes, rowsPerSecond: perSecond(median(times.all)), shareOfRaw: shareOf(times.all) },
  };
}

/** Milliseconds of one call. */
async function timed(work: () => Promise<unknown>, calls: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < calls; i++) await work();
  return (performance.now() - start) / calls;
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
