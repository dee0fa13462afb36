import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backtest } from '../../domain/backtest/engine.js';
import { backtestEvents, type EventArgs } from '../../domain/backtest/events/run.js';
import { strategyOfSignal } from '../../domain/backtest/events/signal.js';
import type { EventStrategy, OrderKind } from '../../domain/backtest/events/types.js';
import type { BacktestOutcome, RunSpec, Trade } from '../../domain/backtest/spec.js';
import { SPEC } from './made-backtests.js';
import { HOUR, reorder, START, walk } from './made-bars.js';

const sizes = fc.constantFrom<RunSpec['size']>(
  { kind: 'units', units: 3 },
  { kind: 'units', units: 400 },
  { kind: 'cash', amount: 300 },
  { kind: 'cash', amount: 5000 },
  { kind: 'equity', fraction: 1 },
  { kind: 'equity', fraction: 0.4 },
  { kind: 'volatility', target: 0.5, lookback: 5, maxLeverage: 1 },
  { kind: 'volatility', target: 3, lookback: 3, maxLeverage: 50 },
  { kind: 'risk', share: 0.02, stop: { kind: 'bps', bps: 150 }, maxLeverage: 3 },
  { kind: 'risk', share: 0.01, stop: { kind: 'atr', multiple: 2, bars: 4 }, maxLeverage: 60 },
);
const costs = fc.record(
  {
    feeBps: fc.integer({ min: 0, max: 200 }),
    slippageBps: fc.integer({ min: 0, max: 100 }),
    halfSpread: fc.constantFrom(0, 0.25, 120),
    impactBps: fc.constantFrom(0, 30, 2000),
  },
  { requiredKeys: ['feeBps', 'slippageBps'] },
);
const runs = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  signal: fc.array(fc.constantFrom(1, -1, 0, NaN, 0.5, -0.25, 1, -1), { minLength: 1, maxLength: 80 }),
  still: fc.array(fc.nat({ max: 79 }), { maxLength: 20 }),
  rates: fc.array(
    fc.record({ at: fc.integer({ min: -3, max: 90 }), rate: fc.integer({ min: -50, max: 50 }) }),
    {
      maxLength: 12,
    },
  ),
  spec: fc.record({ costs, size: sizes, closeAtEnd: fc.boolean(), funded: fc.boolean() }),
});
type Made = typeof runs extends fc.Arbitrary<infer T> ? T : never;

/** Bars, some of them without volume, rates and a spec. */
function argsOf({ seed, signal, still, rates, spec: { funded, ...spec } }: Made) {
  const bars = walk(signal.length, seed);
  for (const at of still) if (at < signal.length) bars.volume[at] = 0;
  const paid = [...rates].sort((a, b) => a.at - b.at);
  const funding = {
    time: Float64Array.from(paid, ({ at }) => START + (at * HOUR) / 2),
    rate: Float64Array.from(paid, ({ rate }) => rate / 10_000),
  };
  const whole: RunSpec = { ...SPEC, ...spec, ...(funded ? { funding: 'stored' as const } : {}) };
  return { bars, signal: Float64Array.from(signal), spec: whole, funding };
}

const near = (found: number, wanted: number, scale: number): void =>
  expect(Math.abs(found - wanted) / Math.max(1, scale)).toBeLessThan(1e-9);

/** Equity at the last close, from the trades alone. */
function worthOf(trades: Trade[], cash: number, close: number): number {
  return trades.reduce((sum, { side, exitTime, units, entryPrice, profit }) => {
    const open = exitTime === null ? (side === 'long' ? 1 : -1) * units * (close - entryPrice) : 0;
    return sum + profit + open;
  }, cash);
}

describe('both engines', () => {
  it('give equal trades, equity and figures for any signal, size, costs and funding', () => {
    fc.assert(
      fc.property(runs, (made) => {
        const { signal, ...args } = argsOf(made);
        const vectorised = backtest({ ...args, signal });
        const events = backtestEvents({ ...args, strategy: strategyOfSignal(signal) });
        expect(events).toEqual(vectorised);
      }),
      { numRuns: 400 },
    );
  });

  it('reconcile at each bar: cash, position, fees, slippage and funding are all there is', () => {
    fc.assert(
      fc.property(runs, fc.nat(), (made, cut) => {
        const { signal, ...args } = argsOf({ ...made, spec: { ...made.spec, closeAtEnd: false } });
        const full = backtest({ ...args, signal });
        const until = cut % signal.length;
        const bars = reorder(args.bars, [...Array(until + 1).keys()]);
        const part = backtest({ ...args, bars, signal: signal.slice(0, until + 1) });
        const scale = Math.max(
          ...full.equity.map(Math.abs),
          SPEC.cash,
          ...full.trades.map((t) => t.units * t.entryPrice),
        );
        near(worthOf(part.trades, SPEC.cash, bars.close.at(-1) ?? NaN), full.equity[until] ?? NaN, scale);
        near(
          part.trades.reduce((sum, { fees }) => sum + fees, 0),
          part.metrics.fees,
          scale,
        );
        near(
          part.trades.reduce((sum, { funding = 0 }) => sum + funding, 0),
          part.metrics.funding ?? 0,
          scale,
        );
      }),
    );
  });
});

const KINDS: OrderKind[] = ['market', 'limit', 'stop', 'stop-limit', 'trailing'];

/** Orders at random, but the same ones in each run: they depend on what is seen only. */
function gambler(seed: number): EventStrategy {
  return {
    onBar(context) {
      const roll = (salt: number): number => {
        const mixed = Math.imul(context.index * 7919 + seed + salt * 104_729, 2_654_435_761) >>> 0;
        return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
      };
      if (roll(1) < 0.1) return context.target(roll(2) * 2 - 1);
      if (roll(1) < 0.2) return void context.cancel(context.orders()[0]?.id ?? 0);
      if (roll(1) > 0.6) return;
      const close = context.close();
      context.order({
        side: roll(3) < 0.5 ? 'buy' : 'sell',
        kind: KINDS[Math.floor(roll(4) * 5)] ?? 'market',
        units: 0.5 + roll(5) * 4,
        limit: close * (0.985 + roll(6) * 0.03),
        stop: close * (0.985 + roll(7) * 0.03),
        trailBps: 10 + roll(8) * 200,
        ...(roll(9) < 0.5 ? { goodForBars: 1 + Math.floor(roll(10) * 5) } : {}),
        ...(roll(11) < 0.3 ? { oco: `pair ${Math.floor(roll(12) * 3)}` } : {}),
        reduceOnly: roll(13) < 0.2,
        ...(roll(14) < 0.4 ? { exits: { stopBps: 80, targetBps: 90, trailBps: 60 } } : {}),
      });
    },
  };
}

describe('the event-driven engine', () => {
  const gambles = fc.record({
    made: runs,
    bet: fc.integer({ min: 0, max: 1e6 }),
    share: fc.constantFrom(undefined, 0.2),
  });
  const eventsOf = ({
    made,
    bet,
    share,
  }: typeof gambles extends fc.Arbitrary<infer T> ? T : never): EventArgs => {
    const { signal: _, ...args } = argsOf({ ...made, spec: { ...made.spec, closeAtEnd: false } });
    const spec: RunSpec = {
      ...args.spec,
      engine: 'event-driven',
      exits: { stopBps: 70, targetBps: 130, trailBps: 90 },
      ...(share === undefined ? {} : { fillShare: share }),
    };
    return { ...args, spec, strategy: gambler(bet) };
  };

  it('conserves money whatever orders are laid, at every bar', () => {
    fc.assert(
      fc.property(gambles, (gamble) => {
        const args = eventsOf(gamble);
        let [bought, gross, cash, paid] = [0, 0, SPEC.cash, 0];
        const inner = args.strategy;
        const strategy: EventStrategy = {
          onBar(context) {
            near(context.position, bought, gross);
            near(context.cash, cash - paid, gross);
            near(context.equity, context.cash + context.position * context.close(), gross);
            return inner.onBar(context);
          },
          onFill(_, { units, price }) {
            bought += units;
            gross += Math.abs(units) * (1 + price);
            cash -= units * price + Math.abs(units) * price * (args.spec.costs.feeBps / 10_000);
          },
        };
        const { funding: _, ...spec } = args.spec;
        const { trades, metrics } = backtestEvents({ ...args, spec, strategy });
        near(worthOf(trades, SPEC.cash, args.bars.close.at(-1) ?? NaN), metrics.finalEquity, gross);
        expect(paid).toBe(0);
        const funded = backtestEvents(args);
        near(
          worthOf(funded.trades, SPEC.cash, args.bars.close.at(-1) ?? NaN),
          funded.metrics.finalEquity,
          gross,
        );
      }),
      { numRuns: 200 },
    );
  });

  it('changes nothing of what was when the future is cut off', () => {
    fc.assert(
      fc.property(gambles, fc.nat(), (gamble, cut) => {
        const args = eventsOf(gamble);
        const n = args.bars.close.length;
        const seen: string[] = [];
        const telling = (to: string[]): EventStrategy => {
          const inner = args.strategy;
          return {
            onBar: (context) => inner.onBar(context),
            onFill: (_, fill) => void to.push(JSON.stringify(fill)),
          };
        };
        const full = backtestEvents({ ...args, strategy: telling(seen) });
        const until = cut % n;
        const early: string[] = [];
        const bars = reorder(args.bars, [...Array(until + 1).keys()]);
        const part = backtestEvents({ ...args, bars, strategy: telling(early) });
        expect(part.equity).toEqual(full.equity.slice(0, until + 1));
        expect(seen.slice(0, early.length)).toEqual(early);
      }),
      { numRuns: 200 },
    );
  });

  it('fills no resting limit better than its price, no stop better than its level, nothing twice', () => {
    fc.assert(
      fc.property(gambles, (gamble) => {
        // The rest of a stop that met too little volume is a market order later: all is filled at once here.
        const args = eventsOf({ ...gamble, share: undefined, made: { ...gamble.made, still: [] } });
        const { bars } = args;
        const known = new Map<
          number,
          { level: number; kind: OrderKind; sign: number; from: number; left: number }
        >();
        const inner = args.strategy;
        const strategy: EventStrategy = {
          onBar(context) {
            const result = inner.onBar(context);
            for (const { id, kind, side, limit = NaN, stop = NaN, left, reduceOnly } of context.orders()) {
              const level = kind === 'limit' ? limit : kind === 'stop' ? stop : NaN;
              const from = known.get(id)?.from ?? context.index + 1;
              // What only reduces is bounded by the position, which may have grown since.
              const most = reduceOnly ? Infinity : left;
              known.set(id, { level, kind, sign: side === 'buy' ? 1 : -1, from, left: most });
            }
            return result;
          },
          onFill(_, { order, bar, units, price }) {
            const found = order === null ? undefined : known.get(order);
            if (!found) return;
            expect(Math.sign(units)).toBe(found.sign);
            expect(Math.abs(units)).toBeLessThanOrEqual(found.left + 1e-9);
            if (Number.isNaN(found.level)) return;
            // A limit that arrives beyond the market is a market order: the open bounds it.
            const isArriving = found.kind === 'limit' && bar === found.from;
            const open = bars.open[bar] ?? NaN;
            const bound = isArriving
              ? found.sign * Math.min(found.sign * found.level, found.sign * open)
              : found.level;
            expect(found.sign * (price - bound)).toBeGreaterThanOrEqual(-1e-9);
            if (found.kind === 'limit') expect(found.sign * (price - found.level)).toBeLessThanOrEqual(1e-9);
          },
        };
        backtestEvents({
          ...args,
          spec: { ...args.spec, costs: { ...args.spec.costs, halfSpread: 0 } },
          strategy,
        });
      }),
      { numRuns: 200 },
    );
  });

  it('takes no more than its share of any bar’s volume by one order', () => {
    fc.assert(
      fc.property(gambles, (gamble) => {
        const args = eventsOf({ ...gamble, share: 0.2 });
        const taken = new Map<string, number>();
        const strategy: EventStrategy = {
          onBar: (context) => args.strategy.onBar(context),
          onFill(_, { order, bar, units }) {
            const key = `${order}@${bar}`;
            taken.set(key, (taken.get(key) ?? 0) + Math.abs(units));
          },
        };
        backtestEvents({ ...args, strategy });
        for (const [key, units] of taken)
          expect(units).toBeLessThanOrEqual(
            0.2 * (args.bars.volume[Number(key.split('@')[1])] ?? NaN) + 1e-9,
          );
      }),
      { numRuns: 100 },
    );
  });

  it('reaches the wanted position in parts, at the same size as at once where prices stand still', () => {
    const bars = walk(40, 5);
    for (const name of ['open', 'high', 'low', 'close'] as const) bars[name].fill(100);
    bars.volume.fill(2);
    const signal = new Float64Array(40).fill(1);
    const spec: RunSpec = { ...SPEC, fillShare: 0.5 };
    const once = backtest({ bars, signal, spec: SPEC });
    const parts: BacktestOutcome = backtestEvents({
      bars,
      strategy: strategyOfSignal(signal),
      spec: { ...spec, engine: 'event-driven' },
    });
    expect(parts.metrics.entries).toBe(1);
    near(parts.trades[0]?.units ?? NaN, once.trades[0]?.units ?? NaN, 1);
    near(parts.metrics.finalEquity, once.metrics.finalEquity, 1);
    expect(parts.equity[1]).not.toBe(once.equity[1]);
  });
});
