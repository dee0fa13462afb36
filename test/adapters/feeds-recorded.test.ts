import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { discoverFeeds } from '../../adapters/news/discovery.js';
import { parseFeed } from '../../adapters/news/feeds/parse.js';
import { recordedDirectory } from '../recorded.js';
import { differencesOf, filesBelow, readExpectations, type Difference } from './feed-expectations.js';

const feeds = join(recordedDirectory() ?? '', 'feeds');
const DIFFERENCES = join(import.meta.dirname, 'feed-differences.json');

describe.skipIf(!recordedDirectory())('recorded feeds (skipped without recorded data)', () => {
  it('give what three other parsers find in them, but for the differences that are listed with their reasons', () => {
    const expectations = readExpectations(feeds);
    expect(expectations.length).toBeGreaterThan(350);
    const found = expectations.flatMap((expectation) => {
      const { items } = parseFeed(readFileSync(join(feeds, expectation.file)));
      return differencesOf(expectation, items);
    });
    const { differences } = JSON.parse(readFileSync(DIFFERENCES, 'utf8')) as {
      differences: (Difference & { reason: string })[];
    };
    const sorted = (list: Difference[]): string[] =>
      list.map(({ file, member, kind }) => `${file} ${member} ${kind}`).sort();
    expect(sorted(found)).toEqual(sorted(differences));
    const differing = new Set(found.filter(({ kind }) => kind === 'differs').map(({ file }) => file));
    expect(differing.size / expectations.length).toBeLessThan(0.01);
  });

  it('are all read without a failure, each within a second, and what is no feed says why', () => {
    const files = filesBelow(feeds).filter((file) => /\.(xml|rss|atom)$/.test(file));
    expect(files.length).toBeGreaterThanOrEqual(2761);
    let slowestMs = 0;
    for (const file of files) {
      const bytes = readFileSync(file);
      const before = process.cpuUsage();
      const { format, items, problems } = parseFeed(bytes, { url: 'https://example.org/feed' });
      const { user, system } = process.cpuUsage(before);
      slowestMs = Math.max(slowestMs, (user + system) / 1000);
      const name = relative(feeds, file);
      expect(
        problems.map(({ what }) => what),
        name,
      ).not.toContain('failed');
      if (format === 'none') expect([name, items.length, problems.length > 0]).toEqual([name, 0, true]);
    }
    expect(slowestMs).toBeLessThan(1000);
  }, 60_000);

  it('that are malformed are read, and almost all of their faults are told', () => {
    const malformed = readFileSync(join(feeds, 'BOZO.txt'), 'utf8').split('\n').filter(Boolean);
    expect(malformed.length).toBe(176);
    const parsed = malformed.map((line) => parseFeed(readFileSync(join(feeds, line.split(/\s/)[0] ?? ''))));
    expect(parsed.filter(({ items }) => items.length > 0).length).toBeGreaterThan(25);
    // The others are a declaration after white space and namespaces by a wrong address, of which nothing depends.
    expect(parsed.filter(({ problems }) => problems.length > 0).length).toBeGreaterThan(160);
  });

  it('are discovered in the heads of pages, as written and in their order', () => {
    const directory = join(feeds, 'autodiscovery_heads');
    const expected = JSON.parse(readFileSync(join(directory, 'EXPECTED.json'), 'utf8')) as Record<
      string,
      any
    >;
    expect(Object.keys(expected).length).toBe(327);
    for (const [file, { base, ...page }] of Object.entries(expected)) {
      const address = 'https://example.org/a/b';
      const { feeds: found, canonical } = discoverFeeds(readFileSync(join(directory, file), 'utf8'), address);
      expect({ canonical, feeds: found.map(({ url: _, ...feed }) => feed) }, file).toEqual(page);
      const whole = new URL(base ?? '', address);
      for (const { href, url } of found) expect(url, file).toBe(new URL(href, whole).toString());
    }
  });
});
