import { InvalidInputError } from '../errors.js';
import { dateOrdersOf, epochMs, epochUnitOf, parseTime } from './times.js';
import type { DateOrder, EpochUnit, TimeKind } from './times.js';

/** What a format finds in one cell of a row. */
export type Cell = string | number | bigint | null | undefined;

export type DecimalMark = 'point' | 'comma';

const POINT = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const COMMA = /^[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?(e[+-]?\d+)?$/i;

/** Thousands between commas. */
const GROUPED = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/;

export const UNIT_NAMES: Record<EpochUnit, string> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
};

/** A cell as text without quotes and white space around it. */
export const textOf = (cell: Cell): string =>
  typeof cell === 'string' ? cell.trim().replace(/^"(.*)"$/, '$1') : String(cell ?? '');

/** A cell as a number, NaN where it is none. */
export function numberOf(cell: Cell, decimal: DecimalMark): number {
  if (typeof cell === 'number') return cell;
  const text = textOf(cell);
  if (decimal === 'point' && POINT.test(text)) return Number(text);
  const { digits, exponent } = bareNumber(text);
  if (decimal === 'point') {
    const isNumber = POINT.test(digits) || GROUPED.test(digits);
    return isNumber ? Number(digits.replaceAll(',', '') + exponent) : NaN;
  }
  return COMMA.test(digits) ? Number(digits.replaceAll('.', '').replace(',', '.') + exponent) : NaN;
}

const SCALES: Record<string, string> = { k: 'e3', m: 'e6', b: 'e9', t: 'e12' };

/** A number as people read it, `$1,234.50` or `35.18M`, without its currency; the scale as an exponent. */
function bareNumber(text: string): { digits: string; exponent: string } {
  const match = /^([+-]?)[$€£¥]? ?(.*?)([KMBT]?)$/i.exec(text);
  if (!match) return { digits: text, exponent: '' };
  const [, sign = '', digits = '', scale = ''] = match;
  return { digits: sign + digits, exponent: SCALES[scale.toLowerCase()] ?? '' };
}

/** The zone behind a clock time. */
export const OFFSET = /\s*[+-]\d\d:?\d\d$/;

/** Epoch ms of a cell, or the reason why it is none. */
export function timeOf(cell: Cell, kind: TimeKind): number | string {
  if (kind.kind === 'typed') return typeof cell === 'number' ? cell : 'no time';
  const text = textOf(cell);
  if (kind.kind === 'text') {
    const time = parseTime(kind.days ? text.replace(OFFSET, '') : text, kind.order);
    return Number.isNaN(time)
      ? `time "${text}" is not written like the file's other times (${kind.order})`
      : time;
  }
  const value = POINT.test(text) ? Number(text) : NaN;
  const unit = epochUnitOf(value);
  if (unit === kind.unit || (kind.given && unit === null && !Number.isNaN(value)))
    return epochMs(value, kind.unit);
  if (unit === null) return `time "${text}" is not a number of ${UNIT_NAMES[kind.unit]} since 1970`;
  return `time ${text} reads as ${UNIT_NAMES[unit]}, the file counts in ${UNIT_NAMES[kind.unit]}`;
}

/**
 * How the times of a sample are written: the way of most of its cells.
 * @throws InvalidInputError where two ways are as likely, or none fits.
 */
export function sniffTimeKind(
  cells: Cell[],
  given: { timeUnit?: EpochUnit; dates?: DateOrder } = {},
): TimeKind {
  if (given.timeUnit) return { kind: 'epoch', unit: given.timeUnit, given: true };
  if (given.dates) return { kind: 'text', order: given.dates };
  const texts = cells.map(textOf).filter((text) => text !== '');
  const units = countBy(texts, (text) => (POINT.test(text) ? epochUnitOf(Number(text)) : null));
  const [[unit, most] = [null, 0], [other, next] = [null, 0]] = units;
  if (unit && most === next)
    throw new InvalidInputError(
      `As many times count in ${UNIT_NAMES[unit]} as in ${UNIT_NAMES[other ?? unit]}; --time-unit s, ms, us or ns decides`,
    );
  if (unit && most > texts.length / 2) return { kind: 'epoch', unit };
  const orders = countBy(texts.flatMap(dateOrdersOf), (order) => order);
  const [best, second] = orders;
  if (!best || best[1] < texts.length / 2)
    throw new InvalidInputError(
      `No times: "${texts[0] ?? ''}" is neither a date nor a number of seconds, milliseconds, microseconds or nanoseconds since 1970`,
    );
  // Between dots the day stands first everywhere.
  if (best[1] === second?.[1] && !texts.every((text) => /^\d+\.\d+\.\d{4}/.test(text)))
    throw new InvalidInputError(
      `"${texts[0] ?? ''}" may be day or month first; --dates dmy or --dates mdy decides`,
    );
  return { kind: 'text', order: best[1] === second?.[1] ? 'dmy' : best[0] };
}

/** Keys with their counts, the most frequent first; null keys do not count. */
function countBy<T, K extends string>(items: T[], keyOf: (item: T) => K | null): [K, number][] {
  const counts = new Map<K, number>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/**
 * Whether the decimals of a sample follow a point or a comma. A comma counts as the mark only where it cannot be one of
 * thousands: `0,25` and `1.234,5` can not, `1,234` can.
 * @throws InvalidInputError where every comma could be either.
 */
export function sniffDecimal(cells: Cell[], given?: DecimalMark): DecimalMark {
  if (given) return given;
  const texts = cells
    .filter((cell) => typeof cell === 'string')
    .map((cell) => bareNumber(textOf(cell)).digits);
  // Commas before a point are commas of thousands.
  if (texts.some((text) => text.includes('.') && GROUPED.test(text))) return 'point';
  const commas = texts.filter((text) => text.includes(',') && COMMA.test(text));
  if (commas.length === 0) return 'point';
  const isDecimal = (text: string): boolean => text.includes('.') || !/^[+-]?[1-9]\d{0,2},\d{3}$/.test(text);
  if (
    commas.some(isDecimal) &&
    !texts.some((text) => /^[+-]?\d+\.\d+$/.test(text) && !/^\d{1,3}\.\d{3}$/.test(text))
  )
    return 'comma';
  throw new InvalidInputError(
    `The comma in "${commas[0]}" may mark decimals or thousands; --decimal comma or --decimal point decides`,
  );
}
