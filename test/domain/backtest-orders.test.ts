import { describe, expect, it } from 'vitest';
import type { EventContext, OrderRequest } from '../../domain/backtest/events/types.js';
import { order, play, STILL, type Row } from './made-orders.js';

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

  describe('of a position that leaves in parts', () => {
    const more = { engine: 'event-driven', fillShare: 0.1, size: { kind: 'units', units: 10 } } as const;
    const exits = { stopBps: 200, targetBps: 200 };
    const THIN: Row = [100, 103, 99.5, 102, 10];

    it('keep the stop beside what a target has not sold yet', () => {
      const rows: Row[] = [STILL, STILL, THIN, [100, 100, 90, 91], STILL];
      const wanted = [
        [1, 10, 100],
        [2, -1, 102],
        [3, -9, 98],
      ];
      expect(play(rows, { 0: order({ units: 10, exits }) }, { spec: more }).fills).toEqual(wanted);
      const byTarget = play(rows, { 0: (context) => context.target(1) }, { spec: { ...more, exits } });
      expect(byTarget.fills).toEqual(wanted);
    });

    it('never sell what another entry holds', () => {
      const rows: Row[] = [STILL, STILL, THIN, [100, 100, 90, 91], STILL];
      const { fills } = play(
        rows,
        { 0: (context) => [order({ units: 10, exits }), order({ units: 5 })].forEach((lay) => lay(context)) },
        { spec: more },
      );
      expect(fills.map(([, units]) => units)).toEqual([10, 5, -1, -9]);
    });

    it('go on at the market after a stop, whatever the target', () => {
      const rows: Row[] = [STILL, STILL, [100, 103, 97, 100, 10], [101, 103, 100, 101], STILL];
      expect(play(rows, { 0: order({ units: 10, exits }) }, { spec: more }).fills.slice(1)).toEqual([
        [2, -1, 98],
        [3, -9, 101],
      ]);
      const gapped: Row[] = [STILL, STILL, [97, 99, 96, 98, 10], [101, 101.5, 100, 101], STILL];
      expect(play(gapped, { 0: order({ units: 10, exits }) }, { spec: more }).fills.slice(1)).toEqual([
        [2, -1, 97],
        [3, -9, 101],
      ]);
    });

    it('are no part of a group that a strategy names alike', () => {
      const rows: Row[] = [STILL, STILL, [100, 103, 99, 102], STILL];
      const far = order({ side: 'sell', kind: 'stop', stop: 50, oco: 'exits of 3' });
      const both = (context: EventContext) => (order({ exits })(context), far(context));
      const left: number[] = [];
      play(rows, { 0: both, 3: (context) => void left.push(context.orders().length) });
      expect(left).toEqual([1]);
    });
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
