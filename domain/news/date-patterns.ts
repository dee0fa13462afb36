import { InvalidInputError } from '../errors.js';

const TOKENS: Record<string, string> = {
  YYYY: '(?<year>\\d{4})',
  MM: '(?<month>\\d{2})',
  DD: '(?<day>\\d{2})',
  HH: '(?<hour>\\d{2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
};

/**
 * A pattern of a date as a regular expression.
 * @throws InvalidInputError where year, month and day are not in it, each once
 */
export function readDatePattern(pattern: string): RegExp {
  const tokens: string[] = pattern.match(/YYYY|MM|DD|HH|mm|ss/g) ?? [];
  if (!['YYYY', 'MM', 'DD'].every((token) => tokens.includes(token)) || new Set(tokens).size < tokens.length)
    throw new InvalidInputError(
      `Unreadable date pattern "${pattern}"; it has YYYY, MM and DD, and may have HH, mm and ss, such as YYYYMMDDTHHmmss`,
    );
  const source = pattern
    .split(/(YYYY|MM|DD|HH|mm|ss)/)
    .map((part) => TOKENS[part] ?? part.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&'))
    .join('');
  return new RegExp(`^${source}$`);
}

/** A date written by a pattern, as ISO 8601 at an offset; as it was written where it does not fit. */
export function isoByPattern(text: string, { pattern, offset }: { pattern: string; offset: string }): string {
  const groups = readDatePattern(pattern).exec(text.trim())?.groups;
  if (!groups) return text;
  const { year, month, day, hour = '00', minute = '00', second = '00' } = groups;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`;
}
