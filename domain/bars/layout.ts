import { InvalidInputError } from '../errors.js';
import { numberOf, OFFSET, sniffDecimal, sniffTimeKind, textOf, timeOf } from './layout-cells.js';
import type { Cell, DecimalMark } from './layout-cells.js';
import { columnWords, FIELDS, isPartly, placesGiven, renamed } from './layout-given.js';
import { placesByName, plainName, symbolPlace, TICK_VOLUMES } from './layout-names.js';
import { sniffOrder, type Places } from './layout-orders.js';
import { dateOrdersOf, parseTime, type DateOrder, type EpochUnit, type TimeKind } from './times.js';

/** What decides where a file leaves it open. */
export interface LayoutOptions {
  /** `time,open,close,high,low,volume` by place (`_` skips one) or `time=Date,close=Last` by name. */
  columns?: string;
  timeUnit?: EpochUnit;
  dates?: DateOrder;
  decimal?: DecimalMark;
  /** Takes the prices adjusted for splits and dividends (`Adj Close`) instead of those that were traded. */
  adjusted?: boolean;
  /** The base asset, such as BTC: tells `Volume BTC` from `Volume USDT`. */
  base?: string;
  /** Columns whose cells are epoch ms by the file's own types. */
  typedTimes?: number[];
}

/** Where and how a file's rows tell their bars. */
export interface Layout {
  vendor: string;
  places: Places;
  time: TimeKind;
  decimal: DecimalMark;
  adjusted: boolean;
  /** What a person should know about the choice. */
  notes: string[];
}

/** True for a row of names: it has no numbers and no dates. */
export const isHeader = (cells: Cell[]): boolean =>
  cells.every(
    (cell) =>
      typeof cell === 'string' &&
      !/^[+-]?[\d.,]*\d[\d.,]*(e[+-]?\d+)?$/i.test(textOf(cell)) &&
      dateOrdersOf(textOf(cell)).length === 0,
  ) && cells.some((cell) => textOf(cell) !== '');

/**
 * The layout of rows by their names (`header`, null where there are none) and a sample of them.
 * @throws InvalidInputError saying what was seen and which option decides.
 */
export function sniffLayout(header: string[] | null, sample: Cell[][], options: LayoutOptions = {}): Layout {
  const flat = sample.flatMap((cells) => (header ? cells : cells.slice(1)));
  const decimal = sniffDecimal(flat, options.decimal);
  const columns = options.columns === undefined ? null : columnWords(options.columns);
  if (columns && (!header || !isPartly(columns)))
    return finished(
      { vendor: 'as given', places: placesGiven(columns, header, options.columns ?? ''), decimal },
      sample,
      options,
    );
  if (!header) {
    const { vendor, places } = sniffOrder(sample, decimal);
    return finished({ vendor, places, decimal }, sample, options);
  }
  const names = columns ? renamed(header, columns) : header;
  const named = placesByName(names, {
    ...(options.base !== undefined && { base: options.base }),
    symbol: textOf(sample[0]?.[symbolPlace(names)]),
    noVolume: columns?.get('volume') === 'none',
  });
  const { vendor, places, times, symbol } = named;
  const symbols = new Set(symbol === null ? [] : sample.map((cells) => textOf(cells[symbol])));
  if (symbols.size > 1)
    throw new InvalidInputError(
      `Rows of several symbols: ${[...symbols].slice(0, 5).join(', ')}; a file holds the bars of one stream`,
    );
  const time = timePlaces(times, names, { sample, typed: options.typedTimes ?? [] });
  const volume = tickVolume(names, { sample, decimal, volume: places.volume });
  return finished({ vendor, places: { ...places, time, volume }, decimal }, sample, options);
}

/** The first column that holds times; a date without a clock is completed by a column of clock times. */
function timePlaces(
  candidates: number[],
  header: string[],
  { sample, typed }: { sample: Cell[][]; typed: number[] },
): number[] {
  const first = sample[0] ?? [];
  const isTime = (place: number): boolean => {
    if (typed.includes(place)) return true;
    try {
      sniffTimeKind(sample.map((cells) => cells[place]));
      return true;
    } catch (error) {
      // Day or month first is a question of its own.
      return String(error).includes('--dates') || String(error).includes('--time-unit');
    }
  };
  const place = candidates.find(isTime) ?? candidates[0] ?? 0;
  // `093000` is a time of day, too.
  const clock = header.findIndex(
    (name, at) =>
      at !== place && plainName(name) === 'time' && /^(\d{1,2}:\d\d|\d{4}(\d\d)?$)/.test(textOf(first[at])),
  );
  return clock >= 0 && !/\d:\d/.test(textOf(first[place])) ? [place, clock] : [place];
}

/** The volume's column, or that of tick volumes where all its cells are 0. */
function tickVolume(
  header: string[],
  { sample, decimal, volume }: { sample: Cell[][]; decimal: DecimalMark; volume: number },
): number {
  const ticks = header.findIndex((name) => TICK_VOLUMES.includes(plainName(name)));
  const isEmpty = sample.every((cells) => numberOf(cells[volume], decimal) === 0);
  return ticks >= 0 && volume >= 0 && isEmpty ? ticks : volume;
}

function finished(
  { vendor, places, decimal }: Pick<Layout, 'vendor' | 'places' | 'decimal'>,
  sample: Cell[][],
  options: LayoutOptions,
): Layout {
  const cells = sample.map((row) => places.time.map((place) => textOf(row[place])).join(' '));
  const isTyped = places.time.every((place) => options.typedTimes?.includes(place));
  const time = isTyped ? ({ kind: 'typed' } as const) : daysOf(sniffTimeKind(cells, options), cells);
  const adjusted = options.adjusted === true;
  if (adjusted && places.adjusted === undefined)
    throw new InvalidInputError('--adjusted needs a column Adj Close; the file has none');
  const notes = [
    ...(places.adjusted !== undefined && !adjusted
      ? ['prices as traded; Adj Close is left (--adjusted takes it)']
      : []),
    ...(places.volume < 0 ? ['the file has no volumes: 0 stands for each'] : []),
    ...('days' in time ? ['days are named by their date, not by midnight of their zone in UTC'] : []),
  ];
  return { vendor, places, time, decimal, adjusted, notes };
}

/**
 * Days of a market that closes, dated at midnight of its own zone, are named by their date. Where weekends are traded
 * a day would begin at another hour than ours, and its bar be known before it was: such rows are off the grid.
 */
function daysOf(time: TimeKind, cells: string[]): TimeKind {
  if (time.kind !== 'text' || cells.length < 2) return time;
  const areDays = cells.every((text) => {
    const date = new Date(parseTime(text.replace(OFFSET, ''), time.order));
    return /[T ]00:00(:00(\.0+)?)?\s*[+-](?!00:?00$)\d\d:?\d\d$/.test(text) && date.getUTCDay() % 6 !== 0;
  });
  return areDays ? { ...time, days: true } : time;
}

/** `[time, open, high, low, close, volume]` of a row, or the reason why it is no bar. */
export function readRow(layout: Layout, cells: Cell[]): number[] | string {
  const { places, decimal } = layout;
  const [first = 0] = places.time;
  const when =
    places.time.length > 1 ? places.time.map((place) => textOf(cells[place])).join(' ') : cells[first];
  const time = timeOf(when, layout.time);
  if (typeof time === 'string') return time;
  const values = [time];
  for (const field of FIELDS) {
    const value = places[field] < 0 ? 0 : numberOf(cells[places[field]], decimal);
    if (Number.isNaN(value)) return `${field} "${textOf(cells[places[field]])}" is not a number`;
    values.push(value);
  }
  if (!layout.adjusted) return values;
  const adjusted = numberOf(cells[places.adjusted ?? -1], decimal);
  if (!(adjusted > 0)) return `Adj Close "${textOf(cells[places.adjusted ?? -1])}" is not a price above 0`;
  const factor = adjusted / (values[4] ?? NaN);
  return values.map((value, i) => (i >= 1 && i <= 3 ? value * factor : i === 4 ? adjusted : value));
}
