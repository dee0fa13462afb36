import type { Ports } from '../../adapters/ports.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { SentimentRequest } from '../../domain/ml/sentiment.js';
import { checkOneProcess } from '../../domain/training/distributed.js';
import type { TuningSpace } from '../../domain/training/space.js';
import {
  parseTrainer,
  resolveParams,
  resolveTraining,
  TRAINER_DESCRIPTIONS,
} from '../../domain/training/trainers.js';
import {
  checkForecastSpace,
  checkSentimentSpace,
  rungsOf,
  SENTIMENT_SPACE,
  type Objective,
  type TuningPlan,
} from '../../domain/training/tuning.js';
import { findDataset } from '../dataset.js';
import type { TrainingInput } from '../training.js';
import type { SentimentTrainingInput } from './sentiment.js';

export type TuningBase = Omit<TrainingInput, 'name'> | Omit<SentimentTrainingInput, 'name'>;

export interface TuningInput {
  name: string;
  /** What every trial has in common: the input of `trainModel` without the name. */
  base: TuningBase;
  /** Left out: the trainer's own. */
  space?: TuningSpace;
  /** Of a sentiment model: `accuracy` (left out) or `macroF1`. Forecasters have the validation loss. */
  objective?: 'accuracy' | 'macroF1';
  trials?: number;
  /** Trials suggested together and trained side by side; it decides what is found, as more learn less from each other. */
  parallel?: number;
  /** Ends poor trials early where the trainer can go on with a short training; left out: yes. */
  prune?: boolean;
  /** One trial in so many goes on from each rung; left out: 3. */
  reduction?: number;
  seed?: number;
}

const MOST_TRIALS = 1000;
const MOST_PARALLEL = 32;

/**
 * All that decides what a tuning finds, but for its id.
 * @throws InvalidInputError naming what is wrong with the base, the space or the counts.
 */
export async function planOf(
  ports: Ports,
  input: TuningInput,
  prepared: SentimentRequest | undefined,
): Promise<Omit<TuningPlan, 'id'>> {
  const { name, trials = 30, parallel = 4, reduction = 3, seed = 1 } = input;
  checkCount('trials', trials, [1, MOST_TRIALS]);
  checkCount('parallel', parallel, [1, MOST_PARALLEL]);
  checkCount('reduction', reduction, [2, 10]);
  const what = prepared ? sentimentSearch(input, prepared) : await forecastSearch(ports, input);
  const { most, hasRungs, ...rest } = what;
  const rungs = rungsOf({ most, reduction, hasRungs: hasRungs && input.prune !== false });
  return { name, ...rest, ...{ trials, parallel, rungs, reduction, seed } };
}

async function forecastSearch(ports: Ports, input: TuningInput) {
  const base = input.base as Omit<TrainingInput, 'name'>;
  const dataset = await findDataset(ports, base.dataset);
  const trainer = base.trainer ? parseTrainer(base.trainer) : ports.trainer().trainer;
  const { maxEpochs, seed } = base;
  const training = resolveTraining(trainer, {
    ...base.training,
    ...(maxEpochs !== undefined && { maxEpochs }),
    ...(seed !== undefined && { seed }),
  });
  checkOneProcess(training);
  resolveParams(trainer, base.params);
  const { space: usual, hasRungs } = TRAINER_DESCRIPTIONS[trainer];
  const space = checkForecastSpace(trainer, input.space ?? usual);
  const objective: Objective = { name: 'validationLoss', direction: 'minimise' };
  return {
    base: { dataset: dataset.id, trainer, params: base.params ?? {}, training },
    ...{ space, objective, most: training.maxEpochs },
    hasRungs: hasRungs && !('maxEpochs' in space),
  };
}

function sentimentSearch(input: TuningInput, prepared: SentimentRequest) {
  const space = checkSentimentSpace(input.space ?? SENTIMENT_SPACE);
  const name = input.objective === 'macroF1' ? 'validationMacroF1' : 'validationAccuracy';
  const { base, recipe, maxTokens, dataset } = prepared;
  return {
    base: { task: 'sentiment', base, recipe, maxTokens, prepared: dataset },
    ...{ space, objective: { name, direction: 'maximise' } satisfies Objective, most: recipe.epochs },
    hasRungs: !('epochs' in space),
  };
}

function checkCount(name: string, value: number, [least, most]: [number, number]): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new InvalidInputError(`${name} is ${value}; a tuning takes a whole number from ${least} to ${most}`);
}
