import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { steppersOf } from '../../adapters/backtest/stepper.js';
import { sourceOf } from '../../domain/backtest/blocks.js';
import { openGrid, type GridArgs } from '../../domain/backtest/grid.js';
import { columnOf, type ColumnRef, type Rule } from '../../domain/backtest/rules.js';
import type { RunSpec } from '../../domain/backtest/spec.js';
import { combinationsOf } from '../../domain/backtest/sweep.js';
import { findTick } from '../../domain/backtest/ticks.js';
import type { BarColumns } from '../../domain/bars.js';
import { STRATEGIES } from '../../domain/strategies/index.js';
import { SPEC } from '../domain/made-backtests.js';
import { walk } from '../domain/made-bars.js';

const root = resolve(import.meta.dirname, '../..');

function buildKernel(): Uint8Array {
  const directory = mkdtempSync(join(tmpdir(), 'finsight-kernel-'));
  const out = join(directory, 'kernel.wasm');
  const folder = 'adapters/backtest/kernel';
  try {
    const args = [`${folder}/index.ts`, '--config', `${folder}/asconfig.json`, '--outFile', out];
    execFileSync(process.execPath, ['node_modules/assemblyscript/bin/asc.js', ...args], { cwd: root });
    return readFileSync(out);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const GRIDS: Record<string, Record<string, unknown>> = {
  'sma-cross': { fast: '3:9:2', slow: '11:201:19', direction: [1, 0, -1] },
  'ema-cross': { fast: '3:9:3', slow: '10:100:18', direction: [1, 0] },
  rsi: { length: '3:20:4', lower: '20:40:10', direction: [1, 0] },
  bollinger: { length: '5:45:8', width: '0.5:2:0.5', direction: [1, 0] },
  macd: { fast: '4:8:2', slow: '9:21:4', smooth: '3:7:2', direction: [1, -1] },
  donchian: { entry: '8:40:8', exit: '3:7:2' },
  momentum: { length: '3:30:5', threshold: '0:2:1' },
};
const rulesOf = (name: string, grid: Record<string, unknown>): Rule[] =>
  combinationsOf(STRATEGIES[name]!, grid).list.map((params) => STRATEGIES[name]!.rule!(params));

const PRICES = ['open', 'high', 'low', 'close'] as const;
function onTick(bars: BarColumns, perUnit: number): BarColumns {
  if (perUnit === 0) return bars;
  const round = (values: Float64Array): Float64Array =>
    values.map((value) => Math.max(1, Math.round(value * perUnit)) / perUnit);
  const [open, high, low, close] = PRICES.map((name) => round(bars[name])) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return { ...bars, open, high, low, close };
}

describe('the kernel in WebAssembly', () => {
  let steppers: ReturnType<typeof steppersOf>;
  beforeAll(() => {
    steppers = steppersOf(buildKernel());
  }, 120_000);

  const open = (args: { bars: BarColumns; rules: Rule[]; spec: RunSpec; isTyped: boolean }) => {
    const cache = new Map<string, Float64Array>();
    const { bars, rules, spec } = args;
    const given: GridArgs = {
      source: sourceOf(bars, findTick(PRICES.map((name) => bars[name]))),
      ...{ rules, spec },
      whole: (ref: ColumnRef) => columnOf(ref, bars, cache),
    };
    return openGrid(args.isTyped ? given : { ...given, stepper: steppers });
  };
  const finish = (run: ReturnType<typeof open>) => {
    while (run.step());
    return { metrics: run.metrics(), state: run.save() };
  };

  for (const [name, grid] of Object.entries(GRIDS))
    it(`gives the bits that TypeScript gives: ${name}`, () => {
      const rules = rulesOf(name, grid);
      for (const [i, perUnit] of [64, 100, 0].entries())
        for (const rows of [1, 17, 1440, 2881, 5003]) {
          const spec = { ...SPEC, ...(i === 1 && { closeAtEnd: true, periodsPerYear: 252 as const }) };
          const args = { bars: onTick(walk(rows, rows + i), perUnit), rules, spec };
          expect(finish(open({ ...args, isTyped: false }))).toEqual(finish(open({ ...args, isTyped: true })));
        }
    });

  it('does so for mixed rules, sizes and costs, whatever the number of them', () => {
    const all = Object.entries(GRIDS).flatMap(([name, grid]) => rulesOf(name, grid));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4000 }),
        fc.integer({ min: 1, max: 1e6 }),
        fc.constantFrom(64, 100, 0),
        fc.subarray(all, { minLength: 1, maxLength: 30 }),
        fc.constantFrom<RunSpec['size']>(
          { kind: 'units', units: 300 },
          { kind: 'equity', fraction: 0.7 },
          { kind: 'cash', amount: 300 },
        ),
        fc.record({ feeBps: fc.constantFrom(0, 10, 300), slippageBps: fc.constantFrom(0, 7) }),
        (rows, seed, perUnit, rules, size, costs) => {
          const args = { bars: onTick(walk(rows, seed), perUnit), rules, spec: { ...SPEC, size, costs } };
          expect(finish(open({ ...args, isTyped: false }))).toEqual(finish(open({ ...args, isTyped: true })));
        },
      ),
      { numRuns: 40, seed: 3 },
    );
  });

  it('goes on from a checkpoint of TypeScript, and the other way round', () => {
    const args = { bars: walk(6000, 3), rules: rulesOf('macd', GRIDS['macd']!), spec: SPEC };
    const straight = finish(open({ ...args, isTyped: true })).metrics;
    for (const isTyped of [true, false]) {
      const first = open({ ...args, isTyped });
      for (let i = 0; i < 2; i++) first.step();
      const second = open({ ...args, isTyped: !isTyped });
      second.load(structuredClone(first.save()));
      expect(finish(second).metrics).toEqual(straight);
    }
  });

  it('is none for a grid beyond 32 bits of addresses', () => {
    expect(steppers({ rows: 400_000, combinations: 10, lookback: 1, scratch: 0 })).toBeNull();
  });
});
