import type { DocumentPage, EventHandler, EventRow, Ports } from '../../adapters/ports.js';
import type { Article } from '../../domain/news/articles.js';
import {
  onBar,
  onSentiment,
  type PredictionPolicy,
  type TriggeredForecast,
} from '../../domain/prediction/policies.js';
import type { Source } from '../../domain/sources.js';

type Needed = Pick<Ports, 'documents' | 'stories' | 'now'>;

/**
 * Starts the story `predict` where a policy says that a closed bar or a scored story is a reason to. Again with the same
 * events it starts nothing: the id of the story is that of its trigger.
 */
export const triggerPredictions =
  (ports: Needed): EventHandler =>
  async (events) => {
    const bars = events.filter(({ type }) => type === 'bars.closed');
    const scored = events.filter(({ type }) => type === 'article.scored');
    if (bars.length + scored.length === 0) return;
    const policies = await policiesOf(ports);
    if (policies.length === 0) return;
    const wanted = new Map<string, TriggeredForecast>();
    for (const each of [
      ...barTriggers(ports, policies, bars),
      ...(await storyTriggers(ports, policies, scored)),
    ])
      wanted.set(each.workflowId, each);
    for (const { workflowId, input, delayMs } of wanted.values())
      await ports.stories.start('predict', input, { workflowId, ...(delayMs > 0 ? { delayMs } : {}) });
  };

function barTriggers(ports: Needed, policies: PredictionPolicy[], events: EventRow[]): TriggeredForecast[] {
  const now = ports.now();
  return events.flatMap(({ at, payload }) => {
    const { stream, source, time } = payload as { stream?: unknown; source?: Source; time?: unknown };
    if (typeof stream !== 'string' || typeof time !== 'number' || !source) return [];
    return policies.flatMap((policy) => onBar(policy, { stream, source, time, at }, now));
  });
}

async function storyTriggers(
  ports: Needed,
  policies: PredictionPolicy[],
  events: EventRow[],
): Promise<TriggeredForecast[]> {
  if (events.length === 0 || !policies.some(({ on }) => on === 'sentiment')) return [];
  const ids = events.map(({ payload }) => String(payload['articleId']));
  const found = await ports.documents.getMany<Article>('articles', [...new Set(ids)]);
  const articles = new Map(found.map((article) => [article.id, article]));
  const now = ports.now();
  return events.flatMap(({ at, payload }) => {
    const article = articles.get(String(payload['articleId']));
    if (!article) return [];
    const { tickers, publishedAt } = article;
    return policies.flatMap((policy) => onSentiment(policy, { tickers, publishedAt, at }, now));
  });
}

async function policiesOf(ports: Needed): Promise<PredictionPolicy[]> {
  const all: PredictionPolicy[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: DocumentPage<PredictionPolicy> = await ports.documents.find<PredictionPolicy>(
      'predictionPolicies',
      { limit: 500, ...(cursor ? { cursor } : {}) },
    );
    all.push(...page.items);
    cursor = page.cursor;
  }
  return all;
}
