import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BarColumns } from '../../domain/bars.js';
import { columnsBy } from '../../domain/bars/columns.js';
import { firstDefined } from '../../domain/indicators/averages.js';
import {
  computeIndicators,
  indicatorKeys,
  INDICATORS,
  parseIndicator,
  parseIndicators,
} from '../../domain/indicators/registry.js';
import { seededRandom } from '../../domain/random.js';
import { recordedDirectory } from '../recorded.js';

const recorded = recordedDirectory();
const path = recorded === null ? '' : resolve(recorded, '../fixtures/talib_500.json');
const present = existsSync(path);
if (!present && process.env['CI'] === 'true') throw new Error(`No TA-Lib fixture at ${path}; CI needs it`);

/** One request for each family of the fixture's keys. */
const LIST = [
  ...['SMA', 'EMA', 'WMA'].flatMap((name) => [`${name}:5`, `${name}:20`, `${name}:100`]),
  ...['RSI:2', 'RSI:14', 'RSI:21', 'MACD:12,26,9', 'MACD:5,35,5', 'BB:20,2.0', 'BB:10,1.5', 'TRANGE'],
  ...['ATR:14', 'NATR:14', 'ADX:14', 'PLUS_DI:14', 'MINUS_DI:14', 'DX:14', 'STOCH:5,3,3', 'STOCH:14,3,3'],
  ...['STOCHF:5,3', 'OBV', 'CCI:20', 'MOM:10', 'ROC:10', 'WILLR:14', 'MFI:14', 'STDDEV:20', 'AD'],
  ...['DEMA:20', 'TEMA:20', 'KAMA:30', 'SAR', 'AROON:14', 'TRIX:15', 'PPO:12,26', 'STOCHRSI:14,5,3'],
].join(';');

describe.skipIf(!present)('the registry (skipped without ../shared/fixtures/talib_500.json)', () => {
  const fixture = present ? JSON.parse(readFileSync(path, 'utf8')) : { indicators: {} };

  it('reaches exactly the keys of the fixture, equal to 1e-9, warm-up included', () => {
    const bars = columnsBy((name) => Float64Array.from(fixture.bars[name] ?? []));
    const columns = computeIndicators(bars, parseIndicators(LIST));
    expect(Object.keys(columns).toSorted()).toEqual(Object.keys(fixture.indicators).toSorted());
    for (const [key, expected] of Object.entries(fixture.indicators as Record<string, (number | null)[]>)) {
      expect(firstDefined(columns[key] ?? []), key).toBe(fixture.first_valid[key]);
      const far = expected.findIndex((value, i) => {
        const difference = Math.abs((columns[key]?.[i] ?? NaN) - (value ?? NaN));
        return value !== null && !(difference <= 1e-9 * Math.max(1, Math.abs(value)));
      });
      expect(far, `${key}, row`).toBe(-1);
    }
  });

  it('reads each key of the fixture as a request for that column', () => {
    for (const key of Object.keys(fixture.indicators))
      expect(Object.values(indicatorKeys(parseIndicator(key)))).toContain(key);
  });
});

const madeBars = (n: number): BarColumns => {
  const random = seededRandom('registry');
  const close = Float64Array.from({ length: n }, () => 100 + random());
  return columnsBy((name) =>
    close.map(
      (value, i) =>
        ({ time: i, open: value, high: value + 1, low: value - 1, close: value, volume: i + 1 })[name],
    ),
  );
};

describe('requests for indicators', () => {
  it.each(Object.entries(INDICATORS))(
    '%s says where its columns begin, for any arguments',
    (name, indicator) => {
      for (const factor of [1, 2]) {
        const args = indicator.args.map((each) => (each.integer ? each.default + factor * 3 : each.default));
        const columns = computeIndicators(madeBars(400), [{ name, args }]);
        expect(Object.keys(columns)).toHaveLength(indicator.outputs.length);
        for (const column of Object.values(columns))
          expect(firstDefined(column)).toBe(indicator.firstValid(args));
      }
    },
  );

  it.each(Object.entries(INDICATORS))('%s at a bar depends on no later one', (name, indicator) => {
    const args = indicator.args.map(({ default: value }) => value);
    const whole = indicator.compute(madeBars(300), args);
    const bars = madeBars(300);
    const cut = indicator.compute(
      columnsBy((column) => bars[column].slice(0, 170)),
      args,
    );
    for (const [output, column] of Object.entries(cut))
      expect(column, `${name} ${output}`).toEqual(whole[output]?.slice(0, 170));
  });

  it.each([
    ['sma', { '': 'SMA_20' }],
    [' BB:10 , 1.5', { UPPER: 'BB_UPPER_10_1.5', MIDDLE: 'BB_MIDDLE_10_1.5', LOWER: 'BB_LOWER_10_1.5' }],
    ['BB_LOWER:10', { LOWER: 'BB_LOWER_10_2.0' }],
    ['MACDHIST:5,35', { MACDHIST: 'MACDHIST_5_35_9' }],
    ['SAR:0.02,0.2', { '': 'SAR' }],
    ['SAR:0.03', { '': 'SAR_0.03_0.2' }],
    ['PLUS_DI_7', { '': 'PLUS_DI_7' }],
  ])('%s has the keys %o', (text, keys) => expect(indicatorKeys(parseIndicator(text))).toEqual(keys));

  it.each([
    ['SMMA:20', /Unknown indicator "SMMA"; did you mean SMA\?/],
    ['', /Unknown indicator/],
    ['SMA:x', /SMA: period "x" is not a whole number from 1 to 100000/],
    ['SMA:2.5', /SMA: period "2.5" is not a whole number/],
    ['SMA:', /SMA_20/],
    ['RSI:1', /from 2 to/],
    ['OBV:3', /OBV takes no argument/],
    ['MACD:1,2,3,4', /MACD takes 3 \(fast, slow, signal\), not 4/],
    ['BB:20,,', /BB takes 2/],
    ['BB:20,', /BB: width "" is not a number/],
  ])('%s is refused, or means the defaults', (text, message) => {
    const said = (): string => Object.values(indicatorKeys(parseIndicator(text)))[0] ?? '';
    let answer: string;
    try {
      answer = said();
    } catch (error) {
      answer = (error as Error).message;
    }
    expect(answer).toMatch(message);
  });

  it('a list without a name is refused', () => {
    expect(() => parseIndicators(' ; ')).toThrow(/names no indicator; known: SMA/);
  });
});
