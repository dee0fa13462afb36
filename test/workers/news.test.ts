import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Article } from '../../domain/news/articles.js';
import type { SourceRecord } from '../../domain/news/source-health.js';
import type { NewsReport } from '../../domain/research.js';
import { madeSite } from '../faults/made-feeds.js';
import { replayAll, temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';
import { buildProgram, startWorkerProcess, type WorkerProcess } from './processes.js';

const binary = temporalBinary();
const BY = { principal: 'local', tenant: 'default' };
const SIZE = 20;
const COUNT = 200;
const FIRST = Date.now() - 30 * 86_400_000;
/** Slow enough that a worker can be killed in the middle. */
const ANSWER_MS = 40;

const item = (i: number): string =>
  `<item><guid>${i}</guid><title>Bitcoin story ${i}</title><link>https://example.org/${i}</link><pubDate>${new Date(
    FIRST + i * 3_600_000,
  ).toUTCString()}</pubDate></item>`;

/** A feed in pages of which every second request fails. */
const page = (base: string, at: number): string =>
  `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>t</title>${
    at + SIZE < COUNT ? `<atom:link rel="next" href="${base}?at=${at + SIZE}"/>` : ''
  }${Array.from({ length: Math.min(SIZE, COUNT - at) }, (_, i) => item(at + i)).join('')}</channel></rss>`;

describe.skipIf(!binary)('collecting news (skipped where the Temporal binary is not installed)', () => {
  let platform: TestPlatform;
  let env: NodeJS.ProcessEnv;
  const running = new Set<WorkerProcess>();
  let site: Awaited<ReturnType<typeof madeSite>>;
  const served = new Map<string, number>();

  beforeAll(async () => {
    buildProgram();
    site = await madeSite((path, seen, request, response) => {
      const at = Number(new URL(request.url ?? '', 'http://x').searchParams.get('at') ?? 0);
      setTimeout(() => {
        if (path === '/gone') return void response.writeHead(404).end();
        if (seen % 2 === 1) return void response.writeHead(503).end();
        served.set(`${path} ${at}`, (served.get(`${path} ${at}`) ?? 0) + 1);
        response
          .writeHead(200, { 'content-type': 'application/rss+xml' })
          .end(page(`${site.url}${path}`, at));
      }, ANSWER_MS);
    });
    platform = await testPlatform(binary!);
    env = {
      FINSIGHT_DATA_DIR: platform.directory,
      FINSIGHT_ML: 'off',
      FINSIGHT_FEEDS: ['calm', 'killed', 'gone'].map((name) => `${name}=${site.url}/${name}`).join(),
      // The site lies on loopback.
      FINSIGHT_ALLOW_HOSTS: '127.0.0.1',
      TEMPORAL_ADDRESS: platform.environment.address,
    };
    // The stories run here, so that only steps are lost.
    await platform.serve(['finsight']);
  }, 120_000);
  afterEach(async () => {
    for (const { child, ended } of running) {
      child.kill('SIGKILL');
      await ended;
    }
    running.clear();
  });
  afterAll(() => platform?.close());

  const worker = (): WorkerProcess => {
    const started = startWorkerProcess('io', env);
    running.add(started);
    return started;
  };
  const collect = (...sources: string[]) => platform.stories.start('collectNews', { sources }, BY);
  const resultOf = async (workflowId: string): Promise<NewsReport> => {
    await platform.environment.client.workflow.getHandle(workflowId).result();
    return (await platform.stories.get(workflowId)).result as NewsReport;
  };
  const count = (feed: string) => platform.ports.documents.count('articles', { where: { feed } });
  const record = (id: string) => platform.ports.documents.get<SourceRecord>('sourceHealth', id);
  const eventsOf = async (feed: string): Promise<string[]> => {
    const all = await platform.ports.events.recent({ type: 'article.collected', limit: 1000 });
    return all
      .filter(({ payload }) => payload['feed'] === feed)
      .map(({ payload }) => String(payload['articleId']));
  };

  it('stores every article of a source that fails half the time once, whoever is killed', async () => {
    let last = worker();
    await last.ready;
    const { workflowId } = await collect('killed');
    for (const stored of [40, 120]) {
      await expect
        .poll(() => count('killed'), { timeout: 60_000, interval: 20 })
        .toBeGreaterThanOrEqual(stored);
      last.child.kill('SIGKILL');
      await last.ended;
      last = worker();
      await last.ready;
    }
    const report = await resultOf(workflowId);
    expect(report).toMatchObject({ stored: COUNT, rejected: 0, failures: [] });
    const { items } = await platform.ports.documents.find<Article>('articles', {
      where: { feed: 'killed' },
      limit: 1000,
    });
    expect(new Set(items.map(({ url }) => url)).size).toBe(COUNT);
    expect(items).toHaveLength(COUNT);
    expect((await eventsOf('killed')).sort()).toEqual(items.map(({ id }) => id).sort());
    // Pages that were stored were not asked for again, but the one in hand at each kill.
    const asked = [...served.entries()]
      .filter(([name]) => name.startsWith('/killed'))
      .map(([, times]) => times);
    expect(asked).toHaveLength(COUNT / SIZE);
    expect(asked.reduce((sum, times) => sum + times, 0)).toBeLessThanOrEqual(COUNT / SIZE + 2);
    expect(await record('killed')).toMatchObject({ failuresInARow: 0, collections: [{ ok: true }] });
  }, 240_000);

  it('tells of a source that fails again and again, once, and collects the others', async () => {
    await worker().ready;
    for (const n of [1, 2, 3]) {
      const report = await resultOf((await collect('gone')).workflowId);
      expect(report.failures).toEqual([{ feed: 'gone', reason: expect.stringContaining('404') }]);
      expect(await record('gone')).toMatchObject({ failuresInARow: n });
    }
    const told = await platform.ports.events.recent({ type: 'source.failed', limit: 10 });
    expect(told.map(({ payload }) => [payload['sourceId'], payload['failuresInARow']])).toEqual([
      ['gone', 2],
    ]);
  }, 60_000);

  it('replays', async () => {
    expect(await replayAll(platform.environment)).toBeGreaterThan(1);
  }, 60_000);
});
