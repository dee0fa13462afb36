import type { FeatureMatrix } from '../features.js';
import type { MarketData } from '../lookahead/data.js';
import { futureShuffled, recomputedLate } from './leaks/features.js';
import { accuracyTooGood, labelsShifted, labelsShuffled, targetCopied } from './leaks/labels.js';
import { partsApart, storedColumns, type StoredTable } from './leaks/stored.js';
import type { LeakAudit } from './leaks/verdict.js';
import type { ForecastRows } from './rows.js';

export interface LeakAuditArgs {
  /** All that features may be made from, with the instants at which it became known. */
  data: MarketData;
  features(data: MarketData): FeatureMatrix;
  /** Rows of the model's window: as many are compared at each point. */
  lookBack: number;
  /** Horizons that a model learns, in bars. */
  horizons: number[];
  horizonBars: number;
  timeframeMs: number;
  /** What was trained on, as it lies in the store; null where it is gone. */
  stored: StoredTable | null;
  /** Held-out forecasts; outcomes may overlap. */
  rows: ForecastRows;
  seed: string;
  /** Why an accuracy that looks too good is no leak, as a person has said it. */
  explanation?: string;
  /** Waited for between two computations of features, so that other work gets its turn. */
  onStep?: () => Promise<void>;
}

/**
 * Looks for knowledge of the future in features, labels, parts and forecasts. A sound model passes each check by
 * construction; one that fails is not to be served. See the functions of the checks for what each can find.
 */
export async function auditLeaks(args: LeakAuditArgs): Promise<LeakAudit> {
  const whole = args.features(args.data);
  const on = { ...args, whole };
  const checks = [
    await futureShuffled(on),
    await recomputedLate(on),
    targetCopied(on),
    storedColumns(on),
    partsApart(on),
    labelsShuffled(on),
    labelsShifted(on),
    accuracyTooGood(on),
  ];
  return { passed: !checks.some(({ verdict }) => verdict === 'leak'), checks };
}
