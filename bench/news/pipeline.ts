import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nearArchive } from '../../activities/news/archive.js';
import { rowOf } from '../../activities/news/linking.js';
import { newsStore } from '../../activities/news/storing.js';
import { sentimentSteps } from '../../activities/sentiment.js';
import { environment, readConfig } from '../../adapters/config.js';
import { parseFeed } from '../../adapters/news/feeds/parse.js';
import { readPage } from '../../adapters/news/rss.js';
import { openPorts } from '../../adapters/open.js';
import type { Ports } from '../../adapters/ports.js';
import { InvalidInputError } from '../../domain/errors.js';
import { watchMemory } from '../memory.js';
import { madeArticles, type MadeArticle } from './made.js';

/** Articles a page, as a busy feed has. */
const PAGE = 100;
const BATCH = 5000;
const PLAN = { source: { kind: 'live', detail: '' } as const, from: 0, to: Date.UTC(2100, 0, 1) };

/**
 * Parse, clean, check, deduplicate, tag and store on one core against an archive that is filled first, the look-up of
 * near-duplicates by itself, and the scoring of what was stored.
 */
export async function benchNews(args: string[]): Promise<Record<string, unknown>> {
  const { archive, articles } = sizesOf(args);
  const dataDir = mkdtempSync(join(tmpdir(), 'finsight-bench-'));
  const config = readConfig({
    ...environment(),
    FINSIGHT_DATA_DIR: dataDir,
    FINSIGHT_ML: 'off',
    DOCUMENTS_URL: '',
    EVENTS_URL: '',
  });
  const ports = openPorts(config);
  const memory = watchMemory(process.pid);
  try {
    const loadBefore = loadavg()[0];
    const filling = await timed(() => fill(ports, archive));
    const opened = openPorts(config);
    const { pages, times, cpuSeconds, ...stored } = await collect(opened, { archive, articles });
    const lookUp = await probe(opened, { archive, pages });
    const sentiment = await score(opened);
    await opened.close();
    return {
      archive,
      articles,
      limits: { articlesPerSecond: 1500, withSentimentPerSecond: 250, lookUpMs: 1, memoryBytes: 1.5e9 },
      articlesPerSecond: Math.round(articles / times.all),
      // Other work on the machine lengthens the times, not the seconds of the processor.
      articlesPerCpuSecond: Math.round(articles / cpuSeconds),
      ...stored,
      secondsByPart: times,
      withSentimentPerSecond: Math.round(1 / (times.all / articles + sentiment.seconds / sentiment.scored)),
      sentiment,
      lookUpMs: lookUp,
      filling: { seconds: filling, articlesPerSecond: Math.round(archive / filling) },
      memory: memory.stop(),
      ...{ loadBefore, loadAfter: loadavg()[0] },
    };
  } finally {
    memory.stop();
    await ports.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function sizesOf(args: string[]): { archive: number; articles: number } {
  const { values } = parseArgs({
    args,
    options: {
      archive: { type: 'string', default: '1000000' },
      articles: { type: 'string', default: '10000' },
    },
  });
  const [archive, articles] = [Number(values.archive), Number(values.articles)];
  for (const [name, value] of Object.entries({ archive, articles }))
    if (!Number.isInteger(value) || value < PAGE)
      throw new InvalidInputError(`--${name} is no whole number from ${PAGE}`);
  return { archive, articles };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

const ENGLISH = 'the of and to in that for on with is'.split(' ');

/** Made words between those that all English texts have: the detector of languages then has the work it has with news. */
function* englishArticles(count: number): Generator<MadeArticle> {
  for (const article of madeArticles(count)) {
    const text = article.text.replace(
      /\S+\s+\S+\s+\S+/g,
      (three, at: number) => `${three} ${ENGLISH[at % ENGLISH.length]}`,
    );
    yield { ...article, text };
  }
}

/** Past the pipeline, so that it takes minutes: articles and their fingerprints as it would have stored them. */
async function fill(ports: Ports, count: number): Promise<void> {
  let batch: MadeArticle[] = [];
  const store = async (): Promise<void> => {
    const rows = batch.map(rowOf);
    await ports.near.append(rows, 0);
    await ports.near.settle(rows.map(({ key }) => key));
    await ports.documents.insert('articles', batch);
    batch = [];
  };
  for (const article of englishArticles(count)) {
    if (batch.push(article) === BATCH) await store();
  }
  if (batch.length > 0) await store();
}

/** New articles of the archive's last days as RSS, a tenth of them deliveries of what is there already. */
async function collect(
  ports: Ports,
  { archive, articles }: { archive: number; articles: number },
): Promise<Record<string, unknown> & { pages: string[]; times: { all: number }; cpuSeconds: number }> {
  const made = [...lastOf(archive, articles)];
  const pages = Array.from({ length: Math.ceil(made.length / PAGE) }, (_, i) =>
    feedOf(made.slice(i * PAGE, (i + 1) * PAGE)),
  );
  const store = newsStore(ports);
  // The first page loads the days that it needs.
  const loading = await timed(() =>
    store.storePage(PLAN, itemsOf(feedOf(made.slice(0, 1).map((each) => renamed(each, 'warm'))))),
  );
  const times = { all: 0, parse: 0, store: 0 };
  const totals = { stored: 0, duplicates: 0, rejected: 0 };
  const cpu = process.cpuUsage();
  for (const page of pages) {
    const started = performance.now();
    const items = itemsOf(page);
    const parsed = performance.now();
    const report = await store.storePage(PLAN, items);
    const ended = performance.now();
    times.parse += (parsed - started) / 1000;
    times.store += (ended - parsed) / 1000;
    times.all += (ended - started) / 1000;
    for (const name of ['stored', 'duplicates', 'rejected'] as const) totals[name] += report[name];
  }
  const { user, system } = process.cpuUsage(cpu);
  return { ...totals, pages, times, loadingSeconds: loading, cpuSeconds: (user + system) / 1e6 };
}

function* lastOf(archive: number, articles: number): Generator<MadeArticle> {
  let at = 0;
  for (const article of englishArticles(archive + articles)) {
    if (at >= archive) yield article;
    else if (at >= archive - articles / 10) yield renamed(article, 'copy');
    if (++at >= archive + 0.9 * articles) return;
  }
}

const renamed = (article: MadeArticle, mark: string): MadeArticle => ({
  ...article,
  url: `${article.url}-${mark}`,
});

const itemsOf = (xml: string) =>
  readPage(parseFeed(Buffer.from(xml), { url: 'https://bench.example/rss' }), {
    feed: 'bench',
    address: 'https://bench.example/rss',
  }).items;

const xmlOf = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function feedOf(articles: MadeArticle[]): string {
  const items = articles.map(
    ({ title, text, url, publishedAt }) =>
      `<item><title>${xmlOf(title)}</title><link>${xmlOf(url ?? '')}</link><guid>${xmlOf(url ?? '')}</guid>` +
      `<description>&lt;p&gt;${xmlOf(xmlOf(text))}&lt;/p&gt;</description><pubDate>${new Date(publishedAt).toUTCString()}</pubDate></item>`,
  );
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>Bench</title>${items.join('')}</channel></rss>`;
}

/** Look-ups of one article each, the days being loaded. */
async function probe(
  ports: Ports,
  { archive, pages }: { archive: number; pages: string[] },
): Promise<Record<string, number>> {
  const own = nearArchive(ports.near);
  const rows = [...lastOf(archive, 10 * pages.length)].map((article) => rowOf(article));
  await own.probe(rows[0]?.space ?? '', rows);
  const times: number[] = [];
  for (const row of rows) {
    const started = performance.now();
    await own.probe(row.space, [row]);
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(1000 * (times[Math.floor(share * (times.length - 1))] ?? NaN)) / 1000;
  return { count: times.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** A thousand of the newest articles, by the model that is shipped. */
async function score(ports: Ports): Promise<{ scored: number; seconds: number; perSecond: number }> {
  const page = await ports.documents.find<MadeArticle>('articles', { limit: 1000 });
  const from = Math.min(...page.items.map(({ publishedAt }) => publishedAt));
  const { scoreArticles } = sentimentSteps(ports);
  const input = { source: 'live', from: new Date(from).toISOString(), cursor: null };
  let scored = 0;
  const seconds = await timed(async () => {
    ({ scored } = await scoreArticles(input as never));
  });
  return { scored, seconds, perSecond: Math.round(scored / seconds) };
}
