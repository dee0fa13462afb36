import { z } from 'zod';
import { modelName, SENTIMENT_LABELS } from '../../domain/sentiment/scores.js';
import { route } from '../route.js';
import { answer, figure, instant } from '../schemas.js';

const figures = answer(
  'SentimentFigures',
  z.object({
    set: z.string(),
    part: z.string().describe('Which part of the set, such as the test fold'),
    n: z.int(),
    accuracy: figure,
    wilson95: z.tuple([figure, figure]),
    majority: figure.describe("Accuracy of always saying the set's most frequent label"),
    macroF1: figure,
    ece: figure.describe('Expected calibration error'),
    confusion: z
      .array(z.array(z.number()))
      .describe(`Rows: the label; columns: the answer; in the order ${SENTIMENT_LABELS.join(', ')}`),
    answered: figure.describe('Share of texts answered at the threshold'),
    accuracyAnswered: figure,
    reliability: z
      .array(z.object({ n: z.int(), confidence: z.number(), accuracy: z.number() }))
      .optional()
      .describe('How sure the answers were, and how many were right; older cards have none'),
    abstention: z
      .array(z.object({ answered: z.number(), accuracy: z.number() }))
      .optional()
      .describe('Accuracy of the surest answers by their share'),
  }),
);
const measured = z.object({
  model: z.string(),
  kind: z.string(),
  served: z.boolean(),
  threshold: z.number(),
  languages: z.array(z.string()),
  targets: z.boolean().describe('Whether it reads a target beside the text'),
  scored: z.int().describe('Scores of this model that are stored'),
  figures: z.array(figures).describe('As its card has them; empty where it has none'),
  fault: z.string().nullable().describe('Why the card cannot be read'),
});

const readFigures = route({
  id: 'readSentimentFigures',
  method: 'get',
  path: '/sentiment/figures',
  group: 'sentiment',
  summary: 'The sentiment models with what was measured of them; the served one first',
  role: 'viewer',
  answers: {
    200: {
      description: 'Models',
      schema: answer('SentimentModelFigures', z.object({ items: z.array(measured), asOf: instant })),
    },
  },
  cacheMs: 10_000,
  async handle({ context: { ports } }) {
    const [models, served] = await Promise.all([ports.sentiment.models(), ports.sentiment.choose()]);
    const items = await Promise.all(
      models.map(async (model) => {
        const name = modelName(model);
        const { kind, threshold, languages, targets = false } = model;
        // One card that is broken hides no other.
        const card = await ports.sentimentFigures(model).then(
          (read) => ({ figures: read, fault: null }),
          (error: unknown) => ({
            figures: [],
            fault: error instanceof Error ? error.message : String(error),
          }),
        );
        const scored = await ports.documents.count('scores', { where: { model: name } });
        return {
          model: name,
          kind,
          served: name === modelName(served),
          threshold,
          languages,
          targets,
          scored,
          ...card,
        };
      }),
    );
    return { body: { items, asOf: ports.now() } };
  },
});

export const sentimentFiguresRoutes = [readFigures];
