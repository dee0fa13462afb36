import { InvalidInputError } from '../errors.js';
import { plainName } from './layout-names.js';
import type { Places } from './layout-orders.js';

export const FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;

/** What a person says of the columns: a name or a place each; `none` stands for no column. */
export type GivenColumns = Map<string, string | number>;

/** `time=Date,close=Last` by name, `time,open,…` by place. @throws InvalidInputError for what is no column of ours. */
export function columnWords(columns: string): GivenColumns {
  const words = columns.split(',').map((word) => word.split('=').map((part) => part.trim()));
  const given: GivenColumns = new Map(words.map(([field = '', name], place) => [field, name ?? place]));
  const unknown = words.find(
    ([field = '', name]) => name !== undefined && !['time', ...FIELDS].includes(field),
  );
  if (unknown)
    throw new InvalidInputError(`--columns knows no "${unknown[0]}"; known: time, ${FIELDS.join(', ')}`);
  return given;
}

/** True where some columns are given by their names and the others are to be found by theirs. */
export const isPartly = (columns: GivenColumns): boolean =>
  [...columns.values()].every((value) => typeof value === 'string') &&
  ['time', ...FIELDS].some((field) => !columns.has(field) || columns.get(field) === 'none');

/** A header that calls the given columns as we do, and no other one so. @throws InvalidInputError */
export function renamed(header: string[], columns: GivenColumns): string[] {
  const ours = (field: string): string => (field === 'time' ? 'open_time' : field);
  const given = new Map([...columns].map(([field, name]) => [String(name), ours(field)]));
  for (const name of given.keys())
    if (name !== 'none' && !header.some((each) => each.trim() === name))
      throw new InvalidInputError(`--columns names "${name}"; the file has ${header.join(',')}`);
  const taken = new Set(given.values());
  return header.map(
    (name) => given.get(name.trim()) ?? (taken.has(plainName(name)) ? `other ${name}` : name),
  );
}

/** Where the columns stand that were all given; `volume` is -1 for none. @throws InvalidInputError naming what is missing. */
export function placesGiven(columns: GivenColumns, header: string[] | null, text: string): Places {
  const at = (field: string): number => {
    const value = columns.get(field) ?? -1;
    return typeof value === 'number' ? value : (header ?? []).findIndex((each) => each.trim() === value);
  };
  const isLess = columns.get('volume') === 'none';
  const missing = ['time', ...FIELDS].filter((field) => at(field) < 0 && !(isLess && field === 'volume'));
  if (missing.length > 0)
    throw new InvalidInputError(
      `--columns "${text}" gives no ${missing.join(', ')}${header ? `; the file has ${header.join(',')}` : ''}`,
    );
  const [open, high, low, close, volume] = FIELDS.map(at) as [number, number, number, number, number];
  return { time: [at('time')], open, high, low, close, volume };
}
