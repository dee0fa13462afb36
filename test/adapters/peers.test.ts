import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { peerCommands } from '../../adapters/engines/peers.js';
import { javaEngines, pythonEngines } from '../../adapters/engines/place.js';

const small = { bars: 3000, fasts: [5], slows: [20, 30] };
const commands = peerCommands({ ...small, engines: ['numpy', 'vectorbt', 'ta4j'] });
const lacks = [...(pythonEngines() ? [] : ['the Python engines']), ...(javaEngines() ? [] : ['ta4j'])];

describe(`peers of the bench (${lacks.length > 0 ? `not installed: ${lacks.join(', ')}` : 'all installed'})`, () => {
  it('are those that are installed', () => {
    const wanted = [...(pythonEngines() ? ['numpy', 'vectorbt'] : []), ...(javaEngines() ? ['ta4j'] : [])];
    expect(commands.map(({ engine }) => engine)).toEqual(wanted);
  });

  it.skipIf(commands.length === 0)('print what a run and a grid take', () => {
    for (const { engine, command, args, cwd } of commands) {
      const out = execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      const line = JSON.parse(out.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
      expect(line, engine).toMatchObject({ engine, bars: 3000, combinations: 2 });
      expect(line['single'], engine).toBeGreaterThanOrEqual(0);
      expect(line['nsPerBarCombination'], engine).toBeGreaterThanOrEqual(0);
    }
  });
});
