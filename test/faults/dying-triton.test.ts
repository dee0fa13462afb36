import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { checkInputsOf, makeCheckModel } from '../../adapters/serving/check-models.js';
import { openServing } from '../../adapters/serving/index.js';
import { tritonName } from '../../adapters/serving/triton-config.js';
import { tritonServing } from '../../adapters/serving/triton.js';
import { triton } from '../../infra/test-servers/triton.js';
import { modelObjects } from '../adapters/made-models.js';
import { realServer } from '../servers.js';

const [one, two] = [await realServer('a dying triton:', triton), await realServer('another triton:', triton)];
const skip = one.reason;
const protocols = ['http', 'grpc'] as const;

/** Slow enough that a kill meets batches: some milliseconds each. */
const slow = { layers: 60, width: 256 };
const [first, second] = [
  makeCheckModel('1', { name: 'dying', ...slow }),
  makeCheckModel('2', { name: 'dying', seed: 2, ...slow }),
];
const { objects } = modelObjects([first, second]);
const batch = (rows = 16) => checkInputsOf(rows, { width: slow.width });
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

describe.skipIf(skip !== null)('a Triton that is killed', () => {
  it.each(protocols)(
    'fails what runs there at once over %s, and serves again when it is back',
    async (protocol) => {
      const serving = tritonServing(one.server!.serving(protocol), { objects });
      await serving.load(first.ref);
      const all = Array.from({ length: 100 }, () => serving.infer(first.ref, batch()));
      const settled = Promise.allSettled(all);
      await Promise.race(all);
      await one.server!.kill();
      const killed = performance.now();
      const failed = (await settled).flatMap((each) =>
        each.status === 'rejected' ? [each.reason as Error] : [],
      );
      expect(performance.now() - killed).toBeLessThan(3000);
      expect(failed.length).toBeGreaterThan(0);
      expect(new Set(failed.map(({ name }) => name))).toEqual(new Set(['UnreachableError']));
      await one.server!.restart();
      // It has forgotten the model.
      await expect
        .poll(() => serving.infer(first.ref, batch()).then(() => 'answers'), { timeout: 10_000 })
        .toBe('answers');
      await serving.close();
    },
  );

  it('loses no request where another one shares its work', async () => {
    const addresses = [one, two].map(({ server }) => server!.serving('http')).join(',');
    const serving = openServing(addresses, { objects });
    await serving.load(first.ref);
    let [answered, isOver] = [0, false];
    const caller = async (): Promise<void> => {
      while (!isOver) {
        await serving.infer(first.ref, batch());
        answered++;
      }
    };
    const callers = Promise.all(Array.from({ length: 16 }, caller));
    await pause(300);
    await one.server!.kill();
    const [before, killed] = [answered, performance.now()];
    await expect.poll(() => answered - before, { interval: 5, timeout: 5000 }).toBeGreaterThan(20);
    expect(performance.now() - killed).toBeLessThan(2000);
    isOver = true;
    await callers;
    const { instances } = await serving.health();
    expect(instances?.map(({ state }) => state)).toEqual(['down', 'ready']);
    await serving.close();
    await one.server!.restart();
  });
});

describe.skipIf(skip !== null)('a Triton that serves', () => {
  it('answers 50 requests a second while its version is swapped, each by the version asked for', async () => {
    const serving = openServing(two.server!.serving('http'), { objects });
    await serving.load(first.ref);
    const inputs = batch(2);
    const wanted = new Map<string, Float32Array>();
    for (const { ref } of [first, second])
      wanted.set(ref.version, (await serving.infer(ref, inputs))['target']?.data as Float32Array);
    await serving.unload(second.ref);
    let current = first.ref;
    const asked: Promise<string>[] = [];
    const timer = setInterval(() => {
      const { version } = current;
      const answer = serving.infer(current, inputs);
      asked.push(
        answer.then(({ target }) => (same(target?.data, wanted.get(version)) ? 'right' : 'mixed up')),
      );
    }, 20);
    for (const next of [second.ref, first.ref]) {
      await serving.load(next);
      const former = current;
      current = next;
      await serving.unload(former);
    }
    clearInterval(timer);
    expect(asked.length).toBeGreaterThan(10);
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['right']));
    await serving.close();
  });

  it('has a model loaded again when the process that computes it is killed in the middle of a batch', async () => {
    const serving = tritonServing(two.server!.serving('http'), { objects });
    await serving.load(second.ref);
    // That of the version before ends a little after it was unloaded.
    await expect.poll(() => processesOf(tritonName(second.ref)).length, { timeout: 10_000 }).toBe(1);
    const all = Promise.all(Array.from({ length: 40 }, () => serving.infer(second.ref, batch())));
    await pause(20);
    const processes = processesOf(tritonName(second.ref));
    for (const pid of processes) process.kill(pid, 'SIGKILL');
    expect(await all).toHaveLength(40);
    expect(await serving.infer(second.ref, batch())).toHaveProperty('target');
    await serving.close();
  });
});

/** Not bit by bit: rows of different requests are computed together. */
const same = (one?: ArrayLike<number | bigint>, other?: Float32Array): boolean =>
  other?.every((value, i) => Math.abs(value - Number(one?.[i])) < 1e-5) ?? false;

/** The server starts one process for each model, with the model's name among its arguments. */
function processesOf(model: string): number[] {
  const list = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' });
  return list.split('\n').flatMap((line) => {
    const isIt = line.includes('triton_python_backend_stub') && line.includes(model);
    return isIt ? [Number.parseInt(line, 10)] : [];
  });
}
