import type { Schemas } from '../api';
import { percent, quoteOf } from '../format';

export type Prediction = Schemas['Prediction'];

export const forecastAddress = (id: string): string => `#/forecasts/${id}`;

/** Expected change of the close until the target. */
export const movedBy = ({ mean, lastClose }: Pick<Prediction, 'mean' | 'lastClose'>): number | null =>
  mean !== null && lastClose !== null && lastClose !== 0 ? mean / lastClose - 1 : null;

/** `4 bars`, `1 bar`. */
export const barsText = (count: number): string => `${count} ${count === 1 ? 'bar' : 'bars'}`;

/** Whether a settled close lies in the interval and on the side that was forecast. */
export function outcomeOf(of: Prediction): { inside: boolean; right: boolean | null } | null {
  const { realised, lastClose, mean, interval } = of;
  if (realised === null || lastClose === null || interval.lower === null || interval.upper === null)
    return null;
  const inside = realised >= interval.lower && realised <= interval.upper;
  const moved = realised !== lastClose && mean !== null && mean !== lastClose;
  return { inside, right: moved ? (mean ?? 0) > lastClose === realised > lastClose : null };
}

export const intervalName = ({ interval }: Pick<Prediction, 'interval'>): string =>
  `${percent(interval.coverage, 0)} interval`;

export const unitOf = ({ stream }: Pick<Prediction, 'stream'>): string => quoteOf(stream);
