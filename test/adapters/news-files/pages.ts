import { pageOf, type Answer } from './reading.js';

/** A kind of source of a user's own, as docs/news.md shows it. */
export const source = {
  kind: 'own-pages',
  summary: 'Pages of a site of our own',
  windowed: true,
  check(settings: Record<string, unknown>) {
    if (typeof settings['url'] !== 'string') throw new Error('url: must be an address');
    return settings;
  },
  host: (settings: Record<string, unknown>) => new URL(String(settings['url'])).host,
  async fetchPage(asked: {
    settings: Record<string, unknown>;
    cursor: string | null;
    request(request: { url: string }): Promise<{ text: string }>;
    secret(name: string): string;
  }) {
    const { settings, cursor, request, secret } = asked;
    const key = settings['key'] ? `&key=${secret(String(settings['key']))}` : '';
    const answer = await request({ url: `${String(settings['url'])}?page=${cursor ?? '1'}${key}` });
    return pageOf(JSON.parse(answer.text) as Answer, Number(cursor ?? 1), String(settings['url']));
  },
};
