import type { Prediction } from '../prediction.js';
import { groupOf } from '../settlement.js';
import { sourceKey } from '../sources.js';

/** A prediction that waits to be settled. Removed when its settlement is written. */
export interface OpenPrediction {
  /** Of the prediction. */
  id: string;
  /** Which story settles it: stream, horizon and source. */
  group: string;
  stream: string;
  model: string;
  horizonBars: number;
  trigger: string;
  sourceKey: string;
  targetTime: number;
  /** When it is looked at next. */
  dueAt: number;
  /** When it was first due and could not be settled; null before. */
  waitsSince: number | null;
  tries: number;
  /** Why it could not be settled at the last try. */
  reason: string | null;
}

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Patience of the settlement, ms. */
export const PATIENCE = {
  /** After the target a bar has this long to come by itself before it is asked for. */
  grace: 10_000,
  firstRetry: MINUTE,
  longestRetry: DAY / 4,
  /** So long after it was first due a prediction is recorded as unsettleable. */
  giveUp: 30 * DAY,
  /** Bars of live streams are held against the settlement once a day for so long. */
  review: 7 * DAY,
  reviewEvery: DAY,
} as const;

export const openOf = (made: Prediction): OpenPrediction => ({
  id: made.id,
  group: groupOf(made),
  stream: made.stream,
  model: made.model,
  horizonBars: made.horizonBars,
  trigger: made.trigger ?? 'request',
  sourceKey: sourceKey(made.source),
  targetTime: made.targetTime,
  dueAt: made.targetTime + PATIENCE.grace,
  waitsSince: null,
  tries: 0,
  reason: null,
});

/** The next try of one that could not be settled now: each pause is twice the one before it, up to six hours. */
export function postponed(
  open: OpenPrediction,
  { now, reason }: { now: number; reason: string },
): OpenPrediction {
  const pause = Math.min(PATIENCE.longestRetry, PATIENCE.firstRetry * 2 ** Math.min(open.tries, 30));
  return {
    ...open,
    dueAt: now + pause,
    waitsSince: open.waitsSince ?? now,
    tries: open.tries + 1,
    reason,
  };
}

export const isGivenUp = ({ waitsSince }: OpenPrediction, now: number): boolean =>
  waitsSince !== null && now - waitsSince >= PATIENCE.giveUp;
