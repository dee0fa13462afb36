import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openGpus, readGpus } from '../../adapters/gpus.js';
import { machineFigures } from '../../adapters/machine.js';

const directory = mkdtempSync(join(tmpdir(), 'finsight-gpus-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const command = (script: string): string => {
  const file = join(directory, `smi${script.length}`);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
};

it('reads what nvidia-smi prints', async () => {
  const gpus = openGpus(
    command('echo "NVIDIA H100, 80GB HBM3, 81559, 1024, 37"; echo "NVIDIA A100, 40960, 0, [N/A]"'),
  );
  expect(await gpus()).toEqual([
    { name: 'NVIDIA H100, 80GB HBM3', memoryBytes: 81559 * 2 ** 20, usedBytes: 2 ** 30, utilisation: 0.37 },
    { name: 'NVIDIA A100', memoryBytes: 40960 * 2 ** 20, usedBytes: 0, utilisation: null },
  ]);
});

it('is none where the command is absent or fails, and looks once for many', async () => {
  expect(await openGpus(join(directory, 'absent'))()).toEqual([]);
  const gpus = openGpus(command('echo no devices; exit 9'));
  const [one, other] = [gpus(), gpus()];
  expect(await one).toEqual([]);
  expect(other).toBe(one);
});

it('an answer of another form is no GPU', () => {
  expect(readGpus('No devices were found\n')).toEqual([]);
});

it('a machine has cores, memory and a load', async () => {
  const { cores, memoryBytes, freeMemoryBytes, load } = await machineFigures();
  expect(cores).toBeGreaterThan(0);
  expect(freeMemoryBytes).toBeLessThanOrEqual(memoryBytes);
  expect(load).toBeGreaterThanOrEqual(0);
});
