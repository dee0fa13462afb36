import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { atEnd } from '../at-end.js';

/** A site on loopback; `requests` counts them by path. Closed after the file's tests. */
export async function madeSite(
  answer: (path: string, seen: number, ...to: Parameters<RequestListener>) => void,
): Promise<{ url: string; requests: Map<string, number> }> {
  const requests = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://site').pathname;
    const seen = (requests.get(path) ?? 0) + 1;
    requests.set(path, seen);
    answer(path, seen, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, requests };
}

export const rss = (items: number, first = Date.UTC(2023, 0, 1)): string =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>${Array.from(
    { length: items },
    (_, i) =>
      `<item><title>Bitcoin rises for day ${i}</title><link>https://example.org/${i}</link><pubDate>${new Date(
        first + i * 86_400_000,
      ).toUTCString()}</pubDate></item>`,
  ).join('')}</channel></rss>`;
