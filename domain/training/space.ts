import { InvalidInputError } from '../errors.js';
import type { SuggestRequest } from '../ml.js';

/** The values that one parameter may take in a tuning. */
export type TuningAxis =
  | { values: (number | string | boolean)[] }
  /** `step` left out: any number between; on a log scale equal ratios are equally likely. */
  | { min: number; max: number; step?: number; log?: boolean };

export type TuningSpace = Record<string, TuningAxis>;
type SuggestAxis = SuggestRequest['space'][string];
type Value = number | string | boolean;

/** @throws InvalidInputError naming the parameter and what would be right. */
export function checkSpace(space: TuningSpace): TuningSpace {
  if (Object.keys(space).length === 0)
    throw new InvalidInputError(
      'The search space has no parameter; give one, such as {"dropout":{"min":0,"max":0.5}}',
    );
  for (const [name, axis] of Object.entries(space)) checkAxis(name, axis);
  return space;
}

function checkAxis(name: string, axis: TuningAxis): void {
  if ('values' in axis) {
    if (axis.values.length === 0) throw new InvalidInputError(`${name} has no value to choose from`);
    const repeated = axis.values.find((each, i) => axis.values.indexOf(each) !== i);
    if (repeated !== undefined)
      throw new InvalidInputError(`${name} has ${String(repeated)} twice; each value stands once`);
    return;
  }
  const { min, max, step, log } = axis;
  if (!(Number.isFinite(min) && Number.isFinite(max) && min <= max))
    throw new InvalidInputError(`${name} runs from ${min} to ${max}; the first must not be above the last`);
  if (step !== undefined && !(step > 0))
    throw new InvalidInputError(`${name} has a step of ${step}; it must be above 0`);
  if (log && !(min > 0))
    throw new InvalidInputError(`${name} begins at ${min}; a log scale must begin above 0`);
}

/** As the contract with Optuna has it: numbers alone, so what is no number goes by its place in the list. */
export const suggestSpace = (space: TuningSpace): Record<string, SuggestAxis> =>
  Object.fromEntries(
    Object.entries(space).map(([name, axis]): [string, SuggestAxis] => [
      name,
      'values' in axis
        ? { values: codesOf(axis.values), min: null, max: null, step: null, log: false }
        : { values: null, min: axis.min, max: axis.max, step: axis.step ?? null, log: axis.log ?? false },
    ]),
  );

/** What Optuna's numbers mean. */
export const valuesOf = (space: TuningSpace, drawn: Record<string, number>): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(drawn).map(([name, number]): [string, Value] => {
      const axis = space[name];
      if (!axis || !('values' in axis)) return [name, number];
      return [name, axis.values[codesOf(axis.values).indexOf(number)] ?? number];
    }),
  );

const codesOf = (values: Value[]): number[] =>
  values.every((value) => typeof value === 'number') ? values : values.map((_, place) => place);
