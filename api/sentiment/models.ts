import { z } from 'zod';
import { readByLexicon } from '../../domain/sentiment/lexicon.js';
import type { SentimentModelsPort } from '../../adapters/ports-sentiment.js';
import { modelName, SENTIMENT_LABELS } from '../../domain/sentiment/scores.js';
import { requiredText } from '../query.js';
import { route } from '../route.js';
import { answer, figure, instant, request } from '../schemas.js';

const model = answer(
  'SentimentModel',
  z.object({
    model: z.string().describe('<name>@<version>'),
    name: z.string(),
    version: z.string(),
    kind: z.string(),
    origin: z.enum(['shipped', 'registered', 'built-in', 'configured']),
    served: z.boolean().describe('It scores every article and answers where no model is named'),
    aliases: z.array(z.string()),
    languages: z.array(z.string()).describe('* for any'),
    threshold: z.number().describe('Below this largest probability it abstains'),
    bytes: z.int(),
    sha256: z.string(),
  }),
);
const rule = z.strictObject({
  language: z.string().min(2).max(3).optional().describe('ISO 639; left out: any'),
  source: z.string().min(1).max(100).optional().describe('Feed; left out: any'),
  model: z.string().min(1).max(200),
});
const experiment = answer(
  'SentimentExperiment',
  z.object({
    id: z.string(),
    kind: z.enum(['shadow', 'ab']),
    challenger: z.string(),
    share: z.number(),
    startedAt: instant,
    startedBy: z.string(),
  }),
);
const settings = answer(
  'SentimentModels',
  z.object({
    items: z.array(model).describe('The served one first'),
    rules: z.array(rule).describe('Which model is served by language and feed; the most specific decides'),
    experiment: experiment.nullable(),
    spending: z
      .object({
        day: z.string(),
        tokens: z.number(),
        cost: z.number(),
        requests: z.int(),
        dailyTokens: z.number(),
        dailyCost: z.number(),
      })
      .nullable()
      .describe('Of the LLM today; null where none is configured'),
    asOf: instant,
  }),
);

const common = { group: 'sentiment' } as const;

const listModels = route({
  ...common,
  id: 'listSentimentModels',
  method: 'get',
  path: '/sentiment/models',
  summary: 'Sentiment models side by side, with rules, the running comparison and what the LLM has spent',
  role: 'viewer',
  answers: { 200: { description: 'The models', schema: settings } },
  async handle({ context }) {
    const { sentimentModels: models, now } = context.ports;
    const [items, { rules }, running, spending] = await Promise.all([
      models.list(),
      models.rules(),
      models.experiment(),
      models.spending(),
    ]);
    return { body: { items: items.map(shownModel), rules, experiment: running, spending, asOf: now() } };
  },
});

const shownModel = (each: Awaited<ReturnType<SentimentModelsPort['list']>>[number]) => {
  const { ref, kind, origin, served, aliases, languages, threshold } = each;
  const { name, version, onnx } = ref;
  const { bytes, sha256 } = onnx;
  return {
    model: modelName(each),
    name,
    version,
    kind,
    origin,
    served,
    aliases,
    languages,
    threshold,
    bytes,
    sha256,
  };
};

const setRules = route({
  ...common,
  id: 'setSentimentRules',
  method: 'put',
  path: '/sentiment/rules',
  summary: 'Which model is served for which language and feed; replaces all rules',
  role: 'operator',
  body: request('SentimentRulesRequest', z.strictObject({ rules: z.array(rule).max(100) })),
  answers: {
    200: { description: 'The rules', schema: answer('SentimentRules', z.object({ rules: z.array(rule) })) },
  },
  example: { body: { rules: [{ language: 'de', model: 'lexicon' }] } },
  async handle({ body, principal, context }) {
    const rules = body.rules.map((each) => ({
      model: each.model,
      ...(each.language === undefined ? {} : { language: each.language }),
      ...(each.source === undefined ? {} : { source: each.source }),
    }));
    const by = { principal: principal.id, tenant: principal.tenant };
    const kept = await context.ports.sentimentModels.setRules(rules, by);
    return { body: { rules: kept.rules }, target: 'sentiment rules' };
  },
});

const setExperiment = route({
  ...common,
  id: 'setSentimentExperiment',
  method: 'put',
  path: '/sentiment/experiment',
  summary: 'Let a challenger score a share of the articles: in the shadow, or served for them (A/B)',
  role: 'operator',
  body: request(
    'SentimentExperimentRequest',
    z.strictObject({
      kind: z.enum(['shadow', 'ab']),
      challenger: z.string().min(1).max(200),
      share: z.number().positive().max(1),
    }),
  ),
  answers: { 200: { description: 'The running comparison', schema: experiment } },
  example: { body: { kind: 'shadow', challenger: 'lexicon', share: 0.1 } },
  async handle({ body, principal, context }) {
    const by = { principal: principal.id, tenant: principal.tenant };
    const running = await context.ports.sentimentModels.setExperiment(body, by);
    return { body: running, target: `sentiment experiment ${running?.id ?? ''}` };
  },
});

const endExperiment = route({
  ...common,
  id: 'endSentimentExperiment',
  method: 'delete',
  path: '/sentiment/experiment',
  summary: 'End the running comparison; its scores stay',
  role: 'operator',
  answers: { 204: { description: 'Ended' } },
  async handle({ principal, context }) {
    const by = { principal: principal.id, tenant: principal.tenant };
    await context.ports.sentimentModels.setExperiment(null, by);
    return { status: 204, target: 'sentiment experiment' };
  },
});

const explain = route({
  ...common,
  id: 'explainByLexicon',
  method: 'get',
  path: '/sentiment/explanation',
  summary: 'Which words of a text the lexicon counts, and with which weight',
  role: 'viewer',
  query: { text: requiredText('A headline', 'Inflation falls sharply') },
  answers: {
    200: {
      description: 'The reading',
      schema: answer(
        'LexiconReading',
        z.object({
          counted: z.array(z.object({ word: z.string(), weight: figure, by: z.array(z.string()) })),
          sum: z.number(),
          probabilities: z.object(
            Object.fromEntries(SENTIMENT_LABELS.map((label) => [label, z.number()])) as Record<
              (typeof SENTIMENT_LABELS)[number],
              z.ZodNumber
            >,
          ),
        }),
      ),
    },
  },
  example: { query: { text: 'Inflation falls sharply' } },
  async handle({ query }) {
    const { counted, sum, row } = readByLexicon(query.text);
    const [negative, neutral, positive] = row;
    return { body: { counted, sum, probabilities: { negative, neutral, positive } } };
  },
});

export const sentimentModelRoutes = [listModels, setRules, setExperiment, endExperiment, explain];
