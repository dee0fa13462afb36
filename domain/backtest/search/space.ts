import { InvalidInputError } from '../../errors.js';

/** The values that one parameter may take, ascending where they are a range. */
export type Axis =
  | { kind: 'values'; values: readonly number[] }
  /** `step` null: any number between; on a log scale equal ratios are equally likely. */
  | { kind: 'range'; min: number; max: number; step: number | null; log: boolean };

/** Parameters of a search; `combinationsOf` reads the same lists and ranges as a grid. */
export type Space = Record<string, Axis>;

/**
 * Reads `{"fast": [10, 15], "slow": "70:200:10", "z": {"min": 0.5, "max": 3}}`: a list, a number, a range
 * `first:last:step` (last included where a step meets it), or bounds with an optional `step` and `log`.
 * @throws InvalidInputError naming the parameter and what would be right
 */
export function parseSpace(given: Record<string, unknown>): Space {
  const space: Space = {};
  for (const [name, value] of Object.entries(given)) space[name] = parseAxis(name, value);
  if (Object.keys(space).length === 0)
    throw new InvalidInputError('The search space has no parameter; give one, such as {"fast":[10,20]}');
  return space;
}

function parseAxis(name: string, value: unknown): Axis {
  if (typeof value === 'number') return listOf(name, [value]);
  if (Array.isArray(value)) return listOf(name, value);
  if (typeof value === 'string') return stepsOf(name, value);
  if (typeof value === 'object' && value !== null) return boundsOf(name, value as Record<string, unknown>);
  throw wrongAxis(name, value);
}

function listOf(name: string, values: unknown[]): Axis {
  const numbers = values.filter((each): each is number => typeof each === 'number' && Number.isFinite(each));
  if (numbers.length === 0 || numbers.length !== values.length) throw wrongAxis(name, values);
  const repeated = numbers.find((each, i) => numbers.indexOf(each) !== i);
  if (repeated !== undefined)
    throw new InvalidInputError(`${name} has ${repeated} twice; each value of a grid stands once`);
  return { kind: 'values', values: numbers };
}

function stepsOf(name: string, text: string): Axis {
  const parts = text.split(':').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [first = NaN, last = NaN, step = 1] = parts;
  if (parts.length < 2 || parts.length > 3 || !parts.every(Number.isFinite)) throw wrongAxis(name, text);
  return checkRange(name, { kind: 'range', min: first, max: last, step, log: false });
}

function boundsOf(name: string, { min, max, step, log, ...rest }: Record<string, unknown>): Axis {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined)
    throw new InvalidInputError(`${name} has an unknown member "${unknown}"; known: min, max, step, log`);
  const numeric = typeof min === 'number' && typeof max === 'number';
  const stepped = step === undefined || typeof step === 'number';
  if (!numeric || !stepped || (log !== undefined && typeof log !== 'boolean'))
    throw wrongAxis(name, { min, max, step, log });
  return checkRange(name, { kind: 'range', min, max, step: step ?? null, log: log === true });
}

function checkRange(name: string, axis: Extract<Axis, { kind: 'range' }>): Axis {
  const { min, max, step, log } = axis;
  if (!(Number.isFinite(min) && Number.isFinite(max) && min <= max))
    throw new InvalidInputError(`${name} runs from ${min} to ${max}; the first must not be above the last`);
  if (step !== null && !(step > 0))
    throw new InvalidInputError(`${name} has a step of ${step}; it must be above 0`);
  if (log && !(min > 0))
    throw new InvalidInputError(`${name} begins at ${min}; a log scale must begin above 0`);
  return axis;
}

const wrongAxis = (name: string, value: unknown): InvalidInputError =>
  new InvalidInputError(
    `${name} is ${JSON.stringify(value)}; it must be numbers [10, 20], a range "10:60:5", or {"min": 10, "max": 60}`,
  );

/** The values of an axis in ascending steps; null where it has no steps. */
export function valuesOf(axis: Axis): readonly number[] | null {
  if (axis.kind === 'values') return axis.values;
  const { min, max, step } = axis;
  if (step === null) return min === max ? [min] : null;
  // A step that meets the end within a rounding includes it; values are rounded to the step's own decimals.
  const count = Math.floor((max - min) / step + 1e-9) + 1;
  return Array.from({ length: count }, (_, i) => Number((min + i * step).toPrecision(12)));
}

/** The values of an axis of a grid. @throws InvalidInputError for one without steps */
export function steppedValues(name: string, axis: Axis): readonly number[] {
  const values = valuesOf(axis);
  if (values) return values;
  throw new InvalidInputError(
    `${name} has no steps, so that a grid has no end; give a step, or search at random`,
  );
}
