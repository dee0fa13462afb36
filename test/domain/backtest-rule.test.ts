import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backtest } from '../../domain/backtest/engine.js';
import { backtestRule } from '../../domain/backtest/rule-run.js';
import { signalOfRule, type Rule } from '../../domain/backtest/rules.js';
import type { RunSpec } from '../../domain/backtest/spec.js';
import type { BarColumns } from '../../domain/bars.js';
import { STRATEGIES, resolveParams } from '../../domain/strategies/index.js';
import { FREE, SPEC } from './made-backtests.js';
import { walk } from './made-bars.js';

const onTick = (bars: BarColumns, perUnit: number): BarColumns => {
  if (perUnit === 0) return bars;
  const round = (column: Float64Array): Float64Array =>
    column.map((value) => Math.max(1, Math.round(value * perUnit)) / perUnit);
  return {
    ...bars,
    open: round(bars.open),
    high: round(bars.high),
    low: round(bars.low),
    close: round(bars.close),
  };
};

const length = fc.integer({ min: 2, max: 60 });
const column = fc.oneof(
  fc.constantFrom('close', 'open', 'high', 'low').map((name) => ({ name, args: [] })),
  fc.tuple(fc.constantFrom('SMA', 'EMA', 'WMA'), length).map(([name, n]) => ({ name, args: [n] })),
  fc
    .tuple(fc.constantFrom('UPPER', 'MIDDLE', 'LOWER'), length, fc.integer({ min: 0, max: 3 }))
    .map(([output, n, lag]) => ({ name: 'DONCHIAN', args: [n], output, lag })),
  fc
    .tuple(fc.constantFrom('UPPER', 'MIDDLE', 'LOWER'), length)
    .map(([output, n]) => ({ name: 'BB', args: [n, 1.5], output })),
);
const priced = fc.record({ left: column, right: fc.oneof(column, fc.constant(100)) });
const index = fc.tuple(length, fc.integer({ min: 20, max: 80 })).map(([n, level]) => ({
  left: { name: 'RSI', args: [n] },
  right: level,
}));
const change = fc.tuple(fc.constantFrom('ROC', 'MOM'), length).map(([name, n]) => ({
  left: { name, args: [n] },
  right: 0,
}));
const macd = fc.tuple(length, length, length, fc.boolean()).map(([fast, slow, smooth, crosses]) => {
  const line = { name: 'MACD', args: [fast, slow === fast ? slow + 1 : slow, smooth], output: 'MACD' };
  const signal = { ...line, output: 'MACDSIGNAL' };
  return crosses ? { left: line, right: signal } : { left: signal, right: line };
});
const comparison = fc.oneof(priced, index, change, macd);
const side = fc.record({
  enter: comparison,
  exit: fc.oneof(comparison, fc.constant('otherwise' as const)),
});
const rules = fc.record({ long: fc.option(side), short: fc.option(side) }) as fc.Arbitrary<Rule>;
const specs = fc.record({
  size: fc.constantFrom<RunSpec['size']>(
    { kind: 'units', units: 2 },
    // More than there is: some of these runs lose all they have.
    { kind: 'units', units: 2000 },
    { kind: 'equity', fraction: 0.5 },
    { kind: 'equity', fraction: 1 },
    { kind: 'cash', amount: 300 },
    { kind: 'volatility', target: 0.2, lookback: 20, maxLeverage: 2 },
  ),
  costs: fc.constantFrom<RunSpec['costs']>(
    FREE,
    { feeBps: 10, slippageBps: 3 },
    { feeBps: 300, slippageBps: 50 },
    { feeBps: 10, slippageBps: 1, halfSpread: 0.01 },
  ),
  closeAtEnd: fc.boolean(),
  periodsPerYear: fc.constantFrom<RunSpec['periodsPerYear']>(365, 252),
});

function expectSame(bars: BarColumns, rule: Rule, spec: RunSpec): void {
  const stepped = backtest({ bars, signal: signalOfRule(rule, bars), spec });
  expect(backtestRule({ bars, rule, spec }), JSON.stringify({ rule, spec })).toEqual(stepped);
}

describe('a rule that is run by itself', () => {
  it('gives what its signal gives, to the last bit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3500 }),
        fc.integer({ min: 1, max: 1e6 }),
        fc.constantFrom(64, 100, 0),
        rules,
        specs,
        (rows, seed, perUnit, rule, spec) =>
          expectSame(onTick(walk(rows, seed), perUnit), rule, { ...SPEC, ...spec }),
      ),
      { numRuns: 150, seed: 5 },
    );
  });

  it('does so for every strategy that has one', () => {
    const bars = walk(5000, 9);
    for (const strategy of Object.values(STRATEGIES))
      for (const direction of [1, 0, -1]) {
        const given = 'direction' in strategy.params ? { direction } : {};
        const rule = strategy.rule?.(resolveParams(strategy, given));
        if (rule) expectSame(bars, rule, SPEC);
      }
  });

  it('refuses what its signal refuses, in the same words', () => {
    const bars = walk(50, 3);
    const rule = STRATEGIES['sma-cross']!.rule!({ fast: 3, slow: 9 });
    const failure = (work: () => unknown): string => {
      try {
        work();
      } catch (error) {
        return String(error);
      }
      return 'none';
    };
    const close = bars.close.slice();
    close[7] = NaN;
    const cases: { bars?: BarColumns; spec?: Partial<RunSpec>; rule?: Rule }[] = [
      { bars: { ...bars, close } },
      { bars: { ...bars, time: bars.time.slice().fill(5) } },
      { bars: { ...bars, volume: new Float64Array(3) } },
      { spec: { cash: -1 } },
      { spec: { costs: { feeBps: 10_000, slippageBps: 0 } } },
      {
        rule: {
          long: { enter: { left: { name: 'SMAA', args: [3] }, right: 1 }, exit: 'otherwise' },
          short: null,
        },
      },
      {
        rule: {
          long: { enter: { left: { name: 'close', args: [], lag: -1 }, right: 1 }, exit: 'otherwise' },
          short: null,
        },
      },
    ];
    for (const each of cases) {
      const args = { bars: each.bars ?? bars, spec: { ...SPEC, ...each.spec }, rule: each.rule ?? rule };
      const said = failure(() => backtestRule(args));
      expect(said).toContain('InvalidInputError');
      expect(said).toBe(failure(() => backtest({ ...args, signal: signalOfRule(args.rule, args.bars) })));
    }
  });
});
