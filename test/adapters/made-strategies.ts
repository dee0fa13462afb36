import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { loadStrategyFile } from '../../adapters/sandbox/quickjs.js';
import type { StrategyFile } from '../../adapters/ports-strategies.js';
import { HOUR, walk } from '../domain/made-bars.js';

/** Bars that a made strategy is run on. */
export const ROWS = 40;

/** A directory of strategy files that are made by a test, and what runs them; removed when its tests are done. */
export function madeStrategies() {
  const directory = mkdtempSync(join(tmpdir(), 'finsight-sandbox-'));
  const opened: StrategyFile[] = [];
  afterAll(async () => {
    for (const each of opened) await each.close();
    rmSync(directory, { recursive: true, force: true });
  });
  let files = 0;
  const put = (source: string, extension = 'ts'): string => {
    const path = join(directory, `mine-${files++}.${extension}`);
    writeFileSync(path, source);
    return path;
  };
  const load = async (source: string, limits = { timeMs: 300, memoryMb: 32 }): Promise<StrategyFile> => {
    const file = await loadStrategyFile(put(source), limits);
    opened.push(file);
    return file;
  };
  const run = async (source: string, rows = ROWS): Promise<Float64Array> => {
    const file = await load(source);
    const params = Object.fromEntries(
      Object.entries(file.params).map(([name, parameter]) => [name, parameter.default]),
    );
    return file.signal({ bars: walk(rows), params, timeframeMs: HOUR });
  };
  return { directory, put, load, run };
}

/** A strategy whose signal is this code. */
export const body = (code: string): string =>
  `export default { signal({ bars, params, indicators }) { ${code}\nreturn new Float64Array(bars.close.length); } };`;

export const refused = (message: RegExp) =>
  expect.objectContaining({ name: 'InvalidInputError', message: expect.stringMatching(message) });
