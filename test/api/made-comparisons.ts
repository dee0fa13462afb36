import type { Ports } from '../../adapters/ports.js';
import type { StoredComparison } from '../../activities/model-comparison.js';
import { compareSentiment } from '../../domain/sentiment/comparison.js';
import { renderSentimentComparison } from '../../domain/report/sentiment-comparison.js';

const BY = { principal: 'ann', tenant: 'default' };

/** What the operations on sentiment models ask for. */
export async function seedSentimentModels({ documents, objects, sentimentModels }: Ports): Promise<void> {
  await sentimentModels.setAlias({ name: 'moved', model: 'lexicon' }, BY);
  await sentimentModels.setAlias({ name: 'moved', model: 'ngram-logistic', reason: 'better' }, BY);
  await sentimentModels.setAlias({ name: 'removable', model: 'lexicon' }, BY);
  const texts = Array.from({ length: 20 }, (_, i) => ({
    a: [0.1, 0.2, 0.7],
    b: i % 2 ? [0.7, 0.2, 0.1] : [0.1, 0.2, 0.7],
    target: 2,
    source: 'made',
  }));
  const settings = { models: ['a@1', 'b@1'], thresholds: [0.4, 0.4], resamples: 100, seed: '1' };
  const report = {
    ...{ id: 'scm_example', basis: 'texts' as const, data: 'made' },
    ...{ source: { kind: 'recorded' as const, detail: 'made' }, createdAt: Date.UTC(2023, 0, 1) },
    ...compareSentiment(texts, settings as never),
  };
  const html = new TextEncoder().encode(renderSentimentComparison(report));
  const page = await objects.put('sentiment/scm_example.html', html);
  await documents.insert<StoredComparison>('sentimentComparisons', [{ ...report, page }]);
}
