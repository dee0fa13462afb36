import { describe, expect, it } from 'vitest';
import { newsSteps } from '../../activities/news.js';
import { readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import { FINAL_ERRORS } from '../../domain/errors.js';
import { temporaryDirectory } from '../adapters/directories.js';
import { madeSite, rss } from '../faults/made-feeds.js';

const ANSWERS: Record<string, [status: number, body: string]> = {
  '/good': [200, rss(3)],
  '/gone': [404, 'no'],
  '/page': [200, '<!doctype html><p>hello<br></p>'],
  '/json': [200, '{"a":1}'],
  '/busy': [429, 'later'],
  '/ill': [500, 'oops'],
  '/away': [503, 'later'],
};

const site = await madeSite((path, _seen, _request, response) => {
  const [status, body] = ANSWERS[path] ?? [404, 'none'];
  response.writeHead(status, { 'content-type': 'application/rss+xml' }).end(body);
});
const names = Object.keys(ANSWERS).map((path) => path.slice(1));
const ports = openPorts(
  readConfig({
    FINSIGHT_DATA_DIR: temporaryDirectory(),
    FINSIGHT_ALLOW_HOSTS: '127.0.0.1',
    FINSIGHT_FEEDS: [
      ...names.map((name) => `${name}=${site.url}/${name}`),
      'dead=http://127.0.0.1:9/',
    ].join(),
  }),
);
const collect = (feed: string) =>
  newsSteps(ports).collectFeed({
    source: { kind: 'live', detail: '' },
    feed,
    from: Date.UTC(2022, 0, 1),
    to: Date.UTC(2024, 0, 1),
  });

describe('a feed', () => {
  it('that answers is stored', async () => {
    expect(await collect('good')).toMatchObject({ stored: 3, failure: null });
  });

  it.each(['gone', 'page', 'json'])(
    'that is %s fails at once, in the report and not for the run',
    async (feed) => {
      expect(await collect(feed)).toMatchObject({
        feed,
        stored: 0,
        failure: expect.stringContaining(`"${feed}"`),
      });
      expect(site.requests.get(`/${feed}`)).toBe(1);
    },
  );

  // Temporal tries these again a bounded number of times; only then are they a line of the report.
  it.each(['busy', 'ill', 'away', 'dead'])(
    'that is %s for now is thrown, so that it is tried again',
    async (feed) => {
      const error = (await collect(feed).catch((thrown: unknown) => thrown)) as Error;
      expect(error.name).toBe('UnreachableError');
      expect(FINAL_ERRORS).not.toContain(error.name);
      expect(error.message).toContain(`"${feed}"`);
    },
  );
});
