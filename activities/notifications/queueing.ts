import type { EventRow, Ports } from '../../adapters/ports.js';
import type { Article } from '../../domain/news/articles.js';
import {
  newDelivery,
  wants,
  type Delivery,
  type Facts,
  type Subscription,
} from '../../domain/notifications/subscriptions.js';

const PAGE = 500;

/** Makes a delivery for each subscription that wants an event; one that is there already stays as it is. */
export async function queueNotifications(ports: Ports, events: EventRow[]): Promise<void> {
  const subscriptions = await activeSubscriptions(ports);
  if (subscriptions.length === 0) return;
  const facts = await factsOf(ports, events);
  const now = ports.now();
  const deliveries = events.flatMap((event, i) => {
    const own = facts[i] as Facts;
    const wanting = subscriptions.filter((subscription) => wants(subscription, event, own));
    return wanting.map((subscription) => newDelivery(subscription, { event, facts: own, now }));
  });
  await ports.documents.insert<Delivery>('deliveries', deliveries);
}

async function activeSubscriptions(ports: Ports): Promise<Subscription[]> {
  const all: Subscription[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = { where: { state: 'active' }, limit: PAGE, ...(cursor ? { cursor } : {}) };
    const page: { items: Subscription[]; cursor: string | null } = await ports.documents.find<Subscription>(
      'subscriptions',
      query,
    );
    all.push(...page.items);
    cursor = page.cursor;
  }
  return all;
}

/** An event names its article; what is filtered by and shown of it is looked up. */
async function factsOf(ports: Ports, events: EventRow[]): Promise<Facts[]> {
  const ids = events.flatMap(({ payload: { articleId } }) =>
    typeof articleId === 'string' ? articleId : [],
  );
  const found = ids.length > 0 ? await ports.documents.getMany<Article>('articles', [...new Set(ids)]) : [];
  const articles = new Map(found.map((article) => [article.id, article]));
  return events.map(({ payload }) => {
    const article = articles.get(String(payload['articleId'])) ?? null;
    const stream = typeof payload['stream'] === 'string' ? payload['stream'] : null;
    const base = stream?.split('/')[1]?.split('-')[0];
    return {
      tickers: [
        ...new Set([...texts(payload['tickers']), ...(article?.tickers ?? []), ...(base ? [base] : [])]),
      ],
      sources: [
        ...new Set([
          ...texts(payload['feed']),
          ...texts(payload['source']),
          ...(article ? [article.feed] : []),
        ]),
      ],
      stream,
      title: article?.title ?? null,
      url: article?.url ?? null,
    };
  });
}

const texts = (value: unknown): string[] => [value].flat().filter((each) => typeof each === 'string');
