import { InvalidInputError } from '../errors.js';

/** What a request template can ask for; times in epoch ms, undefined where a request has none. */
export interface TemplateValues {
  from?: number | undefined;
  to?: number | undefined;
  /** Of paging back in time: items published before it. */
  before?: number | undefined;
  page?: number | undefined;
  offset?: number | undefined;
  size?: number | undefined;
  cursor?: string | undefined;
}

type Value = string | number | undefined;

const TIMES = ['from', 'to', 'before'];
const COUNTS = ['page', 'offset', 'size', 'cursor'];

/** Forms of a time; without one it is `iso`. */
const FORMATS: Record<string, (time: number) => string | number> = {
  iso: (time) => new Date(time).toISOString(),
  date: (time) => new Date(time).toISOString().slice(0, 10),
  seconds: (time) => Math.floor(time / 1000),
  milliseconds: (time) => Math.floor(time),
};

const PLACEHOLDER = /\{([a-z]+)(?::([a-z]+))?\}/g;

/**
 * Names of the placeholders of a template, each once.
 * @throws InvalidInputError for a placeholder or a format that is not known, naming those that are
 */
export function placeholdersOf(template: unknown): string[] {
  const found = new Set<string>();
  for (const text of stringsOf(template))
    for (const [whole, name = '', format] of text.matchAll(PLACEHOLDER)) {
      if (![...TIMES, ...COUNTS].includes(name))
        throw new InvalidInputError(
          `Unknown placeholder "${whole}"; known: ${[...TIMES, ...COUNTS].map((known) => `{${known}}`).join(', ')}`,
        );
      if (format !== undefined && !(TIMES.includes(name) && Object.hasOwn(FORMATS, format)))
        throw new InvalidInputError(
          `Unknown format in "${whole}"; {from}, {to} and {before} can be ${Object.keys(FORMATS).join(', ')}`,
        );
      found.add(name);
    }
  return [...found];
}

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(stringsOf);
}

/** A text with its placeholders filled in; undefined where one of them has no value. */
export function fillText(template: string, values: TemplateValues): string | undefined {
  let complete = true;
  const text = template.replaceAll(PLACEHOLDER, (_, name: string, format?: string) => {
    const value = valueOf(values, name, format);
    if (value === undefined) complete = false;
    return String(value ?? '');
  });
  return complete ? text : undefined;
}

/** Any JSON filled in; members without a value are left out, and a text that is one placeholder keeps its type. */
export function fillJson(template: unknown, values: TemplateValues): unknown {
  if (typeof template === 'string') {
    const only = /^\{([a-z]+)(?::([a-z]+))?\}$/.exec(template);
    return only ? valueOf(values, only[1] ?? '', only[2]) : fillText(template, values);
  }
  if (Array.isArray(template))
    return template.map((item) => fillJson(item, values)).filter((item) => item !== undefined);
  if (template === null || typeof template !== 'object') return template;
  return Object.fromEntries(
    Object.entries(template)
      .map(([name, item]) => [name, fillJson(item, values)] as const)
      .filter(([, item]) => item !== undefined),
  );
}

function valueOf(values: TemplateValues, name: string, format: string | undefined): Value {
  const value = Object.hasOwn(values, name) ? values[name as keyof TemplateValues] : undefined;
  if (value === undefined || !TIMES.includes(name)) return value;
  return FORMATS[format ?? 'iso']?.(Number(value));
}
