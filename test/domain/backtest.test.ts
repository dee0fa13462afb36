import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backtest, type BacktestArgs } from '../../domain/backtest/engine.js';
import { CONVENTIONS } from '../../domain/backtest/conventions.js';
import type { RunSpec } from '../../domain/backtest/spec.js';
import type { BarColumns } from '../../domain/bars.js';
import { FREE, SPEC } from './made-backtests.js';
import { columnsOf, reorder, walk } from './made-bars.js';

/** Bars whose open and close are given; high and low around them. */
function barsOf(rows: [open: number, close: number][]): BarColumns {
  const bars = columnsOf(rows.length);
  rows.forEach(([open, close], i) => {
    bars.open[i] = open;
    bars.close[i] = close;
    bars.high[i] = Math.max(open, close);
    bars.low[i] = Math.min(open, close);
  });
  return bars;
}

const run = (rows: [number, number][], signal: number[], more: Partial<RunSpec> = {}) =>
  backtest({ bars: barsOf(rows), signal: Float64Array.from(signal), spec: { ...SPEC, ...more } });

describe('a backtest', () => {
  it('decides at the close and fills at the next open', () => {
    const { equity, trades, metrics } = run(
      [
        [10, 11],
        [12, 15],
        [16, 14],
        [13, 9],
      ],
      [1, NaN, 0, 1],
      { costs: FREE },
    );
    expect(trades).toHaveLength(1);
    expect(trades[0]).toMatchObject({ side: 'long', entryPrice: 12, exitPrice: 13, fees: 0 });
    expect(Array.from(equity, (value) => value / 1000)).toEqual(
      [1, 15 / 12, 14 / 12, 13 / 12].map((each) => expect.closeTo(each, 12)),
    );
    expect(metrics).toMatchObject({ entries: 1, exits: 1, exposure: 0.5, bars: 4 });
  });

  it('charges the fee on both sides and slips against the trader', () => {
    const costs = { feeBps: 100, slippageBps: 2500 };
    const size = { kind: 'units', units: 2 } as const;
    const { trades, metrics } = run(
      [
        [100, 100],
        [100, 100],
        [100, 100],
      ],
      [1, 0, NaN],
      { costs, size },
    );
    expect(trades[0]).toMatchObject({ entryPrice: 125, exitPrice: 75, units: 2 });
    expect(metrics.fees).toBeCloseTo(0.01 * 2 * (125 + 75), 12);
    expect(metrics.finalEquity).toBeCloseTo(1000 - 100 - 4, 12);
    const short = run(
      [
        [100, 100],
        [100, 100],
        [100, 100],
      ],
      [-1, 0, NaN],
      { costs, size },
    );
    expect(short.trades[0]).toMatchObject({ side: 'short', entryPrice: 75, exitPrice: 125 });
    expect(short.metrics.finalEquity).toBeCloseTo(1000 - 100 - 4, 12);
  });

  it('takes a reversal as an exit and an entry', () => {
    const { trades, metrics } = run(
      [
        [10, 10],
        [10, 10],
        [20, 20],
        [10, 10],
      ],
      [1, -1, 0, 0],
      { costs: FREE },
    );
    expect(metrics).toMatchObject({ entries: 2, exits: 2, finalEquity: 3000 });
    expect(trades.map(({ side, profit }) => [side, profit])).toEqual([
      ['long', 1000],
      ['short', 1000],
    ]);
  });

  it('never spends more than the cash on a whole share of equity', () => {
    const { equity } = run(
      [
        [10, 10],
        [10, 10],
      ],
      [1, 1],
      { costs: { feeBps: 100, slippageBps: 0 } },
    );
    expect(equity[1]).toBeCloseTo(1000 / 1.01, 9);
  });

  it('marks an open position at the end, or closes it at the last close', () => {
    const rows: [number, number][] = [
      [10, 10],
      [10, 20],
    ];
    const costs = { feeBps: 100, slippageBps: 0 };
    const size = { kind: 'units', units: 1 } as const;
    const marked = run(rows, [1, 1], { costs, size });
    expect(marked.metrics).toMatchObject({ entries: 1, exits: 0 });
    expect(marked.metrics.finalEquity).toBeCloseTo(1010 - 0.1, 12);
    expect(marked.trades[0]).toMatchObject({ exitTime: null, exitPrice: null });
    const closed = run(rows, [1, 1], { costs, size, closeAtEnd: true });
    expect(closed.metrics).toMatchObject({ entries: 1, exits: 1, winRate: 1 });
    expect(closed.metrics.finalEquity).toBeCloseTo(1010 - 0.1 - 0.2, 12);
  });

  it('enters no more once a short has lost everything', () => {
    const { metrics, trades } = run(
      [
        [10, 10],
        [10, 10],
        [40, 40],
        [40, 40],
        [40, 40],
      ],
      [-1, 0, 1, 0, 0],
      { costs: FREE },
    );
    expect(metrics).toMatchObject({ entries: 1, exits: 1, finalEquity: -2000, maxDrawdown: 3 });
    expect(trades).toHaveLength(1);
    expect(trades[0]).toMatchObject({ side: 'short', exitPrice: 40, profit: -3000 });
  });

  it('runs over a single bar, without a trade', () => {
    const { metrics } = run([[10, 11]], [1]);
    expect(metrics).toMatchObject({
      entries: 0,
      finalEquity: 1000,
      totalReturn: 0,
      maxDrawdown: 0,
      sharpe: NaN,
    });
  });

  it('scales its Sharpe ratio right for weekly bars', () => {
    const rows = Array.from({ length: 300 }, (_, i): [number, number] => [
      100 + (i % 7),
      100 + ((i + 1) % 7),
    ]);
    const bars = barsOf(rows);
    bars.time.forEach((_, i) => (bars.time[i] = i * 7 * 86_400_000));
    const { equity, metrics } = backtest({ bars, signal: new Float64Array(300).fill(1), spec: SPEC });
    const weekly = Array.from(equity, (value, i) => value / (equity[i - 1] ?? 1000) - 1);
    const average = weekly.reduce((sum, each) => sum + each, 0) / 300;
    const spread = Math.sqrt(weekly.reduce((sum, each) => sum + (each - average) ** 2, 0) / 299);
    expect(metrics.sharpe / ((average / spread) * Math.sqrt(365 / 7))).toBeCloseTo(1, 1);
  });

  it('states its conventions as sentences', () => {
    for (const sentence of CONVENTIONS) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });
});

describe('in every backtest', () => {
  const wanted = fc.constantFrom(1, -1, 0, NaN, 0.5, -0.25);
  const runs = fc.record({
    seed: fc.integer({ min: 1, max: 1e6 }),
    signal: fc.array(wanted, { minLength: 1, maxLength: 80 }),
    costs: fc.record({
      feeBps: fc.integer({ min: 0, max: 100 }),
      slippageBps: fc.integer({ min: 0, max: 100 }),
    }),
    size: fc.constantFrom<RunSpec['size']>(
      { kind: 'equity', fraction: 1 },
      { kind: 'equity', fraction: 0.4 },
      { kind: 'units', units: 3 },
    ),
    closeAtEnd: fc.boolean(),
  });
  const argsOf = ({
    seed,
    signal,
    ...spec
  }: typeof runs extends fc.Arbitrary<infer T> ? T : never): BacktestArgs => ({
    bars: walk(signal.length, seed),
    signal: Float64Array.from(signal),
    spec: { ...SPEC, ...spec },
  });

  it('money is conserved: the final equity is the cash plus what the trades made', () => {
    fc.assert(
      fc.property(runs, (made) => {
        const args = argsOf(made);
        const { metrics, trades } = backtest(args);
        const last = args.bars.close.at(-1) ?? NaN;
        const profit = trades.reduce((sum, trade) => {
          const open =
            trade.exitTime === null
              ? (trade.side === 'long' ? 1 : -1) * trade.units * (last - trade.entryPrice)
              : 0;
          return sum + trade.profit + open;
        }, 0);
        expect(metrics.finalEquity).toBeCloseTo(SPEC.cash + profit, 6);
        expect(metrics.fees).toBeCloseTo(
          trades.reduce((sum, trade) => sum + trade.fees, 0),
          9,
        );
        expect(metrics.entries - metrics.exits).toBe(
          trades.filter((trade) => trade.exitTime === null).length,
        );
      }),
    );
  });

  it('what is decided or happens after bar t changes nothing up to t', () => {
    fc.assert(
      fc.property(runs, fc.nat(), (made, cut) => {
        const args = argsOf({ ...made, closeAtEnd: false });
        const n = args.signal.length;
        const t = cut % n;
        const full = backtest(args).equity;
        const other = args.signal.map((value, i) => (i < t ? value : -1));
        expect(backtest({ ...args, signal: other }).equity.subarray(0, t + 1)).toEqual(
          full.subarray(0, t + 1),
        );
        const first = reorder(args.bars, [...Array(t + 1).keys()]);
        const short = backtest({ ...args, bars: first, signal: args.signal.slice(0, t + 1) });
        expect(short.equity).toEqual(full.subarray(0, t + 1));
      }),
    );
  });

  it('costs never help a fixed number of units', () => {
    fc.assert(
      fc.property(runs, (made) => {
        const args = argsOf({ ...made, size: { kind: 'units', units: 3 } });
        const free = backtest({ ...args, spec: { ...args.spec, costs: FREE } });
        expect(backtest(args).metrics.finalEquity).toBeLessThanOrEqual(free.metrics.finalEquity + 1e-9);
      }),
    );
  });
});
