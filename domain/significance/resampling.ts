import { InvalidInputError } from '../errors.js';
import { seededRandom } from '../random.js';

/**
 * A resample of n places as runs of neighbours: start and length, one after the other. No run goes past the last place:
 * where a block goes on at the beginning, that is a run of its own. Sums over runs come from cumulated sums, in the time
 * of the runs instead of the places.
 */
export type Runs = Int32Array;

export interface ResamplingOptions {
  n: number;
  /** Mean length of a block (stationary) or its length (circular), in places, from 1. */
  block: number;
  resamples: number;
  seed: string;
}

/** The stationary bootstrap of Politis and Romano (1994): blocks of geometric length from anywhere, in a circle. */
export function* stationaryResamples(options: ResamplingOptions): Generator<Runs> {
  const random = seededRandom(`stationary ${options.seed}`);
  const go = Math.log1p(-1 / Math.max(1, options.block));
  const length = (): number => (go === -Infinity ? 1 : 1 + Math.floor(Math.log(1 - random()) / go));
  for (let draw = 0; draw < options.resamples; draw++) yield drawRuns(options.n, random, length);
}

/** The circular block bootstrap of Politis and Romano (1992): blocks of one length from anywhere, in a circle. */
export function* circularResamples(options: ResamplingOptions): Generator<Runs> {
  const random = seededRandom(`circular ${options.seed}`);
  const block = Math.max(1, Math.round(options.block));
  for (let draw = 0; draw < options.resamples; draw++) yield drawRuns(options.n, random, () => block);
}

function drawRuns(n: number, random: () => number, length: () => number): Runs {
  const runs: number[] = [];
  for (let left = n; left > 0;) {
    const start = Math.floor(random() * n);
    const taken = Math.min(length(), left);
    left -= taken;
    pushRun(runs, { start, taken, n });
  }
  return Int32Array.from(runs);
}

function pushRun(runs: number[], { start, taken, n }: { start: number; taken: number; n: number }): void {
  for (let at = start, rest = taken; rest > 0; at = 0) {
    const step = Math.min(rest, n - at);
    runs.push(at, step);
    rest -= step;
  }
}

/** Places in the order drawn, as runs. */
export function runsOf(places: ArrayLike<number>): Runs {
  const runs: number[] = [];
  for (let i = 0; i < places.length; i++) {
    const place = places[i] ?? NaN;
    if (i > 0 && place === (places[i - 1] ?? NaN) + 1) runs[runs.length - 1] = (runs.at(-1) ?? 0) + 1;
    else runs.push(place, 1);
  }
  return Int32Array.from(runs);
}

/** The places of a resample, in the order drawn. */
export function placesOf(runs: Runs): Int32Array {
  const places: number[] = [];
  for (let r = 0; r < runs.length; r += 2)
    for (let k = 0; k < (runs[r + 1] ?? 0); k++) places.push((runs[r] ?? 0) + k);
  return Int32Array.from(places);
}

/** @throws InvalidInputError for a table of returns, row by row, in which one is no number: comparisons would be silent. */
export function checkReturns(returns: Float64Array, strategies: number): void {
  const bad = returns.findIndex((each) => !Number.isFinite(each));
  if (bad < 0) return;
  const [period, strategy] = [Math.floor(bad / strategies) + 1, (bad % strategies) + 1];
  throw new InvalidInputError(
    `Return ${returns[bad]} of strategy ${strategy} in period ${period} is no number`,
  );
}
