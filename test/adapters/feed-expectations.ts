import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { FeedItem } from '../../adapters/news/feeds/model.js';

/** What another parser finds in a file. An absent member expects nothing: these parsers fill in less, and different things. */
export interface ExpectedItem {
  title?: string | undefined;
  link?: string | undefined;
  guid?: string | undefined;
  /** Epoch ms. */
  published?: number | undefined;
}

export interface Expectation {
  parser: 'gofeed' | 'feed-rs' | 'rss-parser';
  /** Below the directory of feeds. */
  file: string;
  items: ExpectedItem[];
}

export interface Difference {
  file: string;
  member: 'count' | 'title' | 'link' | 'guid' | 'published';
  /** `differs`, or `more` where the other parser gives nothing. */
  kind: 'differs' | 'more';
}

/** All files below a directory. */
export const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(directory, entry.name)) : [join(directory, entry.name)],
  );

/** Every file that has an expected parse beside it. */
export function readExpectations(feeds: string): Expectation[] {
  const pairs = [...gofeedPairs(join(feeds, 'gofeed')), ...feedRsPairs(join(feeds, 'feed-rs'))];
  pairs.push(...rssParserPairs(join(feeds, 'rss-parser')));
  return pairs.map(({ parser, file, expected }) => ({
    parser,
    file: relative(feeds, file),
    items: READERS[parser](JSON.parse(readFileSync(expected, 'utf8')), readFileSync(file, 'latin1')),
  }));
}

interface Pair {
  parser: Expectation['parser'];
  file: string;
  expected: string;
}

const gofeedPairs = (directory: string): Pair[] =>
  filesBelow(directory).flatMap((file) => {
    const expected = file.endsWith('.xml')
      ? file.replace(/xml$/, 'json')
      : file.replace(/\.json$/, '_expected.json');
    return expected !== file && existsSync(expected) ? [{ parser: 'gofeed' as const, file, expected }] : [];
  });

const feedRsPairs = (directory: string): Pair[] =>
  filesBelow(directory)
    .filter((file) => file.endsWith('.serde.json'))
    .map((expected) => {
      const file = ['.xml', '.json']
        .map((end) => expected.replace('.serde.json', end))
        .find((name) => existsSync(name));
      return { parser: 'feed-rs', file: file ?? expected, expected };
    });

const rssParserPairs = (directory: string): Pair[] =>
  filesBelow(join(directory, 'input')).flatMap((file) => {
    const expected = file.replace(/input([\\/][^\\/]*)\.\w+$/, 'output$1.json');
    return existsSync(expected) ? [{ parser: 'rss-parser' as const, file, expected }] : [];
  });

const time = (...written: unknown[]): number | undefined => {
  const first = written.find((value) => typeof value === 'string' && value !== '');
  return first === undefined ? undefined : Date.parse(String(first));
};

/** The shapes of three parsers; those of gofeed are Atom's, RSS's, JSON Feed's and its own. */
const READERS: Record<Expectation['parser'], (expected: any, source: string) => ExpectedItem[]> = {
  gofeed: ({ items, entries }) =>
    (items ?? entries ?? []).map((item: any) => {
      const links: any[] = item.links ?? [];
      const alternate = links.find((link) => link.href && (link.rel ?? 'alternate') === 'alternate')?.href;
      return {
        title: item.title,
        link: item.link ?? item.url ?? alternate,
        guid: item.guid?.value ?? item.guid ?? item.id,
        published: time(item.publishedParsed, item.pubDateParsed, item.date_published, item.updatedParsed),
      };
    }),
  'feed-rs': ({ entries }, source) =>
    entries.map((entry: any) => ({
      title: entry.title?.content,
      link: (entry.links.find((link: any) => (link.rel ?? 'alternate') === 'alternate') ?? entry.links[0])
        ?.href,
      // Where a feed has no id, feed-rs makes one up: a hash or a UUID that stands nowhere in the file.
      guid: /^[\da-f-]{30,36}$/.test(entry.id) && !source.includes(entry.id) ? undefined : entry.id,
      published: time(entry.published, entry.updated),
    })),
  'rss-parser': ({ feed }) =>
    feed.items.map((item: any) => ({
      title: item.title,
      link: item.link,
      guid: item.guid ?? item.id,
      published: time(item.isoDate),
    })),
};

/** Where we and the other parser disagree: white space counts once, addresses are compared as addresses. */
export function differencesOf({ file, items: expected }: Expectation, items: FeedItem[]): Difference[] {
  if (expected.length !== items.length) return [{ file, member: 'count', kind: 'differs' }];
  const found = new Set<string>();
  const compare = (member: string, wanted: unknown, got: unknown): void => {
    if (wanted !== got) found.add(`${member} ${wanted === undefined ? 'more' : 'differs'}`);
  };
  expected.forEach((wanted, i) => {
    const got = items[i] ?? {};
    compare('title', folded(wanted.title), folded(got.title));
    compare('link', addressOf(wanted.link), addressOf(got.url));
    compare('guid', folded(wanted.guid), folded(got.guid));
    compare('published', wanted.published, got.publishedMs ?? undefined);
  });
  return [...found].map((text) => {
    const [member, kind] = text.split(' ');
    return { file, member, kind } as Difference;
  });
}

const folded = (text: string | undefined): string | undefined =>
  text?.replace(/\s+/g, ' ').trim() || undefined;

const addressOf = (text: string | undefined): string | undefined => {
  const address = folded(text);
  return address !== undefined && URL.canParse(address) ? new URL(address).toString() : address;
};
