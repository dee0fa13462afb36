import { connect, type ChannelModel } from 'amqplib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import type { DocumentPage, EventRow, Ports } from '../../adapters/ports.js';
import {
  recordedFeeds,
  simulatedFeeds,
  startFeedReplay,
  type FeedItem,
  type FeedProvider,
} from '../../adapters/replay/feeds.js';
import { CONSUMERS } from '../../domain/events.js';
import type { NewsAggregate } from '../../domain/news/aggregates.js';
import type { Article } from '../../domain/news/articles.js';
import type { SourceRecord } from '../../domain/news/source-health.js';
import type { NewsReport } from '../../domain/research.js';
import { rabbitmq } from '../../infra/test-servers/rabbitmq.js';
import { recordedDirectory } from '../recorded.js';
import { newName, realServer } from '../servers.js';
import { temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';
import { buildProgram, startWorkerProcess, type WorkerProcess } from '../workers/processes.js';
import { failingSite, type FailingSite } from './made-failing-site.js';

const binary = temporalBinary();
const { server, reason } = await realServer('collection over failing sources and a dying broker', rabbitmq);
const without = binary ? reason : 'the Temporal binary is not installed';

/** Recorded headlines of three outlets that write of the same events; in a clone without them simulated ones. */
const recorded = recordedDirectory();
const SITES: { provider: FeedProvider; feeds: string[]; from: number; to: number } = recorded
  ? {
      provider: recordedFeeds(recorded),
      feeds: ['cointelegraph', 'cryptonews', 'cryptopotato'],
      from: Date.UTC(2022, 3, 1),
      to: Date.UTC(2022, 5, 1),
    }
  : {
      provider: simulatedFeeds('7'),
      feeds: ['simwire', 'simdaily', 'simdesk'],
      from: Date.UTC(2022, 3, 1),
      to: Date.UTC(2022, 6, 1),
    };
const PAGE_ITEMS = 250;
/** The page of the first feed that waits until everything has died. */
const HELD_PAGE = '4';
const BY = { principal: 'local', tenant: 'default' };

describe.skipIf(without !== null)(`news of sources that fail ${without ?? ''}`, () => {
  let platform: TestPlatform;
  let own: Ports;
  let sites: FailingSite[];
  let env: NodeJS.ProcessEnv;
  let probe: Awaited<ReturnType<typeof boundQueue>>;
  const prefix = newName();
  const address = `amqp://guest:guest@${server?.address}/?prefix=${prefix}`;
  const running = new Set<WorkerProcess>();

  beforeAll(async () => {
    buildProgram();
    const site = await startFeedReplay(SITES.provider, PAGE_ITEMS);
    const isHeld = (url: URL): boolean => url.searchParams.get('page') === HELD_PAGE;
    sites = await Promise.all(SITES.feeds.map((_, i) => failingSite(site.url, i === 0 ? isHeld : undefined)));
    platform = await testPlatform(binary!);
    env = {
      FINSIGHT_DATA_DIR: platform.directory,
      FINSIGHT_ML: 'off',
      FINSIGHT_FEEDS: SITES.feeds
        .map((feed, i) => `${feed}=${sites[i]?.url}/${feed}?from=${SITES.from}&to=${SITES.to}`)
        .join(),
      FINSIGHT_ALLOW_HOSTS: '127.0.0.1',
      TEMPORAL_ADDRESS: platform.environment.address,
      EVENTS_URL: address,
    };
    own = openPorts(readConfig(env));
    // The stories run here, so that only steps are lost.
    await platform.serve(['finsight']);
    probe = await boundQueue(address, prefix);
  }, 120_000);
  afterEach(() => Promise.all([...running].map(kill)));
  afterAll(async () => {
    await own?.close();
    await platform?.close();
  });

  const worker = async (): Promise<WorkerProcess> => {
    const started = startWorkerProcess('io', env);
    running.add(started);
    await started.ready;
    return started;
  };
  const kill = async (dying: WorkerProcess): Promise<void> => {
    running.delete(dying);
    dying.child.kill('SIGKILL');
    await dying.ended;
  };
  const handled = (consumer: string): Promise<number> =>
    own.documents.count('handledEvents', { where: { consumer } });
  const more = (than: number) =>
    expect.poll(() => handled('aggregates'), { timeout: 60_000, interval: 100 }).toBeGreaterThan(than);
  const collected = (): Promise<number> => own.documents.count('articles', {});
  const behind = async (): Promise<number> =>
    (await own.events.progress(CONSUMERS)).reduce((sum, { lag }) => sum + lag, 0);

  it(
    'are stored once, told at least once and applied once, whatever dies',
    { timeout: 180_000 },
    async () => {
      const items = await itemsOf();
      const first = await worker();
      const input = { sources: SITES.feeds, from: iso(SITES.from), to: iso(SITES.to) };
      const { workflowId } = await platform.stories.start('collectNews', input, BY);
      await more(0);
      await Promise.all([kill(first), server?.kill()]);
      // The held page: nothing was killed before its work began, or after its end.
      expect(await collected()).toBeLessThan(items.size);
      const before = await handled('aggregates');
      const [second] = await Promise.all([worker(), server?.restart()]);
      await more(before);
      await kill(second);
      expect(await collected()).toBeLessThan(items.size);
      await worker();
      sites[0]?.release();
      await platform.environment.client.workflow.getHandle(workflowId).result();
      const report = (await platform.stories.get(workflowId)).result as NewsReport;
      expect(report).toMatchObject({ failures: [] });
      await expect.poll(behind, { timeout: 60_000, interval: 250 }).toBe(0);

      const articles = await all<Article>(own, 'articles');
      expect(articles.map(keyOf).sort()).toEqual([...items].sort());
      await expectToldOnce(articles);
      expectSame(await all<NewsAggregate>(own, 'newsAggregates'), countsOf(articles));
      expect(await own.documents.count('deadLetters', {})).toBe(0);
      for (const { counts } of sites) expect(counts.failed).toBeGreaterThanOrEqual(counts.answered);
      for (const feed of SITES.feeds)
        expect(await own.documents.get<SourceRecord>('sourceHealth', feed)).toMatchObject({
          failuresInARow: 0,
        });
    },
  );

  /** One event for each article in the outbox; each was delivered to a queue of another program, and handled by each consumer. */
  async function expectToldOnce(articles: Article[]): Promise<void> {
    const events = await own.events.recent({ limit: 100_000 });
    const told = events.filter(({ type }) => type === 'article.collected');
    expect(told.map(({ payload }) => payload['articleId']).sort()).toEqual(
      articles.map(({ id }) => id).sort(),
    );
    const ids = events.map(({ id }) => id).sort();
    expect([...(await probe.ids())].sort()).toEqual(ids);
    for (const consumer of CONSUMERS)
      expect([consumer, await handled(consumer)]).toEqual([consumer, ids.length]);
  }
});

const iso = (at: number): string => new Date(at).toISOString();

/** What identifies an article for a person: its address without marks of who passed it on, else its title and day. */
const keyOf = ({ url, title, publishedAt }: Pick<Article, 'url' | 'title' | 'publishedAt'>): string =>
  url
    ? new URL(url).href.replace(/\?utm_.*|\/$/, '').replace('//www.', '//')
    : `${title} ${iso(publishedAt).slice(0, 10)}`;

/** The recording's articles, each once. What has no title is none, and is rejected. */
async function itemsOf(): Promise<Set<string>> {
  const lists = await Promise.all(
    SITES.feeds.map((feed) => SITES.provider.items(feed, SITES.from, SITES.to)),
  );
  const timed = lists.flat() as (FeedItem & { time?: number | null })[];
  return new Set(
    timed
      .filter(({ title }) => title.trim())
      .map(({ url, title, time, publishedAt }) =>
        keyOf({ url: url || null, title, publishedAt: time ?? Date.parse(publishedAt) }),
      ),
  );
}

async function all<T>(ports: Ports, collection: string): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = { limit: 5000, ...(cursor ? { cursor } : {}) };
    const page: DocumentPage<T> = await ports.documents.find<T>(collection, query);
    items.push(...page.items);
    cursor = page.cursor;
  }
  return items;
}

/** Articles of each asset and hour, counted plainly. */
function countsOf(articles: Article[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { tickers, publishedAt } of articles)
    for (const ticker of new Set(tickers)) {
      const id = `${ticker}/live/${iso(publishedAt).slice(0, 13)}`;
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  return counts;
}

const expectSame = (aggregates: NewsAggregate[], counts: Map<string, number>): void => {
  expect(counts.size).toBeGreaterThan(100);
  expect(aggregates.map(({ id, articles }) => [id, articles]).sort()).toEqual([...counts].sort());
};

/** A queue of another program's, which has what the broker was ever given. */
async function boundQueue(address: string, prefix: string): Promise<{ ids(): Promise<Set<string>> }> {
  const use = async <T>(work: (client: ChannelModel) => Promise<T>): Promise<T> => {
    const client = await connect(address);
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  };
  const queue = `${prefix}.probe`;
  await use(async (client) => {
    const channel = await client.createChannel();
    await channel.assertExchange(`${prefix}.events`, 'topic', { durable: true });
    await channel.assertQueue(queue, { durable: true });
    await channel.bindQueue(queue, `${prefix}.events`, '#');
  });
  return {
    ids: () =>
      use(async (client) => {
        const channel = await client.createChannel();
        const ids = new Set<string>();
        for (;;) {
          const message = await channel.get(queue, { noAck: true });
          if (!message) return ids;
          ids.add((JSON.parse(message.content.toString()) as EventRow).id);
        }
      }),
  };
}
