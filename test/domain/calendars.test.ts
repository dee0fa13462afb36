import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseCalendar, expectedIn } from '../../domain/calendars.js';
import { contains, countBars, ofTimes, subtract } from '../../domain/intervals.js';
import { recordedDirectory } from '../recorded.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text);

describe('the New York calendar', () => {
  const days = (year: number) =>
    expectedIn({ from: at(`${year}-01-01`), to: at(`${year + 1}-01-01`) }, '1d', 'nyse');

  // Numbers of trading days as the exchange has published them.
  it.each([
    [2001, 248],
    [2004, 252],
    [2007, 251],
    [2012, 250],
    [2018, 251],
    [2020, 253],
    [2021, 252],
    [2022, 251],
    [2023, 250],
    [2024, 252],
    [2025, 250],
  ])('has in %i %i trading days', (year, count) => {
    expect(countBars(days(year), DAY)).toBe(count);
  });

  it.each(['2024-03-29', '2021-12-24', '2022-06-20', '2012-10-29', '2001-09-12', '2024-11-28', '2024-07-04'])(
    'is closed on %s',
    (date) => expect(contains(days(Number(date.slice(0, 4))), at(date))).toBe(false),
  );

  it.each(['2010-12-31', '2021-12-31', '2021-06-18', '2024-11-29'])('is open on %s', (date) =>
    expect(contains(days(Number(date.slice(0, 4))), at(date))).toBe(true),
  );

  it('has the hours of its sessions in summer and winter, and ends early on some days', () => {
    const hours = (date: string) => {
      const set = expectedIn({ from: at(date), to: at(date) + DAY }, '1h', 'nyse');
      return set.map((bound) => (bound - at(date)) / HOUR);
    };
    expect(hours('2024-07-02')).toEqual([13, 20]);
    expect(hours('2024-12-03')).toEqual([14, 21]);
    expect(hours('2024-11-29')).toEqual([14, 18]);
    expect(hours('2024-07-03')).toEqual([13, 17]);
    expect(hours('2024-12-01')).toEqual([]);
  });
});

describe('the foreign exchange calendar', () => {
  it('runs from Sunday to Friday, 17:00 in New York, also where the clock changes', () => {
    const week = (from: string, to: string) =>
      expectedIn({ from: at(from), to: at(to) }, '1h', 'forex').map((bound) =>
        new Date(bound).toISOString().slice(0, 13),
      );
    expect(week('2017-10-29', '2017-11-10')).toEqual([
      '2017-10-29T21',
      '2017-11-03T21',
      '2017-11-05T22',
      '2017-11-10T00',
    ]);
    expect(week('2017-12-22', '2017-12-27')).toEqual([
      '2017-12-22T00',
      '2017-12-22T22',
      '2017-12-25T22',
      '2017-12-27T00',
    ]);
  });
});

describe('the calendar of a market', () => {
  const hours = (keep: (weekday: number) => boolean) =>
    Array.from({ length: 24 * 28 }, (_, i) => at('2024-01-01') + i * HOUR).filter((time) =>
      keep(new Date(time).getUTCDay()),
    );
  const market = { exchange: 'somewhere', symbol: 'ABC-USD', timeframe: '1h' as const };

  it('is that of its venue where that is known', () => {
    expect(chooseCalendar({ ...market, exchange: 'nasdaq', times: [] }).calendar).toBe('nyse');
    expect(chooseCalendar({ ...market, exchange: 'oanda', times: [] }).calendar).toBe('forex');
  });

  it('is read from its bars where it is not', () => {
    expect(chooseCalendar({ ...market, times: hours(() => true) }).calendar).toBe('always');
    expect(chooseCalendar({ ...market, times: hours((day) => day > 0 && day < 6) }).calendar).toBe('nyse');
    expect(chooseCalendar({ ...market, times: hours((day) => day < 6) }).calendar).toBe('forex');
    expect(
      chooseCalendar({ ...market, symbol: 'EUR-USD', times: hours((day) => day > 0 && day < 6) }).calendar,
    ).toBe('forex');
    expect(chooseCalendar({ ...market, times: hours(() => true).slice(0, 48) })).toMatchObject({
      calendar: 'always',
      settled: false,
    });
  });
});

const shared = recordedDirectory();
describe.skipIf(!shared || !existsSync(join(shared, 'ohlcv/backtesting_py')))(
  'recorded markets that close (skipped where the recording is missing)',
  () => {
    const times = (name: string): number[] =>
      readFileSync(join(shared ?? '', `ohlcv/backtesting_py/${name}.csv`), 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => at((line.split(',')[0] ?? '').replace(/ (.*)/, 'T$1Z')));

    it.each([
      ['GOOG', 'GOOG-USD', '1d', DAY, 'nyse'],
      ['EURUSD', 'EUR-USD', '1h', HOUR, 'forex'],
    ] as const)('%s misses no bar of its sessions', (name, symbol, timeframe, step, calendar) => {
      const opens = times(name);
      expect(chooseCalendar({ exchange: 'recorded', symbol, timeframe, times: opens }).calendar).toBe(
        calendar,
      );
      const expected = expectedIn(
        { from: opens[0] ?? 0, to: (opens.at(-1) ?? 0) + step },
        timeframe,
        calendar,
      );
      expect(subtract(expected, ofTimes(opens, step))).toEqual([]);
      expect(opens.length - countBars(expected, step)).toBeLessThanOrEqual(2);
    });
  },
);
