import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backtest, CONVENTIONS, type BacktestArgs, type RunSpec } from '../../domain/backtest.js';
import type { BarColumns } from '../../domain/bars.js';
import { smaCross } from '../../domain/strategies/sma-cross.js';
import { columnsOf, reorder, walk } from './made-bars.js';

const SPEC: RunSpec = {
  costs: { feeBps: 10, slippageBps: 2 },
  cash: 1000,
  size: { kind: 'equity', fraction: 1 },
  closeAtEnd: false,
  periodsPerYear: 365,
};
const FREE = { feeBps: 0, slippageBps: 0 };

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
    const costs = { feeBps: 100, slippageBps: 50 };
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
    expect(trades[0]).toMatchObject({ entryPrice: 100.5, exitPrice: 99.5, units: 2 });
    expect(metrics.fees).toBeCloseTo(0.01 * 2 * (100.5 + 99.5), 12);
    expect(metrics.finalEquity).toBeCloseTo(1000 - 2 - 4, 12);
    const short = run(
      [
        [100, 100],
        [100, 100],
        [100, 100],
      ],
      [-1, 0, NaN],
      { costs, size },
    );
    expect(short.trades[0]).toMatchObject({ side: 'short', entryPrice: 99.5, exitPrice: 100.5 });
    expect(short.metrics.finalEquity).toBeCloseTo(1000 - 2 - 4, 12);
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
      'leverage',
      (args) => (args.spec = { ...SPEC, size: { kind: 'equity', fraction: 2 } }),
      /size.fraction is 2/,
    ],
  ])('%s and names it', (_, change, message) => {
    expect(broken(change)).toThrow(expect.objectContaining({ name: 'InvalidInputError' }));
    expect(broken(change)).toThrow(message);
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

const FIXTURES = '../shared/fixtures';
describe.skipIf(!existsSync(FIXTURES))('the SMA grid (skipped where ../shared/fixtures is missing)', () => {
  it('equals numpy on 100,000 bars in all 154 rows', () => {
    const lines = gunzipSync(readFileSync(`${FIXTURES}/bars-100k.csv.gz`))
      .toString()
      .trim()
      .split('\n')
      .slice(1);
    const cells = lines.map((line) => line.split(','));
    const column = (at: number) => Float64Array.from(cells, (row) => Number(row[at]));
    const time = Float64Array.from(cells, (row) => Date.parse(row[0] ?? ''));
    const bars = {
      time,
      open: column(1),
      high: column(2),
      low: column(3),
      close: column(4),
      volume: column(5),
    };
    const grid = JSON.parse(readFileSync(`${FIXTURES}/sma-grid-100k.json`, 'utf8')) as { rows: number[][] };
    const spec: RunSpec = {
      ...SPEC,
      costs: { feeBps: 10, slippageBps: 0 },
      cash: 2e7,
      size: { kind: 'units', units: 1 },
    };
    expect(grid.rows).toHaveLength(154);
    for (const [fast = NaN, slow = NaN, entries, exits, finalEquity = NaN, drawdown = NaN] of grid.rows) {
      const signal = smaCross.signal({ bars, params: { fast, slow }, timeframeMs: 60_000 });
      const { metrics } = backtest({ bars, signal, spec });
      expect(metrics).toMatchObject({ entries, exits });
      expect(Math.abs(metrics.finalEquity / finalEquity - 1)).toBeLessThan(1e-12);
      expect(Math.abs(metrics.maxDrawdown / drawdown - 1)).toBeLessThan(1e-9);
    }
  });
});
