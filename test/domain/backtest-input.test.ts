import { describe, expect, it } from 'vitest';
import { backtest, type BacktestArgs } from '../../domain/backtest/engine.js';
import { SPEC } from './made-backtests.js';
import { walk } from './made-bars.js';

describe('a backtest refuses', () => {
  const good = (): BacktestArgs => ({ bars: walk(5), signal: new Float64Array(5), spec: SPEC });
  const broken = (change: (args: BacktestArgs) => void): (() => unknown) => {
    const args = good();
    change(args);
    return () => backtest(args);
  };
  it.each<[string, (args: BacktestArgs) => void, RegExp]>([
    ['a NaN price', ({ bars }) => (bars.close[3] = NaN), /Bar 3 has close NaN/],
    ['a NaN high', ({ bars }) => (bars.high[2] = NaN), /Bar 2 has high NaN/],
    ['a price of zero', ({ bars }) => (bars.open[1] = 0), /Bar 1 has open 0/],
    ['a time that goes back', ({ bars }) => (bars.time[2] = 0), /Bar 2 has time 0/],
    [
      'columns of unequal length',
      ({ bars }) => (bars.open = bars.open.slice(1)),
      /open has 4 values, close has 5/,
    ],
    ['a short signal', (args) => (args.signal = new Float64Array(4)), /4 values for 5 bars/],
    ['a wild signal', ({ signal }) => (signal[2] = 1.5), /Signal 1.5 at bar 2/],
    ['no bars', (args) => Object.assign(args, { bars: walk(0), signal: new Float64Array(0) }), /No bars/],
    [
      'a negative fee',
      (args) => (args.spec = { ...SPEC, costs: { feeBps: -1, slippageBps: 0 } }),
      /feeBps is -1/,
    ],
    [
      'a whole fee',
      (args) => (args.spec = { ...SPEC, costs: { feeBps: 10_000, slippageBps: 0 } }),
      /feeBps is 10000/,
    ],
    [
      'a NaN slippage',
      (args) => (args.spec = { ...SPEC, costs: { feeBps: 0, slippageBps: NaN } }),
      /slippageBps is NaN/,
    ],
    ['no cash', (args) => (args.spec = { ...SPEC, cash: 0 }), /cash is 0/],
    ['no units', (args) => (args.spec = { ...SPEC, size: { kind: 'units', units: 0 } }), /size.units is 0/],
    [
      'a half spread below nothing',
      (args) => (args.spec = { ...SPEC, costs: { feeBps: 0, slippageBps: 0, halfSpread: -1 } }),
      /halfSpread is -1/,
    ],
    [
      'an impact that is none',
      (args) => (args.spec = { ...SPEC, costs: { feeBps: 0, slippageBps: 0, impactBps: NaN } }),
      /impactBps is NaN/,
    ],
    [
      'a NaN volume that prices depend on',
      (args) => {
        args.spec = { ...SPEC, costs: { feeBps: 0, slippageBps: 0, impactBps: 1 } };
        args.bars.volume[2] = NaN;
      },
      /Bar 2 has volume NaN; fills by share of volume need 0 or more/,
    ],
    [
      'an unknown size',
      (args) => (args.spec = { ...SPEC, size: { kind: 'all' } as never }),
      /Unknown size.kind "all"; known: units/,
    ],
    [
      'exits',
      (args) => (args.spec = { ...SPEC, exits: { stopBps: 10 } }),
      /exits needs the engine event-driven/,
    ],
    [
      'parts of a fill',
      (args) => (args.spec = { ...SPEC, fillShare: 0.5 }),
      /fillShare needs the engine event-driven/,
    ],
    [
      'an unknown engine',
      (args) => (args.spec = { ...SPEC, engine: 'zoot' as never }),
      /Unknown engine "zoot"; known: vectorised, event-driven/,
    ],
    [
      'leverage',
      (args) => (args.spec = { ...SPEC, size: { kind: 'equity', fraction: 2 } }),
      /size.fraction is 2/,
    ],
  ])('%s and names it', (_, change, message) => {
    expect(broken(change)).toThrow(expect.objectContaining({ name: 'InvalidInputError' }));
    expect(broken(change)).toThrow(message);
  });
});
