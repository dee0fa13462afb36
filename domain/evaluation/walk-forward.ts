import { InvalidInputError } from '../errors.js';
import type { SkillFigures } from '../evaluation.js';

export interface WalkForwardPlan {
  /** `expanding`: every fold trains from the beginning; `rolling`: on windows of one length. */
  scheme: 'expanding' | 'rolling';
  folds: number;
  /** Bars of each fold's test part. */
  testBars: number;
  /** Bars before the test part that choose among fits and calibrate the intervals. */
  validationBars: number;
  /** Bars left out between training, validation and test: outcomes reach this far (the furthest horizon). */
  purgeBars: number;
  /** Bars left out besides, for what is correlated although no outcome is shared. */
  embargoBars: number;
}

/** Times are closes of deciding bars, epoch ms. */
export interface Fold {
  /** From 1. */
  fold: number;
  /** First bar of the training, its open. */
  from: number;
  /** Training is before it; validation begins an embargo later. */
  validationFrom: number;
  /** Validation is before it; the test part begins an embargo later. */
  testFrom: number;
  /** First and last close at which this fold forecasts. */
  firstForecast: number;
  lastForecast: number;
  /** Bars up to here are read, the outcomes of the last forecasts among them; exclusive, by open. */
  to: number;
}

export interface FoldFigures extends Pick<SkillFigures, 'n' | 'mae' | 'directionalAccuracy' | 'wilson95'> {
  fold: number;
  model: string;
  dataset: string;
  evaluation: string;
  from: number;
  to: number;
  persistenceMae: number;
  measuredCoverage: number;
  meanWidth: number;
  crps: number;
  persistenceCrps: number;
}

export interface FoldsArgs extends WalkForwardPlan {
  /** Open of the first bar, and the end of the window (exclusive), epoch ms. */
  from: number;
  to: number;
  timeframeMs: number;
  /** Rows that a fold needs before its first sample: look-back and the warm-up of the features. */
  warmUpBars: number;
}

/**
 * Folds of a walk-forward evaluation, oldest first (López de Prado 2018, chapter 7): each trains on what lies before its
 * test part only; training and validation, validation and test are apart by the furthest horizon (purge: no sample's
 * outcome reaches into the next part) and by the embargo. Test parts follow one another without a gap and end with the
 * window.
 * @throws InvalidInputError naming the member that is wrong, or how many bars are needed
 */
export function planFolds(args: FoldsArgs): Fold[] {
  checkPlan(args);
  const { folds, testBars, validationBars, purgeBars, timeframeMs, scheme } = args;
  const gap = args.embargoBars;
  const bars = Math.floor((args.to - args.from) / timeframeMs);
  const trainBars = bars - folds * testBars - validationBars - 2 * gap - purgeBars;
  const least = args.warmUpBars + purgeBars + 2 * testBars;
  if (trainBars < least)
    throw new InvalidInputError(
      `The window of ${bars} bars leaves ${trainBars} for the first training; ${folds} folds of ${testBars} bars with ` +
        `${validationBars} of validation need at least ${bars - trainBars + least}: take a longer window, fewer or shorter folds`,
    );
  const close = (bar: number): number => args.from + (bar + 1) * timeframeMs;
  return Array.from({ length: folds }, (_, i): Fold => {
    const first = bars - purgeBars - (folds - i) * testBars;
    const testFrom = first - gap;
    const validationFrom = testFrom - validationBars - gap;
    const start = scheme === 'rolling' ? validationFrom - trainBars : 0;
    return {
      fold: i + 1,
      from: args.from + start * timeframeMs,
      validationFrom: close(validationFrom),
      testFrom: close(testFrom),
      firstForecast: close(first),
      lastForecast: close(first + testBars - 1),
      to: args.from + (first + testBars + purgeBars) * timeframeMs,
    };
  });
}

const MOST_FOLDS = 100;

function checkPlan(args: FoldsArgs): void {
  const whole = (name: keyof WalkForwardPlan, least: number, most: number): void => {
    const value = args[name] as number;
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidInputError(
        `Walk-forward ${name} is ${value}; it must be a whole number from ${least} to ${most}`,
      );
  };
  whole('folds', 1, MOST_FOLDS);
  whole('testBars', 1, 10_000_000);
  whole('validationBars', 1, 10_000_000);
  whole('purgeBars', 1, 10_000);
  whole('embargoBars', 0, 100_000);
  if (args.scheme !== 'expanding' && args.scheme !== 'rolling')
    throw new InvalidInputError(
      `Walk-forward scheme "${String(args.scheme)}" is unknown; known: expanding, rolling`,
    );
  if (!(args.to > args.from))
    throw new InvalidInputError(
      `The window is empty: from ${args.from} is not before to ${args.to} (epoch ms)`,
    );
}
