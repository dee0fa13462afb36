import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BarColumns } from '../../domain/bars.js';
import { backtest } from '../../domain/backtest/engine.js';
import { runGrid } from '../../domain/backtest/grid/grid.js';
import { signalOfRule, type Comparison, type Rule } from '../../domain/backtest/rules.js';
import type { RunSpec } from '../../domain/backtest/spec.js';
import { seededNormal } from '../../domain/random.js';
import { SPEC } from './made-backtests.js';

const DAY = 86_400_000;

/** A random walk with now and then a standing price and a day without bars; `tick` null: prices of any digits. */
function walk(
  n: number,
  { step, tick, seed }: { step: number; tick: number | null; seed: string },
): BarColumns {
  const normal = seededNormal(seed);
  const round = (price: number): number => (tick === null ? price : Math.round(price / tick) * tick);
  const clean = (price: number): number => (tick === null || tick >= 0.1 ? price : Number(price.toFixed(2)));
  const close = new Float64Array(n);
  const time = new Float64Array(n);
  let [price, now] = [100, 1_700_000_000_000];
  for (let i = 0; i < n; i++) {
    if (i % 7 !== 3) price *= Math.exp(0.01 * normal());
    close[i] = clean(round(price));
    time[i] = now;
    now += i % 97 === 50 ? step + 3 * DAY : step;
  }
  const open = close.map((value, i) => close[i - 1] ?? value);
  return {
    time,
    open,
    high: close.map((value, i) => Math.max(value, open[i] ?? 0)),
    low: close.map((value, i) => Math.min(value, open[i] ?? 0)),
    close,
    volume: new Float64Array(n).fill(1),
  };
}

const ref = (name: string, args: number[] = [], more: object = {}) => ({ name, args, ...more });
const operand = fc.oneof(
  fc.constant(ref('close')),
  fc.integer({ min: 1, max: 40 }).map((n) => ref('SMA', [n])),
  fc.integer({ min: 1, max: 40 }).map((n) => ref('EMA', [n])),
  fc
    .tuple(fc.integer({ min: 2, max: 30 }), fc.constantFrom('UPPER', 'MIDDLE', 'LOWER'))
    .map(([n, output]) => ref('BB', [n, 1.5], { output })),
  fc
    .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 5 }))
    .map(([n, lag]) => ref('SMA', [n], { lag })),
);
const oscillators: fc.Arbitrary<Comparison> = fc.oneof(
  fc.record({
    left: fc.integer({ min: 2, max: 30 }).map((n) => ref('RSI', [n])),
    right: fc.integer({ min: 20, max: 80 }),
  }),
  fc.record({
    left: fc.integer({ min: 20, max: 80 }),
    right: fc.integer({ min: 2, max: 30 }).map((n) => ref('RSI', [n])),
  }),
  fc.constantFrom('MACD', 'MACDHIST').map((output) => ({
    left: ref('MACD', [5, 12, 4], { output }),
    right: ref('MACD', [5, 12, 4], { output: 'MACDSIGNAL' }),
  })),
  fc.integer({ min: 1, max: 20 }).map((n) => ({ left: ref('MOM', [n]), right: 0 })),
  fc.integer({ min: 1, max: 20 }).map((n) => ({ left: ref('ROC', [n]), right: -1 })),
  fc.integer({ min: 2, max: 20 }).map((n) => ({ left: ref('WILLR', [n]), right: -50 })),
);
const comparison: fc.Arbitrary<Comparison> = fc.oneof(
  fc.record({ left: operand, right: operand }),
  oscillators,
);
const side = fc.record({ enter: comparison, exit: fc.oneof(comparison, fc.constant('otherwise' as const)) });
const rule: fc.Arbitrary<Rule> = fc.record({
  long: fc.option(side, { freq: 8 }),
  short: fc.option(side, { freq: 1 }),
});
const size: fc.Arbitrary<RunSpec['size']> = fc.oneof(
  fc.constant({ kind: 'units' as const, units: 3 }),
  fc.constant({ kind: 'equity' as const, fraction: 0.9 }),
);

const shapes = fc.record({
  rules: fc.array(rule, { minLength: 1, maxLength: 6 }),
  size,
  tick: fc.constantFrom(null, 1 / 64, 0.01),
  step: fc.constantFrom(60_000, 3_600_000, DAY),
  bars: fc.integer({ min: 1, max: 4000 }),
  periodsPerYear: fc.constantFrom(365 as const, 252 as const),
  seed: fc.string({ maxLength: 4 }),
});

describe('the kernel of a grid', () => {
  it('decides and earns as single runs do, whatever the rules, the bars and the size', () => {
    fc.assert(
      fc.property(shapes, ({ rules, size: sized, tick, step, bars: n, periodsPerYear, seed }) => {
        const bars = walk(n, { step, tick, seed });
        const spec: RunSpec = { ...SPEC, size: sized, periodsPerYear, costs: { feeBps: 10, slippageBps: 5 } };
        const rows = runGrid({ bars, rules, spec });
        for (const [i, each] of rules.entries()) {
          const { metrics } = backtest({ bars, signal: signalOfRule(each, bars), spec });
          const row = rows[i]!;
          expect([row.entries, row.exits]).toEqual([metrics.entries, metrics.exits]);
          expect(row.finalEquity).toBe(metrics.finalEquity);
          expect(row.maxDrawdown).toBe(metrics.maxDrawdown);
          expect(row.exposure).toBe(metrics.exposure);
          for (const name of Object.keys(row) as (keyof typeof row)[])
            if (Number.isFinite(metrics[name]))
              expect(row[name] / (metrics[name] || 1), name).toBeCloseTo(metrics[name] === 0 ? 0 : 1, 8);
        }
      }),
      { numRuns: 150 },
    );
  });
});
