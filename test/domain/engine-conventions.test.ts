import { describe, expect, it } from 'vitest';
import { backtest } from '../../domain/backtest/engine.js';
import { engineRuleOf, firstDecision, NO_RULE } from '../../domain/backtest/engine-rule.js';
import {
  ownTrades,
  tiedFills,
  variantsOf,
  type VerifiedRun,
} from '../../domain/backtest/engine-conventions.js';
import { engineRule } from '../../domain/backtest/external.js';
import { resolveParams, STRATEGIES } from '../../domain/strategies/index.js';
import { columnsOf, HOUR, START, walk } from './made-bars.js';
import { SPEC } from './made-backtests.js';

const bars = walk(400);
function runOf(name: string, params: Record<string, number> = {}, of = bars): VerifiedRun {
  const strategy = STRATEGIES[name]!;
  const all = resolveParams(strategy, params);
  const rule = strategy.rule?.(all) ?? null;
  const signal = strategy.signal({ bars: of, params: all, timeframeMs: HOUR });
  return { bars: of, signal, rule, engineRule: rule ? engineRuleOf(rule) : NO_RULE, spec: SPEC };
}

describe('a rule for engines of others', () => {
  it('names each distinct column once, with the bar from which it is defined', () => {
    const { columns, sides } = runOf('sma-cross', { direction: 0 }).engineRule;
    expect(columns).toEqual([
      { name: 'SMA', args: [20], output: '', firstValid: 19 },
      { name: 'SMA', args: [100], output: '', firstValid: 99 },
    ]);
    expect(sides.map(({ direction }) => direction)).toEqual([1, -1]);
  });

  it.each([
    ['sma-cross', 99],
    ['ema-cross', 99],
    ['rsi', 14],
    ['bollinger', 19],
    ['macd', 33],
    ['donchian', 20],
  ])('of %s decides first at bar %i', (name, first) => {
    expect(firstDecision(runOf(name).engineRule)).toBe(first);
  });

  it.each(Object.keys(STRATEGIES))('of %s keeps the contract', (name) => {
    const strategy = STRATEGIES[name]!;
    const rule = strategy.rule?.(resolveParams(strategy, {}));
    if (rule) expect(engineRule.parse(engineRuleOf(rule))).toEqual(engineRuleOf(rule));
  });
});

describe('conventions of other engines', () => {
  it('are no variants where they change no decision', () => {
    expect(variantsOf(runOf('sma-cross'), ['seededByFirst', 'seededAtStart', 'ownSeeds'])).toEqual([]);
    expect(variantsOf(runOf('buy-and-hold'), ['seededByFirst'])).toEqual([]);
  });

  it('decide nothing at the first bar', () => {
    const [late] = variantsOf(runOf('buy-and-hold'), ['firstBarLate']);
    expect(late?.outcome.trades[0]?.entryTime).toBe(START + 2 * HOUR);
  });

  it.each(['seededByFirst', 'seededAtStart'] as const)('%s changes early trades and none later', (name) => {
    const run = runOf('macd', { direction: 0 }, walk(2000));
    const ours = ownTrades(backtest(run));
    const [variant] = variantsOf({ ...run, spec: { ...SPEC, size: { kind: 'units', units: 1 } } }, [name]);
    const times = (trades: typeof ours.trades) => trades.map(({ entryTime }) => entryTime);
    const late = (each: number): boolean => each > START + 400 * HOUR;
    expect(times(variant!.outcome.trades)).not.toEqual(times(ours.trades));
    expect(times(variant!.outcome.trades).filter(late)).toEqual(times(ours.trades).filter(late));
  });
});

describe('fills after a decision between equal columns', () => {
  it('are all where the price stands still, and none on a walk', () => {
    expect(tiedFills(runOf('sma-cross', {}, columnsOf(150))).size).toBe(50);
    expect(tiedFills(runOf('sma-cross')).size).toBe(0);
    expect(tiedFills(runOf('buy-and-hold')).size).toBe(0);
  });
});
