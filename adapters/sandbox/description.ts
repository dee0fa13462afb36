import { InvalidInputError } from '../../domain/errors.js';
import type { Parameter } from '../../domain/strategies/strategy.js';

/** What a strategy file says of itself, checked. */
export interface Description {
  name: string;
  summary: string;
  params: Record<string, Parameter>;
  /** `function`: it depends on the parameters. */
  warmUp: number | 'function';
  /** It lays orders in callbacks, or gives a signal. */
  kind: 'events' | 'signal';
}

const NAME = /^[A-Za-z][A-Za-z0-9]{0,39}$/;
const MOST_PARAMETERS = 50;

/** @throws InvalidInputError naming the file, the member and what would have been right */
export function readDescription(text: string, of: { file: string; standardName: string }): Description {
  const { file, standardName } = of;
  const bad = (sentence: string): never => {
    throw new InvalidInputError(`${file}: ${sentence}`);
  };
  const told = JSON.parse(text) as Record<string, unknown>;
  if (typeof told['fault'] === 'string') return bad(told['fault']);
  const { name, summary, params, warmUp, signal, decide, onBar } = told;
  if ([signal, decide, onBar].filter((each) => each === 'function').length !== 1)
    return bad(
      'it needs one function: signal({ bars, params, indicators }), decide() a bar, or onBar(context) with orders',
    );
  if (told['onFill'] !== 'undefined' && told['onFill'] !== 'function')
    return bad('onFill must be a function (context, fill)');
  if (typeof params !== 'object' || params === null || Array.isArray(params))
    return bad('params must be an object such as { length: 20 }');
  const entries = Object.entries(params);
  if (entries.length > MOST_PARAMETERS)
    return bad(`it has ${entries.length} params; at most ${MOST_PARAMETERS} are read`);
  const read: Record<string, Parameter> = {};
  for (const [key, value] of entries) {
    if (!NAME.test(key) || key in {})
      return bad(`"${key.slice(0, 50)}" is no name of a parameter; it must be letters and digits`);
    read[key] =
      parameterOf(value) ?? bad(`params.${key} must be a number, or { default, min, max } around it`);
  }
  const bars = warmUp ?? 0;
  if (bars !== 'function' && !(typeof bars === 'number' && Number.isInteger(bars) && bars >= 0))
    return bad('warmUp must be a whole number of bars, from 0, or a function of params that gives it');
  return {
    name: typeof name === 'string' ? name.slice(0, 80) : standardName,
    summary: typeof summary === 'string' ? summary : 'A strategy of your own',
    params: read,
    warmUp: bars,
    kind: onBar === 'function' ? 'events' : 'signal',
  };
}

/** A number alone may have any value. */
function parameterOf(value: unknown): Parameter | null {
  const given = typeof value === 'number' ? { default: value } : value;
  if (typeof given !== 'object' || given === null) return null;
  const { default: standard, min, max, integer = false, help = '' } = given as Record<string, unknown>;
  const least = min ?? -Number.MAX_VALUE;
  const most = max ?? Number.MAX_VALUE;
  if (typeof standard !== 'number' || typeof least !== 'number' || typeof most !== 'number') return null;
  if (!(standard >= least && standard <= most)) return null;
  return {
    default: standard,
    min: least,
    max: most,
    integer: integer === true,
    help: typeof help === 'string' ? help.slice(0, 300) : '',
  };
}
