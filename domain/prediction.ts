import { digestOf } from './digest.js';
import { DataQualityError, InvalidInputError } from './errors.js';
import { MAJORITY_MOVE } from './evaluation/baselines.js';
import type { FeatureMatrix } from './features.js';
import type { Source } from './sources.js';

/** A forecast of a stream's close `horizonBars` after `asOf`, with what it was made from. */
export interface Prediction {
  /** `prd_` and 24 hex digits of the digest of what decides it. */
  id: string;
  stream: string;
  /** `<name>@<version>`, or `baseline:<name>` where no model is good enough to be served. */
  model: string;
  /** Why this model or baseline answered. */
  reason: string;
  /** Close time of the last known bar, epoch ms. */
  asOf: number;
  horizonBars: number;
  /** asOf plus the horizon, epoch ms. */
  targetTime: number;
  lastClose: number;
  /** Expected close, quote currency. */
  mean: number;
  /** Conformal interval of the close at `coverage`, quote currency. */
  interval: { lower: number; upper: number; coverage: number };
  probabilityUp: number;
  /** Digests of what went in. */
  inputs: Record<string, string | number>;
  /** What was looked at: bars that open in [from, to), and scores, as known at `asOf`; epoch ms. */
  read: { from: number; to: number; asOf: number };
  createdAt: number;
  source: Source;
  settledAt: number | null;
  realised: number | null;
  /** The horizons that the model forecasts, ascending; prices in quote currency. */
  path?: PathPoint[];
  /** Why nobody should act on it; null where it is meant. The figures are what the model says all the same. */
  abstained?: string | null;
  /** Who was asked before, and why they did not answer. */
  chain?: Refusal[];
  /** While a version of the model's name was on its way: which of them answered, and why. */
  route?: PredictionRoute;
  /** What asked for it, such as `bars.closed`; left out where a person or a schedule did. */
  trigger?: string;
}

/** The distribution of the close at one horizon. */
export interface PathPoint {
  horizonBars: number;
  /** Epoch ms. */
  targetTime: number;
  mean: number;
  /** Ascending by level, and by price. */
  quantiles: { level: number; price: number }[];
}

/** What decided which version answered. */
export interface PredictionRoute {
  /** Id of the deployment, and of the rollout in it. */
  deployment: string;
  rollout: string;
  /** `shadow`, `canary-25`, `promoted`. */
  phase: string;
  /** `candidate`: the new version; `champion`: the one before; `fallback`: that one, since the new one failed. */
  answered: 'candidate' | 'champion' | 'fallback';
  percent: number;
}

export interface Refusal {
  /** `<name>@<version>`, a name, `baseline:<name>` or `ensemble:<kind>`. */
  model: string;
  reason: string;
}

/** Rows that drift and majority look back on. */
const MEMORY = 2000;

/**
 * A baseline's forecast of row `row` in volatility·√horizon units, from that row and those before it; NaN where
 * there are too few. @throws InvalidInputError naming the known baselines.
 */
export function baselineForecast(
  name: string,
  args: { matrix: FeatureMatrix; row: number; horizonBars: number },
): number {
  const { matrix, row, horizonBars } = args;
  const unit = (matrix.volatility[row] ?? NaN) * Math.sqrt(horizonBars);
  const moveTo = (end: number): number =>
    Math.log((matrix.close[end] ?? NaN) / (matrix.close[end - horizonBars] ?? NaN));
  if (name === 'persistence') return 0;
  if (name === 'momentum') return moveTo(row) / unit;
  if (name === 'reversal') return -moveTo(row) / unit;
  const first = Math.max(horizonBars, row - MEMORY + 1);
  if (name === 'drift') {
    if (row < first) return NaN;
    const span = row - first + horizonBars;
    const perBar = Math.log((matrix.close[row] ?? NaN) / (matrix.close[first - horizonBars] ?? NaN)) / span;
    return (perBar * horizonBars) / unit;
  }
  if (name === 'majority') return majoritySide(moveTo, first, row) * MAJORITY_MOVE;
  throw new InvalidInputError(
    `Unknown baseline "${name}"; known: persistence, drift, majority, momentum, reversal`,
  );
}

/** 1 where at least half of the moves that end on the rows from `first` to `last` were up, else −1. */
function majoritySide(moveTo: (end: number) => number, first: number, last: number): number {
  let ups = 0;
  for (let end = first; end <= last; end++) if (moveTo(end) > 0) ups++;
  if (last < first) return NaN;
  return 2 * ups >= last - first + 1 ? 1 : -1;
}

export interface PredictionArgs {
  stream: string;
  model: string;
  reason: string;
  asOf: number;
  horizonBars: number;
  timeframeMs: number;
  lastClose: number;
  /** Of one bar's log return. */
  volatility: number;
  /** Expected log move in units of volatility·√horizon. */
  scaled: number;
  conformal: { scale: number; coverage: number };
  /** Ascending; of residuals in the same unit. */
  residualQuantiles: number[];
  inputs: Record<string, string | number>;
  read: Prediction['read'];
  createdAt: number;
  source: Source;
  /** By horizon, in units of volatility·√(that horizon). */
  path?: ScaledPoint[];
  /** P(up) or P(down), whichever is larger, has to be this at least. */
  minConfidence?: number;
  chain?: Refusal[];
  trigger?: string;
  route?: PredictionRoute;
}

/** A point of the path before it is put into prices. */
export interface ScaledPoint {
  horizonBars: number;
  mean: number;
  quantiles: { level: number; value: number }[];
}

/**
 * Puts a forecast into prices. P(up) is the share of known residuals with which the move would be up, kept off
 * 0 and 1 by one count, and ½ where none is known. The id does not depend on when the forecast was made.
 * @throws DataQualityError where the inputs give no number.
 */
export function makePrediction(args: PredictionArgs): Prediction {
  const { stream, model, asOf, horizonBars, lastClose, scaled, conformal, inputs, source } = args;
  checkFigures(args);
  const unit = args.volatility * Math.sqrt(horizonBars);
  const priceAt = (move: number): number => lastClose * Math.exp(move * unit);
  // A scale that is not known bounds nothing: the interval is open, never narrow.
  const half = Number.isFinite(conformal.scale) ? conformal.scale : Infinity;
  const up = probabilityUp(scaled, args.residualQuantiles);
  const chain = args.chain ?? [];
  // Who could not answer is a part of what happened: the same figures for another reason are another record.
  const decided = { stream, model, asOf, horizonBars, inputs, source, ...(chain.length > 0 && { chain }) };
  return {
    id: `prd_${digestOf(decided).slice(0, 24)}`,
    stream,
    model,
    reason: args.reason,
    asOf,
    horizonBars,
    targetTime: asOf + horizonBars * args.timeframeMs,
    lastClose,
    mean: priceAt(scaled),
    interval: { lower: priceAt(scaled - half), upper: priceAt(scaled + half), coverage: conformal.coverage },
    probabilityUp: up,
    inputs,
    read: args.read,
    createdAt: args.createdAt,
    source,
    settledAt: null,
    realised: null,
    ...(args.path && { path: args.path.map((point) => priced(point, args)) }),
    abstained: abstention(up, args.minConfidence),
    chain,
    ...(args.route && { route: args.route }),
    ...(args.trigger !== undefined && { trigger: args.trigger }),
  };
}

function checkFigures({ stream, lastClose, volatility, scaled }: PredictionArgs): void {
  if (volatility === 0)
    throw new DataQualityError(
      `No forecast of ${stream}: its price has stood still or moved evenly, and a move of volatility 0 has no size`,
    );
  if (![volatility, scaled, lastClose].every(Number.isFinite) || lastClose <= 0 || volatility < 0)
    throw new DataQualityError(
      `No forecast of ${stream}: last close ${lastClose}, volatility ${volatility}, model output ${scaled}; too little history?`,
    );
}

function priced(point: ScaledPoint, { asOf, lastClose, volatility, timeframeMs }: PredictionArgs): PathPoint {
  const { horizonBars } = point;
  const unit = volatility * Math.sqrt(horizonBars);
  const priceAt = (move: number): number => lastClose * Math.exp(move * unit);
  return {
    horizonBars,
    targetTime: asOf + horizonBars * timeframeMs,
    mean: priceAt(point.mean),
    quantiles: point.quantiles.map(({ level, value }) => ({ level, price: priceAt(value) })),
  };
}

function abstention(up: number, minConfidence: number | undefined): string | null {
  const confidence = Math.max(up, 1 - up);
  if (minConfidence === undefined || confidence >= minConfidence) return null;
  return `confidence ${confidence.toFixed(4)} is below ${minConfidence}`;
}

export function probabilityUp(scaled: number, residuals: number[]): number {
  const n = residuals.length;
  if (n === 0) return 0.5;
  const share = residuals.filter((residual) => scaled + residual > 0).length / n;
  return Math.min(n / (n + 1), Math.max(1 / (n + 1), share));
}
