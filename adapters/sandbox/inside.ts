import { INDICATORS } from '../../domain/indicators/registry.js';
import { openCallbacks } from './inside-events.js';
import { seededRandom } from '../../domain/random.js';

/**
 * What runs inside the sandbox, around a user's strategy: bundled as a text and evaluated in a context that has nothing
 * of Node. What it needs is kept before the user's code can replace it there.
 */
const { stringify, parse } = JSON;
const { freeze, keys, getPrototypeOf } = Object;
const Floats = Float64Array;
const text = String;
const isArray = Array.isArray;

/** Characters of a text that is handed out. */
const LONGEST_TEXT = 500;
const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

type Bars = Record<(typeof COLUMNS)[number], Float64Array>;

export interface Handed {
  rows: number;
  params: Record<string, number>;
  timeframeMs: number;
  sentiment?: { knownAt: number; value: number }[];
}

/** Undefined where a file exports nothing. */
type Exported = { default?: unknown } | undefined;

/** What a user's file exports, before anything of it is believed. */
type Definition = Record<string, unknown>;

/** Bar of the decision that is being made, where a strategy decides bar by bar; −1 where it does not. */
let deciding = -1;

export const position = (): number => deciding;

/** The same numbers in every run: a strategy's results can be repeated. */
Math.random = seededRandom('strategy');

/** As JSON: the members that are data, and which of the others are functions; or `{ fault }`. */
export function describe(module: Exported): string {
  const definition = definitionOf(module);
  if (typeof definition !== 'object' || definition === null)
    return stringify({ fault: 'has no default export of an object { params, signal }' });
  const { name, summary, params, warmUp, signal, decide, onBar, onFill } = definition as Definition;
  return stringify({
    name: name === undefined ? null : cut(name),
    summary: summary === undefined ? null : cut(summary),
    params: params ?? {},
    warmUp: typeof warmUp === 'function' ? 'function' : (warmUp ?? null),
    signal: typeof signal,
    decide: typeof decide,
    onBar: typeof onBar,
    onFill: typeof onFill,
  });
}

/** The default export; where a file exports `onBar` by its name, the file itself. */
const definitionOf = (module: Exported): unknown =>
  typeof (module as Definition | undefined)?.['onBar'] === 'function' ? module : module?.default;

export const openEvents = (module: Exported, handed: string, ask: (kind: string, json: string) => unknown) =>
  openCallbacks(definitionOf(module) as { onBar(context: unknown): unknown }, {
    ...{ handed, ask, calendar },
    describe: (value) => (isPromise(value) ? 'a Promise' : cut(value)),
  });

export function warmUp(module: Exported, params: string): string {
  const definition = definitionOf(module) as { warmUp(params: unknown): unknown };
  const value = definition.warmUp(freeze(parse(params)));
  return stringify({ value: typeof value === 'number' ? value : cut(value) });
}

/** The signal's bytes, or as JSON the fault that it has. */
export function run(
  module: Exported,
  buffers: Record<string, ArrayBuffer>,
  handed: string,
): ArrayBuffer | string {
  const { rows, params, timeframeMs, sentiment } = parse(handed) as Handed;
  const bars = {} as Bars;
  for (const name of COLUMNS) bars[name] = new Floats(buffers[name] as ArrayBuffer);
  freeze(bars);
  const input = { bars, params: freeze(params), timeframeMs, indicators: indicatorsOf(bars), calendar };
  const given = sentiment ? { ...input, sentiment: freeze(sentiment.map((point) => freeze(point))) } : input;
  const definition = module?.default as {
    signal?(input: unknown): unknown;
    decide?(input: unknown): unknown;
  };
  try {
    if (definition.decide) return each(definition.decide.bind(definition), given, rows);
    const result = definition.signal?.(freeze(given));
    return checked(result, rows);
  } catch (error) {
    return stringify({ fault: 'throws', bar: deciding, ...explained(error) });
  }
}

/** What can be told of anything thrown, as JSON; errors that do not want to be read are only named. */
export const explain = (error: unknown): string => stringify(explained(error));

function each(decide: (input: unknown) => unknown, given: object, rows: number): ArrayBuffer | string {
  const result = new Floats(rows);
  let held = 0;
  for (deciding = 0; deciding < rows; deciding++) {
    const value = decide(freeze({ ...given, bar: deciding, held }));
    if (!isPosition(value)) return stringify({ fault: 'decides', bar: deciding, value: cut(value) });
    result[deciding] = value;
    if (value === value) held = value;
  }
  return result.buffer;
}

function checked(result: unknown, rows: number): ArrayBuffer | string {
  if (typeof result !== 'object' || result === null)
    return stringify({ fault: 'returns', value: cut(result) });
  if (isPromise(result)) return stringify({ fault: 'returns', value: 'a Promise' });
  const { length } = result as { length: unknown };
  if (length !== rows) return stringify({ fault: 'length', value: cut(length) });
  const signal = new Floats(rows);
  for (let i = 0; i < rows; i++) {
    const value = (result as ArrayLike<unknown>)[i];
    if (!isPosition(value)) return stringify({ fault: 'decides', bar: i, value: cut(value) });
    signal[i] = value;
  }
  return signal.buffer;
}

const isPromise = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';

const isPosition = (value: unknown): value is number =>
  typeof value === 'number' && (value !== value || (value >= -1 && value <= 1));

function explained(error: unknown): { message: string; stack: string } {
  try {
    if (typeof error !== 'object' || error === null) return { message: cut(error), stack: '' };
    const { name, message, stack } = error as Error;
    return { message: `${cut(name ?? 'Error')}: ${cut(message)}`, stack: cut(stack ?? '', 4 * LONGEST_TEXT) };
  } catch {
    return { message: 'an error that cannot be read', stack: '' };
  }
}

function cut(value: unknown, characters = LONGEST_TEXT): string {
  try {
    if (isArray(value)) return `an array of ${value.length}`;
    if (typeof value === 'object' && value !== null)
      return getPrototypeOf(value) ? 'an object' : 'a bare object';
    if (typeof value === 'function') return 'a function';
    return text(value).slice(0, characters);
  } catch {
    return 'something that cannot be read';
  }
}

/** `SMA(20)` gives a column; one of several outputs, such as `BB(20, 2)`, gives them by name. */
function indicatorsOf(bars: Bars): Record<string, (...args: number[]) => unknown> {
  const made: Record<string, (...args: number[]) => unknown> = {};
  for (const name of keys(INDICATORS)) {
    const indicator = INDICATORS[name];
    if (!indicator) continue;
    made[name] = (...args) => {
      const filled = indicator.args.map((arg, i) => args[i] ?? arg.default);
      const columns = indicator.compute(bars, filled);
      return columns[''] ?? columns;
    };
  }
  return freeze(made);
}

/** Parts of an instant in UTC: there is no clock inside, and no time zone. Monday is weekday 1, Sunday 7. */
function calendar(time: number): {
  year: number;
  month: number;
  day: number;
  weekday: number;
  hour: number;
  minute: number;
} {
  const days = Math.floor(time / 86_400_000);
  const rest = time - days * 86_400_000;
  // Days from civil, turned round: eras of 400 years that begin in March.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const year = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const march = Math.floor((5 * ofYear + 2) / 153);
  const month = march < 10 ? march + 3 : march - 9;
  return {
    year: year + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * march + 2) / 5) + 1,
    weekday: ((((days + 3) % 7) + 7) % 7) + 1,
    hour: Math.floor(rest / 3_600_000),
    minute: Math.floor(rest / 60_000) % 60,
  };
}
