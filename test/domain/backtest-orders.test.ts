import { describe, expect, it } from 'vitest';
import { backtestEvents } from '../../domain/backtest/events/run.js';
import type {
  EventContext,
  EventOptions,
  FillEvent,
  OrderRequest,
} from '../../domain/backtest/events/types.js';
import type { RunSpec } from '../../domain/backtest/spec.js';
import { FREE, SPEC } from './made-backtests.js';
import { columnsOf, walk } from './made-bars.js';

type Row = [open: number, high: number, low: number, close: number, volume?: number];

const spec: RunSpec = { ...SPEC, cash: 1e6, costs: FREE, size: { kind: 'units', units: 1 } };

/** Runs callbacks by bar over rows; the first row is what is known when the first orders are laid. */
function play(
  rows: Row[],
  asked: Record<number, (context: EventContext) => void>,
  more: { spec?: Partial<RunSpec>; options?: EventOptions } = {},
) {
  const bars = columnsOf(rows.length);
  rows.forEach(([open, high, low, close, volume = 1000], i) =>
    Object.entries({ open, high, low, close, volume }).forEach(
      ([name, value]) => (bars[name as 'open'][i] = value),
    ),
  );
  const fills: [bar: number, units: number, price: number][] = [];
  const outcome = backtestEvents({
    bars,
    spec: { ...spec, ...more.spec },
    options: more.options ?? {},
    strategy: {
      onBar: (context) => asked[context.index]?.(context),
      onFill: (_, { bar, units, price }: FillEvent) => void fills.push([bar, units, price]),
    },
  });
  return { fills, ...outcome };
}

const order = (request: Partial<OrderRequest>) => (context: EventContext) =>
  void context.order({ side: 'buy', kind: 'market', units: 1, ...request });
const STILL: Row = [100, 101, 99, 100];

describe('an order inside the bar', () => {
  it.each<[string, Partial<OrderRequest>, Row, number | null]>([
    ['market: at the next open', {}, [102, 103, 101, 102], 102],
    ['buy stop reached: at its level', { kind: 'stop', stop: 105 }, [102, 106, 101, 102], 105],
    ['buy stop gapped through: at the open', { kind: 'stop', stop: 105 }, [108, 109, 107, 108], 108],
    ['buy stop not reached', { kind: 'stop', stop: 105 }, [102, 104, 101, 102], null],
    ['sell stop reached', { side: 'sell', kind: 'stop', stop: 95 }, [98, 99, 94, 96], 95],
    ['sell stop gapped through', { side: 'sell', kind: 'stop', stop: 95 }, [90, 99, 89, 96], 90],
    ['buy limit traded through: at its price', { kind: 'limit', limit: 98 }, [100, 101, 97, 100], 98],
    ['buy limit only touched', { kind: 'limit', limit: 98 }, [100, 101, 98, 100], null],
    ['sell limit traded through', { side: 'sell', kind: 'limit', limit: 102 }, [100, 103, 99, 100], 102],
    [
      'buy limit that arrives above the market: at the open',
      { kind: 'limit', limit: 110 },
      [104, 105, 103, 104],
      104,
    ],
    ['stop-limit: at the stop', { kind: 'stop-limit', stop: 103, limit: 104 }, [100, 105, 99, 104], 103],
    [
      'stop-limit gapped beyond its limit, come back',
      { kind: 'stop-limit', stop: 103, limit: 104 },
      [106, 107, 103, 106],
      104,
    ],
    [
      'stop-limit gapped beyond its limit, not come back',
      { kind: 'stop-limit', stop: 103, limit: 104 },
      [106, 107, 105, 106],
      null,
    ],
    [
      'stop-limit whose limit lies behind its stop waits',
      { kind: 'stop-limit', stop: 103, limit: 101 },
      [102, 105, 99, 104],
      null,
    ],
    [
      'trailing sell: from the close it was laid at',
      { side: 'sell', kind: 'trailing', trailBps: 100 },
      [100, 104, 98, 103],
      99,
    ],
  ])('%s', (_, request, row, price) => {
    expect(play([STILL, row], { 0: order(request) }).fills).toEqual(
      price === null ? [] : [[1, request.side === 'sell' ? -1 : 1, price]],
    );
  });

  it('fills a resting limit at its price where the next bars open beyond it', () => {
    const rows: Row[] = [STILL, [100, 101, 99, 100], [95, 96, 94, 95]];
    expect(play(rows, { 0: order({ kind: 'limit', limit: 98 }) }).fills).toEqual([[2, 1, 98]]);
  });

  it('fills a limit that is touched where that is the option, and by a tick where that is', () => {
    const rows: Row[] = [STILL, [100, 101, 98, 100]];
    const ask = { 0: order({ kind: 'limit', limit: 98 }) };
    expect(play(rows, ask, { options: { limitFill: 'touch' } }).fills).toEqual([[1, 1, 98]]);
    const deeper: Row[] = [STILL, [100, 101, 97.5, 100]];
    expect(play(deeper, ask, { options: { tick: 0.5 } }).fills).toEqual([[1, 1, 98]]);
    expect(play(deeper, ask, { options: { tick: 1 } }).fills).toEqual([]);
  });

  it('lets slippage worsen a stop, and a stop-limit up to its limit only', () => {
    const costs = { feeBps: 0, slippageBps: 200 };
    const rows: Row[] = [STILL, [100, 106, 99, 104]];
    expect(play(rows, { 0: order({ kind: 'stop', stop: 105 }) }, { spec: { costs } }).fills).toEqual([
      [1, 1, 105 * 1.02],
    ]);
    const capped = order({ kind: 'stop-limit', stop: 105, limit: 106 });
    expect(play(rows, { 0: capped }, { spec: { costs } }).fills).toEqual([[1, 1, 106]]);
  });
});

describe('exits beside an entry', () => {
  const enter = { 0: order({ exits: { stopBps: 200, targetBps: 200 } }) };

  it('take the stop first where a bar reaches both, in the bar of the entry too', () => {
    const { fills, metrics } = play([STILL, [100, 103, 97, 100], STILL], enter);
    expect(fills).toEqual([
      [1, 1, 100],
      [1, -1, 98],
    ]);
    expect(metrics).toMatchObject({ entries: 1, exits: 1 });
  });

  it('cancel each other', () => {
    const { fills } = play([STILL, [100, 103, 99, 102], [100, 101, 90, 95], STILL], enter);
    expect(fills).toEqual([
      [1, 1, 100],
      [1, -1, 102],
    ]);
  });

  it('are not met by the target in the bar of an entry inside it, but are by the stop', () => {
    const entry = { 0: order({ kind: 'limit', limit: 98, exits: { stopBps: 100, targetBps: 100 } }) };
    expect(play([STILL, [100, 104, 97.5, 103], STILL], entry).fills).toEqual([
      [1, 1, 98],
      [2, -1, 98.98],
    ]);
    expect(play([STILL, [100, 104, 96, 103], STILL], entry).fills).toEqual([
      [1, 1, 98],
      [1, -1, 97.02],
    ]);
  });

  it('trail the best price, moved after the fills of the bar', () => {
    const rows: Row[] = [STILL, [100, 110, 99.5, 109], [109, 120, 108, 112], [112, 113, 100, 101]];
    const { fills } = play(rows, { 0: order({ exits: { trailBps: 100 } }) });
    expect(fills).toEqual(
      [
        [1, 1, 100],
        [2, -1, 108.9],
      ].map(([bar, units, price]) => [bar, units, expect.closeTo(price ?? NaN, 9)]),
    );
  });

  it('do not let the same wish enter again after a stop', () => {
    const rows: Row[] = [STILL, [100, 101, 97, 98], STILL, STILL];
    const wish = (context: EventContext) => context.target(1);
    const { metrics } = play(
      rows,
      { 0: wish },
      { spec: { engine: 'event-driven', exits: { stopBps: 200 } } },
    );
    expect(metrics).toMatchObject({ entries: 1, exits: 1 });
  });
});

describe('an order', () => {
  it('lives as many bars as it is good for', () => {
    const rows: Row[] = [STILL, STILL, STILL, [100, 101, 90, 100]];
    expect(play(rows, { 0: order({ kind: 'limit', limit: 95, goodForBars: 2 }) }).fills).toEqual([]);
    expect(play(rows, { 0: order({ kind: 'limit', limit: 95, goodForBars: 3 }) }).fills).toEqual([
      [3, 1, 95],
    ]);
  });

  it('takes its share of the volume, and the rest of a stop goes on at the next opens', () => {
    const rows: Row[] = [STILL, [100, 106, 99, 104, 10], [104, 106, 99, 104, 0], [103, 106, 99, 104, 100]];
    const more = { spec: { engine: 'event-driven', fillShare: 0.1 } as const };
    const { fills, notes } = play(rows, { 0: order({ kind: 'stop', stop: 105, units: 3 }) }, more);
    expect(fills).toEqual([
      [1, 1, 105],
      [3, 2, 103],
    ]);
    expect(notes).toEqual([expect.stringMatching(/met no volume and waited at 1 bars, first at 2023/)]);
  });

  it('never turns a position that it may only reduce, and goes with the position', () => {
    const { fills, trades } = play([STILL, STILL, STILL, STILL], {
      0: order({ units: 2 }),
      1: (context) => {
        order({ side: 'sell', units: 5, reduceOnly: true })(context);
        order({ side: 'sell', kind: 'stop', stop: 50, reduceOnly: true })(context);
      },
      2: (context) => void expect(context.orders()).toEqual([]),
    });
    expect(fills).toEqual([
      [1, 2, 100],
      [2, -2, 100],
    ]);
    expect(trades).toHaveLength(1);
  });

  it('turns a position by an exit and an entry at one price', () => {
    const { trades, metrics } = play([STILL, STILL, STILL], {
      0: order({ units: 2 }),
      1: order({ side: 'sell', units: 5 }),
    });
    expect(metrics).toMatchObject({ entries: 2, exits: 1 });
    expect(trades.map(({ side, units }) => [side, units])).toEqual([
      ['long', 2],
      ['short', 3],
    ]);
  });

  it('splits a trade that was left in part at the end', () => {
    const { trades, metrics } = play([STILL, STILL, [110, 110, 110, 110], STILL], {
      0: order({ units: 4 }),
      1: order({ side: 'sell', units: 1 }),
    });
    expect(trades).toMatchObject([
      { units: 1, entryPrice: 100, exitPrice: 110, profit: 10 },
      { units: 3, entryPrice: 100, exitTime: null, exitPrice: null, profit: -0 },
    ]);
    expect(metrics.finalEquity).toBe(1e6 + 10);
  });

  it('of a group is cancelled by the first fill of another', () => {
    const rows: Row[] = [STILL, [100, 106, 99, 104], [100, 101, 90, 95]];
    const pair = (context: EventContext): void => {
      order({ kind: 'stop', stop: 105, oco: 'breakout' })(context);
      order({ kind: 'stop', side: 'sell', stop: 95, oco: 'breakout' })(context);
    };
    expect(play(rows, { 0: pair }).fills).toEqual([[1, 1, 105]]);
  });
});

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
