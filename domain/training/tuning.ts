import { InvalidInputError } from '../errors.js';
import { checkSpace, valuesOf, type TuningSpace } from './space.js';
import {
  resolveParams,
  resolveTraining,
  TRAINER_DESCRIPTIONS,
  USUAL_TRAINING,
  type Trainer,
} from './trainers.js';

/** One combination of a tuning, as far as it was trained. */
export interface TuningTrial {
  /** From 1, in the order in which they were suggested. */
  trial: number;
  /** As Optuna drew them: numbers, or places in a list. */
  drawn: Record<string, number>;
  /** The objective on the validation part; null where the trial failed. */
  value: number | null;
  /** Epochs that it was trained at most, the rung it reached. */
  epochs: number;
  /** `pruned`: ended early, as others were better after as many epochs. */
  state: 'complete' | 'pruned' | 'failed';
  /** Why it failed; left out where it did not. */
  reason?: string;
}

/** Everything that decides what a tuning finds. */
export interface TuningPlan {
  /** `tun_` and 24 hex digits of the digest of all the rest. */
  id: string;
  name: string;
  /** What each trial is trained by, but for what is searched. */
  base: Record<string, unknown>;
  space: TuningSpace;
  objective: Objective;
  trials: number;
  /** Trials suggested together, and trained side by side. */
  parallel: number;
  /** Epochs after which trials are compared, ascending; the last is all of them. */
  rungs: number[];
  /** Of the trials that reached a rung, one in so many goes on. */
  reduction: number;
  seed: number;
}

export interface Objective {
  name: 'validationLoss' | 'validationAccuracy' | 'validationMacroF1';
  direction: 'minimise' | 'maximise';
}

/** Trials at random before the model of the space is trusted. */
export const startupOf = ({ trials }: Pick<TuningPlan, 'trials'>): number =>
  Math.min(trials, Math.max(5, Math.ceil(trials / 5)));

/**
 * Epochs after which trials are compared: `most`, and from there back by the reduction, as long as one epoch is left.
 * Where a short training is not the beginning of a long one, all of them alone.
 */
export function rungsOf(args: { most: number; reduction: number; hasRungs: boolean }): number[] {
  const { most, reduction, hasRungs } = args;
  const rungs = [most];
  while (hasRungs && (rungs[0] as number) > 1 && rungs.length < 4) {
    const below = Math.floor((rungs[0] as number) / reduction);
    if (below < 1) break;
    rungs.unshift(below);
  }
  return rungs;
}

/** Higher is better, whatever the objective; null stays null. */
export const scoreOf = (value: number | null, { direction }: Objective): number | null =>
  value === null || !Number.isFinite(value) ? null : direction === 'minimise' ? -value : value;

/**
 * Which of the trials at a rung go on: those among the best 1/reduction of all that ever reached it, at least one. The rule of
 * asynchronous successive halving (Li et al. 2020) in its stopping form: a trial that is left stays left.
 * @param args.here values at this rung of the trials to decide on
 * @param args.before values of those that reached it before
 */
export function promoted(args: {
  here: (number | null)[];
  before: number[];
  plan: Pick<TuningPlan, 'reduction' | 'objective'>;
}): boolean[] {
  const { here, before, plan } = args;
  const score = (value: number | null): number => scoreOf(value, plan.objective) ?? -Infinity;
  const all = [...before, ...here].map(score).sort((a, b) => b - a);
  const bar = all[Math.max(0, Math.ceil(all.length / plan.reduction) - 1)] ?? -Infinity;
  return here.map((value) => score(value) > -Infinity && score(value) >= bar);
}

/** The best complete trial, the first of equals; null where none is complete. */
export function bestTrial(trials: readonly TuningTrial[], objective: Objective): TuningTrial | null {
  let best: TuningTrial | null = null;
  for (const trial of trials) {
    if (trial.state !== 'complete') continue;
    if (
      (scoreOf(trial.value, objective) ?? -Infinity) > (scoreOf(best?.value ?? null, objective) ?? -Infinity)
    )
      best = trial;
  }
  return best;
}

type Members = Record<string, unknown>;

/** Members of a training or a recipe that decide what is learned, not how it is run. */
const SETTINGS = ['maxEpochs', 'patience', 'batchSize', 'learningRate', 'gradientClip', 'precision'];

/** What a trial is trained by: the base with what was drawn in its place. */
export function trialInput(
  plan: Pick<TuningPlan, 'name' | 'base' | 'space'>,
  drawn: Record<string, number>,
): Members {
  const { name, base, space } = plan;
  const values = Object.entries(valuesOf(space, drawn));
  if (base['task'] === 'sentiment') {
    const recipe = { ...(base['recipe'] as Members), ...Object.fromEntries(values) };
    return { ...base, name, recipe };
  }
  const isSetting = (key: string): boolean => SETTINGS.includes(key);
  const training = Object.fromEntries(values.filter(([key]) => isSetting(key)));
  const params = Object.fromEntries(values.filter(([key]) => !isSetting(key)));
  return {
    ...{ ...base, name },
    params: { ...(base['params'] as Members), ...params },
    training: { ...(base['training'] as Members), ...training },
  };
}

/** @throws InvalidInputError naming what cannot be searched, and what can. */
export function checkForecastSpace(trainer: Trainer, space: TuningSpace): TuningSpace {
  checkSpace(space);
  const names = [...Object.keys(TRAINER_DESCRIPTIONS[trainer].params), ...SETTINGS];
  for (const [name, axis] of Object.entries(space)) {
    if (!names.includes(name))
      throw new InvalidInputError(
        `Unknown parameter "${name}" of ${trainer} in the search space; known: ${names.join(', ')}`,
      );
    for (const value of 'values' in axis ? axis.values : [axis.min, axis.max])
      if (name in USUAL_TRAINING) resolveTraining(trainer, { [name]: value });
      else resolveParams(trainer, { [name]: value });
  }
  return space;
}

/** Of a sentiment recipe. */
const RECIPE_NAMES = [
  'epochs',
  'batchSize',
  'learningRate',
  'layerDecay',
  'labelSmoothing',
  'dropout',
  'frozenLayers',
];

export const SENTIMENT_SPACE: TuningSpace = {
  learningRate: { min: 1e-5, max: 3e-4, log: true },
  layerDecay: { min: 0.8, max: 1, step: 0.05 },
  labelSmoothing: { min: 0, max: 0.15, step: 0.05 },
  dropout: { min: 0, max: 0.3, step: 0.05 },
};

/** @throws InvalidInputError naming what cannot be searched, and what can. */
export function checkSentimentSpace(space: TuningSpace): TuningSpace {
  checkSpace(space);
  const unknown = Object.keys(space).find((name) => !RECIPE_NAMES.includes(name));
  if (unknown === undefined) return space;
  throw new InvalidInputError(
    `Unknown member "${unknown}" of a sentiment recipe in the search space; known: ${RECIPE_NAMES.join(', ')}`,
  );
}
