import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBarsFile } from '../../adapters/replay/recorded-bars.js';
import { inspectBars, type NumberedBars } from '../../domain/bars/inspect.js';
import { newTally, reportQuality, tallyBars } from '../../domain/bars/quality.js';
import { isAscending } from '../../domain/bars/columns.js';
import { findGaps, type BarColumns } from '../../domain/bars.js';
import type { Timeframe } from '../../domain/streams.js';
import { recordedDirectory } from '../recorded.js';
import { columnsOf, HOUR, reorder, START, walk } from './made-bars.js';

const options = { timeframe: '1h' as Timeframe, now: Infinity };
const table = (columns: BarColumns): NumberedBars => ({
  rows: Float64Array.from(columns.time, (_, i) => i + 1),
  columns,
});
const changed = (rows: number, change: (bars: BarColumns) => void): NumberedBars => {
  const bars = walk(rows);
  change(bars);
  return table(bars);
};

describe('inspecting the rows of a file', () => {
  it.each<[string, (bars: BarColumns) => void, RegExp]>([
    ['a time off the grid', (bars) => (bars.time[3] = START + 3 * HOUR + 1), /not the open of a 1h bar/],
    ['a price that is no number', (bars) => (bars.close[3] = NaN), /close NaN is not a price/],
    ['an infinite price', (bars) => (bars.high[3] = Infinity), /high Infinity/],
    ['a high below the close', (bars) => (bars.high[3] = 1), /high 1 is below/],
    ['a low above the open', (bars) => (bars.low[3] = bars.high[3]! * 0.9999), /low .* is above/],
    ['a negative volume', (bars) => (bars.volume[3] = -1), /volume -1/],
  ])('quarantines %s by its row', (_, change, reason) => {
    const { good, quarantined } = inspectBars(changed(10, change), options);
    expect(quarantined).toEqual([{ row: 4, reason: expect.stringMatching(reason) as string }]);
    expect(good.rows).toHaveLength(9);
    expect(good.rows).not.toContain(4);
  });

  it('quarantines a bar that is not closed yet', () => {
    const { quarantined } = inspectBars(table(walk(3)), { ...options, now: START + 2.5 * HOUR });
    expect(quarantined).toEqual([{ row: 3, reason: expect.stringContaining('not closed yet') as string }]);
  });

  it('makes one of equal rows and believes none of different ones', () => {
    const given = table(reorder(walk(5), [0, 1, 1, 2, 3, 3, 4, 0]));
    given.columns.close[5] = given.columns.low[5]!;
    const { good, duplicates, quarantined } = inspectBars(given, options);
    expect(Array.from(good.rows)).toEqual([1, 2, 4, 7]);
    expect(duplicates.map(({ row }) => row)).toEqual([3, 8]);
    expect(quarantined.map(({ row }) => row)).toEqual([5, 6]);
    expect(quarantined[0]?.reason).toMatch(/2 different bars at .* \(rows 5, 6\); none can be believed/);
  });

  it('loses no row, whatever the order and the repetitions', () => {
    const order = fc.array(fc.integer({ min: 0, max: 39 }), { minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(order, (places) => {
        const { good, duplicates, quarantined } = inspectBars(table(reorder(walk(40), places)), options);
        expect(good.rows.length + duplicates.length + quarantined.length).toBe(places.length);
        expect(quarantined).toEqual([]);
        expect(isAscending(good.columns.time)).toBe(true);
        expect(good.rows).toHaveLength(new Set(places).size);
        // What is believed is believed again.
        expect(inspectBars(good, options)).toMatchObject({ good, quarantined: [], duplicates: [] });
      }),
    );
  });

  it('says in which order a file is, and which rows break it', () => {
    const bars = walk(6);
    expect(inspectBars(table(bars), options)).toMatchObject({ order: 'ascending', flagged: [] });
    expect(inspectBars(table(reorder(bars, [5, 4, 3, 2, 1, 0])), options)).toMatchObject({
      order: 'descending',
      flagged: [],
    });
    const mixed = inspectBars(table(reorder(bars, [0, 1, 4, 2, 3, 5])), options);
    expect(mixed.order).toBe('mixed');
    expect(mixed.flagged.map(({ row }) => row)).toEqual([4, 5]);
    expect(mixed.flagged[0]?.reason).toMatch(/^out of order: 2023-.* stands after 2023-/);
  });
});

describe('spikes', () => {
  const scaled = (by: number): NumberedBars =>
    changed(60, ({ open, high, low, close }) => {
      for (const column of [high, low, close]) column[20] = column[20]! * by;
      if (by > 1) low[20] = open[20]!;
      else high[20] = open[20]!;
    });

  it.each([10, 3, 0.1, 0.3, 100])('× %d there and back are quarantined', (by) => {
    const { quarantined, flagged } = inspectBars(scaled(by), options);
    expect(quarantined).toEqual([{ row: 21, reason: expect.stringMatching(/^spike: close /) as string }]);
    expect(flagged).toEqual([]);
  });

  it('that stay are a move: flagged and kept', () => {
    const given = changed(60, (bars) => {
      for (const name of ['open', 'high', 'low', 'close'] as const)
        for (let i = 30; i < 60; i++) bars[name][i] = bars[name][i]! * 3;
    });
    const { quarantined, flagged, good } = inspectBars(given, options);
    expect(quarantined).toEqual([]);
    expect(flagged.map(({ row }) => row)).toEqual([31]);
    expect(flagged[0]?.reason).toMatch(/moved .* robust deviations/);
    expect(good.rows).toHaveLength(60);
  });

  it('of a wick are flagged', () => {
    const given = changed(60, (bars) => (bars.high[9] = bars.high[9]! * 2));
    expect(inspectBars(given, options).flagged).toEqual([
      { row: 10, reason: expect.stringMatching(/^a wick of/) as string },
    ]);
  });

  it('are nowhere in bars of one price', () => {
    expect(inspectBars(table(columnsOf(30)), options)).toMatchObject({ quarantined: [], flagged: [] });
  });

  it('are not looked for in too few bars', () => {
    const few = changed(5, (bars) => {
      bars.close[2] = bars.close[2]! * 10;
      bars.high[2] = bars.close[2]!;
    });
    expect(inspectBars(few, options)).toMatchObject({ quarantined: [], flagged: [] });
  });
});

describe('the quality report', () => {
  const judged = {
    timeframe: '1h' as Timeframe,
    rows: 8,
    quarantined: [],
    quarantinedRows: 0,
    duplicates: 2,
    flagged: [],
    order: 'ascending' as const,
  };
  const reportOf = (...parts: BarColumns[]) => {
    const tally = newTally();
    for (const part of parts) tallyBars(tally, part, '1h');
    return reportQuality(tally, judged);
  };

  it('adds up', () => {
    const bars = reorder(walk(20), [0, 1, 2, 5, 6, 9]);
    bars.volume[2] = 0;
    const report = reportOf(bars);
    expect(report).toMatchObject({ rows: 8, bars: 6, expected: 10, missing: 4, withoutVolume: 1 });
    expect(report.completeness).toBeCloseTo(0.6);
    expect(report.gaps.map(({ bars: count }) => count)).toEqual([2, 2]);
  });

  it('does not care in which parts and in which order bars come', () => {
    const places = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1 });
    fc.assert(
      fc.property(places, fc.integer({ min: 1, max: 9 }), (some, size) => {
        const sorted = some.toSorted((a, b) => a - b);
        const bars = walk(61);
        const parts: BarColumns[] = [];
        for (let at = 0; at < some.length; at += size) parts.push(reorder(bars, some.slice(at, at + size)));
        const report = reportOf(...parts);
        expect(report).toEqual(reportOf(reorder(bars, sorted)));
        const range = { from: report.first ?? 0, to: (report.last ?? 0) + HOUR };
        expect(report.gaps).toEqual(findGaps(reorder(bars, sorted).time, range, '1h'));
      }),
    );
  });

  it('of nothing is empty and complete', () => {
    expect(reportOf()).toMatchObject({ bars: 0, first: null, expected: 0, completeness: 1, gaps: [] });
  });
});

const directory = recordedDirectory();
describe.skipIf(!directory)('recorded bars (skipped without FINSIGHT_RECORDED_DIR)', () => {
  it.each(['binance_usdm_1h/BTCUSDT', 'binance_usdm_1h/DOGEUSDT', 'binance_spot_1h/BTCUSDT'])(
    '%s: every bar is believed, crashes included',
    async (name) => {
      const { columns } = await readBarsFile(join(directory ?? '', 'ohlcv', `${name}_1h.csv.gz`), '1h');
      const { good, quarantined, duplicates } = inspectBars(table(columns), options);
      expect(quarantined).toEqual([]);
      expect(duplicates).toEqual([]);
      expect(good.columns).toEqual(columns);
    },
  );

  it('of Binance spot have their five outages as gaps', async () => {
    const file = join(directory ?? '', 'ohlcv/binance_spot_1h/BTCUSDT_1h.csv.gz');
    const { columns } = await readBarsFile(file, '1h');
    const tally = newTally();
    tallyBars(tally, inspectBars(table(columns), options).good.columns, '1h');
    expect(tally.present.from).toHaveLength(6);
  });
});
