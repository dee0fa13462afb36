import { describe, expect, it } from 'vitest';
import { openChannels } from '../../adapters/channels/index.js';
import { readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import type { Ports } from '../../adapters/ports.js';
import { CONSUMERS } from '../../domain/events.js';
import type { NewsAggregate } from '../../domain/news/aggregates.js';
import type { Subscription } from '../../domain/notifications/subscriptions.js';
import { rabbitmq } from '../../infra/test-servers/rabbitmq.js';
import { startConsumers } from '../../workers/consumers.js';
import { atEnd } from '../at-end.js';
import { plainHttp, webhookServer } from '../made-receivers.js';
import { realServer } from '../servers.js';
import { temporaryDirectory } from '../temporal.js';

const { server, reason } = await realServer('consumers over a dying broker', rabbitmq);

const ARTICLES = 600;
const ASSETS = ['BTC', 'ETH', 'SOL'];

const article = (n: number) => ({
  id: `art_${n}`,
  feed: `feed${n % 4}`,
  sourceKey: 'live',
  title: `Article ${n}`,
  url: null,
  publishedAt: Date.UTC(2024, 0, 1) + n * 120_000,
  tickers: [ASSETS[n % 3] as string],
});

/** The stores of one platform as a process of its own opens them. */
function openProcess(directory: string): Ports {
  const opened = openPorts(
    readConfig({
      FINSIGHT_DATA_DIR: directory,
      FINSIGHT_ML: 'off',
      EVENTS_URL: `amqp://guest:guest@${server?.address}/?prefix=faults${process.pid}`,
    }),
  );
  atEnd(() => opened.close());
  const channels = openChannels({ http: plainHttp(), smtp: { url: '', from: '' } });
  return { ...opened, channels };
}

describe.skipIf(reason !== null)(`consumers over a broker that dies ${reason ?? ''}`, () => {
  it('apply each event once, whatever ends', { timeout: 120_000 }, async () => {
    const directory = temporaryDirectory();
    atEnd(() => directory.remove());
    const [first, second] = [openProcess(directory.path), openProcess(directory.path)];
    const hook = await webhookServer(Array.from({ length: 40 }, (_, i) => (i % 2 ? 200 : 503)));
    await subscribe(first, hook.url);
    const log: string[] = [];
    const start = (ports: Ports) => startConsumers({ ports, log: (line) => log.push(line) });
    const loops = start(first);
    await collect(first, 0, ARTICLES / 3);
    await server?.kill();
    await collect(first, ARTICLES / 3, (2 * ARTICLES) / 3);
    await expect
      .poll(() => log.some((line) => line.includes('relay failed')), { timeout: 15_000 })
      .toBe(true);
    const others = start(second);
    await server?.restart();
    await loops.drain();
    await collect(second, (2 * ARTICLES) / 3, ARTICLES);
    const behind = async (): Promise<number> =>
      (await second.events.progress(CONSUMERS)).reduce((sum, { lag }) => sum + lag, 0);
    await expect.poll(behind, { timeout: 60_000, interval: 500 }).toBe(0);
    await expectFacts(second);
    const waiting = () => second.documents.count('deliveries', { where: { state: 'waiting' } });
    await expect.poll(waiting, { timeout: 40_000, interval: 500 }).toBe(0);
    await others.drain();
    const told = hook.received.map(({ headers }) => headers['x-finsight-delivery']);
    expect(new Set(told).size).toBe(ARTICLES / 3);
    // Those that were answered by 503 came once more.
    expect(told.length).toBe(ARTICLES / 3 + 20);
    expect(await second.documents.count('deadLetters', {})).toBe(0);
  });
});

async function subscribe(ports: Ports, url: string): Promise<void> {
  const subscription: Subscription = {
    id: 'sub_1',
    name: 'bitcoin',
    channel: { kind: 'webhook', url, secret: 'a-secret-of-the-tests' },
    types: ['article.*'],
    filters: { tickers: ['BTC'] },
    quietHours: null,
    perHour: null,
    state: 'active',
    createdAt: 0,
    createdBy: 'local',
    tenant: 'default',
    updatedAt: 0,
  };
  await ports.documents.insert<Subscription>('subscriptions', [subscription]);
}

/** As collection does: articles and their events in one transaction, some of them twice. */
async function collect(ports: Ports, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += 50) {
    const articles = Array.from({ length: 60 }, (_, i) => at + i - 5)
      .filter((n) => n >= 0 && n < to)
      .map(article);
    await ports.documents.insert('articles', articles, (each) => ({
      id: `evt_${each.id}`,
      type: 'article.collected',
      at: Date.now(),
      payload: { articleId: each.id, tickers: each.tickers },
    }));
  }
}

async function expectFacts(ports: Ports): Promise<void> {
  const counts = new Map<string, number>();
  for (let n = 0; n < ARTICLES; n++) {
    const { publishedAt, tickers } = article(n);
    const id = `${tickers[0]}/live/${new Date(publishedAt).toISOString().slice(0, 13)}`;
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const { items } = await ports.documents.find<NewsAggregate>('newsAggregates', { limit: 1000 });
  expect(new Map(items.map(({ id, articles }) => [id, articles]).sort() as [string, number][])).toEqual(
    new Map([...counts].sort()),
  );
}
