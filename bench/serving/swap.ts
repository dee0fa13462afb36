import type { ServingPort } from '../../adapters/ports.js';
import { balancedServing } from '../../adapters/serving/balanced.js';
import { checkInputsOf, makeCheckModel } from '../../adapters/serving/check-models.js';
import { openServing } from '../../adapters/serving/index.js';
import { DataQualityError } from '../../domain/errors.js';
import { startServerProcess, steadyLoad } from './processes.js';
import { remoteServing } from './remote.js';

const LOAD = { perSecond: 50, seconds: 8 };
const SWAPS = 5;
const LIMITS = { lost: 0 };

/**
 * Versions swapped there and back under a steady load, in this process (`onnx:`) and on two servers in other processes:
 * the next one is loaded, becomes the one that is asked, and the former is unloaded. Each answer is held against the
 * version that was asked.
 */
export async function benchSwap(): Promise<Record<string, unknown>> {
  const models = [1, 2].map((seed) => makeCheckModel(String(seed), { seed, layers: 24, width: 128 }));
  const files = new Map(models.map(({ ref, bytes }) => [ref.onnx.key, bytes]));
  const objects = { get: async (key: string) => files.get(key) ?? new Uint8Array() };
  const own = openServing('onnx:', { objects });
  const servers = await Promise.all([startServerProcess(), startServerProcess()]);
  const remote = balancedServing(
    servers.map(({ url }) => ({ address: url, serving: remoteServing(url, objects) })),
  );
  try {
    const inProcess = await swapped(own, models);
    return { inProcess, twoServers: await swapped(remote, models), limits: LIMITS };
  } finally {
    await Promise.all([own.close(), remote.close()]);
    await Promise.all(servers.map((server) => server.close()));
  }
}

async function swapped(serving: ServingPort, models: readonly ReturnType<typeof makeCheckModel>[]) {
  const inputs = checkInputsOf(4, { width: 128 });
  const expected = new Map<string, string>();
  for (const { ref } of models) {
    await serving.load(ref);
    expected.set(ref.version, textOf(await serving.infer(ref, inputs)));
  }
  let current = models[0]!;
  const swaps: number[] = [];
  const figures = await steadyLoad({
    ...LOAD,
    async ask() {
      const { ref } = current;
      if (textOf(await serving.infer(ref, inputs)) !== expected.get(ref.version))
        throw new DataQualityError(`the answer is not of version ${ref.version}`);
    },
    async inMiddle() {
      for (let swap = 0; swap < SWAPS; swap++) {
        const start = performance.now();
        const former = current;
        const next = models.find((each) => each !== former)!;
        await serving.load(next.ref);
        current = next;
        await serving.unload(former.ref);
        swaps.push(Math.round(performance.now() - start));
        await new Promise((done) => setTimeout(done, 300));
      }
    },
  });
  return { swaps: swaps.length, swapMs: swaps, ...figures };
}

const textOf = (answer: Awaited<ReturnType<ServingPort['infer']>>): string =>
  [...(answer['target']?.data ?? [])].join();
