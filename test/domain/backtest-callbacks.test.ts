import { describe, expect, it } from 'vitest';
import { backtestEvents } from '../../domain/backtest/events/run.js';
import type { EventContext, OrderRequest } from '../../domain/backtest/events/types.js';
import type { RunSpec } from '../../domain/backtest/spec.js';
import { walk } from './made-bars.js';
import { order, play, spec, STILL, type Row } from './made-orders.js';

describe('a strategy of callbacks', () => {
  const run = (onBar: (context: EventContext) => unknown, more: Partial<RunSpec> = {}) =>
    backtestEvents({
      bars: walk(6),
      spec: { ...spec, ...more },
      strategy: { onBar: onBar as (context: EventContext) => number },
    });

  it.each<[string, (context: EventContext) => unknown, RegExp]>([
    [
      'throws',
      ({ index }) => {
        if (index === 3) throw new Error('no luck');
      },
      /onBar failed at bar 3 \(2023-.*no luck/,
    ],
    [
      'throws what is no error',
      () => {
        throw 'a text';
      },
      /bar 0 .*a text/,
    ],
    ['gives back a text', () => 'buy', /bar 0 .*gave back buy; a target is a number/],
    ['gives back too much', () => 2, /gave back 2/],
    ['gives back an object', () => ({}), /gave back an object/],
    ['is asynchronous', async () => 1, /gave back a Promise/],
    ['asks for tomorrow', (context) => context.close(-1), /close\(-1\) asks for what is not known/],
    ['asks for half a bar', (context) => context.close(0.5), /close\(0.5\)/],
    ['wants too much', (context) => context.target(7), /The target 7 is none/],
    ['wants nothing known', (context) => context.target(NaN), /The target NaN/],
    ['lays an order without units', order({ units: 0 }), /units 0; it must be above 0/],
    ['lays a limit without a price', order({ kind: 'limit' }), /limit order needs limit above 0; it is NaN/],
    [
      'lays an unknown order',
      order({ kind: 'iceberg' as 'limit' }),
      /Unknown kind of order "iceberg"; known: market/,
    ],
    [
      'lays what is no order',
      (context) => context.order(null as unknown as OrderRequest),
      /An order is null/,
    ],
    [
      'misspells a member',
      order({ stopp: 90 } as Partial<OrderRequest>),
      /An order has no member "stopp"; did you mean stop\?/,
    ],
    ['counts in texts', order({ units: '2' as unknown as number }), /units "2"; it must be above 0/],
    ['counts in big integers', order({ units: 2n as unknown as number }), /units 2; it must be above 0/],
    ['has a text for a limit', order({ kind: 'limit', limit: '98' as never }), /needs limit .*; it is "98"/],
    ['lets an order live for half a bar', order({ goodForBars: 0.5 }), /goodForBars 0.5; it must be a whole/],
    ['names a group by a number', order({ oco: 5 as never }), /oco 5; it must be the name of a group/],
    [
      'says yes for true',
      order({ reduceOnly: 'yes' as never }),
      /reduceOnly "yes"; it must be true or false/,
    ],
    [
      'trails by everything',
      order({ kind: 'trailing', trailBps: 10_000 }),
      /trailBps above 0 and below 10000/,
    ],
    ['sets a stop beyond', order({ exits: { stopBps: -50 } }), /exits.stopBps is -50/],
    ['sets no stop', order({ exits: { stopBps: NaN } }), /exits.stopBps is NaN/],
    [
      'misspells a stop',
      order({ exits: { stopsBps: 5 } as never }),
      /Unknown exits.stopsBps; known: stopBps/,
    ],
    ['has a number for exits', order({ exits: 5 as never }), /exits is 5; it must be \{ stopBps/],
    ['writes to the context', (context) => Object.assign(context, { cash: 1e9 }), /onBar failed at bar 0/],
  ])('that %s is told with its bar', (_, onBar, message) => {
    expect(() => run(onBar)).toThrow(expect.objectContaining({ name: 'InvalidInputError' }));
    expect(() => run(onBar)).toThrow(message);
  });

  it('sees the past and no more, in copies that change nothing', () => {
    const bars = walk(6);
    const seen: number[] = [];
    const onBar = (context: EventContext): void => {
      seen.push(context.history('close', 100).length);
      context.history('close', 100).fill(0);
      expect(context.close()).toBe(bars.close[context.index]);
      expect(context.close(context.index + 1)).toBeNaN();
      expect(context.history('close', 3).buffer.byteLength).toBe(8 * Math.min(3, context.index + 1));
      for (const each of context.orders()) each.units = 1e9;
    };
    const { equity } = backtestEvents({ bars, spec, strategy: { onBar } });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    expect(bars.close).toEqual(walk(6).close);
    expect(equity).toEqual(new Float64Array(6).fill(1e6));
  });

  it('is stopped where nothing is left, and what it held is closed', () => {
    const rows: Row[] = [STILL, STILL, [250, 250, 250, 250], [260, 260, 260, 260], STILL, STILL];
    const short = (context: EventContext) => context.target(-1);
    const { equity, trades, notes, metrics } = play(
      rows,
      { 0: short, 3: (context) => context.target(1), 4: order({}) },
      { spec: { cash: 1000, size: { kind: 'equity', fraction: 1 } } },
    );
    expect(Array.from(equity)).toEqual([1000, 1000, -500, -600, -600, -600]);
    expect(trades).toMatchObject([{ exitPrice: 260, profit: -1600 }]);
    expect(metrics.entries).toBe(1);
    expect(notes[0]).toMatch(/No equity was left at the close of 2023-.*nothing was traded after it/);
  });

  it('gets copies of what it has asked for, exits included', () => {
    const seen: unknown[] = [];
    const onBar = (context: EventContext): void => {
      if (context.index === 0) order({ kind: 'limit', limit: 0.01, exits: { stopBps: 100 } })(context);
      const [one] = context.orders();
      seen.push([one?.limit, one?.exits?.stopBps]);
      Object.assign(one ?? {}, { limit: 7 });
      Object.assign(one?.exits ?? {}, { stopBps: 1 });
    };
    backtestEvents({ bars: walk(3), spec, strategy: { onBar } });
    expect(seen).toEqual([
      [0.01, 100],
      [0.01, 100],
      [0.01, 100],
    ]);
  });

  it('has a bounded number of orders that wait', () => {
    const resting = order({ kind: 'limit', limit: 0.01 });
    const lay = (count: number) => (context: EventContext) => {
      for (let i = 0; i < count; i++) resting(context);
    };
    expect(() => run(lay(166))).not.toThrow();
    expect(() => run(lay(200))).toThrow(/bar 5 .*1000 orders are waiting, and no more can; cancel some/);
  });

  it('is not run on bars whose range is none', () => {
    const bars = walk(5);
    bars.high[3] = (bars.low[3] ?? NaN) / 2;
    expect(() => backtestEvents({ bars, spec, strategy: { onBar: () => undefined } })).toThrow(
      /Bar 3 has high [\d.]+ below its low/,
    );
  });

  it('is refused without onBar, with a wild tick or an unknown option', () => {
    const bars = walk(3);
    const good = { bars, spec, strategy: { onBar: () => undefined } };
    expect(() => backtestEvents({ ...good, strategy: {} as never })).toThrow(/no function onBar/);
    expect(() => backtestEvents({ ...good, options: { tick: -1 } })).toThrow(/tick is -1/);
    expect(() => backtestEvents({ ...good, options: { limitFill: 'hope' as never } })).toThrow(
      /limitFill is "hope"/,
    );
    expect(() => backtestEvents({ ...good, bars: walk(0) })).toThrow(/No bars/);
  });
});
