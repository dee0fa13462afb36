import type { Layout } from '../../domain/bars/layout.js';
import type { EpochUnit } from '../../domain/bars/times.js';
import { addRow, type Filling } from './batches.js';

const [NEWLINE, RETURN, QUOTE, POINT, ZERO, NINE, DASH, COLON] = [10, 13, 34, 46, 48, 57, 45, 58];

/** Powers of ten that are exact, so that dividing a whole number below 2^53 by one rounds once, as parsing does. */
const POWERS = Array.from({ length: 23 }, (_, i) => 10 ** i);
/** Mantissas below this can take another digit and stay exact. */
const ROOM = 900_719_925_474_099;

/**
 * Reads lines of CSV straight from their bytes where they hold plain numbers and the usual times, and the thorough way
 * where they hold anything else: the result is the same, many times faster.
 */
export class LineReader {
  private readonly fieldOf: Int8Array;
  private readonly last: number;
  private readonly isPlain: boolean;
  private value = 0;
  private at = 0;

  constructor(
    private readonly layout: Layout,
    private readonly delimiter: number,
  ) {
    const { time, open, high, low, close, volume } = layout.places;
    const places = [time[0] ?? 0, open, high, low, close, volume];
    this.last = Math.max(...places);
    this.fieldOf = new Int8Array(this.last + 1).fill(-1);
    places.forEach((place, field) => (this.fieldOf[place] = field));
    const isTold = volume >= 0 && layout.time.kind !== 'typed';
    this.isPlain = isTold && time.length === 1 && layout.decimal === 'point' && !layout.adjusted;
  }

  /** Reads the line that begins at `start` into the batch; returns where the next one begins. */
  read(bytes: Buffer, start: number, filling: Filling): number {
    if (this.isPlain && this.readPlain(bytes, start, filling)) return this.at;
    const end = lineEnd(bytes, start);
    const line = bytes.toString('utf8', start, end);
    if (line.trim() !== '' && !line.startsWith('#'))
      addRow(filling, this.layout, splitLine(line, String.fromCharCode(this.delimiter)));
    return end + 1;
  }

  /** False where anything is out of the ordinary; nothing is taken then. */
  private readPlain(bytes: Buffer, start: number, filling: Filling): boolean {
    const { fieldOf, last, delimiter } = this;
    const { values, count } = filling;
    this.at = start;
    for (let column = 0; column <= last; column++) {
      const field = fieldOf[column] ?? -1;
      if (field < 0) {
        if (!this.skipCell(bytes)) return false;
      } else {
        if (!(field === 0 ? this.readTime(bytes) : this.readNumber(bytes))) return false;
        values[field]![count] = this.value;
      }
      const byte = bytes[this.at];
      if (byte === delimiter) this.at++;
      else if (column < last || (byte !== NEWLINE && byte !== RETURN && byte !== undefined)) return false;
    }
    const end = lineEnd(bytes, this.at);
    if (end > this.at && bytes.subarray(this.at, end).includes(QUOTE)) return false;
    this.at = end + 1;
    filling.rows[count] = ++filling.row;
    filling.count++;
    return true;
  }

  private skipCell(bytes: Buffer): boolean {
    for (; ; this.at++) {
      const byte = bytes[this.at];
      if (byte === this.delimiter) return true;
      if (byte === undefined || byte === NEWLINE || byte === QUOTE) return false;
    }
  }

  /** An unsigned decimal number of up to 15 digits. */
  private readNumber(bytes: Buffer): boolean {
    let mantissa = 0;
    let decimals = -1;
    let at = this.at;
    const begin = at;
    for (; ; at++) {
      const byte = bytes[at] ?? 0;
      if (byte >= ZERO && byte <= NINE) {
        if (mantissa >= ROOM) return false;
        mantissa = mantissa * 10 + byte - ZERO;
        if (decimals >= 0) decimals++;
      } else if (byte === POINT && decimals < 0) decimals = 0;
      else break;
    }
    const digits = at - begin - (decimals >= 0 ? 1 : 0);
    if (digits === 0 || decimals > 22) return false;
    this.value = decimals > 0 ? mantissa / POWERS[decimals]! : mantissa;
    this.at = at;
    return true;
  }

  private readTime(bytes: Buffer): boolean {
    const { time } = this.layout;
    if (time.kind === 'epoch') return this.readEpoch(bytes, time.unit);
    return time.kind === 'text' && time.order === 'ymd' && this.readIso(bytes);
  }

  private readEpoch(bytes: Buffer, unit: EpochUnit): boolean {
    const begin = this.at;
    if (!this.readNumber(bytes)) return false;
    const digits = this.at - begin;
    // Only the digits that the unit has today; all else is looked at thoroughly.
    if (unit === 's' && digits === 10) this.value *= 1_000;
    else if (unit === 'us' && digits === 16) this.value = Math.floor(this.value / 1_000);
    else if (unit !== 'ms' || digits !== 13) return false;
    return true;
  }

  /** `YYYY-MM-DD`, alone or with `HH:MM[:SS]` and `Z`. */
  private readIso(bytes: Buffer): boolean {
    const at = this.at;
    const digits = (offset: number, count: number): number => {
      let value = 0;
      for (let i = at + offset; i < at + offset + count; i++) {
        const digit = (bytes[i] ?? 0) - ZERO;
        if (!(digit >= 0 && digit <= 9)) return NaN;
        value = value * 10 + digit;
      }
      return value;
    };
    if (bytes[at + 4] !== DASH || bytes[at + 7] !== DASH) return false;
    const [year, month, day] = [digits(0, 4), digits(5, 2), digits(8, 2)];
    if (!(day >= 1 && day <= 28 && month >= 1 && month <= 12) && !isDay(year, month, day)) return false;
    let length = 10;
    let seconds = 0;
    const mark = bytes[at + 10];
    if (mark === 84 || mark === 32) {
      if (bytes[at + 13] !== COLON) return false;
      const [hour, minute] = [digits(11, 2), digits(14, 2)];
      length = 16;
      let second = 0;
      if (bytes[at + 16] === COLON) {
        second = digits(17, 2);
        length = 19;
      }
      if (!(hour < 24 && minute < 60 && second < 60)) return false;
      seconds = (hour * 60 + minute) * 60 + second;
      if (bytes[at + length] === 90) length++;
    }
    const next = bytes[at + length];
    if (next !== this.delimiter && next !== NEWLINE && next !== RETURN && next !== undefined) return false;
    this.value = (daysFrom1970(year, month, day) * 86_400 + seconds) * 1_000;
    this.at = at + length;
    return !Number.isNaN(this.value);
  }
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** Days since 1970-01-01 in the Gregorian calendar, years counted from March so that leap days end them. */
function daysFrom1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Where a line ends; quoted cells may hold line breaks. */
export function lineEnd(bytes: Buffer, start: number): number {
  let isQuoted = false;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (byte === NEWLINE && !isQuoted) return at;
  }
  return bytes.length;
}

/** Cells of a line by RFC 4180. */
export function splitLine(line: string, delimiter: string): string[] {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  if (!text.includes('"')) return text.split(delimiter);
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? '';
    if (character === '"' && isQuoted && text[i + 1] === '"') cell += text[++i];
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === delimiter && !isQuoted) {
      cells.push(cell);
      cell = '';
    } else cell += character;
  }
  return [...cells, cell];
}
