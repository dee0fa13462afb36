import { z } from 'zod';
import { TRAINERS } from '../domain/training/trainers.js';
import { answer, figure, instant } from './schemas.js';

const epoch = answer(
  'TrainingEpoch',
  z.object({ epoch: z.int(), trainLoss: figure, validationLoss: figure, seconds: figure }),
);

const standing = {
  epoch: z.int().nullable().describe('The one that is trained now, or the last'),
  maxEpochs: z.int().nullable(),
  bestEpoch: z.int().nullable(),
  rowsPerSecond: figure.describe('Training windows or texts a second'),
  epochs: z.array(epoch).describe('Those that are done'),
  losses: z.array(figure).describe('Training loss of a sentiment model, a mean of 50 steps each'),
};

export const trainingProgress = answer(
  'TrainingProgress',
  z.object({
    story: z.string().describe('Workflow id of the story whose step it is'),
    step: z.string(),
    batch: z.int().nullable(),
    batches: z.int().nullable(),
    ...standing,
  }),
);

export const training = answer(
  'Training',
  z.object({
    workflowId: z.string().nullable().describe('Null for a model that was trained before runs were recorded'),
    name: z.string(),
    task: z.enum(['forecast', 'sentiment']),
    trainer: z.string().nullable(),
    state: z.enum(['running', 'finished', 'failed', 'cancelled']),
    trial: z.boolean().describe('A trial of a tuning: nothing of it is registered'),
    model: z.string().nullable().describe('mdl_<name>@<version>'),
    dataset: z.string().nullable(),
    startedAt: instant,
    finishedAt: instant.nullable(),
    ...standing,
    stopped: z.enum(['finished', 'early', 'diverged']).nullable(),
    notes: z.array(z.string()).describe('What went otherwise than asked for'),
    failure: z.string().nullable(),
  }),
);

const value = z.union([z.number(), z.string(), z.boolean()]);

export const trainerList = answer(
  'TrainerList',
  z.object({
    items: z.array(
      z.object({
        kind: z.enum(TRAINERS),
        title: z.string(),
        params: z.record(z.string(), value).describe('Defaults by name'),
        training: z.record(z.string(), z.union([value, z.array(z.number())])),
        space: z
          .record(z.string(), z.looseObject({}))
          .describe('Where tuneModel looks when it is told nothing'),
      }),
    ),
    asOf: instant,
  }),
);
