import { digestOf } from '../digest.js';
import type { Source } from '../sources.js';
import type { CalibrationDrift } from './calibration.js';
import type { InputDrift } from './inputs.js';
import type { ResidualDrift } from './residuals.js';
import type { DriftFinding, DriftVerdict } from './verdict.js';

/** From the first report of a drift to when it has been over for a while; told of once. */
export interface DriftEpisode {
  /** `ep_` and 24 hex digits. */
  id: string;
  /** `asOf` of its first report. */
  since: number;
  /** Reports in it. */
  reports: number;
  /** Of these, the latest in a row that found nothing. */
  calm: number;
}

/** What one look at a stream's champion found. Stored in `driftReports`; never changed. */
export interface DriftReport {
  /** `drf_` and 24 hex digits of what went in: the same look again is the same report. */
  id: string;
  stream: string;
  /** `<name>@<version>`. */
  model: string;
  dataset: string;
  evaluation: string;
  horizonBars: number;
  /** Close of the last bar that was looked at, epoch ms. */
  asOf: number;
  /** First and last close of the inputs that were looked at, and how many rows there are on both sides. */
  window: { from: number; to: number; rows: number; trainingRows: number };
  /** First and last decision of the settled forecasts; null where there is none. */
  settled: { from: number; to: number; n: number } | null;
  verdict: DriftVerdict;
  findings: DriftFinding[];
  inputs: InputDrift[] | null;
  /** `since`: when the errors likely moved, epoch ms. */
  residuals: (ResidualDrift & { since: number | null }) | null;
  calibration: CalibrationDrift | null;
  level: number;
  /** What was looked at: bars that open in [from, to), and scores of this model, as known at `asOf`; epoch ms. */
  read: { from: number; to: number; asOf: number; sentimentModel: string };
  /** Digests of what went in. */
  digests: Record<string, string>;
  episode: DriftEpisode | null;
  createdAt: number;
  source: Source;
  sourceKey: string;
}

/** Reports in a row without drift after which it is over. */
export const CALM_REPORTS = 3;

export const driftReportId = (decided: Record<string, unknown>): string =>
  `drf_${digestOf(decided).slice(0, 24)}`;

/** The episode as it stands after a report; `opened`: it begins here and is to be told of. */
export function episodeAfter(
  before: DriftEpisode | null,
  now: Pick<DriftReport, 'stream' | 'model' | 'sourceKey' | 'asOf' | 'verdict'>,
): { episode: DriftEpisode | null; opened: boolean } {
  const { stream, model, sourceKey, asOf, verdict } = now;
  if (!before) {
    if (verdict !== 'drift') return { episode: null, opened: false };
    const id = `ep_${digestOf({ stream, model, sourceKey, since: asOf }).slice(0, 24)}`;
    return { episode: { id, since: asOf, reports: 1, calm: 0 }, opened: true };
  }
  // What cannot be said does not end it, and neither does a change that is only smaller than before.
  const calm = verdict === 'stable' ? before.calm + 1 : verdict === 'unknown' ? before.calm : 0;
  if (calm >= CALM_REPORTS) return { episode: null, opened: false };
  return { episode: { ...before, reports: before.reports + 1, calm }, opened: false };
}
