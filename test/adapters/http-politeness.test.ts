import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { delayed } from '../../activities/beat.js';
import { openBreaker } from '../../adapters/http/breaker.js';
import { openHttp, type HttpOptions } from '../../adapters/http/client.js';
import { linesForUs } from '../../adapters/http/robots.js';
import type { CachePort } from '../../adapters/ports.js';
import { InvalidInputError, UnreachableError } from '../../domain/errors.js';
import { atEnd } from '../at-end.js';
import { madeSite } from '../faults/made-feeds.js';
import { temporaryDirectory } from './directories.js';
import { madeCache } from './made-cache.js';

const FAST = { capacity: 1000, refillPerSecond: 1000 };

function client(more: Partial<HttpOptions> & { cache?: CachePort } = {}) {
  const http = openHttp({ cache: madeCache(), allow: ['127.0.0.1'], rate: FAST, ...more } as HttpOptions);
  atEnd(() => http.close());
  return http;
}

const failureOf = async (work: Promise<unknown>): Promise<UnreachableError> =>
  (await work.then(
    () => null,
    (error: unknown) => error,
  )) as UnreachableError;

type Answer = { status?: number; body?: string; headers?: Record<string, string> };

/** Answers by path, each site an origin of its own. */
const siteOf = (answers: Record<string, Answer | Answer[]>) =>
  madeSite((path, seen, _request, response) => {
    const given = answers[path] ?? { status: path === '/robots.txt' ? 404 : 200, body: 'x' };
    const {
      status = 200,
      body = '',
      headers = {},
    } = [given].flat().at(seen - 1) ?? [given].flat().at(-1) ?? {};
    response.writeHead(status, headers).end(body);
  });

describe('robots.txt', () => {
  const body = `# hello
User-agent: Evil
Disallow: /

User-Agent: *
Disallow: /private/
Disallow: /*.pdf$
Allow: /private/open
Sitemap: https://x.com/s
`;

  it.each([
    ['/', true],
    ['/private/a', false],
    ['/private/open/a', true],
    ['/a.pdf', false],
    ['/a.pdf?x', true],
  ])('is kept to: %s is %s', async (path, isAllowed) => {
    const site = await siteOf({ '/robots.txt': { body } });
    const failure = await failureOf(client().request({ url: site.url + path }));
    expect(failure === null).toBe(isAllowed);
    if (!isAllowed) expect(failure).toBeInstanceOf(InvalidInputError);
    if (!isAllowed) expect(failure.message).toMatch(/robots\.txt does not allow it to "finsight"/);
    expect(site.requests.get(path.replace('?x', '')) ?? 0).toBe(isAllowed ? 1 : 0);
  });

  it('that names finsight is for it alone', async () => {
    const own = `User-agent: FinSight/2.0\nDisallow: /b\n\n${body}`;
    const site = await siteOf({ '/robots.txt': { body: own } });
    const http = client();
    expect((await http.request({ url: `${site.url}/private/a` })).status).toBe(200);
    await expect(http.request({ url: `${site.url}/b` })).rejects.toBeInstanceOf(InvalidInputError);
  });

  it('is read once for all processes and a day, and again after it', async () => {
    let now = Date.UTC(2024, 0, 1);
    const path = join(temporaryDirectory(), 'c.db');
    const site = await siteOf({ '/robots.txt': { body } });
    const two = [
      client({ cache: madeCache(path, () => now) }),
      client({ cache: madeCache(path, () => now) }),
    ];
    await Promise.all([1, 2, 3].map((n) => two[0]?.request({ url: `${site.url}/${n}` })));
    await two[1]?.request({ url: `${site.url}/4` });
    expect(site.requests.get('/robots.txt')).toBe(1);
    now += 86_400_001;
    await two[1]?.request({ url: `${site.url}/5` });
    expect(site.requests.get('/robots.txt')).toBe(2);
  });

  it('does not hold up what a person waits for, what is posted, and interfaces', async () => {
    const site = await siteOf({ '/robots.txt': { body: 'User-agent: *\nDisallow: /' } });
    const http = client();
    const url = `${site.url}/feed`;
    for (const more of [{ interactive: true }, { method: 'POST' as const, body: '' }, { isApi: true }])
      expect((await http.request({ url, ...more })).status).toBe(200);
    expect(site.requests.get('/robots.txt')).toBeUndefined();
    await expect(http.request({ url })).rejects.toBeInstanceOf(InvalidInputError);
  });

  it.each<[what: string, answer: Answer, isAllowed: boolean]>([
    ['is not there', { status: 404 }, true],
    ['is forbidden', { status: 403 }, true],
    ['is a page', { body: '<!doctype html><p>Disallow: /' }, true],
    [
      'leads into a private network',
      { status: 302, headers: { location: 'http://10.0.0.1/robots.txt' } },
      true,
    ],
    ['cannot be had now', { status: 503, headers: { 'retry-after': '7' } }, false],
    ['is asked for too often', { status: 429 }, false],
  ])('that %s', async (_, answer, isAllowed) => {
    const site = await siteOf({ '/robots.txt': answer });
    const failure = await failureOf(client().request({ url: `${site.url}/feed` }));
    expect(failure === null).toBe(isAllowed);
    if (isAllowed) return;
    expect(failure).toBeInstanceOf(UnreachableError);
    expect(failure.message).toMatch(/Without its robots\.txt/);
    if (answer.headers) expect(failure.retryAfterMs).toBe(7000);
  });

  it('of a redirect is kept to at each host', async () => {
    const closed = await siteOf({ '/robots.txt': { body: 'User-agent: *\nDisallow: /' } });
    const open = await siteOf({ '/away': { status: 302, headers: { location: `${closed.url}/feed` } } });
    await expect(client().request({ url: `${open.url}/away` })).rejects.toBeInstanceOf(InvalidInputError);
    expect(closed.requests.get('/feed')).toBeUndefined();
  });

  it('with a trap in it takes no time and no memory', () => {
    const many = 'user-agent: a\n'.repeat(20_000) + 'allow: /\n'.repeat(20_000);
    expect(linesForUs(many)).toBe('');
    const own = 'user-agent: *\n'.repeat(20_000) + 'allow: /\n'.repeat(20_000);
    expect(linesForUs(own).length).toBeLessThan(100_000);
    expect(
      linesForUs(
        'user-agent: *\nuser-agent: finsight\ndisallow: /a # x\nnoindex: /\nuser-agent: b\ndisallow: /',
      ),
    ).toBe('user-agent: *\nuser-agent: finsight\ndisallow: /a');
  });

  it('of stars is matched in a bounded time', async () => {
    const stars = `User-agent: *\n${`Disallow: ${'/*'.repeat(200)}x\n`.repeat(1000)}`;
    const site = await siteOf({ '/robots.txt': { body: stars } });
    const started = performance.now();
    await client().request({ url: `${site.url}/${'a/'.repeat(3000)}` });
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

describe('a host', () => {
  it('is asked no faster than its rate by all processes together', async () => {
    const path = join(temporaryDirectory(), 'c.db');
    const rate = { capacity: 2, refillPerSecond: 10 };
    const two = [client({ cache: madeCache(path), rate }), client({ cache: madeCache(path), rate })];
    const site = await siteOf({});
    const started = performance.now();
    await Promise.all(
      Array.from({ length: 8 }, (_, n) => two[n % 2]?.request({ url: `${site.url}/${n}`, isApi: true })),
    );
    // Two at once, six more at ten a second.
    expect(performance.now() - started).toBeGreaterThan(580);
    expect([...site.requests.values()].reduce((a, b) => a + b)).toBe(8);
  });

  it('is asked as slowly as its robots.txt wants', async () => {
    const site = await siteOf({ '/robots.txt': { body: 'User-agent: *\nCrawl-delay: 0.3\nDisallow:' } });
    const http = client();
    const started = performance.now();
    for (let n = 0; n < 3; n++) await http.request({ url: `${site.url}/${n}` });
    expect(performance.now() - started).toBeGreaterThan(580);
    const waited = performance.now();
    await http.request({ url: `${site.url}/now`, interactive: true });
    expect(performance.now() - waited).toBeLessThan(250);
  });

  it('does not hold up whoever would wait too long, nor who is called off', async () => {
    const site = await siteOf({});
    const http = client({ rate: { capacity: 1, refillPerSecond: 0.001 } });
    const url = `${site.url}/a`;
    await http.request({ url, isApi: true });
    const failure = await failureOf(http.request({ url, isApi: true }));
    expect(failure.message).toMatch(/No turn within 60 s/);
    expect(failure.retryAfterMs).toBeGreaterThan(900_000);
    const slow = client({ rate: { capacity: 1, refillPerSecond: 0.05 } });
    await slow.request({ url, isApi: true });
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('left')), 50);
    const left = await failureOf(slow.request({ url, isApi: true, signal: stop.signal }));
    expect(left.message).toBe('left');
  });

  it.each([
    ['seconds', '120', 429],
    ['a date', 'Mon, 01 Jan 2024 00:02:00 GMT', 503],
  ])('that asks for a pause in %s is left alone by all processes', async (_, header, status) => {
    let now = Date.UTC(2024, 0, 1);
    const path = join(temporaryDirectory(), 'c.db');
    const own = () => client({ cache: madeCache(path, () => now), now: () => now });
    const busy = { status, headers: { 'retry-after': header } };
    const site = await siteOf({ '/a': [busy, { body: 'x' }] });
    const request = { url: `${site.url}/a`, isApi: true };
    const failure = await failureOf(own().request(request));
    expect(failure).toBeInstanceOf(UnreachableError);
    expect(failure.message).toMatch(/retry after 120 s/);
    expect(failure.retryAfterMs).toBe(120_000);
    now += 20_000;
    const paused = await failureOf(own().request(request));
    expect(paused.message).toMatch(/asked for a pause; 100 s of it are left/);
    expect(paused.retryAfterMs).toBe(100_000);
    expect(site.requests.get('/a')).toBe(1);
    now += 100_000;
    expect((await own().request(request)).status).toBe(200);
  });

  it.each(['-5', 'soon', '1e9', ''])('whose pause is no time (%j) asked for none', async (header) => {
    const site = await siteOf({ '/a': [{ status: 429, headers: { 'retry-after': header } }, { body: 'x' }] });
    const http = client();
    const request = { url: `${site.url}/a`, isApi: true };
    expect((await failureOf(http.request(request))).retryAfterMs ?? 0).toBe(0);
    expect((await http.request(request)).status).toBe(200);
  });

  it('that asked for a pause makes Temporal wait, up to a minute', () => {
    const failure = delayed(new UnreachableError('x', { retryAfterMs: 5000.5 })) as {
      type: string;
      nextRetryDelay: number;
    };
    expect([failure.type, failure.nextRetryDelay]).toEqual(['UnreachableError', 5001]);
    expect(delayed(new UnreachableError('x', { retryAfterMs: 1e9 }))).toMatchObject({
      nextRetryDelay: 60_000,
    });
    const plain = new UnreachableError('x');
    expect(delayed(plain)).toBe(plain);
  });
});

describe('a breaker', () => {
  it('opens after failures one after the other, for all processes, and one of them tries whether it is over', async () => {
    let now = Date.UTC(2024, 0, 1);
    const clock = () => now;
    const path = join(temporaryDirectory(), 'c.db');
    const [one, two] = [1, 2].map(() =>
      openBreaker({ cache: madeCache(path, clock), failures: 3, pauseMs: 10_000, now: clock }),
    ) as [ReturnType<typeof openBreaker>, ReturnType<typeof openBreaker>];
    await one.failed('h', 'HTTP 500');
    await two.failed('h', 'HTTP 500');
    await two.passed('h');
    expect(await one.state('h')).toMatchObject({ state: 'closed', failures: 0 });
    for (const each of [one, two, one]) await each.failed('h', 'HTTP 500');
    expect(await two.state('h')).toEqual({
      host: 'h',
      state: 'open',
      failures: 3,
      until: now + 10_000,
      lastFailure: 'HTTP 500',
    });
    await expect(two.admit('h')).rejects.toMatchObject({ name: 'UnreachableError', retryAfterMs: 10_000 });
    await two.admit('other');
    now += 10_000;
    expect(await one.state('h')).toMatchObject({ state: 'half-open', until: null });
    const admitted = await Promise.allSettled([one, two, one, two].map((each) => each.admit('h')));
    expect(admitted.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await two.failed('h', 'no answer');
    expect(await one.state('h')).toMatchObject({ state: 'open', failures: 4, lastFailure: 'no answer' });
    now += 10_000;
    await one.admit('h');
    await one.passed('h');
    expect(await two.state('h')).toMatchObject({ state: 'closed', failures: 0 });
    await Promise.all([one.admit('h'), two.admit('h')]);
  });

  it('lets another try where the first was lost with its process', async () => {
    let now = Date.UTC(2024, 0, 1);
    const breaker = openBreaker({
      cache: madeCache(undefined, () => now),
      failures: 1,
      pauseMs: 1000,
      now: () => now,
    });
    await breaker.failed('h', 'x');
    now += 1000;
    await breaker.admit('h');
    await expect(breaker.admit('h')).rejects.toThrow(/left alone/);
    now += 1000;
    await breaker.admit('h');
  });

  it('is what a host gets that fails, and not one that only says no', async () => {
    const cache = madeCache();
    const http = client({ cache });
    const site = await siteOf({ '/500': { status: 500 }, '/404': { status: 404 }, '/429': { status: 429 } });
    const get = (path: string, more = {}) =>
      failureOf(http.request({ url: site.url + path, isApi: true, ...more }));
    for (let n = 0; n < 8; n++) await get('/404');
    for (let n = 0; n < 8; n++) await get('/429');
    expect(site.requests.get('/429')).toBe(8);
    for (let n = 0; n < 8; n++) await get('/500');
    expect(site.requests.get('/500')).toBe(5);
    const failure = await get('/good');
    expect(failure.message).toMatch(/failed 5 times and is left alone for \d+ s more; last: HTTP 500/);
    expect(failure.retryAfterMs).toBeGreaterThan(50_000);
    const host = new URL(site.url).host;
    expect(await openBreaker({ cache }).state(host)).toMatchObject({ state: 'open', failures: 5 });
    // A person who tests the source is not held up, and what works again is closed by it.
    expect(await get('/good', { interactive: true })).toBeNull();
    expect(await get('/good')).toBeNull();
  });

  it('does not count what the caller called off', async () => {
    const cache = madeCache();
    const site = await madeSite(() => undefined);
    const http = client({ cache });
    for (let n = 0; n < 6; n++)
      await failureOf(http.request({ url: site.url, interactive: true, signal: AbortSignal.timeout(10) }));
    expect(await openBreaker({ cache }).state(new URL(site.url).host)).toMatchObject({ failures: 0 });
  });
});
