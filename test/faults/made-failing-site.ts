import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atEnd } from '../at-end.js';

/** A way to a site that fails half of the time, and can hold back one page of it. */
export interface FailingSite {
  url: string;
  /** Requests that were failed on purpose, and those that were answered. */
  counts: { failed: number; answered: number };
  /** Answers what is held back from now on, and what of it waits. */
  release(): void;
}

/** Below the client's patience with a silent site: what is held longer is cut, and asked for again. */
const HELD_MS = 8000;

/**
 * Every second request for a page fails, the first of them: by turns with 503 and with a connection that is cut in the
 * middle of the page. `holds` says which address waits for `release`. Closed after the file's tests.
 */
export async function failingSite(
  target: string,
  holds: (url: URL) => boolean = () => false,
): Promise<FailingSite> {
  const seen = new Map<string, number>();
  const counts = { failed: 0, answered: 0 };
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const nth = (seen.get(path) ?? 0) + 1;
    seen.set(path, nth);
    const answer = async (): Promise<void> => {
      if (path === '/robots.txt') return void response.writeHead(404).end();
      if (nth % 2 === 1 && counts.failed++ % 2 === 0) return void response.writeHead(503).end('later');
      const host = request.headers.host ?? '';
      const page = await fetch(target + path);
      const body = (await page.text()).replaceAll(target, `http://${host}`);
      if (nth % 2 === 1) return cutAfterHalf(response, body);
      if (holds(new URL(path, target)) && !(await Promise.race([opened.then(() => true), later(HELD_MS)])))
        return void response.destroy();
      counts.answered++;
      response.writeHead(page.status, { 'content-type': 'application/rss+xml; charset=utf-8' }).end(body);
    };
    answer().catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => {
    open();
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    release: () => open(),
  };
}

function cutAfterHalf(response: ServerResponse, body: string): void {
  const bytes = Buffer.from(body);
  response.writeHead(200, {
    'content-type': 'application/rss+xml; charset=utf-8',
    'content-length': bytes.length,
  });
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}

const later = (ms: number): Promise<false> =>
  new Promise((resolve) => void setTimeout(() => resolve(false), ms).unref());
