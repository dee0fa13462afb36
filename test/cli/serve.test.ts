import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import { temporaryDirectory } from '../adapters/directories.js';
import { MADE_MODELS } from '../adapters/made-models.js';
import { runCommand } from './command.js';

const directory = temporaryDirectory();
const serve = (...argv: string[]) => runCommand(['serve', ...argv, '--json', '--data-dir', directory]);
const names = (list: unknown): string[] => (list as { name: string }[]).map(({ name }) => name);

describe('finsight serve check', () => {
  const file = join(directory, 'model.onnx');
  beforeAll(async () => {
    mkdirSync(directory, { recursive: true });
    const { ref, bytes } = MADE_MODELS.first;
    writeFileSync(file, bytes);
    writeFileSync(join(directory, 'other.onnx'), 'no model');
    const ports = openPorts(readConfig({ FINSIGHT_DATA_DIR: directory }));
    await ports.objects.put(ref.onnx.key, bytes);
    await ports.documents.insert('models', [
      { id: 'mdl_made@1', ...ref, specSha256: 's', stage: 'champion', createdAt: 1 },
    ]);
    await ports.close();
  });

  it('holds an address against the contract', async () => {
    const { code, answer } = await serve('check', 'onnx:?instances=1', '--in-flight', '50');
    expect([code, answer['passed'], answer['address'], answer['leftOut']]).toEqual([
      ...[0, true, 'onnx:?instances=1'],
      [],
    ]);
    expect(names(answer['checks'])).toEqual(expect.arrayContaining(['hot swap', 'tampered file', 'batch']));
  });

  it('takes a file of the user', async () => {
    const { code, answer } = await serve('check', 'onnx:', '--onnx', file, '--in-flight', '20');
    expect([code, answer['passed']]).toEqual([0, true]);
  });

  it('neither unloads nor swaps a version that may be in use', async () => {
    const { code, answer } = await serve('check', 'onnx:', '--model', 'mdl_made@1', '--in-flight', '20');
    expect([code, answer['passed']]).toEqual([0, true]);
    expect(names(answer['leftOut'])).toEqual(expect.arrayContaining(['hot swap', 'unload', 'version']));
    expect(names(answer['checks'])).toContain('batch');
  });

  it.each([
    [['smoke:'], 2, /Unknown address "smoke:" in SERVING_URL/],
    [['onnx:', '--model', 'mdl_none@1'], 2, /No model version "mdl_none@1"/],
    [['onnx:', '--onnx', join(directory, 'none.onnx')], 2, /none\.onnx cannot be read/],
    [['onnx:', '--onnx', join(directory, 'other.onnx')], 4, /no usable ONNX file/],
    [['onnx:', '--onnx', 'a', '--model', 'b'], 2, /give one of them/],
    [['onnx:', '--in-flight', '0'], 2, /--in-flight 0 is not 1 … 100000/],
  ])('%j ends with %i', async (argv, exitCode, message) => {
    const { code, answer } = await serve('check', ...argv);
    expect(code).toBe(exitCode);
    expect((answer['error'] as { message: string }).message).toMatch(message);
  });
});

describe('finsight serve status', () => {
  it('shows every instance', async () => {
    const { code, answer } = await serve('status');
    expect(code).toBe(0);
    expect(answer['instances']).toMatchObject([{ address: 'onnx:', state: 'ready', role: 'primary' }]);
  });
});
