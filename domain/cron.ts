import { InvalidInputError } from './errors.js';

/** The fields of a cron line in their order, with their bounds and the names that they know. */
const FIELDS = [
  { name: 'minute', min: 0, max: 59, words: [] },
  { name: 'hour', min: 0, max: 23, words: [] },
  { name: 'day of the month', min: 1, max: 31, words: [] },
  { name: 'month', min: 1, max: 12, words: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { name: 'day of the week', min: 0, max: 7, words: 'sun mon tue wed thu fri sat'.split(' ') },
] as const;

const NICKNAMES = /^@(hourly|daily|midnight|weekly|monthly|yearly|annually|every \d+[smhd])$/;

/**
 * Accepts five fields or a nickname such as @hourly.
 * @throws InvalidInputError naming the field that is wrong and what it may be.
 */
export function checkCron(line: string): void {
  if (NICKNAMES.test(line)) return;
  const parts = line.trim().split(/ +/);
  if (parts.length !== FIELDS.length)
    throw new InvalidInputError(
      `Unreadable cron line "${line}"; it has five fields, such as "2 * * * *", or is @hourly, @daily, @weekly`,
    );
  FIELDS.forEach((field, at) => {
    const part = parts[at] ?? '';
    if (!part.split(',').every((piece) => isPiece(piece, field)))
      throw new InvalidInputError(
        `Unreadable cron line "${line}": its ${field.name} "${part}" is none; it is a number from ${field.min} to ${field.max}, *, */5, 1-5 or a list of these`,
      );
  });
}

/** `*`, `?`, a value or a range, each with or without a step. */
function isPiece(piece: string, field: (typeof FIELDS)[number]): boolean {
  const match = /^(\*|\?|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(piece);
  if (!match) return false;
  const [, , from, to, step] = match;
  if (step !== undefined && Number(step) < 1) return false;
  const first = from === undefined ? field.min : valueOf(from, field);
  const last = to === undefined ? first : valueOf(to, field);
  return first >= field.min && last <= field.max && first <= last;
}

/** NaN for a word that the field does not know. */
function valueOf(text: string, field: (typeof FIELDS)[number]): number {
  const word = (field.words as readonly string[]).indexOf(text.toLowerCase());
  if (word >= 0) return word + field.min;
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

/** Whether a name is an IANA time zone that this machine knows. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}
