import { pathToFileURL } from 'node:url';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { openPool, ThreadPool } from '../../adapters/backtest/pool.js';
import type { SweepTask } from '../../adapters/backtest/task.js';
import { combinationsOf } from '../../domain/backtest/sweep.js';
import { findTick } from '../../domain/backtest/ticks.js';
import type { BarColumns } from '../../domain/bars.js';
import { STRATEGIES } from '../../domain/strategies/index.js';
import { SPEC } from '../domain/made-backtests.js';
import { walk } from '../domain/made-bars.js';
import { buildProgram } from './processes.js';

const shared = (bars: BarColumns): BarColumns =>
  Object.fromEntries(
    Object.entries(bars).map(([name, column]) => {
      const copy = new Float64Array(new SharedArrayBuffer(column.byteLength));
      copy.set(column as Float64Array);
      return [name, copy];
    }),
  ) as unknown as BarColumns;

describe('worker threads of a sweep', () => {
  let open: typeof openPool;
  const pools: ThreadPool[] = [];
  const pool = (size: number): ThreadPool => {
    pools.push(open(size));
    return pools.at(-1)!;
  };
  const bars = shared(walk(200_000));
  const { list } = combinationsOf(STRATEGIES['sma-cross']!, {
    fast: '5:20:5',
    slow: '30:60:10',
    direction: [0, 1],
  });
  const task: SweepTask = {
    ...{
      bars,
      perUnit: findTick([bars.close]),
      timeframeMs: 60_000,
      strategy: 'sma-cross',
      list,
      spec: SPEC,
    },
  };

  beforeAll(async () => {
    buildProgram();
    const built = resolve(import.meta.dirname, '../../dist/test-processes/adapters/backtest/pool.js');
    ({ openPool: open } = (await import(pathToFileURL(join(built)).href)) as { openPool: typeof openPool });
  }, 120_000);
  afterAll(() => Promise.all(pools.map((each) => each.close())));

  it('compute what the thread that asks computes, to the last bit', async () => {
    const here = await pool(0).run(task);
    const two = pool(2);
    const halves = [list.slice(0, 9), list.slice(9)].map((half) => two.run({ ...task, list: half }));
    expect((await Promise.all(halves)).flat()).toEqual(here);
    // Warm threads: the same ones again.
    expect(await two.run(task)).toEqual(here);
  });

  it('go on from a checkpoint of another thread with the same bits', async () => {
    const one = pool(1);
    const straight = await one.run(task);
    const made: { bytes: Uint8Array; next: number }[] = [];
    await one.run(
      { ...task, checkpointEveryMs: 0 },
      { onCheckpoint: (bytes, next) => made.push({ bytes, next }) },
    );
    expect(made.length).toBeGreaterThan(0);
    expect(made[0]!.next).toBeLessThan(bars.time.length);
    expect(await pool(1).run({ ...task, checkpoint: made[0]!.bytes })).toEqual(straight);
  });

  it('stop soon when they are told to, and serve the next task', async () => {
    const one = pool(1);
    const stop = new AbortController();
    // Long enough that the word to stop comes before the end.
    const long = Array.from({ length: 60 }, () => list).flat();
    const work = one.run(
      { ...task, list: long, checkpointEveryMs: 0 },
      { signal: stop.signal, onCheckpoint: () => stop.abort() },
    );
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
    expect(await one.run(task)).toHaveLength(list.length);
  });

  it('name the combination whose run failed, with the name of the error', async () => {
    const broken = {
      ...task,
      spec: { ...SPEC, size: { kind: 'risk', share: 5, stop: { kind: 'bps', bps: 5 }, maxLeverage: 1 } },
    };
    await expect(pool(1).run(broken as SweepTask)).rejects.toMatchObject({
      name: 'InvalidInputError',
      message: expect.stringMatching(/size\.share is 5.*sma-cross \{"fast":5,"slow":30/) as string,
    });
  });
});
