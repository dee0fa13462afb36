import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conventionsOf } from '../../domain/backtest/conventions.js';
import { backtest, type BacktestArgs } from '../../domain/backtest/engine.js';
import { backtestEvents } from '../../domain/backtest/events/run.js';
import { backtestPortfolio } from '../../domain/backtest/portfolio/run.js';
import { parseSize, printSize } from '../../domain/backtest/sizing.js';
import { parseSlippage, printSlippage } from '../../domain/backtest/slippage.js';
import type { RunSpec, Size } from '../../domain/backtest/spec.js';
import { atr } from '../../domain/indicators/volatility.js';
import { FREE, SPEC } from './made-backtests.js';
import { columnsOf, HOUR, START, walk } from './made-bars.js';

const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
const share = fc.double({ min: 1e-6, max: 1, noNaN: true });
const bars = fc.integer({ min: 2, max: 5000 });
const maxLeverage = fc.double({ min: 0.1, max: 125, noNaN: true });
const anySize: fc.Arbitrary<Size> = fc.oneof(
  positive.map((units) => ({ kind: 'units' as const, units })),
  positive.map((amount) => ({ kind: 'cash' as const, amount })),
  share.map((fraction) => ({ kind: 'equity' as const, fraction })),
  fc.record({ kind: fc.constant('volatility' as const), target: positive, lookback: bars, maxLeverage }),
  fc.record({
    kind: fc.constant('risk' as const),
    share,
    stop: fc.oneof(
      fc.double({ min: 1e-3, max: 9999, noNaN: true }).map((bps) => ({ kind: 'bps' as const, bps })),
      fc.record({ kind: fc.constant('atr' as const), multiple: positive, bars }),
    ),
    maxLeverage,
  }),
);

describe('a size as text', () => {
  it.each<[string, Size]>([
    ['units:1', { kind: 'units', units: 1 }],
    ['cash:1000', { kind: 'cash', amount: 1000 }],
    ['equity:.5', { kind: 'equity', fraction: 0.5 }],
    ['volatility:0.2/168', { kind: 'volatility', target: 0.2, lookback: 168, maxLeverage: 1 }],
    ['volatility:0.2/168/3', { kind: 'volatility', target: 0.2, lookback: 168, maxLeverage: 3 }],
    ['risk:0.01/200bps', { kind: 'risk', share: 0.01, stop: { kind: 'bps', bps: 200 }, maxLeverage: 1 }],
    [
      'risk:0.01/2.5atr14/2',
      { kind: 'risk', share: 0.01, stop: { kind: 'atr', multiple: 2.5, bars: 14 }, maxLeverage: 2 },
    ],
  ])('%s is read', (text, size) => expect(parseSize(text)).toEqual(size));

  it('is printed so that it is read back', () => {
    fc.assert(
      fc.property(anySize, (size) => {
        expect(parseSize(printSize(size))).toEqual(size);
      }),
    );
  });

  it.each<[string, RegExp]>([
    ['', /Size "" is none; a size is one of units:1/],
    ['unit:1', /Size "unit:1" is none/],
    ['constructor:1', /is none/],
    ['units', /is none/],
    ['units:one', /is none/],
    ['units:1/2', /is none/],
    ['units:0', /size.units is 0; it must be above 0/],
    ['units:-1', /is none/],
    ['equity:1.5', /size.fraction is 1.5; it must be above 0 and at most 1/],
    ['volatility:0.2', /is none/],
    ['volatility:0.2/1', /size.lookback is 1; it must be whole, at least 2/],
    ['volatility:0.2/2.5', /size.lookback is 2.5/],
    ['volatility:0.2/20/500', /size.maxLeverage is 500; .* at most 125/],
    ['risk:0.01/200', /is none/],
    ['risk:0.01/2atr', /is none/],
    ['risk:0.01/20000bps', /size.stop.bps is 20000; .* below 10000/],
    ['risk:2/200bps', /size.share is 2/],
    ['risk:0.01/2atr14/1/1', /is none/],
  ])('"%s" is refused', (text, message) => {
    expect(() => parseSize(text)).toThrow(message);
    expect(() => parseSize(text)).toThrow(expect.objectContaining({ name: 'InvalidInputError' }));
  });
});

describe('slippage as text', () => {
  it('is read and printed', () => {
    expect(parseSlippage('bps:2')).toEqual({ slippageBps: 2 });
    const all = parseSlippage('volume:100+spread:0.5');
    expect(all).toEqual({ slippageBps: 0, halfSpread: 0.5, impactBps: 100 });
    expect(parseSlippage(printSlippage(all))).toEqual(all);
  });

  it.each(['', 'bps', 'bps:x', 'bps:1+bps:2', 'tip:1', 'bps:1:2', '2'])('"%s" is refused', (text) =>
    expect(() => parseSlippage(text)).toThrow(/Slippage ".*" is none; it is one of bps:2/),
  );
  it('is refused out of bounds', () =>
    expect(() => parseSlippage('bps:10000')).toThrow(/slippageBps is 10000/));
});

const enter = (size: Size, more: Partial<BacktestArgs> & { costs?: RunSpec['costs'] } = {}) => {
  const made = more.bars ?? walk(60, 7);
  const n = made.close.length;
  const signal = more.signal ?? new Float64Array(n).fill(NaN).fill(1, n - 2);
  const { costs = FREE } = more;
  return backtest({ ...more, bars: made, signal, spec: { ...SPEC, costs, size, ...more.spec } });
};

describe('an entry', () => {
  const made = walk(60, 7);
  const open = made.open[59] ?? NaN;
  const unitsOf = (size: Size, costs = FREE): number => enter(size, { costs }).trades[0]?.units ?? NaN;

  it('by cash takes the amount, or what there is, fee included', () => {
    expect(unitsOf({ kind: 'cash', amount: 300 })).toBeCloseTo(300 / open, 12);
    const costs = { feeBps: 100, slippageBps: 50 };
    expect(unitsOf({ kind: 'cash', amount: 3000 }, costs)).toBeCloseTo(1000 / (open * 1.005 * 1.01), 12);
  });

  it('by volatility is scaled by what the closes before it moved in their time', () => {
    const returns = Array.from({ length: 20 }, (_, k) =>
      Math.log((made.close[39 + k] ?? NaN) / (made.close[38 + k] ?? NaN)),
    );
    const average = returns.reduce((sum, each) => sum + each, 0) / 20;
    const variance = returns.reduce((sum, each) => sum + (each - average) ** 2, 0) / 19;
    const volatility = Math.sqrt(variance * 24 * 365);
    const size = { kind: 'volatility', target: 0.1, lookback: 20, maxLeverage: 1 } as const;
    expect(unitsOf(size)).toBeCloseTo((1000 * 0.1) / volatility / open, 9);
    expect(unitsOf({ ...size, target: 100, maxLeverage: 3 })).toBeCloseTo(3000 / open, 9);
  });

  it('by risk loses its share at the stop, and is bounded by the leverage', () => {
    const size = { kind: 'risk', share: 0.01, stop: { kind: 'bps', bps: 200 }, maxLeverage: 1 } as const;
    expect(unitsOf(size)).toBeCloseTo(10 / (open * 0.02), 9);
    const stop = { kind: 'atr', multiple: 2, bars: 14 } as const;
    expect(unitsOf({ ...size, stop })).toBeCloseTo(
      Math.min(10 / (2 * (atr(made, 14)[58] ?? NaN)), 1000 / open),
      9,
    );
    expect(unitsOf({ ...size, stop: { kind: 'bps', bps: 1 } })).toBeCloseTo(1000 / open, 9);
  });

  it('waits for the look-back of its size, and says so', () => {
    const size = { kind: 'volatility', target: 0.1, lookback: 20, maxLeverage: 1 } as const;
    const { trades, notes } = enter(size, { signal: new Float64Array(60).fill(1) });
    expect(trades[0]?.entryTime).toBe(START + 21 * HOUR);
    expect(notes[0]).toMatch(/An entry waited at 20 bars for the look-back/);
  });

  it('waits for volume where its price depends on it, and says so', () => {
    const still = walk(30, 2);
    still.volume.fill(0, 0, 10);
    const costs = { feeBps: 0, slippageBps: 0, impactBps: 50 };
    const size = { kind: 'units', units: 2 } as const;
    const { trades, notes } = enter(size, { bars: still, costs, signal: new Float64Array(30).fill(1) });
    const [price, volume] = [still.open[10] ?? NaN, still.volume[10] ?? NaN];
    expect(trades[0]?.entryTime).toBe(START + 10 * HOUR);
    expect(trades[0]?.entryPrice).toBeCloseTo(price * (1 + 0.005 * Math.sqrt(2 / volume)), 9);
    expect(notes).toEqual([expect.stringMatching(/met no volume and waited at 9 bars/)]);
    still.volume.fill(0);
    const never = enter(size, { bars: still, costs, signal: new Float64Array(30).fill(1) });
    expect(never.metrics).toMatchObject({ entries: 0, finalEquity: 1000 });
  });

  it('of the whole equity never takes more than the cash, its own impact included', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(1e6),
          feeBps: fc.nat(500),
          slippageBps: fc.nat(300),
          impactBps: fc.nat(9000),
        }),
        ({ seed, ...costs }) => {
          const { trades } = enter({ kind: 'equity', fraction: 1 }, { bars: walk(5, seed + 1), costs });
          const { units = 0, entryPrice = 0, fees = 0 } = trades[0] ?? {};
          expect(units * entryPrice + fees).toBeCloseTo(1000, 6);
        },
      ),
    );
  });
});

describe('a fill', () => {
  it('pays half the spread in units of the price, and sells for nothing at the least', () => {
    const flat = columnsOf(4);
    const size = { kind: 'units', units: 1 } as const;
    const signal = Float64Array.from([1, 0, 0, 0]);
    const costs = { feeBps: 0, slippageBps: 0, halfSpread: 0.1 };
    const { trades } = enter(size, { bars: flat, signal, costs });
    expect(trades[0]).toMatchObject({ entryPrice: 7.1 + 0.1, exitPrice: 7.1 - 0.1 });
    const wide = enter(size, { bars: flat, signal, costs: { ...costs, halfSpread: 50 } });
    expect(wide.trades[0]).toMatchObject({ entryPrice: 57.1, exitPrice: 0 });
  });
});

describe('funding', () => {
  const rates = (at: number[], rate: number[]) => ({
    time: Float64Array.from(at, (hours) => START + hours * HOUR),
    rate: Float64Array.from(rate),
  });
  const run = (side: number, funding: ReturnType<typeof rates>) => {
    const signal = Float64Array.from([NaN, side, NaN, 0, NaN, NaN]);
    const spec = { funding: 'stored' } as RunSpec;
    return enter({ kind: 'units', units: 10 }, { bars: columnsOf(6), signal, funding, spec });
  };

  it('is paid by longs and got by shorts that held over its time, at the next open', () => {
    // Opened at hour 2 and closed at hour 4: what is paid at 2 was not held over, what is paid at 4 was.
    const paid = rates([0, 2, 2.5, 4, 4.5, 9], [0.5, 0.5, 0.01, 0.02, 0.5, 0.5]);
    const long = run(1, paid);
    expect(long.metrics.funding).toBeCloseTo(71 * 0.03, 12);
    expect(long.metrics.finalEquity).toBeCloseTo(1000 - 71 * 0.03, 9);
    expect(long.trades[0]?.funding).toBeCloseTo(71 * 0.03, 12);
    expect(long.trades[0]?.profit).toBeCloseTo(-71 * 0.03, 9);
    expect(run(-1, paid).metrics.finalEquity).toBeCloseTo(1000 + 71 * 0.03, 9);
  });

  it('is refused where it cannot be paid, by each engine', () => {
    const bars = columnsOf(4);
    const spec: RunSpec = { ...SPEC, funding: 'stored' };
    const refused = (funding: ReturnType<typeof rates> | undefined, message: RegExp) => {
      const args = { bars, spec, ...(funding && { funding }) };
      expect(() => backtest({ ...args, signal: new Float64Array(4) })).toThrow(message);
      expect(() => backtestEvents({ ...args, strategy: { onBar: () => undefined } })).toThrow(message);
    };
    refused(undefined, /funding is "stored", but no rates were given/);
    refused(rates([1, 2], [0.1]), /2 times and 1 rates/);
    refused(rates([2, 1], [0.1, 0.1]), /Funding rate 1 has time .*; times must ascend/);
    refused(rates([NaN], [0.1]), /Funding rate 0 has time NaN/);
    refused(rates([1], [NaN]), /Funding rate 0 is NaN/);
    const instrument = {
      name: 'A',
      bars,
      signal: new Float64Array(4),
      weight: 1,
      funding: rates([1], [NaN]),
    };
    expect(() => backtestPortfolio([instrument], { ...spec, rebalance: { kind: 'signals' } })).toThrow(
      /A: Funding rate 0 is NaN/,
    );
  });

  it('is no part of a run that does not ask for it', () => {
    const { metrics, trades } = enter({ kind: 'units', units: 1 }, { funding: rates([0], [0.1]) });
    expect(metrics).not.toHaveProperty('funding');
    expect(trades[0]).not.toHaveProperty('funding');
  });
});

describe('the conventions of a run', () => {
  it('say what was used, as sentences', () => {
    const spec: RunSpec = {
      ...SPEC,
      costs: { feeBps: 4, slippageBps: 1, halfSpread: 0.5, impactBps: 30 },
      size: parseSize('risk:0.01/2atr14'),
      funding: 'stored',
      engine: 'event-driven',
      exits: { stopBps: 100, trailBps: 50, targetBps: 20 },
      fillShare: 0.1,
      closeAtEnd: true,
    };
    const said = conventionsOf(spec);
    for (const sentence of said) expect(sentence).toMatch(/^[A-Z].*\.$/);
    for (const word of [
      'ATR\\(14\\)',
      'square-root law',
      'Funding is paid',
      'stops before targets',
      'trailing stop at 50',
      '0.1 of the volume',
      'last close',
      'half a spread of 0.5',
    ])
      expect(said.join(' ')).toMatch(new RegExp(word));
    expect(conventionsOf(SPEC).join(' ')).not.toMatch(
      /Funding is|square-root|trailing|closed at the last close/,
    );
  });
});
