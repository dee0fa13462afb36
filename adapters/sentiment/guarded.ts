import { UnreachableError } from '../../domain/errors.js';
import { modelName, type SentimentModel } from '../../domain/sentiment/scores.js';
import { openCircuit, type Circuit } from '../circuit.js';
import { gauge } from '../measures.js';
import type { TextScorer } from '../ports-sentiment.js';
import { MEASURES } from './measures.js';

/** It is only busy, and said when to come again: neither it nor another model is to blame. */
export const isBusy = (error: unknown): boolean =>
  error instanceof UnreachableError && error.retryAfterMs !== null;

/** Leaves a model alone that fails again and again: who asks then learns at once why, and can ask another. */
export function guardedScorer(scorer: TextScorer): TextScorer {
  const circuits = new Map<string, Circuit>();
  const circuitOf = (model: SentimentModel): Circuit => {
    const circuit = circuits.get(modelName(model)) ?? openCircuit({ isFault: (error) => !isBusy(error) });
    circuits.set(modelName(model), circuit);
    return circuit;
  };
  gauge('finsight_sentiment_circuit_open', '1 while a model that failed is left alone', () =>
    [...circuits].map(([model, circuit]) => [{ model }, Number(circuit.isOpen())]),
  );
  return {
    async score(model, texts, asked) {
      const circuit = circuitOf(model);
      const refusal = circuit.refusal();
      const count = (outcome: string): void =>
        MEASURES.texts.add(texts.length, { model: modelName(model), outcome });
      if (refusal !== null) {
        count('refused');
        throw new UnreachableError(`Model ${modelName(model)} is not asked: ${refusal}`);
      }
      try {
        const rows = await circuit.run(() => scorer.score(model, texts, asked));
        count('answered');
        return rows;
      } catch (error) {
        count(isBusy(error) ? 'refused' : 'failed');
        throw error;
      }
    },
    close: () => scorer.close(),
  };
}
