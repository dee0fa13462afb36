import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../adapters/directories.js';
import { runCommand } from './command.js';

const FIRST = Date.UTC(2024, 0, 1);
const rows = (closes: (number | string)[]): string =>
  closes.map((close, i) => `${FIRST + i * 60_000},${close},${close},${close},${close},1`).join('\n');

describe('finsight indicators', () => {
  const directory = temporaryDirectory();
  const made = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, `time,open,high,low,close,volume\n${text}\n`);
    return path;
  };
  const compute = (bars: string, list: string) =>
    runCommand([
      'indicators',
      'compute',
      '--local',
      '--bars',
      bars,
      '--list',
      list,
      '--json',
      '--data-dir',
      directory,
    ]);

  it('computes a list by key, null in the warm-up', async () => {
    const { code, answer } = await compute(made('three.csv', rows([1, 2, 4])), 'SMA:2;OBV');
    expect(code).toBe(0);
    expect(answer).toEqual({
      bars: 3,
      first: FIRST,
      last: FIRST + 120_000,
      indicators: { SMA_2: [null, 1.5, 3], OBV: [1, 2, 3] },
    });
  });

  it('puts a file that tells the newest first in order', async () => {
    const newestFirst = rows([1, 2, 4]).split('\n').toReversed().join('\n');
    const { answer } = await compute(made('newest-first.csv', newestFirst), 'SMA:2');
    expect(answer['indicators']).toEqual({ SMA_2: [null, 1.5, 3] });
  });

  it.each([
    ['a bar without a close', rows([1, '', 4]), 'SMA:2', 4, /row 2/],
    ['no bar at all', '', 'SMA:2', 2, /no bars/],
    ['two bars of one time', `${rows([1, 2])}\n${rows([1])}`, 'SMA:2', 4, /several bars of 2024-01-01/],
    ['an unknown indicator', rows([1, 2]), 'SMAX:2', 2, /did you mean SMA\?/],
  ])('refuses %s', async (name, text, list, exit, message) => {
    const { code, answer } = await compute(made(`${name}.csv`, text), list);
    expect(code).toBe(exit);
    expect((answer['error'] as { message: string }).message).toMatch(message);
  });

  it('lists what there is', async () => {
    const { answer } = await runCommand(['indicators', 'list', '--json']);
    expect(answer['indicators']).toContainEqual(
      expect.objectContaining({ name: 'BB', example: 'BB:20,2', outputs: ['UPPER', 'MIDDLE', 'LOWER'] }),
    );
  });

  it('computes stored bars, too', async () => {
    const stream = 'binance/BTC-USDT/1m';
    const data = ['--data-dir', directory, '--json'];
    await runCommand(['bars', 'import', made('in.csv', rows([1, 2, 4])), '--stream', stream, ...data]);
    const { answer } = await runCommand(['indicators', 'compute', stream, '--list', 'SMA:2', ...data]);
    expect(answer['indicators']).toEqual({ SMA_2: [null, 1.5, 3] });
  });
});
