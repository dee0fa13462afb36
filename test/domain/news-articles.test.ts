import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPublished } from '../../domain/news/dates.js';
import { plainText } from '../../domain/news/text.js';
import { canonicalUrl } from '../../domain/news/addresses.js';
import { cleanItem, type Article, type RawItem } from '../../domain/news/articles.js';

const SEEN = Date.UTC(2024, 5, 1, 12);
const context = { seenAt: SEEN, source: { kind: 'live', detail: '' } as const, knownAsPublished: false };
const clean = (item: Partial<RawItem>, changes: Partial<typeof context> = {}) =>
  cleanItem({ feed: 'f', title: 'Bitcoin rises', ...item }, { ...context, ...changes });
const article = (item: Partial<RawItem>): Article => {
  const cleaned = clean(item);
  if ('rejected' in cleaned) throw new Error(cleaned.rejected);
  return cleaned.article;
};

describe('dates as feeds write them', () => {
  it.each([
    ['2022-03-07', '2022-03-07T00:00:00.000Z'],
    ['2022-03-07 04:42:00', '2022-03-07T04:42:00.000Z'],
    ['2022-03-07T04:42:00', '2022-03-07T04:42:00.000Z'],
    ['2022-03-07T04:42:00.25+05:30', '2022-03-06T23:12:00.250Z'],
    ['2022-03-07T04:42:00Z', '2022-03-07T04:42:00.000Z'],
    ['Mon, 07 Mar 2022 00:14:42 GMT', '2022-03-07T00:14:42.000Z'],
    ['Mon, 7 Mar 2022 00:14 EST', '2022-03-07T05:14:00.000Z'],
    ['Sun, 06 Nov 94 08:49:37 +0100', '1994-11-06T07:49:37.000Z'],
    ['March 7, 2022', '2022-03-07T00:00:00.000Z'],
    ['Fri Feb 07 2025 08:29:27 GMT+0100 (heure normale)', '2025-02-07T07:29:27.000Z'],
    ['5-7-2022 04:24', '2022-07-05T04:24:00.000Z'],
    ['Sat, Dec 16 2023 02:02:33 PM', '2023-12-16T14:02:33.000Z'],
    ['Mon, 21 Jan 2008 12:56 am PST', '2008-01-21T08:56:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(new Date(readPublished(text) ?? NaN).toISOString()).toBe(iso);
  });

  it.each([
    '',
    'Article 7',
    'foo 5',
    '2022',
    '45-13-2022 10:00',
    '2022-02-30',
    '12 Nov',
    'Mon, 07 Mar 2022 10:00 XYZ',
    '2022-01-01 10:61',
    '2022-01-01 14:00 PM',
    '2022-01-01 0:30 am',
  ])('%j is no date', (text) => expect(readPublished(text)).toBeNull());

  it('reads back every instant that it is told in ISO and RFC 822', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
        const date = new Date(seconds * 1000);
        expect(readPublished(date.toISOString())).toBe(seconds * 1000);
        expect(readPublished(date.toUTCString())).toBe(seconds * 1000);
      }),
    );
  });
});

describe('canonical addresses', () => {
  it.each([
    ['https://www.BBC.co.uk/news/1?at_medium=RSS&at_campaign=K', 'https://bbc.co.uk/news/1'],
    ['http://x.com:80/a/?utm_source=r&z=1&a=2#top', 'http://x.com/a?a=2&z=1'],
    ['https://amp.x.com/a/amp/', 'https://x.com/a'],
    ['https://x.com', 'https://x.com/'],
    ['https://x.com/a?id=7&ref=home&fbclid=9', 'https://x.com/a?id=7'],
  ])('%s is %s', (url, wanted) => expect(canonicalUrl(url)).toBe(wanted));

  it.each(['ftp://x.com/a', 'javascript:alert(1)', 'no address', `https://x.com/${'a'.repeat(5000)}`])(
    '%.40s is none',
    (url) => expect(canonicalUrl(url)).toBeNull(),
  );

  it('stay as they are when made canonical again', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        const once = canonicalUrl(url);
        expect(canonicalUrl(once ?? '')).toBe(once);
      }),
    );
  });
});

describe('text of HTML', () => {
  it.each([
    ['<p>A &amp; B</p><script>x()</script>', 'A & B'],
    ['Fish<!-- note -->and\n\tchips &#8217;', 'Fish and chips ’'],
    ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
    ['Bit\u200bcoin \u202eup', 'Bitcoin up'],
    ['Cafe\u0301', 'Caf\u00e9'],
    ['<img alt="a>b" onerror="alert(1)">Up', 'Up'],
    ['&lt;p&gt;Up &amp;amp; on&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;', 'Up & on'],
    ['<scr<script>ipt>alert(1)</script x>Up', '<scr Up'],
    ['I <3 bitcoin, 5 &lt; 6', 'I <3 bitcoin, 5 < 6'],
    [`<img src="data:image/png;base64,${'A'.repeat(9000)}">Up`, 'Up'],
  ])('%j is %j', (html, text) => expect(plainText(html)).toBe(text));

  it('takes linear time on unclosed tags', () => {
    const start = performance.now();
    for (const part of ['<a', '<!--', '<script ', '</style', '<a ="', "<a x='>", '&lt;a '])
      plainText(part.repeat(30_000));
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('an item', () => {
  it.each<[string, Partial<RawItem>, RegExp]>([
    ['without a title', { title: ' <b></b> ' }, /no title/],
    ['whose address is none', { url: 'mailto:a@b' }, /no http address: mailto/],
    ['whose date cannot be read', { publishedAt: 'soon' }, /cannot be read: soon/],
    ['of the day after tomorrow', { publishedAt: '2024-06-03' }, /in the future/],
  ])('%s is rejected with the reason', (_, item, reason) => {
    expect(clean(item)).toEqual({ rejected: expect.stringMatching(reason) as unknown });
  });

  it('is known when it was seen if live, and when it was published if recorded', () => {
    const publishedAt = '2024-01-02T03:00:00Z';
    expect(article({ publishedAt }).firstSeenAt).toBe(SEEN);
    const recorded = clean({ publishedAt }, { knownAsPublished: true });
    expect('article' in recorded && recorded.article.firstSeenAt).toBe(Date.parse(publishedAt));
    expect(article({}).publishedAt).toBe(SEEN);
  });

  it('has one id however its address was tracked, and without one by title and day', () => {
    const id = article({ url: 'https://x.com/a' }).id;
    expect(id).toMatch(/^art_[0-9a-f]{24}$/);
    expect(article({ url: 'http://www.x.com/a/?utm_medium=rss#c', title: 'Other' }).id).toBe(id);
    expect(article({ title: 'Bitcoin: rises!' }).id).toBe(article({ title: 'bitcoin rises' }).id);
    expect(article({ publishedAt: '2024-05-30' }).id).not.toBe(article({}).id);
  });

  it('never breaks the cleaning, whatever it holds', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(fc.record({ title: text, content: text, url: text, publishedAt: text }), (item) => {
        const cleaned = clean(item);
        expect('rejected' in cleaned || cleaned.article.title.length > 0).toBe(true);
      }),
    );
  });
});
