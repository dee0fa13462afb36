import { counter, histogram } from '../measures.js';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What the scoring of texts tells of itself. */
export const MEASURES = {
  texts: counter(
    'finsight_sentiment_texts_total',
    'Texts by model and outcome: answered, fallback, refused, failed',
  ),
  hits: counter('finsight_sentiment_cache_hits_total', 'Texts whose score was in the cache'),
  misses: counter('finsight_sentiment_cache_misses_total', 'Texts whose score was not in the cache'),
  cacheFaults: counter('finsight_sentiment_cache_failures_total', 'Reads and writes that the cache failed'),
  batchTexts: histogram(
    'finsight_sentiment_batch_texts',
    'Texts computed together',
    [1, 2, 4, 8, 16, 32, 64, 128],
  ),
  batchSeconds: histogram('finsight_sentiment_batch_seconds', 'Time a batch is computed', SECONDS),
  latency: histogram(
    'finsight_sentiment_latency_seconds',
    'Time from a request to all its scores, by priority',
    SECONDS,
  ),
};
