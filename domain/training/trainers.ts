import { InvalidInputError } from '../errors.js';
import { editDistance, nearNames } from '../near-names.js';
import { checkDistributed, type DistributedSettings } from './distributed.js';
import type { TuningAxis } from './space.js';

/** Every kind of forecaster that can be trained; all but `ridge` by the Python worker. */
export const TRAINERS = ['patchtst', 'patchtsmixer', 'transformer', 'dlinear', 'lightgbm', 'ridge'] as const;
export type Trainer = (typeof TRAINERS)[number];

export type ParamValue = number | string | boolean;
export type Params = Record<string, ParamValue>;

/** How a model learns, whatever it is; the contract with Python has the same members. */
export interface TrainingSettings {
  maxEpochs: number;
  /** Epochs without a gain after which it ends. */
  patience: number;
  batchSize: number;
  learningRate: number;
  seed: number;
  precision: 'auto' | 'float32' | 'bfloat16';
  gradientClip: number;
  compile: boolean;
  /** Levels between 0 and 1, ascending. */
  quantiles: number[];
  /** Left out: one process. */
  distributed?: DistributedSettings | null | undefined;
}

export interface TrainerDescription {
  /** One line for people. */
  title: string;
  /** Hyper-parameters by the model's own names, with their defaults; equal to `DEFAULTS` of its Python file. */
  params: Params;
  /** What differs from `USUAL_TRAINING`. */
  training: Partial<TrainingSettings>;
  /** Where `tuneModel` looks when it is told nothing else: parameters, and settings of the training. */
  space: Record<string, TuningAxis>;
  /** Whether a short training is the beginning of a long one, so that a poor trial can be ended early. */
  hasRungs: boolean;
}

export const USUAL_TRAINING: TrainingSettings = {
  maxEpochs: 6,
  patience: 3,
  batchSize: 256,
  learningRate: 1e-3,
  seed: 1,
  precision: 'auto',
  gradientClip: 1,
  compile: false,
  quantiles: [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95],
};

const LEARNING: Record<string, TuningAxis> = {
  learningRate: { min: 1e-4, max: 5e-3, log: true },
  batchSize: { values: [64, 128, 256, 512] },
};
const LAYERS: TuningAxis = { min: 1, max: 4, step: 1 };
const DROPOUT: TuningAxis = { min: 0, max: 0.5, step: 0.05 };

export const TRAINER_DESCRIPTIONS: Record<Trainer, TrainerDescription> = {
  patchtst: {
    title: 'PatchTST: a transformer over patches of each channel (Nie et al. 2023)',
    params: {
      ...{ d_model: 16, layers: 2, heads: 4, feed_forward: 32, patch: 16, stride: 16, end_padding: false },
      ...{ dropout: 0.2, head_dropout: 0.2, instance_normalisation: false },
    },
    training: {},
    space: {
      ...{ ...LEARNING, d_model: { values: [16, 32, 64] }, layers: LAYERS },
      ...{ feed_forward: { values: [32, 64, 128] }, stride: { values: [8, 16] }, dropout: DROPOUT },
    },
    hasRungs: true,
  },
  patchtsmixer: {
    title: 'PatchTSMixer: mixing perceptrons over patches (Ekambaram et al. 2023)',
    params: {
      ...{ d_model: 16, layers: 2, expansion: 2, patch: 16, stride: 16, gated: true, mixes_channels: true },
      ...{ dropout: 0.2, head_dropout: 0.2, instance_normalisation: false },
    },
    training: {},
    space: {
      ...{ ...LEARNING, d_model: { values: [16, 32, 64] }, layers: LAYERS },
      ...{ expansion: { values: [2, 3] }, mixes_channels: { values: [true, false] }, dropout: DROPOUT },
    },
    hasRungs: true,
  },
  transformer: {
    title: 'a transformer over short stretches of all channels together, our own',
    params: {
      ...{ d_model: 32, layers: 2, heads: 4, feed_forward: 64, patch: 8, dropout: 0.2 },
      instance_normalisation: false,
    },
    training: {},
    space: {
      ...{ ...LEARNING, d_model: { values: [16, 32, 64] }, layers: LAYERS },
      ...{ feed_forward: { values: [32, 64, 128] }, patch: { values: [4, 8, 16] }, dropout: DROPOUT },
    },
    hasRungs: true,
  },
  dlinear: {
    title: 'DLinear: trend and remainder, each by one linear layer (Zeng et al. 2023)',
    params: { moving_average: 25, instance_normalisation: false },
    training: {},
    space: { ...LEARNING, moving_average: { values: [5, 13, 25, 49] } },
    hasRungs: true,
  },
  lightgbm: {
    title: 'LightGBM: boosted trees on some rows of the window (Ke et al. 2017)',
    params: {
      ...{ lags: 6, trees: 20, leaves: 15, least_rows: 100 },
      ...{ feature_share: 0.6, row_share: 0.8, l2: 5, bins: 63 },
    },
    training: { learningRate: 0.05 },
    space: {
      learningRate: { min: 0.01, max: 0.2, log: true },
      ...{ lags: { min: 1, max: 7, step: 1 }, leaves: { values: [7, 15, 31, 63] } },
      ...{ least_rows: { values: [50, 100, 200, 400] }, l2: { min: 0.1, max: 100, log: true } },
      ...{ feature_share: { min: 0.3, max: 1, step: 0.1 }, row_share: { min: 0.5, max: 1, step: 0.1 } },
    },
    hasRungs: true,
  },
  ridge: {
    title:
      "ridge regression on the last row's features, in TypeScript; lambda 0: chosen on the validation part",
    params: { lambda: 0 },
    training: {},
    space: { lambda: { min: 1e-4, max: 1e3, log: true } },
    hasRungs: false,
  },
};

/** @throws InvalidInputError naming the known ones. */
export function parseTrainer(text: string): Trainer {
  const known = TRAINERS.find((each) => each === text);
  if (known) return known;
  throw new InvalidInputError(`Unknown trainer "${text}"; known: ${TRAINERS.join(', ')}`);
}

/**
 * The trainer's defaults with what was given.
 * @throws InvalidInputError naming an unknown parameter and the known ones, or one of another kind
 */
export function resolveParams(trainer: Trainer, given: Params = {}): Params {
  const { params } = TRAINER_DESCRIPTIONS[trainer];
  for (const [name, value] of Object.entries(given)) {
    const usual = params[name];
    if (usual === undefined) throw unknownName(trainer, name);
    checkKind(`${name} of ${trainer}`, value, usual);
  }
  return { ...params, ...given };
}

/** The usual settings, the trainer's own, and what was given. @throws InvalidInputError naming what is wrong */
export function resolveTraining(trainer: Trainer, given: Partial<TrainingSettings> = {}): TrainingSettings {
  const settings = { ...USUAL_TRAINING, ...TRAINER_DESCRIPTIONS[trainer].training, ...defined(given) };
  const known = [...Object.keys(USUAL_TRAINING), 'distributed'];
  const unknown = Object.keys(settings).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new InvalidInputError(`Unknown training setting "${unknown}"; known: ${known.join(', ')}`);
  for (const name of ['maxEpochs', 'patience', 'batchSize'] as const)
    if (!(Number.isInteger(settings[name]) && settings[name] >= 1))
      throw new InvalidInputError(`${name} is ${settings[name]}; it must be a whole number from 1`);
  for (const name of ['learningRate', 'gradientClip'] as const)
    if (!(settings[name] > 0 && settings[name] < Infinity))
      throw new InvalidInputError(`${name} is ${settings[name]}; it must be a number above 0`);
  if (!(Number.isInteger(settings.seed) && settings.seed >= 0))
    throw new InvalidInputError(`seed is ${settings.seed}; it must be a whole number from 0`);
  checkQuantiles(settings.quantiles);
  const { distributed, batchSize } = settings;
  if (distributed) checkDistributed(distributed, { trainer, batchSize });
  return settings;
}

function unknownName(trainer: Trainer, name: string): InvalidInputError {
  const known = Object.keys(TRAINER_DESCRIPTIONS[trainer].params);
  const near = nearNames(name, known, 1).find((each) => editDistance(name, each) <= 2);
  const meant = near ? ` did you mean "${near}"?` : '';
  return new InvalidInputError(
    `Unknown parameter "${name}" of ${trainer};${meant} known: ${known.join(', ') || 'none'}`,
  );
}

function checkKind(what: string, value: ParamValue, usual: ParamValue): void {
  const isNumber = typeof usual === 'number';
  if (typeof value !== typeof usual || (isNumber && !Number.isFinite(value)))
    throw new InvalidInputError(
      `${what} is ${JSON.stringify(value)}; it must be a ${typeof usual === 'string' ? 'text' : typeof usual}, such as ${JSON.stringify(usual)}`,
    );
}

function checkQuantiles(levels: number[]): void {
  const rising = levels.every((level, i) => level > (levels[i - 1] ?? 0) && level < 1);
  if (rising) return;
  throw new InvalidInputError(
    `quantiles are ${levels.join(', ')}; they must be levels between 0 and 1, each above the one before`,
  );
}

const defined = <T extends object>(members: T): T =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
