import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { partsOf } from '../../adapters/backtest/parts.js';
import { openPool } from '../../adapters/backtest/pool.js';
import { combinationsOf } from '../../domain/backtest/sweep.js';
import type { BarColumns } from '../../domain/bars.js';
import { resolveStrategy } from '../../domain/strategies/index.js';
import { GRIDS, SPEC } from './grids.js';

/** Wall time: other work on the machine's cores makes it no more than a lower bound of the gain. */
export async function threadFigures(bars: BarColumns, rounds: number): Promise<Record<string, number>> {
  const strategy = resolveStrategy('sma-cross');
  const { list } = combinationsOf(strategy, GRIDS['sma']!.grid);
  const task = { bars, perUnit: 64, timeframeMs: 60_000, strategy: strategy.name, spec: SPEC };
  const halves = partsOf(list, 2).map((part) => part.map((index) => list[index]!));
  const pool = openPool(2);
  const best = { one: Infinity, two: Infinity };
  const wall = async (work: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  for (let round = 0; round < rounds; round++) {
    best.one = Math.min(best.one, await wall(() => pool.run({ ...task, list })));
    const both = (): Promise<unknown> => Promise.all(halves.map((half) => pool.run({ ...task, list: half })));
    best.two = Math.min(best.two, await wall(both));
  }
  await pool.close();
  return {
    oneMs: best.one,
    twoMs: best.two,
    times: best.one / best.two,
    machineTimes: await machineTimes(rounds),
  };
}

/** How much two threads of nothing but arithmetic do for one: what a machine gives whose processors share a core. */
async function machineTimes(rounds: number): Promise<number> {
  const spin = (): Promise<unknown> => once(new Worker(SPIN, { eval: true }), 'exit');
  const wall = async (threads: number): Promise<number> => {
    const start = performance.now();
    await Promise.all(Array.from({ length: threads }, spin));
    return performance.now() - start;
  };
  let [one, two] = [Infinity, Infinity];
  for (let round = 0; round < rounds; round++) {
    one = Math.min(one, await wall(1));
    two = Math.min(two, await wall(2));
  }
  return (2 * one) / two;
}

/** Independent chains, so that a processor's units are busy. */
const SPIN = `let [a, b, c, d] = [1, 2, 3, 4];
for (let i = 0; i < 2e8; i++) { a = a * 1.0000001 + 1; b = b * 0.9999999 + 2; c = c * 1.0000002 + 3; d = d * 0.9999998 + 4; }
if (a + b + c + d === 0) process.exit(1);`;
