import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import type { ServingPort } from '../../adapters/ports.js';
import { checkInputsOf, makeCheckModel } from '../../adapters/serving/check-models.js';
import { openServing } from '../../adapters/serving/index.js';
import { InvalidInputError, UnreachableError } from '../../domain/errors.js';
import { trainingPython } from '../python.js';
import { modelObjects } from './made-models.js';
import { madeScript, objectsOf } from './made-scripts.js';
import { servingContract } from './serving-contract.js';

const python = trainingPython();
const skip = python ? null : 'the Python environment is not installed';
const made = python ? await madeScript(python) : null;

describe('torchscript: by a process of its own', () => {
  servingContract((objects) => openServing('torchscript:', { objects }), { skip });
});

/** Long enough to be stopped in the middle: tens of billions of products. */
const heavy = makeCheckModel('1', { name: 'heavy', layers: 24, width: 512 });
const heavyInputs = checkInputsOf(4096, { width: 512 });
const quick = makeCheckModel('1', { name: 'quick' });
const { objects } = modelObjects([heavy, quick]);

const opened: ServingPort[] = [];
const open = (address: string, given = objects): ServingPort => {
  const serving = openServing(address, { objects: given });
  opened.push(serving);
  return serving;
};
afterAll(() => Promise.all(opened.map((each) => each.close())));

/** The Python processes that this one has started. */
const servers = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const parent = / \w (\d+) /.exec(
          readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/, ' )'),
        )?.[1];
        return (
          Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('serve')
        );
      } catch {
        return false;
      }
    });
const none = existsSync('/proc/self/stat') ? skip : 'no /proc';

describe.skipIf(skip !== null)('torchscript: with a TorchScript file', () => {
  it('answers by it as the ONNX file does, and says so', async () => {
    const { ref, objects: both } = made!;
    const { torchscript: _, ...onnxOnly } = ref;
    const [script, onnx] = [open('torchscript:', both), open('onnx:', both)];
    for (const rows of [1, 5, 64]) {
      const [given, wanted] = await Promise.all([
        script.infer(ref, checkInputsOf(rows)),
        onnx.infer(onnxOnly, checkInputsOf(rows)),
      ]);
      for (const name of ['target']) {
        const apart = Array.from(given[name]?.data ?? [], Number).map((value, i) =>
          Math.abs(value - Number(wanted[name]?.data[i])),
        );
        expect(given[name]?.dims).toEqual(wanted[name]?.dims);
        expect(Math.max(...apart)).toBeLessThan(1e-5);
      }
    }
    const { platform, sha256, inputs } = await script.metadata(ref);
    expect(platform).toMatch(/^pytorch 2\..*\(TorchScript\)$/);
    expect([sha256, inputs]).toEqual([
      ref.onnx.sha256,
      [{ name: 'features', type: 'float32', dims: [-1, 8] }],
    ]);
    expect((await script.metadata(onnxOnly)).sha256).toBe(ref.onnx.sha256);
  });

  it('refuses one that was changed or belongs to another version', async () => {
    const { ref, files } = made!;
    const bytes = files.get(ref.torchscript.key)!;
    const changed = bytes.slice();
    changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1;
    const serving = open('torchscript:', objectsOf(new Map([...files, [ref.torchscript.key, changed]])));
    await expect(serving.infer(ref, checkInputsOf(1))).rejects.toThrow(
      /The file of model made\/script@1 was changed: sha256/,
    );
    const other = open('torchscript:', objectsOf(files));
    const stranger = { ...ref, onnx: { ...ref.onnx, sha256: 'f'.repeat(64) } };
    await expect(other.infer(stranger, checkInputsOf(1))).rejects.toThrow(/belongs to the ONNX file/);
  });
});

describe.skipIf(none !== null)('the Python process of torchscript:', () => {
  it('may be killed in the middle of a batch: it fails, and the next one is answered by another', async () => {
    const before = new Set(servers());
    const serving = open('torchscript:?instances=2');
    await serving.load(heavy.ref);
    await serving.load(quick.ref);
    const [pid = 0] = servers().filter((each) => !before.has(each));
    const running = [serving.infer(heavy.ref, heavyInputs), serving.infer(heavy.ref, heavyInputs)];
    await new Promise((soon) => setTimeout(soon, 50));
    process.kill(pid, 'SIGKILL');
    for (const each of await Promise.allSettled(running))
      expect(each.status === 'rejected' && each.reason).toBeInstanceOf(UnreachableError);
    const answer = await serving.infer(quick.ref, checkInputsOf(2));
    expect(answer['target']?.dims).toEqual([2, 2]);
    expect(servers()).not.toContain(pid);
  });

  it('is ended and started anew where it hangs, and the batch fails in time', async () => {
    const before = new Set(servers());
    const serving = open('torchscript:?timeout=400');
    await serving.load(quick.ref);
    const [pid = 0] = servers().filter((each) => !before.has(each));
    process.kill(pid, 'SIGSTOP');
    await expect(serving.infer(quick.ref, checkInputsOf(1))).rejects.toThrow(/it was not done within 0.4 s/);
    await expect.poll(() => servers().includes(pid)).toBe(false);
    expect((await serving.infer(quick.ref, checkInputsOf(1)))['target']?.dims).toEqual([1, 2]);
  });

  it('ends with the port, which then refuses', async () => {
    const before = new Set(servers());
    const serving = open('torchscript:');
    await serving.load(quick.ref);
    await serving.close();
    expect(servers().filter((each) => !before.has(each))).toEqual([]);
    await expect(serving.infer(quick.ref, checkInputsOf(1))).rejects.toThrow(UnreachableError);
  });
});

describe.skipIf(skip !== null)('torchscript: at an address', () => {
  let child: ChildProcess;
  const folder = mkdtempSync(join(tmpdir(), 'finsight-torch-'));
  const key = 'a key of many characters';
  afterAll(async () => {
    if (child?.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(folder, { recursive: true });
  });

  it('asks the server there, with its key', async () => {
    writeFileSync(join(folder, 'key'), `${key}\n`);
    child = spawn(
      python!,
      ['-m', 'finsight_ml', 'serve', '--key-file', join(folder, 'key'), '--models', '1'],
      {
        cwd: 'ml-pipelines',
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
    const { port } = JSON.parse(line) as { port: number };
    const at = (secret: string): string =>
      `torchscript:http://:${encodeURIComponent(secret)}@127.0.0.1:${port}`;
    const serving = open(at(key));
    // It keeps one version: each comes again when it is asked for.
    for (const { ref } of [heavy, quick, heavy, quick]) {
      const width = ref.name === 'heavy' ? 512 : 8;
      expect((await serving.infer(ref, checkInputsOf(1, { width })))['target']?.dims).toEqual([1, 2]);
    }
    expect((await serving.health()).loaded).toEqual([quick.ref.onnx.sha256]);
    const refusal = await open(at('another key, as long'))
      .load(quick.ref)
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(InvalidInputError);
    expect((refusal as Error).message).not.toContain('another key');
  });

  it('says what is wrong with an address', () => {
    expect(() => open('torchscript:?lanes=2')).toThrow(
      /Unknown "lanes".*known: instances, threads, device, timeout/,
    );
    expect(() => open('torchscript:?device=tpu')).toThrow(/device=tpu in SERVING_URL is not cpu, cuda/);
    expect(() => open('torchscript:?instances=0')).toThrow(/instances=0 in SERVING_URL is not 1 … 64/);
    expect(() => open('torchscript:ftp://secret@host')).toThrow(
      /"torchscript:ftp:\/\/host" in SERVING_URL is no address/,
    );
  });

  it('does not reach where nobody listens', async () => {
    await expect(open('torchscript:http://127.0.0.1:1').load(quick.ref)).rejects.toThrow(UnreachableError);
  });
});
