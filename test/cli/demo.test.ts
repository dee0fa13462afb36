import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readToolPaths } from '../../adapters/toolchain.js';
import { overfitDemo } from '../../domain/significance/demo.js';
import { runCommand } from './command.js';

function hasTestServer(): boolean {
  try {
    return existsSync(readToolPaths().temporalTestServer);
  } catch {
    return false;
  }
}

const demo = (...words: string[]) => runCommand(['demo', 'overfit', ...words, '--json']);

describe('finsight demo overfit', () => {
  it('calls the best of 500 on a random walk luck, though it looks good alone', async () => {
    const { code, answer } = await demo('--strategies', '500');
    expect(code).toBe(0);
    expect(answer).toMatchObject({ strategies: 500, finding: 'luck' });
    expect(answer['verdict']).toMatch(/^not distinguishable from luck: after 500 trials/);
    expect(answer['sharpe']).toBeGreaterThan(1);
    expect(answer['psr']).toBeGreaterThan(0.95);
    expect(answer['dsr']).toBeLessThan(0.5);
    expect(answer['pbo']).toBeGreaterThan(0.4);
  });

  it('finds luck on other walks, and the one that knows something real', () => {
    const findings = (edge: number): string[] =>
      Array.from({ length: 4 }, (_, i) =>
        overfitDemo({ strategies: 100, days: 730, seed: `walk ${i}`, edge }),
      ).map(({ finding, best }) => `${finding} ${best === 'foresight'}`);
    expect(findings(0)).toEqual(Array(4).fill('luck false'));
    expect(findings(0.2)).toEqual(Array(4).fill('edge true'));
  });

  it.each([
    [['--strategies', '1'], /1 strategies are no whole number from 2/],
    [['--days', '10'], /10 days are not from 500/],
    [['--edge', '0.7'], /edge of 0.7 is not from 0 to 0.5/],
  ])('refuses %j', async (words, message) => {
    const { code, answer } = await demo(...words);
    expect(code).toBe(2);
    expect((answer['error'] as { message: string }).message).toMatch(message);
  });
});

describe('finsight demo settle', () => {
  const settle = (...words: string[]) => runCommand(['demo', 'settle', ...words, '--json']);

  it.skipIf(!hasTestServer())(
    'settles all that it made, a day later that takes seconds',
    async () => {
      const { code, answer } = await settle('--n', '120', '--horizon', '24h');
      expect(code).toBe(0);
      expect(answer).toMatchObject({ n: 120, settled: 120, unsettleable: 0, streams: 2, stories: 2 });
      // Ninety per cent of 120, give or take four standard deviations.
      expect(answer['coverage']).toBeGreaterThan(0.75);
      expect(answer['brier']).toBeLessThan(0.5);
      expect(answer['skippedHours']).toBeGreaterThan(20);
      expect(answer['skippedHours']).toBeLessThan(25);
    },
    60_000,
  );

  it.each([
    [['--horizon', '1m'], /A horizon of 1 minutes is not 4 to 96 bars of any timeframe/],
    [['--horizon', 'soon'], /A duration is a whole number of minutes, hours or days/],
    [['--n', '0'], /--n 0 is not between 1 and 100000/],
    [['--seed', 'x'], /--seed "x" is no whole number/],
  ])('refuses %j', async (words, message) => {
    const { code, answer } = await settle(...words);
    expect(code).toBe(2);
    expect((answer['error'] as { message: string }).message).toMatch(message);
  });
});
