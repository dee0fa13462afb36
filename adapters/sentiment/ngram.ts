import { DataQualityError } from '../../domain/errors.js';
import { sentimentInputs } from '../../domain/sentiment/hashing.js';
import { SENTIMENT_LABELS } from '../../domain/sentiment/scores.js';
import type { ServingPort } from '../ports.js';
import type { TextScorer } from '../ports-sentiment.js';

const CLASSES = SENTIMENT_LABELS.length;

/** Logistic regression on hashed n-grams; it reads a text as a whole and knows no targets. */
export function ngramScorer({ serving }: { serving: Pick<ServingPort, 'infer'> }): TextScorer {
  return {
    async score(model, texts) {
      const answer = await serving.infer(model.ref, sentimentInputs(texts.map(({ text }) => text)));
      const data = answer['probabilities']?.data;
      if (data?.length !== CLASSES * texts.length)
        throw new DataQualityError(
          `Model ${model.ref.name}@${model.ref.version} answers no probabilities of ${CLASSES} labels per text`,
        );
      return texts.map((_, i) => Array.from(data.slice(CLASSES * i, CLASSES * (i + 1)), Number));
    },
    async close() {},
  };
}
