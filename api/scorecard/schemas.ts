import { z } from 'zod';
import { answer, figure, instant, source } from '../schemas.js';

const wilson95 = z.tuple([figure, figure]);
const test = z.object({ statistic: figure, pValue: figure });
const share = answer(
  'DirectionShare',
  z
    .object({ n: z.int(), share: figure, wilson95 })
    .describe('n: rows with a direction; the interval counts only those whose horizons do not overlap'),
);

const against = answer(
  'AgainstBacktest',
  z.object({
    evaluation: z.string(),
    n: z.int(),
    directionalAccuracy: figure,
    wilson95,
    maeRatio: figure,
    coverage: figure,
    difference: z
      .object({ directionalAccuracy: figure, pValue: figure, coverage: figure, coveragePValue: figure })
      .describe('Live less backtest; two-sided p of the shares being equal'),
  }),
);

export const scorecardRow = answer(
  'ScorecardRow',
  z.object({
    model: z.string().optional(),
    stream: z.string().optional(),
    horizonBars: z.int().optional(),
    source: z.string().optional().describe('live, recorded or simulated-<seed>'),
    trigger: z.string().optional(),
    n: z.int().describe('Settled, latest revisions, none made after its outcome'),
    independent: z.int().describe('Of these, rows whose horizons do not overlap'),
    from: instant.nullable(),
    to: instant.nullable(),
    direction: share,
    baselines: z.object({
      majority: share.describe('The commoner side, in hindsight'),
      momentum: share,
      reversal: share,
    }),
    mae: figure.describe('Share of the last close'),
    persistenceMae: figure,
    maeRatio: figure,
    dieboldMariano: test.describe('Against persistence, squared errors of independent rows'),
    interval: z.object({
      asked: figure,
      coverage: figure,
      wilson95,
      meanWidth: figure.describe('Share of the last close'),
      open: z.int().describe('Intervals without bounds'),
    }),
    brier: figure,
    baseRateBrier: figure.describe('Of the best constant P(up), in hindsight'),
    brierSkill: figure,
    pnl: z.object({
      gross: figure,
      net: figure,
      meanGross: figure,
      meanNet: figure,
      positions: z.int(),
    }),
    open: z.int().describe('Wait to be settled'),
    abstained: z.int(),
    late: z.int().describe('Live predictions that were made after their outcome; they count for nothing'),
    unsettleable: z.int(),
    revised: z.int(),
    backtest: against.nullable(),
  }),
);

export const settlement = answer(
  'Settlement',
  z.object({
    id: z.string().meta({ examples: ['stl_0123456789abcdef01234567'] }),
    predictionId: z.string(),
    revision: z.int().describe('From 1; a bar that was corrected gives another'),
    supersedes: z.string().nullable(),
    status: z.enum(['settled', 'unsettleable']),
    reason: z.string().nullable(),
    stream: z.string(),
    model: z.string(),
    horizonBars: z.int(),
    asOf: instant,
    targetTime: instant,
    settledAt: instant,
    knownAt: instant.nullable().describe('When the realised bar was known'),
    lastClose: figure,
    mean: figure,
    realised: figure.describe('Close of the bar that ends at targetTime'),
    error: figure.describe('mean less realised'),
    absoluteError: figure,
    persistenceError: figure,
    directionRight: z.boolean().nullable(),
    momentumRight: z.boolean().nullable(),
    wentUp: z.boolean().nullable(),
    inside: z.boolean().nullable(),
    coverage: figure,
    width: figure,
    probabilityUp: figure,
    brier: figure,
    pnl: z.object({ gross: figure, net: figure, feeBps: z.number(), slippageBps: z.number() }),
    abstained: z.string().nullable(),
    late: z.boolean(),
    trigger: z.string(),
    source,
  }),
);

export const openPrediction = answer(
  'OpenPrediction',
  z.object({
    id: z.string().describe('Of the prediction'),
    stream: z.string(),
    model: z.string(),
    horizonBars: z.int(),
    trigger: z.string(),
    targetTime: instant,
    dueAt: instant.describe('When it is looked at next'),
    waitsSince: instant.nullable().describe('When it was first due and could not be settled'),
    tries: z.int(),
    reason: z.string().nullable(),
  }),
);
