import type { ServingPort } from '../../adapters/ports.js';
import { balancedServing } from '../../adapters/serving/balanced.js';
import { checkInputsOf, makeCheckModel } from '../../adapters/serving/check-models.js';
import { openServing } from '../../adapters/serving/index.js';
import { rounded, timesOf } from './figures.js';
import { startServerProcess } from './processes.js';
import { remoteServing } from './remote.js';

const IN_FLIGHT = 1000;
const LIMITS = { lost: 0, mixedUp: 0 };

/** 1,000 requests in flight at once, each with an input of its own, in this process and over two servers. */
export async function benchInFlight(): Promise<Record<string, unknown>> {
  const { ref, bytes } = makeCheckModel('1', { layers: 24, width: 128 });
  const objects = { get: async () => bytes };
  const own = openServing('onnx:', { objects });
  const servers = await Promise.all([startServerProcess(), startServerProcess()]);
  const remote = balancedServing(
    servers.map(({ url }) => ({ address: url, serving: remoteServing(url, objects) })),
  );
  /** One after the other: what each is to get. */
  const expected: string[] = [];
  const inputsOf = (i: number) => checkInputsOf(1, { width: 128, seed: i + 1 });
  try {
    for (let i = 0; i < IN_FLIGHT; i++) expected.push(textOf(await own.infer(ref, inputsOf(i))));
    const ask = async (serving: ServingPort) => {
      await serving.load(ref);
      const start = performance.now();
      const times: number[] = [];
      const answers = await Promise.allSettled(
        Array.from({ length: IN_FLIGHT }, async (_, i) => {
          const text = textOf(await serving.infer(ref, inputsOf(i)));
          times.push(performance.now() - start);
          return text;
        }),
      );
      const given = answers.map((each) => (each.status === 'fulfilled' ? each.value : null));
      const seconds = (performance.now() - start) / 1000;
      return {
        inFlight: IN_FLIGHT,
        lost: given.filter((each) => each === null).length,
        mixedUp: given.filter((each, i) => each !== null && each !== expected[i]).length,
        requestsPerSecond: rounded(IN_FLIGHT / seconds, 0),
        ...timesOf(times),
      };
    };
    return { inProcess: await ask(own), twoServers: await ask(remote), limits: LIMITS };
  } finally {
    await Promise.all([own.close(), remote.close()]);
    await Promise.all(servers.map((server) => server.close()));
  }
}

const textOf = (answer: Awaited<ReturnType<ServingPort['infer']>>): string =>
  [...(answer['target']?.data ?? [])].join();
