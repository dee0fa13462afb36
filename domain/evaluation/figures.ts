import { apart, pick, pickRows } from './rows.js';
import { calibrationOf, type CalibrationFigures } from './calibration.js';
import type { EvaluatedRows } from './evaluated.js';
import { directionsOf, skillByConfidence, skillByRegime, type PartSkill } from './regimes.js';
import { intervalFigures, type IntervalFigures } from './scores.js';
import { mean } from '../statistics.js';

/** Scores of a distribution that is known by its quantiles, means over the rows, in units of volatility·√horizon. */
export interface DistributionFigures {
  /** Rows; outcomes may overlap. */
  n: number;
  levels: number[];
  /** Where the model's quantiles come from. */
  from: 'model' | 'validation residuals';
  pinball: number;
  crps: number;
  /** Baselines with the quantiles of their own validation residuals. */
  baselines: { name: string; pinball: number; crps: number }[];
}

/** What only the rows themselves can tell: distributions, intervals, calibration, and skill by part. */
export interface RowFigures {
  distribution: DistributionFigures;
  /** Adaptive conformal interval (DtACI), beside that of persistence. */
  interval: IntervalFigures & { method: 'adaptive'; persistence: IntervalFigures };
  calibration: CalibrationFigures;
  regimes: (PartSkill & { by: 'volatility' | 'trend' })[];
  byConfidence: (PartSkill & { from: number; to: number })[];
}

/** All figures of rows. Those of directions are on rows whose outcomes do not overlap, means of scores on all. */
export function figuresOfRows(args: {
  rows: EvaluatedRows;
  horizonBars: number;
  timeframeMs: number;
  coverage: number;
  levels: readonly number[];
  quantilesFrom: DistributionFigures['from'];
}): RowFigures {
  const { rows, coverage } = args;
  const places = apart(rows.time, args.horizonBars * args.timeframeMs);
  const separate = pickRows(rows, places);
  const baselines = separate.baselines ?? [];
  const probabilityUp = pick(rows.probabilityUp, places);
  const { realised, scaled } = rows;
  const directions = directionsOf(separate);
  const nothing = new Float64Array(realised.length);
  const persistence = { mean: nothing, halfWidth: rows.persistenceHalfWidth, realised, coverage };
  return {
    distribution: {
      n: realised.length,
      levels: [...args.levels],
      from: args.quantilesFrom,
      pinball: mean(rows.pinball),
      crps: mean(rows.crps),
      baselines: rows.baselines.map(({ name, pinball, crps }) => ({
        name,
        pinball: mean(pinball),
        crps: mean(crps),
      })),
    },
    interval: {
      ...intervalFigures({ mean: scaled, halfWidth: rows.halfWidth, realised, coverage }),
      method: 'adaptive',
      persistence: intervalFigures(persistence),
    },
    calibration: calibrationOf({
      probabilityUp: pick(probabilityUp, directions.places),
      up: directions.up,
      trainUpShare: pick(pick(rows.trainUpShare, places), directions.places),
    }),
    regimes: skillByRegime({
      rows: separate,
      baselines,
      volatility: pick(rows.volatilityRegime, places),
      trend: pick(rows.trendRegime, places),
    }),
    byConfidence: skillByConfidence({ rows: separate, baselines, probabilityUp }),
  };
}
