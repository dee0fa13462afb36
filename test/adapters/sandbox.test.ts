import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadStrategyFile } from '../../adapters/sandbox/quickjs.js';
import { sma } from '../../domain/indicators/averages.js';
import { HOUR, walk } from '../domain/made-bars.js';
import { ROWS, body, madeStrategies, refused } from './made-strategies.js';

const { directory, put, load, run } = madeStrategies();

describe("a user's strategy file", () => {
  it('is described, and decides with our indicators, typed, importing what lies beside it', async () => {
    writeFileSync(
      join(directory, 'sides.ts'),
      'export const side = (up: boolean): number => (up ? 1 : -1);\n',
    );
    const file = await load(`
      import { side } from './sides.js';
      interface Params { length: number }
      export default {
        name: 'above average',
        summary: 'Long above the average, short below',
        params: { length: { default: 5, min: 2, max: 50, integer: true, help: 'bars' }, unused: 1 },
        warmUp: ({ length }: Params): number => length - 1,
        signal({ bars, params, indicators }: { bars: { close: Float64Array }; params: Params; indicators: any }) {
          const mean: Float64Array = indicators.SMA(params.length);
          return bars.close.map((close, i) => (mean[i] === mean[i] ? side(close > mean[i]!) : 0));
        },
      };`);
    expect(file).toMatchObject({
      name: 'above average',
      summary: 'Long above the average, short below',
      params: {
        length: { default: 5, min: 2, max: 50, integer: true, help: 'bars' },
        unused: { default: 1 },
      },
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await file.warmUp({ length: 9 })).toBe(8);
    const bars = walk(200);
    const mean = sma(bars.close, 7);
    const expected = bars.close.map((close, i) => (Number.isNaN(mean[i]) ? 0 : close > mean[i]! ? 1 : -1));
    const given = { bars, params: { length: 7, unused: 0 }, timeframeMs: HOUR };
    expect(await file.signal(given)).toEqual(expected);
    expect(await file.signal(given)).toEqual(expected);
  });

  it('may decide bar by bar, knowing what it holds', async () => {
    const signal = await run(
      'export default { decide: ({ bar, held }) => (bar === 3 ? NaN : bar === 1 ? 1 : bar > 4 ? -held / 2 : held) };',
      8,
    );
    expect(Array.from(signal)).toEqual([0, 1, 1, NaN, 1, -0.5, 0.25, -0.125]);
  });

  it('gives several outputs of an indicator by name, and an argument its default', async () => {
    const signal = await run(
      body(`const bands = indicators.BB(5); if (!(bands.UPPER[10] > bands.MIDDLE[10])) throw 1;
        if (indicators.BB(5, 2).LOWER[10] !== bands.LOWER[10]) throw 2;`),
    );
    expect(signal).toEqual(new Float64Array(ROWS));
  });

  it('knows the parts of a time in UTC without having a clock', async () => {
    const times = [0, 951_782_400_000, 1_709_251_140_000, -1, 1_767_225_600_000];
    const file = await load(
      `export default { signal: ({ bars, calendar }) => { throw JSON.stringify([...bars.time].map(calendar)); } };`,
    );
    const bars = { ...walk(times.length), time: Float64Array.from(times) };
    const failure = await file
      .signal({ bars, params: {}, timeframeMs: HOUR })
      .catch((error: Error) => error.message);
    const parts = JSON.parse(String(failure).slice(String(failure).indexOf('['))) as unknown[];
    expect(parts).toEqual(
      times.map((time) => {
        const date = new Date(time);
        return {
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
          weekday: date.getUTCDay() || 7,
          hour: date.getUTCHours(),
          minute: date.getUTCMinutes(),
        };
      }),
    );
  });

  it('has the same random numbers in every run, and nothing is left of the run before', async () => {
    const file = await load(
      'let runs = 0; export default { signal: ({ bars }) => bars.close.map(() => Math.random() * (++runs <= 40 ? 1 : NaN)) };',
    );
    const given = { bars: walk(ROWS), params: {}, timeframeMs: HOUR };
    const first = await file.signal(given);
    expect(new Set(first).size).toBe(ROWS);
    expect(await file.signal(given)).toEqual(first);
  });
});

describe('a strategy file that cannot be right is refused:', () => {
  it.each<[string, string, RegExp]>([
    [
      'a syntax error, with its line',
      'export default {\n  params: {},\n  signal( { return 1; }\n};',
      /^mine-\d+\.ts:3:\d+: Expected/,
    ],
    ['a type that is no type', 'const a: = 3;', /^mine-\d+\.ts:1:\d+: /],
    ['nothing exported', 'const a = 1;', /has no default export of an object \{ params, signal \}/],
    ['a function exported', 'export default () => 1;', /has no default export of an object/],
    ['no function', 'export default { params: {} };', /needs one function: signal\(/],
    ['both functions', 'export default { signal() {}, decide() {} };', /needs one function/],
    [
      'params as an array',
      'export default { params: [1], signal() {} };',
      /params must be an object such as/,
    ],
    [
      'a parameter without a number',
      'export default { params: { a: "3" }, signal() {} };',
      /params\.a must be a number/,
    ],
    [
      'a default out of range',
      'export default { params: { a: { default: 3, max: 2 } }, signal() {} };',
      /params\.a must/,
    ],
    [
      'a parameter named as what objects have',
      'export default { params: { toString: 3 }, signal() {} };',
      /"toString" is no name/,
    ],
    [
      'a parameter named __proto__',
      'export default { params: JSON.parse(`{"__proto__":{"default":1}}`), signal() {} };',
      /"__proto__" is no name/,
    ],
    [
      'a warm-up of half a bar',
      'export default { warmUp: 1.5, signal() {} };',
      /warmUp must be a whole number of bars/,
    ],
    [
      'a fault at the start, with its line',
      '\n\nthrow new TypeError("not today");\nexport default {};',
      /throws in mine-\d+\.ts:3: TypeError: not today/,
    ],
    ['a loop at the start', 'for (;;);\nexport default {};', /does not end within 300 ms/],
  ])('%s', async (_, source, message) => {
    await expect(load(source)).rejects.toEqual(refused(message));
  });

  it('one that is not there, is a directory, or has another ending', async () => {
    await expect(loadStrategyFile(join(directory, 'none.ts'))).rejects.toMatchObject({
      name: 'NotFoundError',
    });
    await expect(loadStrategyFile(directory)).rejects.toEqual(
      refused(/is no strategy file; it must end in \.ts/),
    );
    await expect(loadStrategyFile(put('1', 'json'))).rejects.toEqual(refused(/is no strategy file/));
  });

  it('a warm-up that its function gives', async () => {
    const file = await load('export default { warmUp: () => "soon", signal() {} };');
    await expect(file.warmUp({})).rejects.toEqual(refused(/warmUp gives soon; it must be a whole number/));
  });
});

describe('what goes wrong inside is told with strategy and bar:', () => {
  it.each<[string, string, RegExp]>([
    ['an endless loop', body('for (;;);'), /^mine-\d+\.ts does not end on bars 0 to 39 within 300 ms$/],
    ['an endless loop that catches', body('for (;;) { try { for (;;); } catch {} }'), /does not end/],
    ['an endless regular expression', body('/(a+)+$/.test("a".repeat(40) + "b")'), /does not end|throws/],
    [
      'an endless chain of promises',
      body('const f = () => Promise.resolve().then(f); f(); for (;;);'),
      /does not end/,
    ],
    [
      'an endless loop at a bar',
      'export default { decide({ bar }) { while (bar === 7); return 0; } };',
      /does not end at bar 7 within/,
    ],
    [
      'a loop while it is read',
      'export default { signal: () => ({ get length() { for (;;); } }) };',
      /does not end/,
    ],
    [
      'a memory bomb',
      body('const a = []; for (;;) a.push(new Float64Array(1e6));'),
      /needs more memory than 32 MiB/,
    ],
    ['one huge array', body('new Float64Array(1e12)'), /throws.*(RangeError|InternalError)|memory/],
    ['a huge text', body('let t = "x"; for (;;) t += t;'), /memory|throws.*(string|length)/i],
    ['a deep recursion', body('const f = (n) => f(n + 1) + 1; f(0);'), /throws.*(stack|recursion)/i],
    [
      'a deep structure',
      body('let a = []; for (let i = 0; i < 1e5; i++) a = [a]; JSON.stringify(a);'),
      /(throws|was ended) on bars 0 to 39/,
    ],
    [
      'an error, with its line',
      'export default {\n  signal() {\n    return null.x;\n  },\n};',
      /throws on bars 0 to 39 in mine-\d+\.ts:3: TypeError/,
    ],
    [
      'an error at a bar',
      'export default { decide({ bar }) {\n if (bar === 9) throw new RangeError("no");\n return 0; } };',
      /throws at bar 9 in mine-\d+\.ts:2: RangeError: no/,
    ],
    ['a text that is thrown', body('throw "plain";'), /throws on bars 0 to 39: plain/],
    ['nothing that is thrown', body('throw undefined;'), /throws on bars 0 to 39: undefined/],
    ['a huge text that is thrown', body('throw "x".repeat(1e6);'), /^.{1,600}$/],
    [
      'an error that throws',
      body('throw { get message() { throw 1; } };'),
      /throws.*an error that cannot be read/,
    ],
    ['an error that does not end', body('throw { get message() { for (;;); } };'), /mine-\d+\.ts/],
    [
      'a proxy that is thrown',
      body('throw new Proxy({}, { get() { throw 2; } });'),
      /an error that cannot be read/,
    ],
    [
      'a proxy as signal',
      body('return new Proxy([], { get() { throw new Error("gotcha"); } });'),
      /throws.*gotcha/,
    ],
    [
      'a getter at a bar',
      'export default { signal({ bars }) { const s = Array(bars.close.length).fill(0); Object.defineProperty(s, 5, { get() { throw new Error("five"); } }); return s; } };',
      /throws.*five/,
    ],
    [
      'no signal',
      'export default { signal() {} };',
      /returns undefined; signal must return an array of one number a bar/,
    ],
    ['a number as signal', 'export default { signal: () => 1 };', /returns 1; signal must return/],
    ['a promise', 'export default { async signal() { return []; } };', /returns a Promise/],
    [
      'too few values',
      'export default { signal: () => [1, 0] };',
      /returns 2 values for 40 bars; it needs one a bar/,
    ],
    [
      'a text among the values',
      'export default { signal: ({ bars }) => Array(bars.close.length).fill(0).with(6, "1") };',
      /decides 1 at bar 6|not a function/,
    ],
    [
      'a position of two',
      'export default { signal: ({ bars }) => bars.close.map((_, i) => (i === 11 ? 2 : 0)) };',
      /decides 2 at bar 11; it must be a number from -1 to 1, or NaN/,
    ],
    [
      'an endless position',
      'export default { decide: ({ bar }) => (bar === 2 ? -Infinity : 0) };',
      /decides -Infinity at bar 2/,
    ],
    [
      'an object as position',
      'export default { decide: ({ bar }) => (bar === 2 ? {} : 0) };',
      /decides an object at bar 2/,
    ],
    [
      'a changed price',
      body('bars.close[17] = 1;'),
      /^mine-\d+\.ts changes bars\.close at bar 17; its input must stay as it is$/,
    ],
    ['a sorted column', body('bars.volume.sort();'), /changes bars\.volume at bar \d+/],
    ['a column that is replaced', body('bars.close = new Float64Array(3);'), /throws.*read-only/],
    ['a parameter that is changed', body('params.more = 1;'), /throws.*extensible/],
  ])('%s', async (_, source, message) => {
    await expect(run(source)).rejects.toEqual(refused(message));
  });

  it('and the file can be asked again after each of them', async () => {
    const file = await load(
      'export default { params: { way: 0 }, signal({ bars, params }) { if (params.way === 1) for (;;); const a = []; if (params.way === 2) for (;;) a.push(new Float64Array(1e6)); return bars.close.map(() => 1); } };',
    );
    const given = (way: number) => ({ bars: walk(ROWS), params: { way }, timeframeMs: HOUR });
    await expect(file.signal(given(1))).rejects.toEqual(refused(/does not end/));
    await expect(file.signal(given(2))).rejects.toEqual(refused(/memory/));
    expect(await file.signal(given(0))).toEqual(new Float64Array(ROWS).fill(1));
    await file.close();
    await file.close();
    await expect(file.signal(given(0))).rejects.toEqual(refused(/was closed/));
  });
});
