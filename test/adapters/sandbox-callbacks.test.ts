import { describe, expect, it } from 'vitest';
import { backtestEvents } from '../../domain/backtest/events/run.js';
import type { EventStrategy } from '../../domain/backtest/events/types.js';
import type { BacktestOutcome, RunSpec } from '../../domain/backtest/spec.js';
import { computeIndicators } from '../../domain/indicators/registry.js';
import { SPEC } from '../domain/made-backtests.js';
import { HOUR, walk } from '../domain/made-bars.js';
import { madeStrategies, refused } from './made-strategies.js';

const { load, run: signalOf } = madeStrategies();
const EVENTS: RunSpec = { ...SPEC, engine: 'event-driven' };

async function backtest(
  source: string,
  { rows = 40, spec = EVENTS, timeMs = 300 } = {},
): Promise<BacktestOutcome> {
  const file = await load(source, { timeMs, memoryMb: 32 });
  const params = Object.fromEntries(
    Object.entries(file.params).map(([name, parameter]) => [name, parameter.default]),
  );
  return file.backtest!({ bars: walk(rows), params, timeframeMs: HOUR, spec });
}
const onBar = (code: string): string => `export function onBar(context) { ${code} }`;

/** Callbacks that run as they are, and as their text inside the sandbox. */
const STRATEGIES: Record<string, () => EventStrategy> = {
  'market orders': () => ({
    onBar(c) {
      if (c.index % 7 !== 3) return;
      c.order({ side: c.position > 0 ? 'sell' : 'buy', kind: 'market', units: 2 });
    },
  }),
  'limits with exits': () => ({
    onBar(c) {
      if (c.position !== 0 || c.orders().length > 0) return;
      const exits = { stopBps: 150, targetBps: 200 };
      c.order({ side: 'buy', kind: 'limit', limit: c.close() * 0.99, units: 1, goodForBars: 6, exits });
    },
  }),
  'trailing and stop-limit orders': () => ({
    onBar(c) {
      if (c.position !== 0 && c.orders().length > 0) return;
      for (const { id } of c.orders()) c.cancel(id);
      const units = c.equity / c.close() / 2;
      if (c.position === 0)
        c.order({ side: 'buy', kind: 'stop-limit', stop: c.high() * 1.001, limit: c.high() * 1.01, units });
      else c.order({ side: 'sell', kind: 'trailing', trailBps: 120, units: c.position, reduceOnly: true });
    },
  }),
  'targets, and what fills tell': () => {
    let bought = 0;
    return {
      onBar(c) {
        if (c.close() > c.close(9)) return 1;
        return bought > 5 ? -0.5 : c.close() < c.close(9) ? 0 : NaN;
      },
      onFill(_, { units }) {
        if (units > 0) bought++;
      },
    };
  },
  'groups of one cancelling the other': () => ({
    onBar(c) {
      if (c.index % 11 !== 0) return;
      const common = { kind: 'stop' as const, units: 1, goodForBars: 9, oco: `group ${c.index}` };
      c.order({
        ...common,
        side: c.position > 0 ? 'sell' : 'buy',
        stop: c.close() * (c.position > 0 ? 0.995 : 1.005),
      });
      c.order({ ...common, side: 'sell', stop: c.close() * 0.98 });
    },
  }),
};

describe('a strategy with callbacks', () => {
  it.each(Object.entries(STRATEGIES))('has the trades that it has outside: %s', async (_, make) => {
    for (const spec of [EVENTS, { ...EVENTS, fillShare: 0.2, closeAtEnd: true }]) {
      const inside = await backtest(`export default (${make.toString()})()`, {
        rows: 600,
        spec,
        timeMs: 20_000,
      });
      const outside = backtestEvents({ bars: walk(600), strategy: make(), spec });
      expect(inside).toEqual(outside);
      expect(inside.trades.length).toBeGreaterThan(1);
    }
  });

  it('knows its parameters, the calendar, and the indicators at the current bar', async () => {
    const bars = walk(60);
    const columns = computeIndicators(bars, [
      { name: 'SMA', args: [5] },
      { name: 'BB', args: [5, 2] },
    ]);
    const { notes } = await backtest(
      `const SMA = ${JSON.stringify(Array.from(columns['SMA_5'] ?? []))};
       export const params = { length: { default: 5, min: 2, max: 9, integer: true, help: '' } };
       export function onBar(c) {
         const mean = c.indicators.SMA(c.params.length);
         if (c.index >= 4 && mean !== SMA[c.index]) throw new Error(mean + ' is not ' + SMA[c.index]);
         if (c.index < 4 && mean === mean) throw new Error('too early');
         if (c.index > 5 && c.indicators.BB(5, 2).MIDDLE !== mean) throw new Error('no band');
         if (c.calendar(c.time).year !== 2023) throw new Error('no calendar');
         if (c.timeframeMs !== 3600000) throw new Error('no length');
       }`,
      { rows: 60 },
    );
    expect(notes).toEqual([]);
  });

  it('sees nothing later than the current bar, whatever it asks for', async () => {
    await backtest(`export function onBar(c) {
      const all = c.history('close', 1e9);
      if (all.length !== c.index + 1) throw new Error('length ' + all.length);
      if (all.buffer.byteLength > 8 * (c.index + 1)) throw new Error('more behind it');
      for (const back of [-1, 0.5, NaN, '1', -Infinity]) { let threw = false; try { c.close(back); } catch { threw = true; } if (!threw) throw new Error('close ' + back); }
      if (c.close(1e6) === c.close(1e6)) throw new Error('before the first');
      all.fill(1);
      if (c.close() === 1 || Object.isFrozen(c) !== true) throw new Error('written to');
    }`);
  });

  it('gets copies of its orders', async () => {
    await backtest(`export function onBar(c) {
      const request = { side: 'buy', kind: 'limit', limit: 0.01, units: 1, exits: { stopBps: 100 } };
      if (c.index === 0) c.order(request);
      request.limit = 99;
      const [order] = c.orders();
      order.limit = 7; order.exits.stopBps = 1; order.left = 0;
      const [again] = c.orders();
      if (again.limit !== 0.01 || again.exits.stopBps !== 100 || again.left !== 1) throw new Error('changed');
    }`);
  });

  it('is the same run each time', async () => {
    const file = await load(
      'let n = 0; export function onBar(c) { n++; return Math.random() * (n > 40 ? 0 : 1) - 0.5; }',
    );
    const given = { bars: walk(40), params: {}, timeframeMs: HOUR, spec: EVENTS };
    const first = await file.backtest!(given);
    expect(await file.backtest!(given)).toEqual(first);
    expect(first.trades.length).toBeGreaterThan(10);
  });

  it('has no signal', async () => {
    await expect(signalOf(onBar(''))).rejects.toEqual(refused(/lays orders in onBar and gives no signal/));
    const file = await load('export default { signal() {} };');
    expect(file.backtest).toBeUndefined();
  });

  it.each<[string, string, RegExp]>([
    ['two functions', 'export default { onBar() {}, signal() {} };', /needs one function: signal\(.*onBar/],
    ['no function', 'export const onBar = 3;', /has no default export/],
    [
      'a fill that is none',
      'export const onFill = 3; export const onBar = () => 0;',
      /onFill must be a func/,
    ],
  ])('is refused with %s', async (_, source, message) => {
    await expect(load(source)).rejects.toEqual(refused(message));
  });
});

describe('what goes wrong in a callback is told with strategy and bar:', () => {
  const at = (bar: number, code: string): string => onBar(`if (context.index === ${bar}) { ${code} }`);
  it.each<[string, string, RegExp]>([
    ['an endless loop', at(7, 'for (;;);'), /^mine-\d+\.ts does not end at bar 7 within 300 ms$/],
    ['a loop that catches', at(7, 'for (;;) { try { for (;;); } catch {} }'), /does not end at bar 7/],
    ['slow bars', onBar('for (let i = 0; i < 3e6; i++);'), /does not end at bar \d+ within 300 ms/],
    [
      'a loop at a fill',
      'export const onBar = () => 1; export function onFill() { for (;;); }',
      /bar 1 within/,
    ],
    ['an error, with its line', '\n' + at(9, 'null.x'), /throws at bar 9 in mine-\d+\.ts:2: TypeError/],
    ['a text that is thrown', at(2, 'throw "plain"'), /throws at bar 2.*: plain/],
    ['memory', at(3, 'const a = []; for (;;) a.push(new Float64Array(1e6));'), /more memory than 32 MiB/],
    ['a text as target', at(3, 'return "1"'), /onBar failed at bar 3 \(2023.*\): it gave back 1; a target/],
    ['an object as target', at(3, 'return { valueOf: () => 1 }'), /bar 3.* it gave back an object/],
    ['a target of two', at(3, 'return 2'), /bar 3 .*it gave back 2; a target is a number from -1 to 1/],
    ['a promise', 'export async function onBar() { return 1; }', /bar 0 .*it gave back a Promise/],
    [
      'a misspelt member',
      at(1, 'context.order({ side: "buy", kind: "limit", limt: 1, units: 1 })'),
      /bar 1.*"limt"; did you mean limit/,
    ],
    [
      'units of NaN',
      at(1, 'context.order({ side: "buy", kind: "market", units: NaN })'),
      /units "NaN"; it must/,
    ],
    [
      'endless units',
      at(1, 'context.order({ side: "buy", kind: "market", units: 1 / 0 })'),
      /units "Infinity"/,
    ],
    ['no order', at(1, 'context.order()'), /An order is null/],
    ['an unknown column', at(1, 'context.history("adj", 3)'), /Unknown column "adj"/],
    ['a later bar', at(1, 'context.close(-1)'), /close\(-1\) asks for what is not known/],
    [
      'an indicator of texts',
      at(1, 'context.indicators.SMA("x")'),
      /SMA: period "x" is not a whole number from 1/,
    ],
    [
      'an indicator a bar',
      onBar('context.indicators.SMA(2 + context.index)'),
      /bar 64.*More than 64 different/,
    ],
    [
      'orders without end',
      onBar('for (;;) context.order({ side: "buy", kind: "limit", limit: 0.01, units: 1 })'),
      /bar 0.*1000 orders are waiting, and no more can/,
    ],
  ])('%s', async (_, source, message) => {
    await expect(backtest(source, { rows: 100 })).rejects.toEqual(refused(message));
  });

  it('an order that is refused can be caught, and the run goes on', async () => {
    const { metrics } = await backtest(onBar('try { context.order({ side: "up" }); } catch {} return 1;'));
    expect(metrics.entries).toBe(1);
  });
});

describe('there is no way out of a callback:', () => {
  it.each<[string, string, RegExp]>([
    ['process', 'process.exit(7)', /process/],
    ['a constructor of functions', 'context.order.constructor("return process")()', /process/],
    ['an indicator', 'context.indicators.SMA.constructor("return process")()', /process/],
    ['require', 'require("fs")', /imports "fs"|require/],
    ['fetch', 'fetch("http://127.0.0.1/")', /fetch/],
    ['a timer', 'setTimeout(() => 1, 1)', /setTimeout/],
    ['a clock', 'return Date.now()', /Date/],
    ['what runs around it', '__inside.openEvents()', /__inside/],
    ['a caller', 'return context.order.caller.arguments', /TypeError|caller/],
    ['the context', 'context.cash = 1e9', /TypeError.*(read-only|setter|extensible)/],
    ['its members', 'context.params.length = 3', /TypeError/],
  ])('%s', async (_, code, message) => {
    await expect(backtest(onBar(code))).rejects.toEqual(refused(message));
  });

  it('changed prototypes change no fill, no price and no figure', async () => {
    const honest = await backtest(onBar('return context.index % 2 ? 1 : 0;'));
    const tampered = await backtest(`
      JSON.parse = () => ({ equity: 1e9 }); JSON.stringify = () => '{}'; Reflect.apply = () => 1;
      Array.prototype.push = () => 0; Array.prototype.filter = () => []; Math.sign = () => 1; Math.abs = () => 0;
      Float64Array.prototype.slice = () => [1e9]; Object.prototype.toJSON = undefined; Number.isInteger = () => true;
      Object.defineProperty(Object.prototype, 'price', { get: () => 0.001, set() {} });
      export function onBar(context) { return context.index % 2 ? 1 : 0; }`);
    expect(tampered).toEqual(honest);
    expect(({} as Record<string, unknown>)['price']).toBeUndefined();
  });
});
