import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { strategyFiles } from '../../adapters/sandbox/quickjs.js';
import { MOST_SOURCE_BYTES, readSource } from '../../domain/strategies/source.js';
import { HOUR, walk } from '../domain/made-bars.js';
import { refused } from './made-strategies.js';

const directory = mkdtempSync(join(tmpdir(), 'finsight-source-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const port = strategyFiles();

const MAIN = `import { side } from './parts/side.js';
export default { params: { n: 5 }, signal: ({ bars, params }) => bars.close.map((_, i) => side(i, params.n)) };`;
const SIDE = 'export const side = (i: number, n: number): number => (i % n === 0 ? 1 : 0);';
mkdirSync(join(directory, 'parts'));
writeFileSync(join(directory, 'main.ts'), MAIN);
writeFileSync(join(directory, 'parts', 'side.ts'), SIDE);
writeFileSync(join(directory, 'parts', 'unused.ts'), 'export const unused = 1;');

describe('the source of a strategy', () => {
  it('is the file and what it imports, and decides elsewhere as it does here, under the same digest', async () => {
    const source = await port.read(join(directory, 'main.ts'));
    expect(source).toEqual({ entry: 'main.ts', files: { 'main.ts': MAIN, 'parts/side.ts': SIDE } });
    const [here, elsewhere] = [await port.load(join(directory, 'main.ts')), await port.load(source)];
    expect(elsewhere.sha256).toBe(here.sha256);
    const input = { bars: walk(20), params: { n: 3 }, timeframeMs: HOUR };
    expect(await elsewhere.signal(input)).toEqual(await here.signal(input));
    await Promise.all([here.close(), elsewhere.close()]);
  });

  it('reads nothing of the machine where it is bundled', async () => {
    for (const path of ['./side.js', '../parts/side.js', `${directory}/parts/side.ts`, '/etc/hostname.ts']) {
      const files = {
        'main.ts': `import { side } from '${path}';\nexport default { decide: () => side(1, 1) };`,
      };
      await expect(port.load({ entry: 'main.ts', files })).rejects.toEqual(
        refused(/^main\.ts:1:\d+: imports .* may import only .* files beside it$/),
      );
    }
  });

  it('names the line of a text that cannot be read', async () => {
    await expect(port.load(readSource('my.ts', 'export default {\n  decide: (( }'))).rejects.toEqual(
      refused(/^my\.ts:2:/),
    );
  });

  it.each([
    ['../my.ts', 'x', /no name of a strategy file/],
    ['my.txt', 'x', /no name of a strategy file/],
    ['.my.ts', 'x', /no name of a strategy file/],
    ['my.ts', { 'my.ts': 'x', '../other.ts': 'y' }, /"\.\.\/other\.ts" is no name/],
    ['my.ts', { 'other.ts': 'y' }, /The strategy is my\.ts, but code has other\.ts/],
    ['my.ts', 'é'.repeat(MOST_SOURCE_BYTES / 2 + 1), /has 100002 bytes in 1 files; at most 100000/],
  ])('of %s is refused where it cannot be right', (entry, code, message) => {
    expect(() => readSource(entry, code as string)).toThrow(message);
  });
});
