import { NotFoundError } from '../../domain/errors.js';
import {
  abstentionReason,
  modelName,
  scoreFrom,
  type SentimentKind,
  type SentimentModel,
} from '../../domain/sentiment/scores.js';
import type { ServingPort } from '../ports.js';
import type { SentimentPort, TextScorer } from '../ports-sentiment.js';
import { loadShippedSentiment } from '../serving/shipped.js';
import { ngramScorer } from './ngram.js';

interface Options {
  serving: Pick<ServingPort, 'infer'>;
}

/** Scorers by the kind of the model. */
export const SCORERS: Record<SentimentKind, (options: Options) => TextScorer> = {
  ngram: ngramScorer,
  encoder: (options) => cachedScorer(encoderScorer(options), options.cache),
};

/** The models of this installation, each asked through the scorer of its kind. */
export function openSentiment(options: Options): SentimentPort {
  const scorers = new Map<SentimentKind, TextScorer>();
  const scorerOf = (kind: SentimentKind): TextScorer => {
    const open = scorers.get(kind) ?? SCORERS[kind](options);
    scorers.set(kind, open);
    return open;
  };
  const models = async (): Promise<SentimentModel[]> => [await loadShippedSentiment()];
  return {
    models,
    async choose({ model: asked } = {}) {
      const known = await models();
      const found = asked ? known.find((each) => [each.ref.name, modelName(each)].includes(asked)) : known[0];
      if (!found)
        throw new NotFoundError(
          `Unknown sentiment model "${asked ?? ''}"; known: ${known.map(modelName).join(', ')}`,
        );
      return found;
    },
    async score(model, texts, asked = {}) {
      if (texts.length === 0) return [];
      const rows = await scorerOf(model.kind).score(model, texts, asked);
      return texts.map(({ text, language }, i) => {
        const row = [...(rows[i] ?? [])];
        const spoken = language ?? model.languages[0] ?? 'en';
        return scoreFrom(row, abstentionReason({ text, language: spoken, row, model }));
      });
    },
    async close() {
      const open = [...scorers.values()];
      scorers.clear();
      for (const each of open) await each.close();
    },
  };
}
