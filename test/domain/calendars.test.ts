import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectedIn } from '../../domain/calendars.js';
import { chooseCalendar } from '../../domain/calendars/choice.js';
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

describe('the London calendar', () => {
  const closed = (year: number): string[] => {
    const range = { from: at(`${year}-01-01`), to: at(`${year + 1}-01-01`) };
    const days = subtract(expectedIn(range, '1d', 'weekdays'), expectedIn(range, '1d', 'lse'));
    const found: string[] = [];
    for (let i = 0; i < days.length; i += 2)
      for (let day = days[i] ?? 0; day < (days[i + 1] ?? 0); day += DAY)
        found.push(new Date(day).toISOString().slice(5, 10));
    return found;
  };

  // As gov.uk/bank-holidays and the exchange have published them.
  it.each([
    [1999, '01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28 12-31'],
    [2002, '01-01 03-29 04-01 05-06 06-03 06-04 08-26 12-25 12-26'],
    [2010, '01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28'],
    [2011, '01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-26 12-27'],
    [2012, '01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26'],
    [2020, '01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28'],
    [2021, '01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28'],
    [2022, '01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27'],
    [2023, '01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26'],
    [2024, '01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26'],
    [2025, '01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26'],
  ])('is closed in %i on its bank holidays', (year, dates) => {
    expect(closed(year).join(' ')).toBe(dates);
  });

  it('has the hours of its sessions in summer and winter, and ends early before Christmas and the New Year', () => {
    const hours = (date: string) =>
      expectedIn({ from: at(date), to: at(date) + DAY }, '30m', 'lse').map(
        (bound) => (bound - at(date)) / HOUR,
      );
    expect(hours('2024-07-02')).toEqual([7, 15.5]);
    expect(hours('2024-12-03')).toEqual([8, 16.5]);
    expect(hours('2024-03-31')).toEqual([]);
    expect(hours('2024-04-02')).toEqual([7, 15.5]);
    expect(hours('2024-10-28')).toEqual([8, 16.5]);
    for (const date of ['2024-12-24', '2024-12-31', '2023-12-22', '2023-12-29', '2022-12-23', '2022-12-30'])
      expect(hours(date), date).toEqual([8, 12.5]);
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
    expect(chooseCalendar({ ...market, times: hours((day) => day > 0 && day < 6) })).toMatchObject({
      calendar: 'weekdays',
      reason: expect.stringContaining('bars on 2 of its holidays, as 2024-01-01') as unknown,
      settled: true,
    });
    // Sunday to Thursday.
    expect(chooseCalendar({ ...market, times: hours((day) => day < 5) }).calendar).toBe('always');
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

describe('the exchange that bars prove', () => {
  const year = { from: at('2023-01-01'), to: at('2024-01-01') };
  const opensOf = (calendar: 'nyse' | 'lse' | 'weekdays', timeframe: '1d' | '1h', range = year): number[] => {
    const step = timeframe === '1d' ? DAY : HOUR;
    const set = expectedIn(range, timeframe, calendar);
    const opens: number[] = [];
    for (let i = 0; i < set.length; i += 2)
      for (let time = set[i] ?? 0; time < (set[i + 1] ?? 0); time += step) opens.push(time);
    return opens;
  };
  const chosen = (times: number[], timeframe: '1d' | '1h' = '1d') =>
    chooseCalendar({ exchange: 'somewhere', symbol: 'ABC-GBP', timeframe, times });
  const without = (times: number[], ...dates: string[]): number[] =>
    times.filter((time) => !dates.some((date) => Math.floor(time / DAY) * DAY === at(date)));

  it.each(['nyse', 'lse'] as const)(
    'is %s where all its holidays and no other days are without bars',
    (name) => {
      for (const timeframe of ['1d', '1h'] as const) {
        expect(chosen(opensOf(name, timeframe), timeframe)).toMatchObject({ calendar: name, settled: true });
        // A year of which a few bars were lost is that exchange's all the same.
        expect(
          chosen(without(opensOf(name, timeframe), '2023-03-14', '2023-11-08'), timeframe).calendar,
        ).toBe(name);
      }
      expect(chosen(opensOf(name, '1d')).reason).toMatch(
        /none on \d+ holidays of (nyse|lse), and bars on 25\d of its 25\d days/,
      );
    },
  );

  it('is none of them where the holidays are those of others, and says why', () => {
    const frankfurt = without(
      opensOf('weekdays', '1d'),
      ...['2023-04-07', '2023-04-10', '2023-05-01', '2023-12-25', '2023-12-26'],
    );
    const { calendar, reason, settled } = chosen(frankfurt);
    expect({ calendar, settled }).toEqual({ calendar: 'weekdays', settled: true });
    expect(reason).toContain('not nyse (it has bars on 8 of its holidays');
    expect(reason).toContain('not lse (it has bars on 4 of its holidays');
  });

  it('is left open where too few holidays or too many gaps lie in the bars', () => {
    const range = { from: at('2023-02-01'), to: at('2023-03-31') };
    expect(chosen(opensOf('nyse', '1d', range))).toMatchObject({ calendar: 'weekdays', settled: false });
    const halved = opensOf('nyse', '1d').filter((_, i) => i % 2 === 0);
    expect(chosen(halved)).toMatchObject({ calendar: 'weekdays', settled: false });
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
