import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { newsSteps } from '../../activities/news.js';
import type { DocumentsPort, NewsPort, Ports } from '../../adapters/ports.js';
import { DataQualityError, NotFoundError, UnreachableError } from '../../domain/errors.js';
import type { Article, RawItem } from '../../domain/news/articles.js';
import type { Source } from '../../domain/sources.js';
import { madePorts } from './made-ports.js';

const RECORDED: Source = { kind: 'recorded', detail: '/recordings' };
const from = Date.UTC(2023, 0, 1);
const plan = { source: RECORDED, from, to: Date.UTC(2023, 1, 1) };

const item = (feed: string, minute: number, title = 'Bitcoin climbs'): RawItem => ({
  feed,
  title,
  url: 'https://example.org/bitcoin-climbs',
  publishedAt: new Date(from + minute * 60_000).toISOString(),
});

const opened: { remove(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.remove();
});

function portsWith(pages: Record<string, () => RawItem[]>, more: Partial<Ports> = {}): Ports {
  const news = (source: Source): NewsPort => ({
    source,
    feeds: async () => Object.keys(pages),
    fetchPage: async ({ feed }) => ({ items: pages[feed]?.() ?? [], next: null }),
    close: async () => undefined,
  });
  const made = madePorts({ news, ...more });
  opened.push(made);
  return made.ports;
}

const articlesOf = async (ports: Ports): Promise<Article[]> =>
  (await ports.documents.find<Article>('articles', { order: 'oldest' })).items;

const failing = (error: Error) => (): RawItem[] => {
  throw error;
};

describe('collecting a feed', () => {
  it.each([[['early', 'late']], [['late', 'early']], [['late', 'early', 'late', 'early']]])(
    'keeps the delivery that was known first, read in the order %j',
    async (order) => {
      const ports = portsWith({ early: () => [item('early', 1)], late: () => [item('late', 9)] });
      const reports = [];
      for (const feed of order) reports.push(await newsSteps(ports).collectFeed({ ...plan, feed }));
      const articles = await articlesOf(ports);
      expect(articles.map((each) => [each.feed, each.publishedAt])).toEqual([['early', from + 60_000]]);
      expect(reports.reduce((sum, each) => sum + each.stored, 0)).toBe(1);
      expect(reports.reduce((sum, each) => sum + each.duplicates, 0)).toBe(order.length - 1);
    },
  );

  it('keeps what was seen first of a live article, whatever a later delivery says', async () => {
    let now = from + 60_000;
    const ports = portsWith({ a: () => [item('a', 1)], b: () => [item('b', 0)] }, { now: () => now });
    const live = { ...plan, source: { kind: 'live', detail: '' } as const };
    await newsSteps(ports).collectFeed({ ...live, feed: 'a' });
    now += 60_000;
    await newsSteps(ports).collectFeed({ ...live, feed: 'b' });
    expect((await articlesOf(ports)).map((each) => [each.feed, each.firstSeenAt])).toEqual([
      ['a', from + 60_000],
    ]);
  });

  it('keeps a recorded and a simulated article of one address apart', async () => {
    const ports = portsWith({ a: () => [item('a', 1)] });
    for (const source of [RECORDED, { kind: 'simulated', detail: '1' } as const])
      await newsSteps(ports).collectFeed({ ...plan, source, feed: 'a' });
    expect(new Set((await articlesOf(ports)).map((each) => each.id)).size).toBe(2);
  });

  it('throws what may pass, so that Temporal asks again, and reports it after the last attempt', async () => {
    const ports = portsWith({ a: failing(new UnreachableError('Feed "a" answers HTTP 503')) });
    const { collectFeed } = newsSteps(ports);
    const attempt = (n: number) =>
      new MockActivityEnvironment({ attempt: n }).run(collectFeed, { ...plan, feed: 'a' });
    await expect(attempt(1)).rejects.toThrow('HTTP 503');
    await expect(attempt(5)).rejects.toThrow('HTTP 503');
    await expect(attempt(6)).resolves.toMatchObject({ failure: 'Feed "a" answers HTTP 503' });
  });

  it.each([new NotFoundError('Feed "a" is not there'), new DataQualityError('Feed "a" is no RSS')])(
    'reports what cannot pass at once: %s',
    async (error) => {
      const ports = portsWith({ a: failing(error) });
      const report = await newsSteps(ports).collectFeed({ ...plan, feed: 'a' });
      expect(report.failure).toBe(error.message);
    },
  );

  it('does not take a failing store for a failing feed', async () => {
    const whole = portsWith({ a: () => [item('a', 1)] });
    const documents: DocumentsPort = {
      ...whole.documents,
      insert: () => Promise.reject(new UnreachableError('the disk is full')),
    };
    const steps = newsSteps({ ...whole, documents });
    await expect(steps.collectFeed({ ...plan, feed: 'a' })).rejects.toThrow('the disk is full');
  });
});
