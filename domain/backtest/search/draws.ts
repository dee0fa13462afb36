import { InvalidInputError } from '../../errors.js';
import { seededRandom } from '../../random.js';
import { valuesOf, type Axis, type Space } from './space.js';

export interface DrawArgs {
  space: Space;
  /** How many different combinations. */
  count: number;
  seed: string;
  fault?: (params: Record<string, number>) => string | null;
}

/** In a space with few combinations the last ones are hard to hit; after so many misses in a row it is used up. */
const MOST_MISSES = 10_000;

/**
 * Different combinations at random, each value of a list equally likely; the same seed draws the same ones, and more of
 * them begin with the fewer. Fewer than `count` where the space has no more.
 * @throws InvalidInputError where none makes sense
 */
export function drawCombinations({ space, count, seed, fault }: DrawArgs): Record<string, number>[] {
  const random = seededRandom(seed);
  const found = new Map<string, Record<string, number>>();
  let reason: string | null = null;
  for (let misses = 0; found.size < count && misses < MOST_MISSES; misses++) {
    const params = Object.fromEntries(
      Object.entries(space).map(([name, axis]) => [name, draw(axis, random)]),
    );
    const key = JSON.stringify(params);
    reason = fault?.(params) ?? null;
    if (reason !== null || found.has(key)) continue;
    found.set(key, params);
    misses = -1;
  }
  if (found.size === 0) throw new InvalidInputError(`No combination of the space makes sense: ${reason}`);
  return [...found.values()];
}

function draw(axis: Axis, random: () => number): number {
  const share = random();
  if (axis.kind === 'range' && axis.log) return nearestStep(axis, axis.min * (axis.max / axis.min) ** share);
  const values = valuesOf(axis);
  if (values) return values[Math.floor(share * values.length)] as number;
  const { min, max } = axis as Extract<Axis, { kind: 'range' }>;
  return min + share * (max - min);
}

function nearestStep({ min, max, step }: Extract<Axis, { kind: 'range' }>, value: number): number {
  if (step === null) return value;
  const steps = Math.min(Math.round((value - min) / step), Math.floor((max - min) / step + 1e-9));
  return Number((min + steps * step).toPrecision(12));
}

/** When a search has found nothing better for long enough. */
export interface Patience {
  /** Trials in a row without a gain. */
  trials: number;
  /** What counts as a gain in the objective. */
  gain: number;
}

/**
 * After how many scores, in the order of the trials, the search ends; null where it goes on. A score that is undefined is
 * no gain.
 */
export function endOfSearch(scores: readonly number[], { trials, gain }: Patience): number | null {
  let best = -Infinity;
  let since = 0;
  for (const [i, score] of scores.entries()) {
    if (score > best + gain || (best === -Infinity && score > best)) [best, since] = [score, 0];
    else if (++since >= trials) return i + 1;
  }
  return null;
}
