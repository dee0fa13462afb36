import { constants, createBrotliCompress, createGzip, gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openHttp, type HttpOptions } from '../../adapters/http/client.js';
import { DataQualityError, InvalidInputError, UnreachableError } from '../../domain/errors.js';
import { atEnd } from '../at-end.js';
import { madeSite } from '../faults/made-feeds.js';
import { madeCache } from './made-cache.js';
import { madeWire } from './made-wire.js';

const MIB = 2 ** 20;
const QUICK = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
const LIMITS = { connectMs: 400, silenceMs: 3000, windowMs: 300, windowBytes: 100 };

function client(more: Partial<HttpOptions> = {}) {
  const http = openHttp({
    cache: madeCache(),
    allow: ['127.0.0.1'],
    limits: LIMITS,
    rate: { capacity: 1000, refillPerSecond: 1000 },
    ...more,
  } as HttpOptions);
  atEnd(() => http.close());
  return http;
}

async function failed(
  work: Promise<unknown>,
): Promise<{ error: Error; ms: number; grownMib: number; heapMib: number }> {
  globalThis.gc?.();
  const before = process.memoryUsage();
  const started = performance.now();
  const peak = { rss: before.rss, external: 0 };
  const timer = setInterval(() => {
    const { rss, external } = process.memoryUsage();
    peak.rss = Math.max(peak.rss, rss);
    peak.external = Math.max(peak.external, external);
  }, 5);
  try {
    await work;
  } catch (error) {
    const ms = performance.now() - started;
    const { rss, external } = process.memoryUsage();
    return {
      error: error as Error,
      ms,
      grownMib: (Math.max(peak.rss, rss) - before.rss) / MIB,
      heapMib: (Math.max(peak.external, external) - before.external) / MIB,
    };
  } finally {
    clearInterval(timer);
  }
  throw new Error('it did not fail');
}

/** Nothing is asked for a robots.txt or waits here. */
const asked = (url: string) => ({ url, interactive: true });

describe('a server that is slow', () => {
  it('is left when it sends too little', async () => {
    const { url } = await madeWire((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
      const timer = setInterval(() => socket.write('a'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    const { error, ms } = await failed(client().request(asked(url)));
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error.message).toMatch(/too slow: \d+ bytes in the last 0.3 s/);
    expect(ms).toBeLessThan(2000);
  });

  it.each([
    ['headers', 'HTTP/1.1 200 OK\r\n', () => `x-${Math.random()}: 1\r\n`],
    [
      'chunks of enough bytes',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
      () => `64\r\n${'a'.repeat(100)}\r\n`,
    ],
    ['interim answers', '', () => 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'],
    [
      'trailers',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n',
      () => `x-${Math.random()}: 1\r\n`,
    ],
    ['nothing', '', () => ''],
  ])('has so long for the whole answer, as with endless %s', async (_, start, more) => {
    const { url, sockets } = await madeWire((socket) => {
      socket.write(start);
      const timer = setInterval(() => socket.write(more()), 10);
      socket.on('close', () => clearInterval(timer));
    });
    const { error, ms } = await failed(client().request({ ...asked(url), timeoutMs: 700 }));
    expect(error).toBeInstanceOf(UnreachableError);
    expect(ms).toBeLessThan(1500);
    await wait(50);
    expect(sockets.size).toBe(0);
  });

  it('has so long for all redirects together', async () => {
    const site = await madeSite((path, _seen, _request, response) => {
      setTimeout(() => response.writeHead(302, { location: `${path}a` }).end(), 300);
    });
    const { error, ms } = await failed(client().request({ ...asked(`${site.url}/a`), timeoutMs: 700 }));
    expect(error.message).toMatch(/does not answer/);
    expect(ms).toBeLessThan(1500);
  });

  it('has so long to connect', async () => {
    // A lookup that never ends is a part of it.
    const http = client({ lookup: () => new Promise(() => undefined) });
    const { error, ms } = await failed(http.request(asked('http://slow.example/')));
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error.message).toMatch(/no connection in time/);
    expect(ms).toBeLessThan(3000);
  });
});

describe('a server that lies', () => {
  it.each([
    ['is shorter than it said', 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nabc', UnreachableError, true],
    [
      'ends in a chunk',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nabc',
      UnreachableError,
      true,
    ],
    ['is no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', UnreachableError, true],
    ['ends at once', '', UnreachableError, true],
    [
      'has two lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd',
      UnreachableError,
      false,
    ],
    [
      'has a length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
      UnreachableError,
      false,
    ],
    ['has a length below 0', 'HTTP/1.1 200 OK\r\ncontent-length: -3\r\n\r\nabc', UnreachableError, true],
    [
      'announces too much',
      'HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nabc',
      DataQualityError,
      false,
    ],
  ])('since its answer %s', async (_, answer, kind, ends) => {
    const { url } = await madeWire((socket) => (ends ? socket.end(answer) : socket.write(answer)));
    const { error } = await failed(client().request({ ...asked(url), timeoutMs: 2000 }));
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toContain(url);
  });

  it('about its length gets no more than that read, and nothing of it into the next answer', async () => {
    const { url } = await madeWire((socket) =>
      socket.write(
        'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil',
      ),
    );
    const http = client();
    for (let i = 0; i < 3; i++) {
      const read = await http.request(asked(url)).then(({ bytes }) => Buffer.from(bytes).toString(), String);
      expect(read).not.toContain('evil');
    }
  });
});

describe('a name whose address changes', () => {
  it('is connected to at the address that was judged, and judged anew for the next connection', async () => {
    const good = await madeWire((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 4\r\n\r\ngood'),
    );
    const evil = await madeWire(
      (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nevil'),
      '127.0.0.2',
      good.port,
    );
    let looked = 0;
    const http = client({
      allow: ['127.0.0.1'],
      lookup: async () => [{ address: looked++ === 0 ? '127.0.0.1' : '127.0.0.2', family: 4 }],
    });
    const url = `http://rebinding.example:${good.port}/`;
    const { bytes } = await http.request(asked(url));
    expect([Buffer.from(bytes).toString(), looked]).toEqual(['good', 1]);
    const { error } = await failed(http.request(asked(url)));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toMatch(/rebinding.example is at a loopback address.*FINSIGHT_ALLOW_HOSTS/);
    expect(evil.sockets.size).toBe(0);
  });

  it.each([
    ['10.0.0.1', 4],
    ['169.254.169.254', 4],
    ['::1', 6],
    ['::ffff:127.0.0.1', 6],
    ['fe80::1%lo', 6],
    ['fd00:ec2::254', 6],
  ])('is refused at %s', async (address, family) => {
    const http = client({ allow: [], lookup: async () => [{ address, family }] });
    const { error } = await failed(http.request(asked('https://inside.example/')));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).not.toContain(address);
  });

  it('is connected to at its allowed addresses only', async () => {
    const { port } = await madeWire((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\ngood'));
    const http = client({
      lookup: async () => [
        { address: '127.0.0.3', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
    });
    const { bytes } = await http.request(asked(`http://both.example:${port}/`));
    expect(Buffer.from(bytes).toString()).toBe('good');
  });

  it('that does not exist may come to be', async () => {
    const http = client({
      lookup: () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })),
    });
    const { error } = await failed(http.request(asked('https://none.example/')));
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error.message).toMatch(/there is no such host/);
    const none = client({ lookup: async () => [] });
    expect((await failed(none.request(asked('https://none.example/')))).error).toBeInstanceOf(
      UnreachableError,
    );
  });
});

it('localhost is looked up as every name is, and refused', async () => {
  const { url, sockets } = await madeWire((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\ninside'));
  const http = openHttp({ cache: madeCache() });
  const { error } = await failed(http.request(asked(url.replace('127.0.0.1', 'localhost'))));
  expect(error).toBeInstanceOf(InvalidInputError);
  expect(error.message).toMatch(/localhost is at a loopback address/);
  expect(sockets.size).toBe(0);
  await http.close();
});

describe('a body that is too large', async () => {
  const zeros = Buffer.alloc(MIB);
  /** 512 MiB of zeros each. */
  const bombs: Record<string, [encoding: string, bytes: Uint8Array]> = {
    '/gzip': ['gzip', await buffer(Readable.from(repeated(zeros, 512)).pipe(createGzip({ level: 1 })))],
    '/brotli': ['br', await buffer(Readable.from(repeated(zeros, 512)).pipe(createBrotliCompress(QUICK)))],
    '/twice': ['gzip, gzip', gzipSync(await buffer(Readable.from(repeated(zeros, 512)).pipe(createGzip())))],
    // Empty members: much to unpack that comes to nothing.
    '/empty': ['gzip', Buffer.concat(Array.from({ length: 100_000 }, () => gzipSync('')))],
  };
  let sent = 0;
  const site = await madeSite((path, _seen, _request, response) => {
    const bomb = bombs[path];
    if (bomb) return response.writeHead(200, { 'content-encoding': bomb[0] }).end(bomb[1]);
    response.writeHead(200);
    Readable.from(repeated(zeros, 100, () => void sent++)).pipe(response);
    response.on('error', () => undefined);
  });

  it('of 100 MB is left at the limit', async () => {
    const { error, grownMib, heapMib } = await failed(
      client().request({ ...asked(`${site.url}/large`), maxBytes: 5 * MIB }),
    );
    expect(error).toBeInstanceOf(DataQualityError);
    expect(error.message).toMatch(/larger than 5 MiB/);
    await wait(100);
    expect(sent).toBeLessThan(30);
    expect(grownMib).toBeLessThan(60);
    expect(heapMib).toBeLessThan(30);
  });

  it.each(['/gzip', '/brotli', '/twice'])('as unpacked of %s is left at the limit', async (path) => {
    const { error, ms, grownMib, heapMib } = await failed(
      client().request({ ...asked(site.url + path), maxBytes: 10 * MIB }),
    );
    expect(error).toBeInstanceOf(DataQualityError);
    expect(error.message).toMatch(/larger than 10 MiB/);
    expect(ms).toBeLessThan(2000);
    expect(grownMib).toBeLessThan(80);
    expect(heapMib).toBeLessThan(40);
  });

  it('as packed, though nothing is in it, takes a bounded time', async () => {
    const started = performance.now();
    const { bytes } = await client().request(asked(`${site.url}/empty`));
    expect(bytes).toHaveLength(0);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

function* repeated(part: Buffer, times: number, each: () => void = () => undefined): Generator<Buffer> {
  for (let i = 0; i < times; i++) {
    each();
    yield part;
  }
}
