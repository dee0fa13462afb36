import { z } from 'zod';
import { languageOf } from '../../domain/language.js';
import { modelName } from '../../domain/sentiment/scores.js';
import { route } from '../route.js';
import { answer, request } from '../schemas.js';

/** Texts of one request, characters of one of them, and bytes of all: more is a job for enrichment. */
const TEXTS = 10_000;
const CHARACTERS = 1 << 20;
export const SCORE_BODY_LIMIT = 16 * 2 ** 20;

const body = request(
  'ScoreTexts',
  z.strictObject({
    texts: z
      .array(
        z.strictObject({
          text: z.string().max(CHARACTERS),
          language: z
            .string()
            .regex(/^[a-z]{2,3}$/)
            .optional()
            .describe('ISO 639-1; else it is found out'),
          target: z.string().max(200).optional().describe('What the text is asked about'),
        }),
      )
      .min(1)
      .max(TEXTS),
    model: z.string().max(200).optional().describe('<name>@<version>, a name or an alias'),
  }),
);

const share = z.number().min(0).max(1);
const scores = answer(
  'TextScores',
  z.object({
    model: z.string().describe('Which was asked'),
    scores: z.array(
      z.object({
        label: z.enum(['negative', 'neutral', 'positive']).describe('Neutral for an abstention'),
        probabilities: z.object({ negative: share, neutral: share, positive: share }),
        abstained: z.boolean(),
        reason: z.string().nullable().describe('Why the model abstains'),
        model: z.string().describe('Which answered'),
        fallback: z
          .object({ asked: z.string(), reason: z.string() })
          .optional()
          .describe('Where another model answers than the one that was asked'),
      }),
    ),
  }),
);

const scoreTexts = route({
  id: 'scoreTexts',
  method: 'post',
  path: '/sentiment/score',
  group: 'sentiment',
  summary: 'What texts say: answered at once, in their order; nothing is stored',
  role: 'viewer',
  body,
  bodyLimit: SCORE_BODY_LIMIT,
  changesNothing: true,
  answers: { 200: { description: 'One score per text', schema: scores } },
  example: { body: { texts: [{ text: 'Bitcoin surges to a record' }] } },
  async handle({ body: asked, principal, context }) {
    const { sentiment } = context.ports;
    const model = await sentiment.choose(asked.model === undefined ? {} : { model: asked.model });
    const texts = asked.texts.map(({ text, language, target }) => ({
      text,
      language: language ?? languageOf(text),
      ...(target ? { target } : {}),
    }));
    const answers = await sentiment.score(model, texts, { priority: 'live', tenant: principal.tenant });
    const name = modelName(model);
    return { body: { model: name, scores: answers.map((each) => ({ ...each, model: each.model ?? name })) } };
  },
});

export const sentimentScoreRoutes = [scoreTexts];
