import type { IncomingHttpHeaders } from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openHttp, type HttpOptions } from '../../adapters/http/client.js';
import type { HttpRequest } from '../../adapters/http/http.js';
import { DataQualityError, InvalidInputError, NotFoundError, UnreachableError } from '../../domain/errors.js';
import { atEnd } from '../at-end.js';
import { madeSite } from '../faults/made-feeds.js';
import { madeCache } from './made-cache.js';
import { madeWire } from './made-wire.js';

type Seen = { path: string; headers: IncomingHttpHeaders; body: string; method: string };
const heard: Seen[] = [];
const text = 'The quick brown fox. '.repeat(200);

const PACKED: Record<string, [encoding: string, bytes: Uint8Array]> = {
  '/gzip': ['gzip', gzipSync(text)],
  '/x-gzip': ['X-Gzip', gzipSync(text)],
  '/deflate': ['deflate', deflateSync(text)],
  '/raw-deflate': ['deflate', deflateRawSync(text)],
  '/brotli': ['br', brotliCompressSync(text)],
  '/twice': ['gzip, br', brotliCompressSync(gzipSync(text))],
  '/trailing': ['gzip', Buffer.concat([gzipSync(text), Buffer.alloc(9)])],
  '/identity': ['identity', Buffer.from(text)],
  '/nothing': ['gzip', new Uint8Array()],
  '/not-packed': ['gzip', Buffer.from(text)],
  '/cut-gzip': ['gzip', gzipSync(text).subarray(0, 40)],
  '/zstd': ['zstd', Buffer.from(text)],
  '/thrice': ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(text)))],
};

const LOCATIONS: Record<string, string> = {
  '/to-private': 'http://10.0.0.1/',
  '/to-metadata': 'http://169.254.169.254/latest/',
  '/to-mapped': 'http://[::ffff:127.0.0.1]:1/',
  '/to-number': 'http://2130706433:1/',
  '/to-other-port': '//127.0.0.1:1/',
  '/to-files': 'file:///etc/passwd',
  '/to-user': 'https://me:word@example.com/',
  '/to-nothing': 'http://',
  '/round': '/circle',
  '/circle': '/round',
  '/itself': '/itself',
  '/one': '/two',
  '/two': '/three',
  '/three': '/four',
  '/four': '/five',
  '/five': '/six',
  '/six': '/seven',
  '/moved': '/text?key=hidden',
};

const site = await madeSite((path, seen, request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const [headers, method] = [request.headers, request.method ?? ''];
    heard.push({ path, headers, method, body: Buffer.concat(parts).toString() });
    const packed = PACKED[path];
    if (packed) return response.writeHead(200, { 'content-encoding': packed[0] }).end(packed[1]);
    const location = LOCATIONS[path];
    if (location) return response.writeHead(302, { location }).end('moved');
    if (path === '/away') return response.writeHead(307, { location: `${other.url}/text` }).end();
    if (path === '/headers')
      return response.writeHead(200, { 'x-long': 'a'.repeat(20_000) }).end('much to say');
    if (path === '/etag') {
      const isSame = headers['if-none-match'] === '"1"';
      return response.writeHead(isSame ? 304 : 200, isSame ? {} : { etag: '"1"' }).end(isSame ? '' : text);
    }
    if (path === '/304') return response.writeHead(304).end();
    const status = Number(path.slice(1));
    if (status >= 400)
      return response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(`{"error": "key ${headers.authorization} of ${request.url}\n ${seen}"}`);
    response.writeHead(200, { 'content-type': 'text/plain', 'last-modified': 'Tue, 01 Feb 2022' }).end(text);
  });
});
const other = await madeSite((path, _seen, request, response) => {
  heard.push({ path: `other${path}`, headers: request.headers, method: request.method ?? '', body: '' });
  response.end('other');
});
const portOf = (url: string): string => new URL(url).port;
const LIMITS = { connectMs: 500, silenceMs: 3000, windowMs: 400, windowBytes: 100 };
const RATE = { capacity: 1000, refillPerSecond: 1000 };

function client(more: Partial<HttpOptions> = {}) {
  const allow = [site, other].map(({ url }) => `127.0.0.1:${portOf(url)}`);
  const http = openHttp({ cache: madeCache(), allow, limits: LIMITS, rate: RATE, ...more } as HttpOptions);
  atEnd(() => http.close());
  return http;
}
const http = client();
const get = (path: string, more: Partial<HttpRequest> = {}) =>
  http.request({ url: site.url + path, ...more });
const failureOf = async (work: Promise<unknown>): Promise<Error> => {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
};

describe('a body', () => {
  it.each(['/gzip', '/x-gzip', '/deflate', '/raw-deflate', '/brotli', '/twice', '/trailing', '/identity'])(
    'as of %s is unpacked',
    async (path) => {
      const { bytes, status, url } = await get(path);
      expect(new TextDecoder().decode(bytes)).toBe(text);
      expect([status, url]).toEqual([200, site.url + path]);
    },
  );

  it.each(['/not-packed', '/cut-gzip', '/zstd', '/thrice'])('as of %s is refused for good', async (path) => {
    expect(await failureOf(get(path))).toBeInstanceOf(DataQualityError);
  });

  it('may be empty, and of a HEAD is', async () => {
    expect((await get('/nothing')).bytes).toHaveLength(0);
    const { bytes, headers } = await get('/text', { method: 'HEAD', maxBytes: 10 });
    expect([bytes.length, headers['content-type']]).toEqual([0, 'text/plain']);
  });

  it('is bounded, packed and unpacked', async () => {
    for (const path of ['/text', '/gzip', '/brotli', '/raw-deflate'])
      expect(await failureOf(get(path, { maxBytes: text.length - 1 }))).toMatchObject({
        name: 'DataQualityError',
        message: expect.stringMatching(/larger than 4199 bytes/),
      });
    expect((await get('/gzip', { maxBytes: text.length })).bytes).toHaveLength(text.length);
  });

  it('has headers of a bounded size', async () => {
    expect(await failureOf(get('/headers'))).toMatchObject({ name: 'DataQualityError' });
  });
});

describe('a redirect', () => {
  it('is followed, and said where to', async () => {
    expect(await get('/moved')).toMatchObject({ url: `${site.url}/text?key=hidden`, status: 200 });
    expect((await get('/two')).url).toBe(`${site.url}/seven`);
  });

  it.each([
    '/to-private',
    '/to-metadata',
    '/to-mapped',
    '/to-number',
    '/to-other-port',
    '/to-files',
    '/to-user',
  ])('is judged as the first address was: %s', async (path) => {
    const error = await failureOf(get(path));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toMatch(/may not be asked/);
    expect(error.message).not.toContain('word@');
  });

  it.each([
    ['/round', /go round in a circle, back to .*\/round/],
    ['/itself', /go round in a circle, back to .*\/itself/],
    ['/one', /\/one does not answer: it leads on more than 5 times, at last to .*\/seven/],
    ['/to-nothing', /no address/],
  ])('without an end is named: %s', async (path, message) => {
    const error = await failureOf(get(path));
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error.message).toMatch(message);
  });

  it('takes no secret to another origin, and none of a post', async () => {
    const headers = {
      Authorization: 'Bearer abcdef',
      'X-Api-Key': 'abcdef',
      Cookie: 'abcdef',
      accept: 'a/b',
    };
    await get('/away', { headers });
    const last = heard.at(-1);
    expect(last?.path).toBe('other/text');
    expect(JSON.stringify(last)).not.toContain('abcdef');
    expect(last?.headers.accept).toBe('a/b');
    const before = heard.length;
    await expect(get('/away', { method: 'POST', body: 'x' })).rejects.toBeInstanceOf(InvalidInputError);
    expect(heard).toHaveLength(before + 1);
  });
});

describe('a request', () => {
  it('is a POST with its body and headers, by our own name', async () => {
    const contact = 'https://example.com/bot';
    const named = client({ contact });
    await named.request({
      url: `${site.url}/hook`,
      method: 'POST',
      body: 'h\u00e9',
      headers: { 'X-Sign': 's', 'User-Agent': 'hooks/1' },
    });
    expect(heard.at(-1)).toMatchObject({ method: 'POST', body: 'h\u00e9', headers: { 'x-sign': 's' } });
    expect(heard.at(-1)?.headers['user-agent']).toMatch(
      /^finsight\/\d+\.\d+\.\d+ \(\+https:\/\/example\.com\/bot\) hooks\/1$/,
    );
  });

  it.each(['Host', 'content-length', 'Transfer-Encoding', 'proxy-authorization', 'a b', 'a\r\nb'])(
    'does not take the header %j',
    async (name) => {
      await expect(get('/text', { headers: { [name]: 'x' } })).rejects.toBeInstanceOf(InvalidInputError);
    },
  );

  it('does not take a header with line breaks, and does not repeat its value', async () => {
    const { name, message } = await failureOf(get('/text', { headers: { 'x-key': 'hidden\r\nHost: x' } }));
    expect([name, message.includes('hidden')]).toEqual(['InvalidInputError', false]);
  });

  it('asks whether something has changed, and hears that it has not', async () => {
    const first = await get('/etag');
    expect(first).toMatchObject({ etag: '"1"', notModified: false, lastModified: null });
    const { etag } = first;
    expect(await get('/etag', { etag })).toMatchObject({ status: 304, notModified: true, etag: '"1"' });
    expect((await get('/etag', { etag })).bytes).toHaveLength(0);
    expect((await get('/etag', { etag: '"2"' })).notModified).toBe(false);
    // What a server said that cannot be a header is left out.
    expect((await get('/etag', { etag: '"\u0001\r\n' })).notModified).toBe(false);
    await get('/text', { lastModified: 'Tue, 01 Feb 2022' });
    expect(heard.at(-1)?.headers['if-modified-since']).toBe('Tue, 01 Feb 2022');
    expect(await failureOf(get('/304'))).toMatchObject({ message: expect.stringContaining('nobody asked') });
  });

  it.each([
    [400, InvalidInputError],
    [401, InvalidInputError],
    [403, InvalidInputError],
    [404, NotFoundError],
    [408, UnreachableError],
    [410, NotFoundError],
    [422, DataQualityError],
    [429, UnreachableError],
    [451, InvalidInputError],
    [500, UnreachableError],
    [503, UnreachableError],
  ])('that is answered with %i fails as %o, with the reason but no secret', async (status, kind) => {
    const url = `${site.url}/${status}?api_key=quitesecret%2Fword&x=1`;
    const headers = { authorization: 'Bearer verysecret' };
    const failure = await failureOf(client().request({ url, headers, isApi: true }));
    expect(failure).toBeInstanceOf(kind);
    expect(failure.message).toContain(`HTTP ${status}`);
    expect(failure.message).toContain('{"error": "key …');
    expect(failure.message).not.toMatch(/verysecret|quitesecret/);
  });

  it('of a post is called by its origin: the path of a webhook is its secret', async () => {
    const url = `${site.url}/500/`;
    const { message } = await failureOf(get('/404', { method: 'POST' }));
    expect(message).toContain(`POST ${new URL(url).origin}/…`);
    expect(message).not.toContain('/404');
  });

  it('ends with its signal, with the reason of it', async () => {
    const reason = new Error('left');
    const wire = await madeWire(() => undefined);
    const slow = client({ allow: ['127.0.0.1'] });
    const stop = new AbortController();
    setTimeout(() => stop.abort(reason), 50);
    expect(await failureOf(slow.request({ url: wire.url, signal: stop.signal, interactive: true }))).toBe(
      reason,
    );
    expect(await failureOf(slow.request({ url: wire.url, signal: stop.signal, interactive: true }))).toBe(
      reason,
    );
  });

  it('can be made after a close, which may come twice', async () => {
    const own = client();
    await own.request({ url: `${site.url}/text` });
    await own.close();
    await own.close();
    expect((await own.request({ url: `${site.url}/text` })).status).toBe(200);
  });
});

describe('a client for one origin', () => {
  it('asks it and nothing else, without robots.txt', async () => {
    const own = client({ only: site.url });
    const before = site.requests.get('/robots.txt');
    expect((await own.request({ url: `${site.url}/text` })).status).toBe(200);
    for (const url of [
      `${other.url}/text`,
      'https://example.com/',
      `${site.url}/away`,
      `${site.url}/to-private`,
    ])
      await expect(own.request({ url })).rejects.toBeInstanceOf(InvalidInputError);
    expect(site.requests.get('/robots.txt')).toBe(before);
  });
});
