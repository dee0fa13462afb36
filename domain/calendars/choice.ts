import { CALENDARS, expectedIn, type CalendarName } from '../calendars.js';
import { DAY, isWeekday, weekdayOf, weekdayOnOrAfter } from '../days.js';
import { countBars, ofTimes, subtract } from '../intervals.js';
import { timeframeMs, type Timeframe } from '../streams.js';

const venues = (names: string, calendar: CalendarName): [string, CalendarName][] =>
  names.split(' ').map((name) => [name, calendar]);
const VENUES = new Map<string, CalendarName>([
  ...venues('nyse nasdaq amex arca bats iex', 'nyse'),
  ...venues('lse xlon', 'lse'),
  ...venues('forex fx oanda dukascopy fxcm histdata', 'forex'),
]);
const CURRENCIES = new Set(
  'USD EUR GBP JPY CHF AUD NZD CAD SEK NOK DKK PLN HUF CZK TRY ZAR MXN CNH SGD HKD XAU XAG'.split(' '),
);
/** Weekends that must lie in the bars before their absence says something. */
const ENOUGH_WEEKENDS = 2;

export interface CalendarChoice {
  calendar: CalendarName;
  reason: string;
  /** False where there was too little to tell: looked at again with more bars. */
  settled: boolean;
}

interface Market {
  exchange: string;
  symbol: string;
  /** Opens of its bars, ascending. */
  times: ArrayLike<number>;
  timeframe: Timeframe;
}

/**
 * The calendar of a market: that of its venue where it is known, else what its bars prove. That of one exchange is taken
 * only where no bar lies on a holiday of it and bars lie on its other days; nothing is guessed by the symbol.
 */
export function chooseCalendar(market: Market): CalendarChoice {
  const { exchange, symbol, times, timeframe } = market;
  const known = VENUES.get(exchange);
  if (known) return { calendar: known, reason: `${exchange} keeps these hours`, settled: true };
  const weekends = weekendsIn(times, timeframe);
  if (weekends.saturdays < ENOUGH_WEEKENDS)
    return { calendar: 'always', reason: 'too few weekends to tell otherwise', settled: false };
  if (weekends.onSaturday > 0)
    return { calendar: 'always', reason: 'it has bars on Saturdays', settled: true };
  const reason = `no bar on any of ${weekends.saturdays} Saturdays`;
  if (symbol.split('-').every((code) => CURRENCIES.has(code)))
    return { calendar: 'forex', reason: `${reason}, and two currencies`, settled: true };
  if (weekends.onSunday > 0 && weekends.onFriday > 0)
    return { calendar: 'forex', reason: `${reason}, but on Sundays`, settled: true };
  if (weekends.onSunday > 0)
    return { calendar: 'always', reason: `${reason} and Fridays: no week that is known here`, settled: true };
  return chooseExchange(market, reason);
}

/** Holidays of an exchange that must lie in the bars before they prove it. */
const ENOUGH_HOLIDAYS = 2;
/** What may be missing: of whole trading days few, since the holidays of another exchange are such; of bars more, since not every minute has a trade. */
const MOST_DAYS_ABSENT = 0.02;
const MOST_BARS_ABSENT = 0.5;

interface Trial {
  name: CalendarName;
  holidays: number;
  /** Days with bars that should have none. */
  broken: number[];
  days: number;
  absentDays: number;
  /** Share of the bars of its hours that are not there. */
  absent: number;
}

function chooseExchange(market: Market, seen: string): CalendarChoice {
  const trials = (['nyse', 'lse'] as const).map((name) => tryCalendar(market, name));
  const proved = trials.filter(isProved).sort((a, b) => a.absent - b.absent);
  const [best, next] = proved;
  if (best && best.absent !== next?.absent) {
    const { name, holidays, days, absentDays } = best;
    const reason = `${seen}, none on ${holidays} holidays of ${name}, and bars on ${days - absentDays} of its ${days} days`;
    return { calendar: name, reason, settled: true };
  }
  const reason = `${seen}; ${trials.map(failureOf).join(', ')}: which holidays and hours it keeps is not known, so they count as missing`;
  return { calendar: 'weekdays', reason, settled: trials.every((each) => each.broken.length > 0) };
}

const isProved = (trial: Trial): boolean =>
  trial.holidays >= ENOUGH_HOLIDAYS &&
  trial.broken.length === 0 &&
  trial.absentDays <= trial.days * MOST_DAYS_ABSENT &&
  trial.absent <= MOST_BARS_ABSENT;

function failureOf(trial: Trial): string {
  const { name, broken, holidays, days, absentDays } = trial;
  const [first] = broken;
  if (first !== undefined)
    return `not ${name} (it has bars on ${broken.length} of its holidays, as ${new Date(first * DAY).toISOString().slice(0, 10)})`;
  if (holidays < ENOUGH_HOLIDAYS) return `not proved to be ${name} (${holidays} of its holidays in the bars)`;
  if (isProved(trial)) return `${name} as well as another`;
  return `not ${name} (bars on ${days - absentDays} of its ${days} days, ${Math.round((1 - trial.absent) * 100)} % of its bars)`;
}

/** New York's evening is the next day in UTC; days and longer are dated by their midnight. */
const BEHIND_MS: Partial<Record<CalendarName, number>> = { nyse: 5 * 3_600_000 };

function tryCalendar({ times, timeframe }: Market, name: CalendarName): Trial {
  const session = CALENDARS[name].session ?? (() => null);
  const step = timeframeMs(timeframe);
  const behind = step < DAY ? (BEHIND_MS[name] ?? 0) : 0;
  const withBars = new Set(Array.from(times, (time) => Math.floor((time - behind) / DAY)));
  const [first, last] = [times[0] ?? 0, times[times.length - 1] ?? 0];
  const trial: Trial = { name, holidays: 0, broken: [], days: 0, absentDays: 0, absent: 1 };
  for (let day = Math.floor((first - behind) / DAY); day <= Math.floor((last - behind) / DAY); day++) {
    if (!isWeekday(day)) continue;
    if (session(day)) {
      trial.days++;
      if (!withBars.has(day)) trial.absentDays++;
      continue;
    }
    trial.holidays++;
    if (withBars.has(day)) trial.broken.push(day);
  }
  const expected = expectedIn({ from: first, to: last + step }, timeframe, name);
  const absent = countBars(subtract(expected, ofTimes(times, step)), step);
  return { ...trial, absent: absent / Math.max(1, countBars(expected, step)) };
}

function weekendsIn(times: ArrayLike<number>, timeframe: Timeframe) {
  const counted = { saturdays: 0, onSaturday: 0, onSunday: 0, onFriday: 0 };
  const [first, last] = [times[0], times[times.length - 1]];
  if (first === undefined || last === undefined || timeframeMs(timeframe) > DAY) return counted;
  const saturday = weekdayOnOrAfter(Math.ceil(first / DAY), 6);
  counted.saturdays = Math.max(0, Math.floor((Math.floor(last / DAY) - saturday) / 7) + 1);
  for (let i = 0; i < times.length; i++) {
    const weekday = weekdayOf(Math.floor((times[i] ?? 0) / DAY));
    if (weekday === 6) counted.onSaturday++;
    if (weekday === 0) counted.onSunday++;
    if (weekday === 5) counted.onFriday++;
  }
  return counted;
}
