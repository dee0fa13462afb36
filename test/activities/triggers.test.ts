import { afterAll, expect, it } from 'vitest';
import { triggerPredictions } from '../../activities/prediction/triggers.js';
import { closedEvent } from '../../domain/bars/events.js';
import type { PredictionPolicy } from '../../domain/prediction/policies.js';
import { madePorts } from './made-ports.js';

const HOUR = 3_600_000;
const NOW = 1000 * HOUR + 60_000;
const started: { kind: string; workflowId: string; delayMs?: number }[] = [];
const ids = new Set<string>();
const { ports, remove } = madePorts({
  now: () => NOW,
  stories: {
    // As Temporal does: an id is started once.
    start: async (kind, _, options) => {
      if (ids.has(options.workflowId)) return false;
      ids.add(options.workflowId);
      started.push({ kind, ...options });
      return true;
    },
    signal: async () => undefined,
  },
});
afterAll(remove);

it('bars and stories start the forecasts of their policies, once', async () => {
  const shared = {
    ...{ horizons: [1], model: null, source: null, debounceSeconds: 900, cron: null, timeZone: 'UTC' },
    ...{ createdAt: 0, createdBy: 'local', tenant: 'default', streams: ['binance/BTC-USDT/1h'] },
  };
  const follow = triggerPredictions(ports);
  const stream = { exchange: 'binance', symbol: 'BTC-USDT', timeframe: '1h' } as const;
  const at = NOW - 1000;
  const bar = { time: 999 * HOUR, open: 1, high: 1, low: 1, close: 1, volume: 1, knownAt: 1000 * HOUR };
  const closed = closedEvent({ stream, source: { kind: 'live', detail: '' }, bar, at });
  const scored = (articleId: string) => ({
    id: articleId,
    type: 'article.scored',
    at,
    payload: { articleId },
  });
  const events = [closed, scored('art_1'), scored('art_2'), scored('art_gone'), closed];
  await follow(events);
  expect(started).toEqual([]);
  await ports.documents.insert<PredictionPolicy>('predictionPolicies', [
    { ...shared, id: 'pol_bar', on: 'bar' },
    { ...shared, id: 'pol_news', on: 'sentiment' },
    { ...shared, id: 'pol_clock', on: 'cron' },
  ]);
  const article = {
    title: '',
    text: '',
    feed: 'a',
    tickers: ['BTC'],
    publishedAt: at - HOUR,
    firstSeenAt: at,
  };
  await ports.documents.insert('articles', [
    { ...article, id: 'art_1' },
    { ...article, id: 'art_2' },
  ]);
  await follow(events);
  await follow(events.toReversed());
  expect(started).toEqual([
    { kind: 'predict', workflowId: `predict/pol_bar/binance/BTC-USDT/1h/h1/${1000 * HOUR}` },
    {
      ...{ kind: 'predict', workflowId: `predict/pol_news/binance/BTC-USDT/1h/h1/${1000 * HOUR + 900_000}` },
      delayMs: 840_000,
    },
  ]);
});
