import { z } from 'zod';
import { request } from '../schemas.js';
import { source, time } from '../window-inputs.js';

const modelText = z
  .string()
  .min(1)
  .max(200)
  .describe('Name, <name>@<version> or alias')
  .meta({ examples: ['ngram-logistic'] });
const values = z.array(z.string().min(1).max(100)).min(1).max(100).optional();
const window = { source: source.optional(), from: time.optional(), to: time.optional() };

/** Inputs of the stories about sentiment models. */
export const sentimentInputs = {
  rescoreNews: request(
    'RescoreNewsInput',
    z.strictObject({
      model: modelText,
      ...window,
      feeds: values,
      languages: values,
      tickers: values.transform((all) => all?.map((each) => each.toUpperCase())),
      perSecond: z.number().positive().max(1_000_000).optional().describe('Articles a second at most'),
    }),
  ),
  compareSentiment: request(
    'CompareSentimentInput',
    z.strictObject({
      models: z.array(modelText).length(2),
      ...window,
      texts: z
        .strictObject({
          key: z.string().min(1),
          sha256: z.string().regex(/^[0-9a-f]{64}$/),
          name: z.string().min(1).max(255),
        })
        .optional()
        .describe('Texts to score now; left out: articles that both have scored'),
      resamples: z.int().min(100).max(20_000).optional(),
      seed: z.string().min(1).max(100).optional(),
    }),
  ),
} as const;
