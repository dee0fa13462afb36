import { InvalidInputError } from '../errors.js';
import { dieboldMariano, mean, wilson, type TestResult } from '../statistics.js';
import { compareDirections, skillOf, squaredErrors } from './baselines.js';
import type { EvaluatedRows } from './evaluated.js';
import { apart, at, pick, pickRows } from './rows.js';

/** Figures of one of two evaluations on the rows that both have. */
export interface ComparedFigures {
  evaluation: string;
  model: string;
  mae: number;
  directionalAccuracy: number;
  wilson95: [number, number];
  crps: number;
  pinball: number;
  measuredCoverage: number;
  meanWidth: number;
  brier: number;
}

export interface EvaluationComparison {
  stream: string;
  horizonBars: number;
  from: number;
  to: number;
  /** Rows that both forecast, and those among them whose outcomes do not overlap. */
  rows: number;
  n: number;
  a: ComparedFigures;
  b: ComparedFigures;
  /** Of squared relative errors, and of CRPS, on rows without overlap; negative where the first is better. */
  dieboldMariano: TestResult;
  dieboldMarianoCrps: TestResult;
  /** Who is right about the direction where the other is wrong; null where one claims none. */
  direction: { onlyA: number; onlyB: number; pValue: number } | null;
  sentence: string;
}

export interface ComparedRows {
  evaluation: string;
  model: string;
  rows: EvaluatedRows;
}

const P_VALUE = 0.05;

/**
 * Two evaluations on the same rows: paired, so that what both find hard does not count. p values are two-sided.
 * @throws InvalidInputError where they have no row in common, or say different things of what happened there
 */
export function compareEvaluations(args: {
  a: ComparedRows;
  b: ComparedRows;
  stream: string;
  horizonBars: number;
  timeframeMs: number;
}): EvaluationComparison {
  const { a, b, horizonBars, timeframeMs } = args;
  const { ofA, ofB } = sharedPlaces(a, b);
  const time = pick(a.rows.time, ofA);
  const separate = apart(time, horizonBars * timeframeMs);
  const places = (of: Int32Array): Int32Array => Int32Array.from(separate, (i) => of[i] ?? -1);
  const [rowsA, rowsB] = [pickRows(a.rows, places(ofA)), pickRows(b.rows, places(ofB))];
  const direction = compareDirections(rowsA, rowsA.forecast, rowsB.forecast);
  const tested = {
    dieboldMariano: dieboldMariano(
      squaredErrors(rowsA, rowsA.forecast),
      squaredErrors(rowsB, rowsB.forecast),
      1,
    ),
    dieboldMarianoCrps: dieboldMariano(pick(a.rows.crps, places(ofA)), pick(b.rows.crps, places(ofB)), 1),
    direction: direction && {
      onlyA: direction.onlyModel,
      onlyB: direction.onlyBaseline,
      pValue: direction.pValue,
    },
  };
  return {
    ...{ stream: args.stream, horizonBars, from: time[0] ?? NaN },
    to: (time.at(-1) ?? NaN) + horizonBars * timeframeMs,
    rows: time.length,
    n: separate.length,
    a: figuresOf(a, ofA, places(ofA)),
    b: figuresOf(b, ofB, places(ofB)),
    ...tested,
    sentence: sentenceOf(a, b, tested),
  };
}

function sharedPlaces(a: ComparedRows, b: ComparedRows): { ofA: Int32Array; ofB: Int32Array } {
  const second = new Map<number, number>();
  b.rows.time.forEach((time, i) => second.set(time, i));
  const [ofA, ofB]: number[][] = [[], []];
  a.rows.time.forEach((time, i) => {
    const other = second.get(time);
    if (other === undefined) return;
    if (at(a.rows.actual, i) !== at(b.rows.actual, other))
      throw new InvalidInputError(
        `${a.evaluation} and ${b.evaluation} have different closes after ${new Date(time).toISOString()}: their bars or horizons differ`,
      );
    ofA?.push(i);
    ofB?.push(other);
  });
  if (!ofA || !ofB || ofA.length < 2)
    throw new InvalidInputError(
      `${a.evaluation} and ${b.evaluation} have ${ofA?.length ?? 0} rows in common; compare evaluations whose windows overlap`,
    );
  return { ofA: Int32Array.from(ofA), ofB: Int32Array.from(ofB) };
}

function figuresOf(of: ComparedRows, all: Int32Array, separate: Int32Array): ComparedFigures {
  const rows = pickRows(of.rows, separate);
  const skill = skillOf(of.model, rows, rows.forecast);
  const column = (name: 'crps' | 'pinball' | 'halfWidth' | 'scaled' | 'realised'): Float64Array =>
    pick(of.rows[name], all);
  const [width, scaled, realised] = [column('halfWidth'), column('scaled'), column('realised')];
  const inside = realised.filter((move, i) => Math.abs(move - at(scaled, i)) <= at(width, i)).length;
  return {
    ...{ evaluation: of.evaluation, model: of.model, mae: skill.mae },
    directionalAccuracy: skill.directionalAccuracy,
    wilson95: Number.isNaN(skill.directionalAccuracy)
      ? [NaN, NaN]
      : wilson(skill.directionalAccuracy * skill.n, skill.n),
    crps: mean(column('crps')),
    pinball: mean(column('pinball')),
    measuredCoverage: inside / realised.length,
    meanWidth: 2 * mean(width.filter(Number.isFinite)),
    brier: brierOf(of, separate),
  };
}

function brierOf({ rows }: ComparedRows, places: Int32Array): number {
  const moved = places.filter((i) => at(rows.actual, i) !== at(rows.lastClose, i));
  const losses = Float64Array.from(
    moved,
    (i) => (at(rows.probabilityUp, i) - Number(at(rows.actual, i) > at(rows.lastClose, i))) ** 2,
  );
  return mean(losses);
}

function sentenceOf(
  a: ComparedRows,
  b: ComparedRows,
  on: Pick<EvaluationComparison, 'dieboldMariano' | 'direction'>,
): string {
  const { statistic, pValue } = on.dieboldMariano;
  const better = statistic < 0 ? a : b;
  const error =
    pValue <= P_VALUE
      ? `${better.model} has the smaller error (p ${pValue.toFixed(3)})`
      : `the errors of ${a.model} and ${b.model} are not distinguishable (p ${pValue.toFixed(3)})`;
  if (!on.direction) return `On the same rows ${error}; one of them claims no direction.`;
  const { onlyA, onlyB, pValue: p } = on.direction;
  const right = onlyA > onlyB ? a : b;
  const way =
    p <= P_VALUE
      ? `${right.model} is right about the direction more often (p ${p.toFixed(3)})`
      : `neither is right about the direction more often than chance explains (p ${p.toFixed(3)})`;
  return `On the same rows ${error}; ${way}.`;
}
