import { afterAll, describe, expect, it, vi } from 'vitest';
import { balancedServing } from '../../adapters/serving/balanced.js';
import { openServing } from '../../adapters/serving/index.js';
import type { ServingPort, Tensor } from '../../adapters/ports.js';
import { DataQualityError, InvalidInputError } from '../../domain/errors.js';

const model = { name: 'm', version: '1', onnx: { key: 'k', sha256: 's', bytes: 1 } };
const objects = { get: async () => new Uint8Array() };

/** Instances that answer with their name, count their calls and fail as they are told. */
function made(lanes: (number | undefined)[]) {
  const calls = lanes.map(() => 0);
  const faults: (Error | null)[] = lanes.map(() => null);
  const ends: (() => void)[] = [];
  let slow = false;
  const instances = lanes.map((given, i) => {
    const serving: ServingPort = {
      ...(given === undefined ? {} : { lanes: given }),
      async infer(): Promise<Record<string, Tensor>> {
        calls[i] = (calls[i] ?? 0) + 1;
        if (slow) await new Promise<void>((end) => ends.push(end));
        const fault = faults[i];
        if (fault) throw fault;
        return { by: { type: 'float32', dims: [1], data: Float32Array.of(i) } };
      },
      load: async () => {},
      unload: async () => {},
      metadata: async () => Promise.reject(new Error('it has none')),
      health: async () => {
        const fault = faults[i];
        if (fault) throw fault;
        return { backend: 'made', provider: 'cpu', loaded: ['s'] };
      },
      close: async () => {},
    };
    return { address: `made:${i}`, serving };
  });
  return {
    ...{ instances, calls, faults },
    hold: () => (slow = true),
    release: () => ends.splice(0).forEach((end) => end()),
  };
}

describe('several instances of a model server', () => {
  it('get work by what they have to do and can do at a time', async () => {
    const { instances, calls, hold, release } = made([1, 3]);
    const serving = balancedServing(instances);
    expect(serving.lanes).toBe(4);
    hold();
    const all = Array.from({ length: 8 }, () => serving.infer(model, {}));
    await new Promise((soon) => setImmediate(soon));
    expect(calls).toEqual([2, 6]);
    release();
    await Promise.all(all);
  });

  it('answer for each other, leave a failing one alone, and ask it again after a while', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
    const { instances, calls, faults } = made([undefined, undefined]);
    const serving = balancedServing(instances, { pauseMs: 30_000 });
    faults[0] = new Error('socket hang up');
    for (let i = 0; i < 6; i++) expect((await serving.infer(model, {}))['by']?.data[0]).toBe(1);
    expect(calls).toEqual([3, 6]);
    expect((await serving.health()).provider).toBe('made:0: does not answer: socket hang up; made:1: cpu');
    faults[1] = new Error('gone');
    await expect(serving.infer(model, {})).rejects.toThrow(
      /No instance .*made:1: gone; made:0: it failed 3 times and is left alone for 30 s more; last: socket hang up/,
    );
    faults[0] = null;
    vi.setSystemTime(31_000);
    expect((await serving.infer(model, {}))['by']?.data[0]).toBe(0);
    vi.useRealTimers();
  });

  it('are not asked in turn what the first one says is wrong', async () => {
    const { instances, calls, faults } = made([1, 1]);
    faults[0] = new DataQualityError('m answers NaN');
    await expect(balancedServing(instances).infer(model, {})).rejects.toThrow('m answers NaN');
    expect(calls).toEqual([1, 0]);
  });
});

describe('an instance that hangs', () => {
  const never = () => new Promise<never>(() => undefined);
  const port = (infer: ServingPort['infer'], alive: () => Promise<void>): ServingPort => ({
    ...{ infer, alive, load: async () => {}, unload: async () => {}, metadata: never },
    ...{ health: never, close: async () => {} },
  });
  const answer: ServingPort['infer'] = async () => ({});

  it('is found, and what runs there is done by another one', async () => {
    let signs = 0;
    const hung = port(never, () => (signs++, never()));
    const given = [
      { address: 'made:hung', serving: hung },
      { address: 'made:well', serving: port(answer, async () => {}) },
    ];
    const serving = balancedServing(given, { watch: { everyMs: 5, limitMs: 20 } });
    await serving.infer(model, {});
    for (let i = 0; i < 40; i++) await serving.infer(model, {});
    await new Promise((done) => setTimeout(done, 200));
    // It is looked at again and again, but what did not answer is not asked anew each time.
    expect(signs).toBe(4);
    await serving.close();
  });

  it('keeps its batches where it is alone, or answers meanwhile', async () => {
    let end = (): void => undefined;
    const slow = port(
      () => new Promise((done) => (end = () => done({}))),
      () => never(),
    );
    const serving = balancedServing([{ address: 'made:slow', serving: slow }], {
      watch: { everyMs: 1, limitMs: 5 },
    });
    const asked = serving.infer(model, {});
    await new Promise((done) => setTimeout(done, 100));
    end();
    expect(await asked).toEqual({});
    await serving.close();
  });
});

describe('SERVING_URL', () => {
  const two = openServing('onnx:?instances=1, onnx:?instances=3&provider=cpu', { objects });
  afterAll(() => two.close());
  it('may name several addresses', async () => {
    expect(two.lanes).toBe(4);
    expect((await two.health()).provider).toBe('onnx:?instances=1: cpu; onnx:?instances=3&provider=cpu: cpu');
  });

  it.each([
    ['onnx:?threads=0', /threads=0 in SERVING_URL is not 1 … 64/],
    ['onnx:?instances=two', /instances=two in SERVING_URL is not 1 … 64/],
    [
      'onnx:?cores=2',
      /Unknown "cores" in SERVING_URL onnx:\?cores=2; known: instances, threads, provider, batch, waitMs/,
    ],
    ['onnx:?batch=0', /batch=0 in SERVING_URL is not 1 … 1024/],
    ['onnx:?waitMs=2', /waitMs in SERVING_URL onnx:\?waitMs=2 says how long a batch waits: give batch, too/],
    ['onnx:,smoke:', /Unknown address "smoke:" in SERVING_URL; known schemes: onnx:/],
    ['', /Unknown address "" in SERVING_URL/],
  ])('%j is refused', (address, message) => {
    expect(() => openServing(address, { objects })).toThrow(message);
    expect(() => openServing(address, { objects })).toThrow(InvalidInputError);
  });
});
