import { madeSite } from '../faults/made-feeds.js';

export const KEY = 'a-very-secret-key';
export const SIZE = 10;
export const COUNT = 35;
export const NEWEST = Date.UTC(2024, 0, 31, 12);
const HOUR = 3_600_000;

interface Item {
  id: number;
  title: string;
  link: string;
  at: number;
}

/** Newest first, an hour apart; `at` in seconds. */
const ITEMS: Item[] = Array.from({ length: COUNT }, (_, i) => ({
  id: i,
  title: `Bitcoin story ${i}`,
  link: `/stories/${i}`,
  at: (NEWEST - i * HOUR) / 1000,
}));

const NEWS_TYPE = 'type News { id: Int! title: String! link: String! at: Int! }';
export const SDL = `type Query { news(skip: Int!, first: Int!, from: Int): [News!]! } ${NEWS_TYPE}`;

interface Asked {
  path: string;
  query: URLSearchParams;
  body: { query?: string; variables?: { skip?: number; from?: number }; from?: string };
}

/** What each way of paging answers: items, headers, and members beside `items`. */
const WAYS: Record<string, (asked: Asked, site: string) => { items: Item[]; more?: object; link?: string }> =
  {
    '/page': ({ query }) => ({ items: slice((Number(query.get('page')) - 1) * SIZE) }),
    '/offset': ({ query }) => ({ items: slice(Number(query.get('offset'))) }),
    '/cursor': ({ query }) => {
      const at = Number(query.get('after') ?? 0);
      return { items: slice(at), more: { after: at + SIZE < COUNT ? `${at + SIZE}` : null } };
    },
    '/next': ({ query }) => {
      const at = Number(query.get('at') ?? 0);
      // It tells the key that it was asked with, as some do.
      const next = `/next?at=${at + SIZE}&key=${query.get('key') ?? ''}`;
      return { items: slice(at), more: at + SIZE < COUNT ? { next } : {} };
    },
    '/link': ({ query }, site) => {
      const at = Number(query.get('at') ?? 0);
      return {
        items: slice(at),
        ...(at + SIZE < COUNT ? { link: `<${site}/link?at=${at + SIZE}>; rel="next"` } : {}),
      };
    },
    '/before': ({ query }) => {
      const before = Number(query.get('before'));
      return { items: ITEMS.filter(({ at }) => at <= before).slice(0, SIZE) };
    },
    '/window': ({ body }) => ({
      items: ITEMS.filter(({ at }) => at * 1000 >= Date.parse(body.from ?? '')),
    }),
    '/elsewhere': () => ({ items: slice(0), more: { next: 'https://elsewhere.example/next' } }),
    '/endless': ({ query }) => ({
      items: slice(0),
      more: { after: `${Number(query.get('after') ?? 0) + 1}` },
    }),
  };

const slice = (at: number): Item[] => ITEMS.slice(at, at + SIZE);

const rssPage = (site: string, at: number): string =>
  `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>t</title>${
    at + SIZE < COUNT ? `<atom:link rel="next" href="${site}/rss?at=${at + SIZE}"/>` : ''
  }${slice(at)
    .map(
      (item) =>
        `<item><guid>${item.id}</guid><title>${item.title}</title><link>${item.link}</link><pubDate>${new Date(
          item.at * 1000,
        ).toUTCString()}</pubDate></item>`,
    )
    .join('')}</channel></rss>`;

/** A site with the same stories in many forms. Its key is wanted where the path begins with /locked. */
export async function madeNewsSite() {
  let url = '';
  const site = await madeSite((path, _seen, request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      const query = new URL(request.url ?? '/', url).searchParams;
      const given = [request.headers.authorization, request.headers['x-api-key'], query.get('key')];
      const json = (body: unknown, headers: Record<string, string> = {}): void =>
        void response
          .writeHead(200, { 'content-type': 'application/json', ...headers })
          .end(JSON.stringify(body));
      if (path.startsWith('/locked') && !given.some((each) => String(each).includes(KEY)))
        return response.writeHead(503).end();
      const bare = path.replace('/locked', '');
      if (bare === '/rss')
        return response
          .writeHead(200, { 'content-type': 'application/rss+xml' })
          .end(rssPage(url, Number(query.get('at') ?? 0)));
      if (bare === '/steady') {
        if (request.headers['if-none-match'] === '"v1"') return response.writeHead(304).end();
        return json({ items: slice(0) }, { etag: '"v1"' });
      }
      if (bare === '/html') return response.end('<html>Log in');
      if (bare === '/echo')
        return response.writeHead(422, { 'content-type': 'text/plain' }).end(`no: ${request.url}`);
      const body = text ? (JSON.parse(text) as Asked['body']) : {};
      if (bare === '/graphql') return json(answerGraphql(body));
      const way = WAYS[bare];
      if (!way) return response.writeHead(404).end();
      const { items, more = {}, link } = way({ path: bare, query, body }, url);
      json({ items, ...more }, link ? { link } : {});
    });
  });
  url = site.url;
  return site;
}

function answerGraphql({ query = '', variables = {} }: Asked['body']): object {
  if (query.includes('__schema')) return { errors: [{ message: 'introspection is off' }] };
  if (query.includes('broken')) return { data: null, errors: [{ message: 'the database is down' }] };
  const from = variables.from ?? 0;
  return { data: { news: slice(variables.skip ?? 0).filter(({ at }) => at >= from) } };
}
