import { InvalidInputError } from '../errors.js';
import { countBelow, inOrder, pushScore, startScores, type Scores } from './scores.js';

/**
 * Adaptive conformal intervals (Gibbs & Candès 2021, "Adaptive conformal inference under distribution shift"):
 * the level at which past residuals are read off moves down after a miss and up after a hit, so that the share of
 * hits comes to the coverage whatever the residuals do. Several step sizes run at once and are weighted by their
 * pinball loss (Gibbs & Candès 2024, "Conformal inference for online prediction with arbitrary distribution
 * shifts", DtACI). Plain data: it goes through JSON unchanged.
 */
export interface AdaptiveState {
  coverage: number;
  /** Rows between a forecast and the row at which its residual is known. */
  delayRows: number;
  /** Share of misses that each step size aims at now; starts at 1 − coverage. */
  levels: number[];
  /** Of the step sizes; they sum to 1. */
  weights: number[];
  /** Absolute residuals that are known, oldest first, the latest `WINDOW` at most. */
  scores: number[];
  /** Half-widths of each step size for the latest `delayRows` rows, oldest first; their residuals are to come. */
  pending: number[][];
}

export interface AdaptiveStart {
  /** Residuals of rows that the model was not fitted on, oldest first; those that are no number are left out. */
  calibration: ArrayLike<number>;
  coverage: number;
  /** The horizon in rows: the residual of row i is known at row i + delayRows. */
  delayRows: number;
}

/** Residuals that a width is read off; older ones tell of another market. */
export const WINDOW = 1000;

/** Of the paper, for outcomes that are known one row later. */
const STEPS = [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128];

/** Rows over which the step sizes compete. */
const MEMORY = 500;

interface Machine extends Omit<AdaptiveState, 'scores'> {
  scores: Scores;
}

/**
 * The state at the first row after the calibration.
 * @throws InvalidInputError for a coverage outside (0, 1) or a delay below one row.
 */
export const startAdaptive = (args: AdaptiveStart): AdaptiveState => closed(started(args));

/**
 * The state one row later, when the residual of the row `delayRows` before it has become known. A residual that is
 * no number (a gap) tells nothing and moves nothing.
 */
export function observe(state: AdaptiveState, residual: number): AdaptiveState {
  return observeAll(state, [residual]);
}

/** As `observe`, for many rows in turn. */
export function observeAll(state: AdaptiveState, residuals: Iterable<number>): AdaptiveState {
  const machine: Machine = {
    ...state,
    levels: [...state.levels],
    weights: [...state.weights],
    pending: [...state.pending],
    scores: startScores(state.scores, WINDOW),
  };
  for (const residual of residuals) step(machine, residual);
  return closed(machine);
}

/** Half-width of the interval of the present row, in the residuals' unit; infinite where nothing is known. */
export const widthOf = (state: AdaptiveState): number =>
  blended(
    state,
    state.scores.toSorted((a, b) => a - b),
  );

/**
 * Half-widths for rows in turn, each made from what was known at its row: residual i counts from row i + delayRows.
 * @returns `inside` is 1 where |residual| ≤ width; coverage and mean width are over the rows whose residual is a
 * number (the mean over finite widths), NaN where there are none.
 * @throws InvalidInputError as `startAdaptive`.
 */
export function adaptiveWidths(args: AdaptiveStart & { residuals: Float64Array }): {
  widths: Float64Array;
  inside: Uint8Array;
  coverage: number;
  meanWidth: number;
} {
  const { residuals, delayRows } = args;
  const machine = started(args);
  const widths = new Float64Array(residuals.length);
  const inside = new Uint8Array(residuals.length);
  let [hits, known, sum, finite] = [0, 0, 0, 0];
  residuals.forEach((residual, row) => {
    if (row >= delayRows) step(machine, residuals[row - delayRows] ?? NaN);
    const width = blended(machine, machine.scores.sorted);
    widths[row] = width;
    if (!Number.isFinite(residual)) return;
    inside[row] = Math.abs(residual) <= width ? 1 : 0;
    hits += inside[row] ?? 0;
    known++;
    if (Number.isFinite(width)) {
      sum += width;
      finite++;
    }
  });
  return { widths, inside, coverage: known > 0 ? hits / known : NaN, meanWidth: sum / finite };
}

function started(args: AdaptiveStart): Machine {
  const { coverage, delayRows } = args;
  if (!(coverage > 0 && coverage < 1))
    throw new InvalidInputError(`coverage is ${coverage}; it must lie between 0 and 1`);
  if (!(Number.isInteger(delayRows) && delayRows >= 1))
    throw new InvalidInputError(`delayRows is ${delayRows}; it must be a whole number of at least 1`);
  const sizes = Array.from(args.calibration, Math.abs).filter(Number.isFinite);
  const machine: Machine = {
    coverage,
    delayRows,
    levels: STEPS.map(() => 1 - coverage),
    weights: STEPS.map(() => 1 / STEPS.length),
    scores: startScores(sizes, WINDOW),
    pending: [],
  };
  const widths = widthsOf(machine);
  machine.pending = Array.from({ length: delayRows }, () => widths);
  return machine;
}

const closed = (machine: Machine): AdaptiveState => ({ ...machine, scores: inOrder(machine.scores) });

function step(machine: Machine, residual: number): void {
  const issued = machine.pending.shift() ?? [];
  if (Number.isFinite(residual)) learn(machine, { size: Math.abs(residual), issued });
  machine.pending.push(widthsOf(machine));
}

/**
 * Weights by the loss of each step size, levels by whether its own interval held, both as it was issued. Outcomes
 * of a horizon of h rows overlap: h of them tell little more than one, and each waits h rows to be heard. Steps
 * and rates are those of the paper over h, else a run of misses would push the level far beyond what is needed.
 */
function learn(machine: Machine, { size, issued }: { size: number; issued: number[] }): void {
  const { levels, weights, scores, coverage, delayRows } = machine;
  const miss = 1 - coverage;
  const n = scores.sorted.length;
  // The highest level whose interval would have held the residual.
  const held = n > 0 ? 1 - countBelow(scores.sorted, size) / (n + 1) : NaN;
  if (n > 0) {
    const rate = learningRate(miss) / delayRows;
    const raw = weights.map(
      (weight, i) => weight * Math.exp(-rate * pinball(held - (levels[i] ?? NaN), miss)),
    );
    const total = raw.reduce((sum, each) => sum + each, 0);
    const share = 1 / (2 * MEMORY * delayRows);
    raw.forEach((each, i) => (weights[i] = ((1 - share) * each) / total + share / raw.length));
  }
  levels.forEach((level, i) => {
    const error = size > (issued[i] ?? Infinity) ? 1 : 0;
    // Above 1 a level would mean nothing more, and would take long to come back.
    levels[i] = Math.min(1, level + ((STEPS[i] ?? NaN) / delayRows) * (miss - error));
  });
  pushScore(scores, size);
}

const pinball = (distance: number, miss: number): number => miss * distance - Math.min(0, distance);

/** η of the paper's section 3: √(3/I)·√((ln(I·k) + 2) / ((1−α)²α³ + α²(1−α)³)). */
const learningRate = (miss: number): number =>
  Math.sqrt(
    ((3 / MEMORY) * (Math.log(MEMORY * STEPS.length) + 2)) /
      ((1 - miss) ** 2 * miss ** 3 + miss ** 2 * (1 - miss) ** 3),
  );

const widthsOf = (machine: Machine): number[] =>
  machine.levels.map((level) => widthAt(level, machine.scores.sorted, 1 - machine.coverage));

function blended(state: Pick<AdaptiveState, 'levels' | 'weights' | 'coverage'>, sorted: number[]): number {
  const level = state.levels.reduce((sum, each, i) => sum + each * (state.weights[i] ?? NaN), 0);
  return widthAt(level, sorted, 1 - state.coverage);
}

/**
 * The ⌈(n+1)(1−level)⌉-th smallest size; infinite where so few are known that even the largest does not give the
 * coverage. A level below 0 asks for more than was ever seen: the largest size, doubled for each further share of
 * misses, which is finite and still grows until the residuals are held.
 */
function widthAt(level: number, sorted: number[], miss: number): number {
  const n = sorted.length;
  if (Math.ceil((n + 1) * (1 - miss) - 1e-9) > n) return Infinity;
  const largest = sorted[n - 1] ?? NaN;
  if (level < 0) return largest * 2 ** (-level / miss);
  const rank = Math.ceil((n + 1) * (1 - level) - 1e-9);
  return rank > n ? largest : rank < 1 ? 0 : (sorted[rank - 1] ?? NaN);
}
