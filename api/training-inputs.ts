import { z } from 'zod';
import { formFault } from '../domain/forms.js';
import { sentimentRecipe } from '../domain/ml/sentiment.js';
import {
  checkOneProcess,
  ENGINES,
  MOST_PROCESSES,
  NODE_NAME,
  RAY_ADDRESS,
  RENDEZVOUS,
} from '../domain/training/distributed.js';
import { USUAL_TRAINING, resolveParams, resolveTraining, TRAINERS } from '../domain/training/trainers.js';
import { request, streamText } from './schemas.js';
import { source, time } from './window-inputs.js';

const labelledSet = z.strictObject({
  name: z.string().regex(/^[\w.-]{1,60}$/),
  object: z
    .strictObject({ key: z.string().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) })
    .describe('An uploaded CSV file with the columns text, label and maybe entities'),
  role: z.enum(['train', 'measure']).optional().describe('measure: nothing of it trains'),
  weak: z.boolean().optional().describe('Labelled by a model: trains with less weight and measures nothing'),
});

/** `trainModel` with `task: sentiment`. */
export const sentimentTraining = z
  .strictObject({
    task: z.literal('sentiment'),
    name: z.string().regex(/^[\w.-]{1,60}$/),
    sets: z.array(labelledSet).min(1).max(50),
    base: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("minilm (the default), a directory of the training machine, or a hub's name"),
    weakWeight: z.number().positive().max(1).optional(),
    balance: z.boolean().optional().describe('Each label of a set trains with the same weight'),
    renamed: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('Share of texts that train once more with other names'),
    maxTokens: z.int().min(8).max(512).optional(),
    recipe: sentimentRecipe.partial().optional(),
  })
  .describe('A sentiment model from labelled texts');

const name = z.string().regex(/^[\w.-]{1,60}$/);
const dataset = z.string().regex(/^ds_/, 'must be a data set id, ds_…');
const value = z.union([z.number(), z.string(), z.boolean()]);
const seed = z.int().min(0).max(2_147_483_647);
const maxEpochs = z.int().min(1).max(1000);

const distributed = z
  .strictObject({
    engine: z.enum(ENGINES).describe('torchrun: on this machine or on nodes; ray: on a Ray cluster'),
    processes: z.int().min(1).max(MOST_PROCESSES).describe('On each machine; with Ray, in the whole cluster'),
    nodes: z
      .array(z.string().regex(NODE_NAME, 'must be letters, digits, dots, dashes and underscores'))
      .min(2)
      .max(64)
      .optional()
      .describe(
        'Machines, by the names that their workers were started with; the first holds the rendezvous',
      ),
    rendezvous: z
      .string()
      .regex(RENDEZVOUS, 'must be <host>:<port>')
      .optional()
      .describe('Of the first of nodes, as the others reach it'),
    address: z
      .string()
      .regex(RAY_ADDRESS, 'must be <host>:<port>, ray://<host>:<port> or auto')
      .optional()
      .describe("Of the Ray cluster; left out: the training worker's RAY_ADDRESS"),
  })
  .describe('Several processes share each batch of batchSize rows; gradients are averaged');

const training = z
  .strictObject({
    maxEpochs,
    patience: z.int().min(1).max(1000).describe('Epochs without a gain after which it ends'),
    batchSize: z.int().min(1).max(65_536),
    learningRate: z.number().positive(),
    seed,
    precision: z.enum(['auto', 'float32', 'bfloat16']),
    gradientClip: z.number().positive(),
    compile: z.boolean(),
    quantiles: z.array(z.number().gt(0).lt(1)).max(99),
    distributed,
  })
  .partial();

const forecastMembers = {
  dataset,
  trainer: z.enum(TRAINERS).optional().describe('Left out: what the platform has'),
  params: z
    .record(z.string(), value)
    .optional()
    .describe("By the model's own names; see GET /training/trainers"),
  training: training.optional().describe(`Left out: ${JSON.stringify(USUAL_TRAINING)}`),
  maxEpochs: maxEpochs.optional(),
  seed: seed.optional(),
};

type Forecast = z.infer<z.ZodObject<typeof forecastMembers>>;
/** The step would refuse it, too; here it is told at once. */
const readForecast = ({ trainer, params, training: settings }: Forecast): void => {
  if (trainer && params) resolveParams(trainer, params);
  if (trainer && settings) resolveTraining(trainer, settings as never);
};

const readTrialBase = (base: Forecast): void => {
  readForecast(base);
  checkOneProcess(base.training);
};

const forecastTraining = z
  .strictObject({ name, ...forecastMembers })
  .superRefine(formFault(readForecast))
  .describe('A forecaster from a data set');

const axis = z.union([
  z.strictObject({ values: z.array(value).min(1).max(100) }),
  z.strictObject({
    min: z.number(),
    max: z.number(),
    step: z.number().positive().optional(),
    log: z.boolean().optional(),
  }),
]);

const tuning = z.strictObject({
  name,
  base: z
    .union([
      sentimentTraining.omit({ name: true }),
      z.strictObject(forecastMembers).superRefine(formFault(readTrialBase)),
    ])
    .describe('The input of trainModel without the name: what all trials have in common'),
  space: z.record(z.string(), axis).optional().describe("Left out: the trainer's own"),
  objective: z.enum(['accuracy', 'macroF1']).optional().describe('Of a sentiment model'),
  trials: z.int().min(1).max(1000).optional(),
  parallel: z.int().min(1).max(32).optional().describe('Trials side by side'),
  prune: z.boolean().optional().describe('End poor trials early; left out: true'),
  reduction: z.int().min(2).max(10).optional().describe('One trial in so many goes on from each rung'),
  seed: seed.optional(),
});

/** Inputs of the stories that make data sets and models. */
export const trainingInputs = {
  buildDataset: request(
    'BuildDatasetInput',
    z.strictObject({
      source: source.optional().describe('Of the stored bars'),
      streams: z.array(streamText).min(1).max(50),
      from: time.optional().describe('Left out: the first stored bar'),
      to: time.optional().describe('Left out: behind the last stored bar'),
      asOf: z.int().optional().describe('What was known then; left out: all that is stored of the window'),
      sentimentModel: z.string().min(1).optional().describe('<name>@<version>; left out: the served one'),
      lookBack: z.int().min(8).max(2048).optional(),
      horizonBars: z.int().min(1).max(96).optional(),
      horizons: z.array(z.int().min(1).max(96)).min(1).max(96).optional(),
      sentimentIndex: z
        .boolean()
        .optional()
        .describe('With the sentiment index and the width of its interval among the features'),
    }),
  ),
  trainModel: request('TrainModelInput', z.union([sentimentTraining, forecastTraining])),
  tuneModel: request('TuneModelInput', tuning),
  inferDataset: request(
    'InferDatasetInput',
    z.strictObject({
      model: z.string().regex(/^(mdl_)?[^@\s]+@[^@\s]+$/, 'must be <name>@<version>'),
      dataset: z.string().min(1).describe('ds_…, on whose samples the model answers'),
      batchSize: z.int().min(1).max(65_536).optional().describe('Samples computed together; 256 if left out'),
    }),
  ),
  reproduceModel: request(
    'ReproduceModelInput',
    z.strictObject({ model: z.string().regex(/^(mdl_)?[^@\s]+@[^@\s]+$/, 'must be <name>@<version>') }),
  ),
} as const;
