import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backtest } from '../../domain/backtest/engine.js';
import { backtestPortfolio } from '../../domain/backtest/portfolio/run.js';
import {
  PORTFOLIO_CONVENTIONS,
  type Instrument,
  type PortfolioSpec,
} from '../../domain/backtest/portfolio/types.js';
import { FREE, SPEC } from './made-backtests.js';
import { columnsOf, HOUR, reorder, START, walk } from './made-bars.js';

const { size: _size, ...rest } = SPEC;
const spec: PortfolioSpec = { ...rest, costs: FREE, rebalance: { kind: 'signals' } };

/** An instrument of these prices: each bar opens and closes at its own. */
function priced(name: string, weight: number, prices: number[], signal: number[]): Instrument {
  const bars = columnsOf(prices.length);
  for (const column of ['open', 'high', 'low', 'close'] as const) bars[column].set(prices);
  bars.volume.fill(100);
  return { name, bars, signal: Float64Array.from(signal), weight };
}
/** Without the bars at these places. */
const without = (instrument: Instrument, gone: number[]): Instrument => {
  const kept = [...instrument.signal.keys()].filter((at) => !gone.includes(at));
  return {
    ...instrument,
    bars: reorder(instrument.bars, kept),
    signal: Float64Array.from(kept, (at) => instrument.signal[at] ?? NaN),
  };
};
const STAY = [NaN, NaN, NaN, NaN];

const made = fc.record({
  seeds: fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 4 }),
  rows: fc.integer({ min: 1, max: 60 }),
  wishes: fc.array(fc.constantFrom(1, -1, 0, NaN, 0.5), { minLength: 60, maxLength: 60 }),
  gone: fc.array(fc.nat({ max: 59 }), { maxLength: 20 }),
  costs: fc.record({
    feeBps: fc.integer({ min: 0, max: 200 }),
    slippageBps: fc.integer({ min: 0, max: 100 }),
    impactBps: fc.constantFrom(0, 50),
  }),
  rebalance: fc.constantFrom<PortfolioSpec['rebalance']>(
    { kind: 'signals' },
    { kind: 'period', everyMs: 5 * HOUR },
    { kind: 'drift', above: 0.01 },
  ),
  closeAtEnd: fc.boolean(),
});
type Made = typeof made extends fc.Arbitrary<infer T> ? T : never;
const instrumentsOf = ({ seeds, rows, wishes, gone }: Made): Instrument[] =>
  seeds.map((seed, k) => {
    const signal = Float64Array.from({ length: rows }, (_, i) => wishes[(i + 7 * k) % 60] ?? NaN);
    const whole = { name: `made ${k}`, bars: walk(rows, seed), signal, weight: 1 / seeds.length };
    return k === 0
      ? whole
      : without(
          whole,
          gone.filter((at) => at % 4 === k && at > 0),
        );
  });

describe('a portfolio', () => {
  it('shares the cash by weights, and lets positions drift', () => {
    const both = [
      priced('A', 0.5, [10, 10, 20, 20], [1, NaN, NaN, NaN]),
      priced('B', 0.5, [10, 10, 10, 10], [1, NaN, NaN, NaN]),
    ];
    const { equity, trades } = backtestPortfolio(both, spec);
    expect(Array.from(equity)).toEqual([1000, 1000, 1500, 1500]);
    expect(trades.map(({ instrument, units }) => [instrument, units])).toEqual([
      ['A', 50],
      ['B', 50],
    ]);
  });

  it.each<[string, PortfolioSpec['rebalance']]>([
    ['a period', { kind: 'period', everyMs: HOUR }],
    ['a drift', { kind: 'drift', above: 0.1 }],
  ])('is brought back to its weights by %s, what reduces first', (_, rebalance) => {
    const both = [
      priced('B', 0.5, [10, 10, 10, 10], [1, NaN, NaN, NaN]),
      priced('A', 0.5, [10, 10, 20, 20], [1, NaN, NaN, NaN]),
    ];
    const { equity, trades, metrics } = backtestPortfolio(both, { ...spec, rebalance });
    // 50 of each; A doubles: 1500 are there, 750 in each: 37.5 of A, 75 of B.
    expect(equity[3]).toBe(1500);
    expect(trades.find(({ instrument }) => instrument === 'B')).toMatchObject({ units: 75 });
    expect(metrics).toMatchObject({ entries: 2 + 1, exits: 1 });
    expect(trades.filter(({ instrument }) => instrument === 'A')).toMatchObject([
      { units: 12.5, entryPrice: 10, exitPrice: 20, profit: 125 },
      { units: 37.5, exitTime: null },
    ]);
  });

  it('fills no missing bar, marks at the last close and says so', () => {
    const late = without(priced('A', 0.5, [10, 10, 30, 20], [1, 0, NaN, NaN]), [2]);
    const { equity, trades, notes, time } = backtestPortfolio(
      [late, priced('B', 0.5, [5, 5, 5, 5], STAY)],
      spec,
    );
    expect(time).toHaveLength(4);
    expect(Array.from(equity)).toEqual([1000, 1000, 1000, 1500]);
    expect(trades[0]).toMatchObject({ entryTime: START + HOUR, exitTime: START + 3 * HOUR, exitPrice: 20 });
    expect(notes).toEqual([
      expect.stringMatching(/A has no bar at 1 of the common times: it was not filled/),
    ]);
  });

  it('of one instrument is what a run of the whole equity is', () => {
    fc.assert(
      fc.property(made, ({ seeds, rows, wishes, costs, closeAtEnd }) => {
        const whole = wishes.map((each) => (each === 0.5 ? 1 : each)).slice(0, rows);
        const [bars, signal] = [walk(rows, seeds[0] ?? 1), Float64Array.from(whole)];
        const run = { ...spec, costs: { ...costs, impactBps: 0 }, closeAtEnd };
        const one = backtestPortfolio([{ name: 'A', bars, signal, weight: 1 }], run);
        const same = backtest({ bars, signal, spec: { ...run, size: { kind: 'equity', fraction: 1 } } });
        expect(one.equity).toEqual(same.equity);
        expect(one.metrics).toEqual(same.metrics);
      }),
    );
  });

  it('conserves money, never borrows for longs and does not see the future', () => {
    fc.assert(
      fc.property(made, fc.nat(), (each, cut) => {
        const instruments = instrumentsOf(each);
        const run: PortfolioSpec = {
          ...spec,
          costs: each.costs,
          rebalance: each.rebalance,
          closeAtEnd: each.closeAtEnd,
        };
        const { equity, trades, metrics, time } = backtestPortfolio(instruments, run);
        const last = new Map(instruments.map(({ name, bars }) => [name, bars.close.at(-1) ?? NaN]));
        const worth = trades.reduce((sum, { instrument, side, units, entryPrice, exitTime, profit }) => {
          const open =
            exitTime === null
              ? (side === 'long' ? 1 : -1) * units * ((last.get(instrument) ?? NaN) - entryPrice)
              : 0;
          return sum + profit + open;
        }, 1000);
        expect(worth).toBeCloseTo(metrics.finalEquity, 6);
        const until = time[cut % time.length] ?? NaN;
        const early = instruments.flatMap((instrument) => {
          const kept = [...instrument.bars.time.keys()].filter(
            (at) => (instrument.bars.time[at] ?? NaN) <= until,
          );
          return kept.length === 0
            ? []
            : [
                {
                  ...instrument,
                  bars: reorder(instrument.bars, kept),
                  signal: instrument.signal.slice(0, kept.length),
                },
              ];
        });
        const part = backtestPortfolio(early, { ...run, closeAtEnd: false });
        const full = backtestPortfolio(instruments, { ...run, closeAtEnd: false });
        expect(part.equity).toEqual(full.equity.slice(0, part.equity.length));
        expect(equity).toHaveLength(time.length);
      }),
      { numRuns: 200 },
    );
  });

  it('never takes more than the cash for longs', () => {
    fc.assert(
      fc.property(made, (each) => {
        const longs = instrumentsOf({ ...each, wishes: each.wishes.map((wish) => (wish < 0 ? 0 : wish)) });
        const run: PortfolioSpec = { ...spec, costs: each.costs, rebalance: each.rebalance };
        const { trades, equity } = backtestPortfolio(longs, run);
        for (const value of equity) expect(value).toBeGreaterThan(0);
        for (const { side } of trades) expect(side).toBe('long');
      }),
    );
  });

  it('is stopped where nothing is left', () => {
    const short = priced('A', 1, [10, 10, 40, 50, 10], [-1, NaN, NaN, 1, NaN]);
    const { equity, notes, metrics } = backtestPortfolio([short], spec);
    expect(Array.from(equity)).toEqual([1000, 1000, -2000, -3000, -3000]);
    expect(metrics.entries).toBe(1);
    expect(notes[0]).toMatch(/No equity was left/);
  });

  it('is refused with what no result could be right for', () => {
    const good = (): Instrument => priced('A', 0.5, [1, 1], [1, 1]);
    const refused = (instruments: Instrument[], more: Partial<PortfolioSpec> = {}) =>
      expect(() => backtestPortfolio(instruments, { ...spec, ...more }));
    refused([]).toThrow(/at least one instrument/);
    refused([good(), good()]).toThrow(/"A" is there twice/);
    refused([{ ...good(), weight: 0 }]).toThrow(/A has weight 0/);
    refused([
      { ...good(), weight: 0.6 },
      { ...good(), name: 'B', weight: 0.6 },
    ]).toThrow(/sum up to 1.2/);
    refused([{ ...good(), signal: new Float64Array(1) }]).toThrow(/A: The signal has 1 values for 2 bars/);
    refused([good()], { rebalance: { kind: 'period', everyMs: 0 } }).toThrow(/everyMs is 0/);
    refused([good()], { rebalance: { kind: 'drift', above: 1 } }).toThrow(/above is 1/);
    refused([good()], { cash: 0 }).toThrow(/A: cash is 0/);
  });

  it('states its conventions as sentences', () => {
    for (const sentence of PORTFOLIO_CONVENTIONS) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });
});
