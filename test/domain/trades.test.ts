import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalText, partsOf, sumDecimals } from '../../domain/decimals.js';
import { barsOfBars, barsOfTrades, type Trade } from '../../domain/trades.js';
import { recordedDirectory } from '../recorded.js';

const MINUTE = 60_000;
const START = Date.UTC(2024, 0, 1);

describe('sums of decimals', () => {
  it('are exact where adding doubles is not, in any order', () => {
    expect(sumDecimals([0.1, 0.2])).toBe(0.3);
    expect(sumDecimals(['0.1', '0.2', 0.7])).toBe(1);
    expect(sumDecimals([1e21, 1e-7, '-1e21'])).toBe(1e-7);
    expect(sumDecimals([])).toBe(0);
    const units = fc.array(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), { maxLength: 20 });
    fc.assert(
      fc.property(units, fc.nat(8), (all, places) => {
        const sum = all.reduce((a, b) => a + b, 0n);
        const texts = all.map((each) => decimalText(each, places));
        expect(sumDecimals(texts)).toBe(Number(decimalText(sum, places)));
        expect(sumDecimals(texts.toReversed())).toBe(sumDecimals(texts));
        for (const text of texts) expect(decimalText(partsOf(text).units, places)).toBe(text);
      }),
    );
  });

  it.each(['', '.', 'NaN', '1.2.3', 'Infinity', '1e'])('refuse "%s"', (text) => {
    expect(() => sumDecimals([text])).toThrow(RangeError);
  });
});

const trade = fc.record({
  id: fc.nat(500).map(String),
  time: fc.nat(10 * MINUTE - 1).map((offset) => START + offset),
  price: fc.integer({ min: 1, max: 100_000 }).map((cents) => cents / 100),
  amount: fc.integer({ min: 1, max: 10 ** 9 }).map((units) => decimalText(BigInt(units), 8)),
});
const trades = fc.uniqueArray(trade, { selector: (each) => each.id, maxLength: 60 });
const whole = { from: START, to: START + 10 * MINUTE };

describe('bars from trades', () => {
  it('hold every trade once, and none is invented', () => {
    fc.assert(
      fc.property(trades, (all) => {
        const bars = barsOfTrades({ trades: all, ...whole }, '1m');
        expect(sumDecimals(bars.map((bar) => bar.volume))).toBe(sumDecimals(all.map((each) => each.amount)));
        expect(new Set(bars.map((bar) => bar.time))).toEqual(
          new Set(all.map((each) => Math.floor(each.time / MINUTE) * MINUTE)),
        );
        for (const bar of bars) {
          const own = all.filter((each) => each.time >= bar.time && each.time < bar.time + MINUTE);
          expect(bar.high).toBe(Math.max(...own.map((each) => each.price)));
          expect(bar.low).toBe(Math.min(...own.map((each) => each.price)));
          expect(bar.knownAt).toBe(bar.time + MINUTE);
        }
      }),
    );
  });

  it('do not care for the order in which trades with ids come, nor how often', () => {
    fc.assert(
      fc.property(trades, fc.array(fc.nat()), (all, keys) => {
        const mixed = [...all, ...all.slice(0, 5)]
          .map((each, i) => ({ each, key: keys[i % Math.max(1, keys.length)] ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ each }) => each);
        expect(barsOfTrades({ trades: mixed, ...whole }, '1m')).toEqual(
          barsOfTrades({ trades: all, ...whole }, '1m'),
        );
      }),
    );
  });

  it('are the same whether made at once or from shorter bars', () => {
    fc.assert(
      fc.property(trades, (all) => {
        const minutes = barsOfTrades({ trades: all, ...whole }, '1m');
        expect(barsOfBars({ bars: minutes, ...whole }, '5m')).toEqual(
          barsOfTrades({ trades: all, ...whole }, '5m'),
        );
      }),
    );
  });

  it('open with the first and close with the last of one millisecond, by id or else as they came', () => {
    const at = (id: string | null, price: number): Trade => ({ id, time: START, price, amount: 1 });
    const read = (all: Trade[]) => barsOfTrades({ trades: all, ...whole }, '1m')[0];
    expect(read([at('9', 3), at('10', 2), at('8', 1)])).toMatchObject({
      open: 1,
      close: 2,
      high: 3,
      volume: 3,
    });
    expect(read([at(null, 3), at(null, 2), at(null, 1)])).toMatchObject({ open: 3, close: 1 });
  });

  it('are made only where all of their trades were read', () => {
    const all: Trade[] = Array.from({ length: 40 }, (_, i) => ({
      id: String(i),
      time: START + i * 15_000,
      price: 1 + i,
      amount: '1',
    }));
    const bars = barsOfTrades({ trades: all, from: START + 1, to: START + 3 * MINUTE - 1 }, '1m');
    expect(bars.map((bar) => bar.time)).toEqual([START + MINUTE]);
    expect(barsOfTrades({ trades: all, from: START, to: START + MINUTE }, '1m')[0]).toMatchObject({
      open: 1,
      close: 4,
    });
  });
});

const shared = recordedDirectory();
const file = join(shared ?? '', 'ohlcv/freqtrade/XRP_ETH-trades.json.gz');
describe.skipIf(!shared || !existsSync(file))(
  'recorded trades (skipped where the recording is missing)',
  () => {
    it('become bars that hold all of their volume', () => {
      const rows = JSON.parse(gunzipSync(readFileSync(file)).toString()) as unknown[][];
      const all = rows.map((row): Trade => ({
        id: String(row[1]),
        time: Number(row[0]),
        price: Number(row[4]),
        amount: Number(row[5]),
      }));
      const times = all.map((each) => each.time);
      const range = { from: Math.min(...times) - 3_600_000, to: Math.max(...times) + 3_600_000 };
      const bars = barsOfTrades({ trades: all, ...range }, '1m');
      expect(bars.length).toBeGreaterThan(100);
      const once = new Map(all.map((each) => [each.id, each.amount]));
      expect(sumDecimals(bars.map((bar) => bar.volume))).toBe(sumDecimals([...once.values()]));
      expect(barsOfBars({ bars, ...range }, '1h')).toEqual(barsOfTrades({ trades: all, ...range }, '1h'));
    });
  },
);
