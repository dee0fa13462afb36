import { digestOf } from './digest.js';
import { DataQualityError } from './errors.js';
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
  createdAt: number;
  source: Source;
  settledAt: number | null;
  realised: number | null;
}

/** A baseline's forecast of row `row`, in volatility·√horizon units, from the rows up to it. */
export function baselineForecast(
  name: string,
  args: { matrix: FeatureMatrix; row: number; horizonBars: number },
): number {
  const { matrix, row, horizonBars } = args;
  const unit = (matrix.volatility[row] ?? NaN) * Math.sqrt(horizonBars);
  const past = Math.log((matrix.close[row] ?? NaN) / (matrix.close[row - horizonBars] ?? NaN));
  if (name === 'momentum') return past / unit;
  if (name === 'reversal') return -past / unit;
  if (name === 'drift' || name === 'majority') {
    const span = Math.min(row, 2000);
    const drift = (Math.log((matrix.close[row] ?? NaN) / (matrix.close[row - span] ?? NaN)) / span) * horizonBars;
    return name === 'drift' ? drift / unit : Math.sign(drift) * 0.1;
  }
  return 0;
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
  createdAt: number;
  source: Source;
}

/**
 * Puts a forecast into prices. P(up) is the share of known residuals with which the move would be up, kept off
 * 0 and 1 by one count. @throws DataQualityError where the inputs give no number.
 */
export function makePrediction(args: PredictionArgs): Prediction {
  const { stream, model, asOf, horizonBars, lastClose, volatility, scaled, conformal, inputs, source } = args;
  const unit = volatility * Math.sqrt(horizonBars);
  const priceAt = (move: number): number => lastClose * Math.exp(move * unit);
  if (![unit, scaled, lastClose].every(Number.isFinite))
    throw new DataQualityError(
      `No forecast of ${stream}: last close ${lastClose}, volatility ${volatility}, model output ${scaled}; too little history?`,
    );
  const residuals = args.residualQuantiles;
  const up = residuals.filter((residual) => scaled + residual > 0).length / Math.max(residuals.length, 1);
  const edge = 1 / (residuals.length + 1);
  const decided = { stream, model, asOf, horizonBars, inputs, source };
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
    interval: { lower: priceAt(scaled - conformal.scale), upper: priceAt(scaled + conformal.scale), coverage: conformal.coverage },
    probabilityUp: Math.min(1 - edge, Math.max(edge, up)),
    inputs,
    createdAt: args.createdAt,
    source,
    settledAt: null,
    realised: null,
  };
}
