import { z } from 'zod';
import { CALENDARS, type CalendarName } from '../domain/calendars.js';
import { formFault } from '../domain/forms.js';
import { researchInput } from '../domain/research-input.js';
import { parseTimeframe } from '../domain/streams.js';
import { backtestInputs } from './backtest-inputs.js';
import { predictInput } from './prediction-inputs.js';
import { evaluationInputs, explanation } from './evaluation-inputs.js';
import { request, streamText } from './schemas.js';
import { driftInputs } from './drift-inputs.js';
import { sentimentInputs } from './sentiment/inputs.js';
import { trainingInputs } from './training-inputs.js';
import { source, time, window } from './window-inputs.js';
import { upkeepInputs } from './upkeep-inputs.js';

/** What widens a stream's coverage contract. */
const contract = {
  stream: streamText,
  source: source.optional(),
  from: time.optional(),
  to: time.optional(),
  calendar: z.enum(Object.keys(CALENDARS) as [CalendarName]).optional(),
  follow: z.boolean().optional().describe("True: up to the venue's last closed bar"),
};
const recheck = z.boolean().optional().describe('Also ask again for what is quarantined or exchange-closed');
const append = z.boolean().optional().describe('Without from: begins at the newest stored bar');
const streams = z.array(streamText).min(1).max(100);
const basisPoints = z.number().min(0).max(1000);
const modelText = z.string().regex(/^[^@\s]+@[^@\s]+$/, 'must be <name>@<version>');

/** The one argument of every story that can be started from outside. */
export const STORY_INPUTS = {
  research: request('ResearchInput', researchInput),
  collectBars: request('CollectBarsInput', z.strictObject({ ...window, append, stream: streamText })),
  collectStreams: request('CollectStreamsInput', z.strictObject({ ...window, append, streams })),
  ...upkeepInputs,
  measureBars: request('MeasureBarsInput', z.strictObject(contract)),
  healBars: request('HealBarsInput', z.strictObject({ ...contract, recheck })),
  breakBars: request(
    'BreakBarsInput',
    z.strictObject({
      stream: streamText,
      source: source.optional(),
      drop: z.int().min(1).max(2000).describe('Stored bars to lose'),
      seed: z.string().min(1).max(100).optional(),
    }),
  ),
  maintainCoverage: request(
    'MaintainCoverageInput',
    z.strictObject({ ...contract, recheck, everyMs: z.int().min(1000).optional() }),
  ),
  streamBars: request(
    'StreamBarsInput',
    z.strictObject({
      stream: streamText,
      source: source.optional(),
      from: time.optional().describe('First bar to have; left out: behind the newest stored one'),
      until: time.optional().describe('Where to end; left out: never'),
    }),
  ),
  collectFunding: request(
    'CollectFundingInput',
    z.strictObject({
      ...window,
      market: z
        .string()
        .overwrite((text) =>
          text
            .replace(/^[^/]*/, (name) => name.toLowerCase())
            .replace(/[^/]*$/, (name) => name.toUpperCase()),
        )
        .regex(/^[a-z0-9]+\/[A-Z0-9]+-[A-Z0-9]+$/, 'must be <exchange>/<BASE-QUOTE>')
        .meta({ examples: ['binanceusdm/BTC-USDT'] }),
    }),
  ),
  transformBars: request(
    'TransformBarsInput',
    z.union([
      z
        .strictObject({
          ...window,
          asOf: time.optional(),
          stream: streamText,
          timeframe: z.string().superRefine(formFault(parseTimeframe)).describe('Of the longer bars'),
          incomplete: z.enum(['drop', 'mark']).optional(),
        })
        .describe('Longer bars of a stored stream'),
      z
        .strictObject({
          stream: streamText,
          object: z.strictObject({ key: z.string().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
          name: z.string().min(1).max(255).optional().describe('What the file was called'),
          knownAt: time.optional().describe('When a file of corrections was known'),
          columns: z.string().min(1).optional(),
          timeUnit: z.enum(['s', 'ms', 'us', 'ns']).optional(),
          dates: z.enum(['ymd', 'dmy', 'mdy']).optional(),
          decimal: z.enum(['point', 'comma']).optional(),
          adjusted: z.boolean().optional(),
        })
        .describe('A file of bars that was uploaded'),
    ]),
  ),
  collectNews: request(
    'CollectNewsInput',
    z.strictObject({
      ...window,
      feeds: z.array(z.string().min(1)).min(1).max(100).optional(),
      sources: z
        .array(z.string().min(1).max(60))
        .min(1)
        .max(100)
        .optional()
        .describe('Ids of news sources, in the place of source and feeds'),
    }),
  ),
  enrichSentiment: request('EnrichSentimentInput', z.strictObject(window)),
  ...sentimentInputs,
  ...trainingInputs,
  evaluateModel: request(
    'EvaluateModelInput',
    z.strictObject({
      model: modelText,
      dataset: z.string().regex(/^ds_/, 'must be a data set id, ds_…'),
      streams: z.array(streamText).min(1).max(50),
      costs: z.strictObject({ feeBps: basisPoints, slippageBps: basisPoints }),
      explanation,
    }),
  ),
  ...evaluationInputs,
  deployModel: request(
    'DeployModelInput',
    z.strictObject({ model: modelText, evaluations: z.array(z.string().min(1)).min(1).max(500) }),
  ),
  manageDeployment: request(
    'ManageDeploymentInput',
    z.strictObject({ name: z.string().regex(/^[^@\s/]+$/, "must be a model's name") }),
  ),
  syncRegistry: request(
    'SyncRegistryInput',
    z.strictObject({ name: z.string().min(1).optional().describe('Only this model; left out: all') }),
  ),
  ...driftInputs,
  predict: predictInput,
  settlePredictions: request(
    'SettlePredictionsInput',
    z.strictObject({ stream: streamText, horizonBars: z.int().min(1).max(96), source }),
  ),
  ...backtestInputs,
} as const;

export type StoryKind = keyof typeof STORY_INPUTS;
export const STORY_KINDS = Object.keys(STORY_INPUTS) as [StoryKind, ...StoryKind[]];
const variants = STORY_KINDS.map((kind) =>
  z.strictObject({ kind: z.literal(kind), input: STORY_INPUTS[kind] }),
);

/** `{ kind, input }`, the input being the one of its kind. */
export const storyRequest = request(
  'RunRequest',
  z.discriminatedUnion('kind', variants as unknown as [StoryVariant, ...StoryVariant[]]),
);

type StoryVariant = z.ZodObject<{ kind: z.ZodLiteral<StoryKind>; input: z.ZodType<Record<string, unknown>> }>;
