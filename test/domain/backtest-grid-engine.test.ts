import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sourceOf } from '../../domain/backtest/blocks.js';
import { backtest } from '../../domain/backtest/engine.js';
import { openGrid } from '../../domain/backtest/grid.js';
import { needsWhole } from '../../domain/backtest/grid-rules.js';
import {
  columnOf,
  signalOfRule,
  type ColumnRef,
  type Comparison,
  type Rule,
} from '../../domain/backtest/rules.js';
import type { RunSpec } from '../../domain/backtest/spec.js';
import { findTick } from '../../domain/backtest/ticks.js';
import type { BarColumns } from '../../domain/bars.js';
import { resolveParams, STRATEGIES } from '../../domain/strategies/index.js';
import { SPEC } from './made-backtests.js';
import { walk } from './made-bars.js';

const PRICES = ['open', 'high', 'low', 'close'] as const;
const onTick = (bars: BarColumns, perUnit: number): BarColumns => {
  const made = { ...bars };
  if (perUnit > 0)
    for (const name of PRICES) made[name] = bars[name].map((value) => Math.round(value * perUnit) / perUnit);
  return made;
};
const tickOf = (bars: BarColumns): number => findTick(PRICES.map((name) => bars[name]));

const side = (fast: number, slow: number): { enter: Comparison; exit: Comparison | 'otherwise' } => ({
  enter: { left: { name: 'SMA', args: [fast] }, right: { name: 'EMA', args: [slow] } },
  exit: 'otherwise',
});
const PARAMS: Record<string, Record<string, number>[]> = {
  'sma-cross': [
    { fast: 3, slow: 20 },
    { fast: 20, slow: 100 },
    { fast: 1, slow: 2 },
    { fast: 100, slow: 1700, direction: 0 },
  ],
  'ema-cross': [
    { fast: 3, slow: 20 },
    { fast: 12, slow: 26, direction: 0 },
    { fast: 7, slow: 8, direction: -1 },
  ],
  rsi: [{ length: 14 }, { length: 2, lower: 20, direction: 0 }, { length: 7, direction: -1 }],
  bollinger: [
    { length: 20, width: 2 },
    { length: 5, width: 1, direction: 0 },
    { length: 2, width: 0.5, direction: -1 },
  ],
  macd: [
    {},
    { fast: 5, slow: 9, smooth: 3, direction: 0 },
    { fast: 5, slow: 30, smooth: 3 },
    { fast: 5, slow: 30, smooth: 9 },
  ],
  donchian: [{}, { entry: 8, exit: 3, direction: 0 }, { entry: 55, exit: 20, direction: -1 }],
  momentum: [{}, { length: 5, threshold: 1, direction: 0 }, { length: 100, threshold: 0.1, direction: -1 }],
  'mean-reversion': [{}, { length: 10, enter: 1, exit: 0, direction: 0 }],
};
const RULES: Rule[] = Object.entries(PARAMS).flatMap(([name, list]) =>
  list.map((params) => STRATEGIES[name]!.rule!(resolveParams(STRATEGIES[name]!, params))),
);
const SPECS: RunSpec[] = [
  SPEC,
  { ...SPEC, size: { kind: 'units', units: 2 }, closeAtEnd: true },
  {
    ...SPEC,
    size: { kind: 'equity', fraction: 0.5 },
    periodsPerYear: 252,
    costs: { feeBps: 30, slippageBps: 0 },
  },
  { ...SPEC, size: { kind: 'cash', amount: 300 } },
];

function compare(bars: BarColumns, rules: Rule[], spec: RunSpec): void {
  const perUnit = tickOf(bars);
  const cache = new Map<string, Float64Array>();
  const whole = needsWhole(rules) ? { whole: (ref: ColumnRef) => columnOf(ref, bars, cache) } : {};
  const grid = openGrid({ source: sourceOf(bars, perUnit), rules, spec, ...whole });
  while (grid.step());
  grid.metrics().forEach((metrics, i) => {
    const { metrics: single } = backtest({ bars, signal: signalOfRule(rules[i]!, bars), spec });
    const told = JSON.stringify(rules[i]);
    for (const name of ['entries', 'exits', 'exposure', 'bars', 'winRate'] as const)
      expect(metrics[name], `${name} of ${told}`).toBe(single[name]);
    for (const [name, value] of Object.entries(metrics) as [string, number][]) {
      const other = single[name as keyof typeof metrics] ?? NaN;
      const size = Math.max(1e-6, Math.abs(other));
      if (Number.isFinite(value) || Number.isFinite(other))
        expect(Math.abs(value - other) / size, `${name} of ${told}: ${value} and ${other}`).toBeLessThan(
          1e-9,
        );
    }
  });
}

describe('a grid of rules over blocks', () => {
  for (const [title, perUnit] of [
    ['a tick of 1/64', 64],
    ['a tick of 0.01', 100],
    ['no tick', 0],
  ] as const)
    for (const [i, spec] of SPECS.entries())
      it(`equals single runs of every strategy that has a rule: ${title}, spec ${i + 1}`, () => {
        const bars = onTick(walk(4000, 7 + i), perUnit);
        expect(tickOf(bars)).toBe(perUnit);
        compare(bars, RULES, spec);
      });

  it('equals single runs on random bars and rules', () => {
    const column = fc.oneof(
      fc.constantFrom('close', 'open', 'high', 'low').map((name) => ({ name, args: [] })),
      fc
        .tuple(fc.constantFrom('SMA', 'EMA', 'WMA'), fc.integer({ min: 1, max: 60 }))
        .map(([name, n]) => ({ name, args: [n] })),
      fc
        .tuple(
          fc.constantFrom('UPPER', 'MIDDLE', 'LOWER'),
          fc.integer({ min: 2, max: 40 }),
          fc.integer({ min: 0, max: 3 }),
        )
        .map(([output, n, lag]) => ({ name: 'DONCHIAN', args: [n], output, lag })),
      fc
        .tuple(fc.constantFrom('UPPER', 'LOWER'), fc.integer({ min: 2, max: 40 }))
        .map(([output, n]) => ({ name: 'BB', args: [n, 1.5], output })),
    );
    const comparison = fc.record({ left: column, right: fc.oneof(column, fc.constant(100)) });
    const sideOf = fc.record({
      enter: comparison,
      exit: fc.oneof(comparison, fc.constant('otherwise' as const)),
    });
    const rule = fc.record({ long: fc.option(sideOf), short: fc.option(sideOf) });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3500 }),
        fc.integer({ min: 1, max: 1e6 }),
        fc.constantFrom(64, 100, 0),
        fc.array(rule, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...SPECS),
        (rows, seed, perUnit, rules, spec) =>
          compare(onTick(walk(rows, seed), perUnit), rules as Rule[], spec),
      ),
      { numRuns: 60, seed: 5 },
    );
  });

  it('goes on from a checkpoint at a block border with the same bits', () => {
    for (const perUnit of [64, 0]) {
      const bars = onTick(walk(6000, 3), perUnit);
      const open = () =>
        openGrid({
          source: sourceOf(bars, tickOf(bars)),
          rules: [...RULES, { long: side(5, 9), short: null }],
          spec: SPEC,
        });
      const straight = open();
      while (straight.step());
      for (const blocks of [1, 2, 3]) {
        const first = open();
        for (let i = 0; i < blocks; i++) first.step();
        const second = open();
        second.load(structuredClone(first.save()));
        while (second.step());
        expect(second.metrics()).toEqual(straight.metrics());
      }
    }
  });
});
