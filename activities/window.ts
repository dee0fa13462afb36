import { InvalidInputError } from '../domain/errors.js';
import { parseSource, type Source } from '../domain/sources.js';

/** A source as people write it (`recorded:<dir>`) or as stories hand it on. */
export type SourceInput = string | Source;

/** A time as people write it (ISO 8601) or epoch ms. */
export type TimeInput = number | string;

export interface WindowInput {
  source?: SourceInput;
  from?: TimeInput;
  to?: TimeInput;
  asOf?: number;
}

export const readSource = (source: SourceInput): Source =>
  typeof source === 'string' ? parseSource(source) : source;

/** @throws InvalidInputError naming the member and what would have been right. */
export function readTime(name: string, value: TimeInput): number {
  const time = typeof value === 'number' ? value : Date.parse(zoned(value));
  if (Number.isFinite(time)) return time;
  throw new InvalidInputError(
    `Unreadable ${name} "${value}"; a time is ISO 8601 such as 2023-01-31T00:00:00Z, or epoch milliseconds`,
  );
}

/** Dates without a zone are UTC, whatever the machine's zone is. */
const zoned = (text: string): string =>
  /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(text) ? `${text.replace(' ', 'T')}Z` : text;

/** The same day two years before, UTC. */
export function twoYearsBefore(time: number): number {
  const date = new Date(time);
  return date.setUTCFullYear(date.getUTCFullYear() - 2);
}
