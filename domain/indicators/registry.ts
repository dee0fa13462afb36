import type { BarColumns } from '../bars.js';
import { InvalidInputError } from '../errors.js';
import { nearNames } from '../near-names.js';
import { dema, ema, kama, sma, tema, wma } from './averages.js';
import { bars, changes, ofBars, ofClose, plain, window, type Argument, type Indicator } from './indicator.js';
import { cci, momentum, roc, rsi, trix, williamsR } from './momentum.js';
import { AROON, BB, DONCHIAN, MACD, PPO, SAR, STOCH, STOCHF, STOCHRSI } from './multiple.js';
import { directionalMovement } from './trend.js';
import { atr, natr, standardDeviation, trueRange } from './volatility.js';
import { accumulationDistribution, mfi, obv } from './volume.js';

/** By the names from which TA-Lib's users build their keys. */
export const INDICATORS: Record<string, Indicator> = {
  SMA: ofClose('simple moving average', bars('period', 20, 1), { column: sma, warmUp: window }),
  EMA: ofClose('exponential moving average', bars('period', 20, 1), { column: ema, warmUp: window }),
  WMA: ofClose('linearly weighted moving average', bars('period', 20, 1), { column: wma, warmUp: window }),
  DEMA: ofClose('double exponential average', bars('period', 20, 1), {
    column: dema,
    warmUp: (n) => 2 * n - 2,
  }),
  TEMA: ofClose('triple exponential average', bars('period', 20, 1), {
    column: tema,
    warmUp: (n) => 3 * n - 3,
  }),
  KAMA: ofClose("Kaufman's adaptive average", bars('period', 30), { column: kama, warmUp: changes }),
  RSI: ofClose('relative strength index, 0..100', bars('period', 14), { column: rsi, warmUp: changes }),
  MACD,
  PPO,
  TRIX: ofClose('one-bar change of a triple-smoothed average, percent', bars('period', 30, 1), {
    column: trix,
    warmUp: (n) => 3 * n - 2,
  }),
  MOM: ofClose('change in price units', bars('period', 10, 1), { column: momentum, warmUp: changes }),
  ROC: ofClose('change in percent', bars('period', 10, 1), { column: roc, warmUp: changes }),
  BB,
  DONCHIAN,
  STDDEV: ofClose('population standard deviation', bars('period', 20), {
    column: standardDeviation,
    warmUp: window,
  }),
  TRANGE: plain('true range', 1, trueRange),
  ATR: ofBars('average true range', bars('period', 14, 1), { column: atr, warmUp: changes }),
  NATR: ofBars('average true range, percent of the close', bars('period', 14, 1), {
    column: natr,
    warmUp: changes,
  }),
  ADX: ofBars('average directional index, 0..100', bars('period', 14), {
    column: (columns, n) => directionalMovement(columns, n).adx,
    warmUp: (n) => 2 * n - 1,
  }),
  DX: ofBars('directional index, 0..100', bars('period', 14), {
    column: (columns, n) => directionalMovement(columns, n).dx,
    warmUp: changes,
  }),
  PLUS_DI: ofBars('upward direction, 0..100', bars('period', 14), {
    column: (columns, n) => directionalMovement(columns, n).plus,
    warmUp: changes,
  }),
  MINUS_DI: ofBars('downward direction, 0..100', bars('period', 14), {
    column: (columns, n) => directionalMovement(columns, n).minus,
    warmUp: changes,
  }),
  AROON,
  SAR,
  STOCH,
  STOCHF,
  STOCHRSI,
  WILLR: ofBars('Williams %R, −100..0', bars('period', 14), { column: williamsR, warmUp: window }),
  CCI: ofBars('commodity channel index', bars('period', 20), { column: cci, warmUp: window }),
  OBV: plain('on-balance volume', 0, (columns) => obv(columns.close, columns.volume)),
  AD: plain("Chaikin's accumulation/distribution line", 0, accumulationDistribution),
  MFI: ofBars('money flow index, 0..100', bars('period', 14), { column: mfi, warmUp: changes }),
};

/** What was asked for, with every argument in its place. */
export interface IndicatorRequest {
  name: string;
  args: number[];
  /** Only this one of its columns; all of them where absent. */
  output?: string;
}

/**
 * Reads `SMA:20`, `BB:20,2.0`, `SAR` (arguments left out are the defaults), one column of several as `BB_UPPER:20,2`, or a
 * key as `indicatorKeys` gives it, `BB_UPPER_20_2.0`. @throws InvalidInputError naming what is wrong and what is known.
 */
export function parseIndicator(text: string): IndicatorRequest {
  const [, word = '', tail] = /^([A-Za-z_]+?)(?:(?::|_(?=[-\d.]))(.*))?$/s.exec(text.trim()) ?? [];
  const column = COLUMNS.get(word.toUpperCase());
  if (!column) throw new InvalidInputError(unknown(word || text.trim()));
  const { name, output } = column;
  const wanted = INDICATORS[name] as Indicator;
  const given = tail === undefined || tail.trim() === '' ? [] : tail.split(text.includes(':') ? ',' : '_');
  if (given.length > wanted.args.length)
    throw new InvalidInputError(
      `${name} takes ${argumentsOf(wanted)}, not ${given.length} (${given.join(', ')})`,
    );
  const args = wanted.args.map((argument, i) => readArgument(name, argument, given[i]));
  return output === null ? { name, args } : { name, args, output };
}

/** Reads `SMA:20;RSI:14`. @throws InvalidInputError as `parseIndicator`, and for an empty list. */
export function parseIndicators(list: string): IndicatorRequest[] {
  const texts = list.split(';').filter((text) => text.trim() !== '');
  if (texts.length === 0)
    throw new InvalidInputError(`"${list}" names no indicator; known: ${Object.keys(INDICATORS).join(', ')}`);
  return texts.map(parseIndicator);
}

/** Keys of the columns asked for, by output: `{ UPPER: 'BB_UPPER_20_2.0', … }`. */
export function indicatorKeys({ name, args, output }: IndicatorRequest): Record<string, string> {
  const wanted = INDICATORS[name];
  if (!wanted) throw new InvalidInputError(unknown(name));
  const isDefault = wanted.args.every((argument, i) => args[i] === argument.default);
  // A parabolic stop of the usual pace is called by its bare name.
  const shown = name === 'SAR' && isDefault ? [] : args;
  const numbers = shown.map((value, i) => `_${argumentText(wanted.args[i], value)}`).join('');
  const outputs = output === undefined ? wanted.outputs : [output];
  return Object.fromEntries(outputs.map((each) => [each, `${columnName(name, each)}${numbers}`]));
}

/** The columns asked for, by key. @throws InvalidInputError for an unknown name. */
export function computeIndicators(
  columns: BarColumns,
  requests: readonly IndicatorRequest[],
): Record<string, Float64Array> {
  const all: Record<string, Float64Array> = {};
  for (const request of requests) {
    const keys = indicatorKeys(request);
    const computed = INDICATORS[request.name]?.compute(columns, request.args) ?? {};
    for (const [output, key] of Object.entries(keys)) all[key] = computed[output] ?? new Float64Array();
  }
  return all;
}

/** `MACD` gives `MACD`, `MACDSIGNAL` …; the others put the column behind their name. */
const columnName = (name: string, output: string): string =>
  output === '' ? name : output.startsWith(name) ? output : `${name}_${output}`;

/** Names as they may be asked for: of an indicator (all its columns), or of one column. */
const COLUMNS = new Map<string, { name: string; output: string | null }>();
for (const [name, { outputs }] of Object.entries(INDICATORS)) {
  for (const output of outputs) COLUMNS.set(columnName(name, output), { name, output });
  COLUMNS.set(name, { name, output: null });
}

function unknown(word: string): string {
  const [near] = nearNames(word, COLUMNS.keys(), 1);
  return `Unknown indicator "${word}"; did you mean ${near}? Known: ${Object.keys(INDICATORS).join(', ')}`;
}

const argumentsOf = ({ args }: Indicator): string =>
  args.length === 0 ? 'no argument' : `${args.length} (${args.map(({ name }) => name).join(', ')})`;

/** A factor always shows its point: 2.0, as TA-Lib's users write it. */
const argumentText = (argument: Argument | undefined, value: number): string =>
  argument?.integer === false && Number.isInteger(value) ? value.toFixed(1) : String(value);

function readArgument(name: string, argument: Argument, text: string | undefined): number {
  if (text === undefined) return argument.default;
  const value = Number(text);
  const { min, max, integer } = argument;
  if (text.trim() !== '' && value >= min && value <= max && (!integer || Number.isInteger(value)))
    return value;
  const what = integer ? 'a whole number' : 'a number';
  throw new InvalidInputError(
    `${name}: ${argument.name} "${text.trim()}" is not ${what} from ${min} to ${max}`,
  );
}
