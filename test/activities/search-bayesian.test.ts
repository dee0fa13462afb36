import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { searchFile } from '../../activities/search/local.js';
import { pythonSuggestions } from '../../adapters/suggesting.js';
import { readMlState } from '../../adapters/toolchain.js';
import { walk } from '../domain/made-bars.js';
import { madePorts } from './made-ports.js';

const { ports, directory, remove } = madePorts();
afterAll(remove);
const axis = { values: null, min: null, max: null, step: null, log: false };
const bad = { space: { fast: axis }, told: [], count: 1, startup: 10, seed: 1 };

describe.skipIf(readMlState().state !== 'ready')(
  'Optuna beside a command (skipped where it is not installed)',
  () => {
    it('names a space that it cannot search, and that its process has ended', async () => {
      const suggester = await pythonSuggestions().open();
      await expect(suggester.ask(bad)).rejects.toThrow(/axis fast has neither values nor bounds/);
      await suggester.close();
      await expect(suggester.ask(bad)).rejects.toMatchObject({ name: 'UnreachableError' });
    }, 60_000);

    it('searches a file, the same way again', async () => {
      const { time, open, high, low, close, volume } = walk(24 * 30, 11);
      const path = join(directory, 'bars.csv');
      const lines = Array.from(time, (at, i) => [at, open[i], high[i], low[i], close[i], volume[i]].join());
      writeFileSync(path, `time,open,high,low,close,volume\n${lines.join('\n')}\n`);
      const space = { fast: '2:40', slow: '41:90' };
      const search = { strategy: 'sma-cross', space, method: 'bayesian', trials: 25, seed: 3 } as const;
      const [one, again] = [
        await searchFile(ports, { file: { path }, search }),
        await searchFile(ports, { file: { path }, search }),
      ];
      expect(one.tried).toBe(25);
      expect(again.digest).toBe(one.digest);
    }, 60_000);
  },
);
