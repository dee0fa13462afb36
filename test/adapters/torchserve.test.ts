import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServingPort } from '../../adapters/ports.js';
import { checkInputsOf, makeCheckModel } from '../../adapters/serving/check-models.js';
import { openServing } from '../../adapters/serving/index.js';
import { InvalidInputError, UnreachableError } from '../../domain/errors.js';
import {
  startTorchServe,
  torchserve,
  torchServeAddress,
  type TorchServe,
} from '../../infra/test-servers/torchserve.js';
import { trainingPython } from '../python.js';
import { realServer } from '../servers.js';
import { modelObjects } from './made-models.js';
import { madeScript } from './made-scripts.js';
import { servingContract } from './serving-contract.js';

/** A worker reads PyTorch from the disk before it is ready. */
const LONG_MS = 120_000;
const python = trainingPython();
const { server, reason } = python
  ? await realServer('serving torchserve:', torchserve)
  : { server: null, reason: 'the Python environment is not installed' };

describe('torchserve: against the real server', () => {
  servingContract((objects) => openServing(torchServeAddress(server!), { objects }), {
    skip: reason,
    timeoutMs: LONG_MS,
  });
});

const opened: ServingPort[] = [];
const open = (address: string, objects: Parameters<typeof openServing>[1]['objects']): ServingPort => {
  const serving = openServing(address, { objects });
  opened.push(serving);
  return serving;
};
afterAll(() => Promise.all(opened.map((each) => each.close())));

interface Described {
  modelVersion: string;
  batchSize: number;
  minWorkers: number;
  workers: { pid: number }[];
}

async function describedBy(name: string): Promise<Described[]> {
  const management = server!.address.split(',')[1];
  const answer = await fetch(`http://${management}/models/${encodeURIComponent(name)}/all`);
  return answer.ok ? ((await answer.json()) as Described[]) : [];
}

describe.skipIf(reason !== null)('a version in TorchServe', () => {
  it(
    'is run from its TorchScript file, in batches that are gathered, each answer for itself',
    async () => {
      const { ref, objects } = await madeScript(python!);
      const { torchscript: _, ...onnxOnly } = ref;
      const serving = open(torchServeAddress(server!, { batch: '8', delay: '20' }), objects);
      expect((await serving.metadata(ref)).platform).toMatch(/TorchScript/);
      const asked = Array.from({ length: 24 }, (_unused, i) => checkInputsOf(1 + (i % 3), { seed: i + 1 }));
      const answers = await Promise.all(asked.map((inputs) => serving.infer(ref, inputs)));
      const onnx = open('onnx:', objects);
      for (const [i, inputs] of asked.entries()) {
        const wanted = (await onnx.infer(onnxOnly, inputs))['target'];
        expect(answers[i]?.['target']?.dims).toEqual(wanted?.dims);
        for (const [k, value] of Array.from(answers[i]?.['target']?.data ?? [], Number).entries())
          expect(value).toBeCloseTo(Number(wanted?.data[k]), 5);
      }
      const name = readdirSync(join((server as TorchServe).folder, 'store'))[0] ?? '';
      expect(name).toContain(ref.torchscript.sha256.slice(0, 16));
      await serving.unload(ref);
      expect(readdirSync(join((server as TorchServe).folder, 'store'))).toEqual([]);
    },
    LONG_MS,
  );

  it(
    'fails where its worker is killed in the middle of a batch, and is answered again afterwards',
    async () => {
      const heavy = makeCheckModel('1', { name: 'heavy', layers: 24, width: 512 });
      const serving = open(torchServeAddress(server!), modelObjects([heavy]).objects);
      await serving.load(heavy.ref);
      const [described] = await describedBy('heavy');
      const running = serving
        .infer(heavy.ref, checkInputsOf(4096, { width: 512 }))
        .catch((error: unknown) => error);
      await new Promise((soon) => setTimeout(soon, 100));
      process.kill(described?.workers[0]?.pid ?? 0, 'SIGKILL');
      expect(await running).toBeInstanceOf(UnreachableError);
      const answers = (): Promise<unknown> => serving.infer(heavy.ref, checkInputsOf(1, { width: 512 }));
      await expect.poll(answers, { timeout: LONG_MS, interval: 500 }).toHaveProperty('target');
      await serving.unload(heavy.ref);
      expect(await describedBy('heavy')).toEqual([]);
    },
    LONG_MS,
  );
});

describe.skipIf(reason !== null)('TorchServe with tokens', () => {
  let own: TorchServe;
  beforeAll(async () => {
    own = await startTorchServe({ tokens: true });
  }, LONG_MS);
  afterAll(() => own.stop());
  const model = makeCheckModel('1', { name: 'guarded' });
  const { objects } = modelObjects([model]);
  const keyFile = (): string => join(own.folder, 'key_file.json');

  it(
    'is asked with the keys of its file, takes archives from its store, and gets them again after it was killed',
    async () => {
      const store = join(own.folder, 'store');
      const serving = open(torchServeAddress(own, { keys: keyFile(), store }), objects);
      expect((await serving.infer(model.ref, checkInputsOf(2)))['target']?.dims).toEqual([2, 2]);
      expect(readdirSync(store)).toHaveLength(1);
      await own.kill();
      await expect(serving.infer(model.ref, checkInputsOf(1))).rejects.toThrow(UnreachableError);
      expect((await serving.health()).instances?.[0]?.state).toBe('down');
      await own.restart();
      expect((await serving.infer(model.ref, checkInputsOf(1)))['target']?.dims).toEqual([1, 2]);
      expect((await serving.health()).loaded).toEqual([model.ref.onnx.sha256]);
      await serving.unload(model.ref);
    },
    LONG_MS,
  );

  it('refuses other keys, which no error shows', async () => {
    const { inference } = JSON.parse(readFileSync(keyFile(), 'utf8')) as { inference: { key: string } };
    const address = torchServeAddress(own).replace('http://', `http://${inference.key}:wrong-key@`);
    const refusal = await open(address, objects)
      .load(model.ref)
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(InvalidInputError);
    expect((refusal as Error).message).toMatch(/refuses the management key/);
    expect((refusal as Error).message).not.toContain('wrong-key');
    const { provider } = await open(torchServeAddress(own), objects).health();
    expect(provider).toMatch(/refuses the inference key/);
  });
});

describe('an address of TorchServe', () => {
  const objects = { get: async () => new Uint8Array() };

  it.each([
    [
      'torchserve:here',
      /"torchserve:here" in SERVING_URL is no address of a server, such as torchserve:http/,
    ],
    ['torchserve:http://host:8080', /without saying how archives come to it: give store=/],
    ['torchserve:http://localhost:8080?wings=2', /Unknown "wings".*known: management, metrics, store/],
    ['torchserve:http://localhost:8080?workers=0', /workers=0 in SERVING_URL is not 1 … 64/],
    ['torchserve:http://a:b@localhost:8080?keys=/tmp/k', /has keys before the @ and a file of keys/],
    ['torchserve:http://localhost:8080?management=here', /management=here in SERVING_URL is no address/],
  ])('says what is wrong with %s', (address, message) => {
    expect(() => open(address, objects)).toThrow(message);
  });
});
