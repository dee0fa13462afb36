import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { discoverFeeds } from '../../adapters/news/discovery.js';
import { MAX_FEED_BYTES, parseFeed } from '../../adapters/news/feeds/parse.js';
import { readPage } from '../../adapters/news/rss.js';
import { cleanItem } from '../../domain/news/articles.js';

const parse = (text: string | Uint8Array, options: Parameters<typeof parseFeed>[1] = {}) =>
  parseFeed(typeof text === 'string' ? Buffer.from(text) : text, options);
const rss = (body: string, attributes = ''): string =>
  `<rss version="2.0" ${attributes}><channel><title>t</title>${body}</channel></rss>`;
const atom = (body: string, attributes = ''): string =>
  `<feed xmlns="http://www.w3.org/2005/Atom" ${attributes}><title>t</title>${body}</feed>`;
const whats = (text: string | Uint8Array): string[] => parse(text).problems.map(({ what }) => what);
const MONDAY = Date.UTC(2021, 8, 6);

describe('a feed', () => {
  it.each([
    ['rss', '2.0', rss('<item><title>A</title></item>')],
    ['rss', '0.91', '<rss version="0.91"><channel><item><title>A</title></item></channel></rss>'],
    ['rss', '2.0', '<RSS version="2.0"><Channel><Item><Title>A</Title></Item></Channel></RSS>'],
    ['rss', '2.0', `\ufeff\n junk ${rss('<item><title>A</title></item>')}`],
    [
      'rdf',
      '1.0',
      '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel/><item r:about="x"><title>A</title></item></r:RDF>',
    ],
    [
      'rdf',
      '0.90',
      '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/"><item><title>A</title></item></rdf:RDF>',
    ],
    ['atom', '1.0', atom('<entry><title>A</title></entry>')],
    [
      'atom',
      '1.0',
      '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>A</a:title></a:entry></a:feed>',
    ],
    ['atom', '1.0', '<entry xmlns="http://www.w3.org/2005/Atom"><title>A</title></entry>'],
    [
      'atom',
      '0.3',
      '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title mode="base64">QQ==</title></entry></feed>',
    ],
    ['json', '1', '{"version":"https://jsonfeed.org/version/1","items":[{"id":1,"title":"A"}]}'],
    [
      'json',
      '1.1',
      '{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{"id":"1","title":"A"},{"id":"2","tit',
    ],
  ])('is told as %s %s by what is in it', (format, version, text) => {
    const parsed = parse(text, { contentType: 'image/png' });
    expect(parsed).toMatchObject({ format, version, items: [{ title: 'A' }] });
  });

  it('of RSS gives its items with all that they say', () => {
    const item = `<item><title>A &amp; B &lt;b>c&lt;/b></title><link>/a</link><guid isPermaLink="false">g</guid>
      <description>short</description><content:encoded><![CDATA[<p>long</p>]]></content:encoded>
      <author>mail@x.org (Ann Onym)</author><category>c1</category><dc:subject>c2</dc:subject>
      <pubDate>Mon, 06 Sep 2021 00:00:00 GMT</pubDate><source url="x"><title>no</title></source></item>`;
    const head =
      '<link>https://x.org/</link><image><title>no</title><link>no</link></image><language>de</language><atom:link rel="next" href="?page=2"/>';
    const { feed, items, problems } = parse(
      rss(
        head + item,
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom"',
      ),
      { url: 'https://x.org/feed' },
    );
    expect(problems).toEqual([]);
    expect(feed).toEqual({
      title: 't',
      link: 'https://x.org/',
      language: 'de',
      next: 'https://x.org/feed?page=2',
    });
    expect(items).toEqual([
      {
        ...{ guid: 'g', url: 'https://x.org/a', title: 'A & B <b>c</b>', titleType: 'html' },
        ...{ content: '<p>long</p>', contentType: 'html', summary: 'short', author: 'Ann Onym' },
        ...{ categories: ['c1', 'c2'], publishedAt: 'Mon, 06 Sep 2021 00:00:00 GMT', publishedMs: MONDAY },
      },
    ]);
  });

  it('of Atom gives texts of each type, its authors, and links by the base that is nearest', () => {
    const entry = `<entry xml:base="/b/" xml:lang="fr"><title type="html">&lt;i>A&lt;/i></title><id>urn:X</id>
      <link rel="enclosure" href="no"/><link href="c"/><updated>2021-09-06</updated><category term="k"/>
      <summary>1 &lt; 2</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><a href="d">x</a></div></content></entry>`;
    const { items } = parse(atom(`<author><name>Ann</name></author>${entry}`, 'xml:base="https://x.org/a/"'));
    expect(items).toEqual([
      {
        ...{ guid: 'urn:X', url: 'https://x.org/b/c', title: '<i>A</i>', titleType: 'html', language: 'fr' },
        ...{ content: '<a href="https://x.org/b/d">x</a>', contentType: 'html', summary: '1 < 2' },
        ...{ author: 'Ann', categories: ['k'], publishedAt: '2021-09-06', publishedMs: MONDAY },
        ...{ updatedAt: '2021-09-06', updatedMs: MONDAY },
      },
    ]);
  });

  it('of JSON gives the same members', () => {
    const item = {
      id: 7,
      url: '/a',
      title: 'a < b',
      content_text: 'x',
      date_published: '2021-09-06T00:00:00Z',
      tags: ['k'],
    };
    const feed = {
      version: 'https://jsonfeed.org/version/1.1',
      title: 't',
      next_url: '/2',
      authors: [{ name: 'Ann' }],
      items: [item, 3],
    };
    const parsed = parse(JSON.stringify(feed), { url: 'https://x.org/f' });
    expect(parsed.feed).toEqual({ title: 't', next: 'https://x.org/2', author: 'Ann' });
    expect(parsed.items).toEqual([
      {
        ...{ guid: '7', url: 'https://x.org/a', title: 'a < b', titleType: 'text', content: 'x' },
        ...{ contentType: 'text', author: 'Ann', categories: ['k'] },
        ...{ publishedAt: '2021-09-06T00:00:00Z', publishedMs: MONDAY },
      },
    ]);
    expect(parsed.problems).toEqual([{ what: 'bad-item', detail: 'an item is no object', item: 1 }]);
  });

  it('keeps a date that it cannot read as written, takes another that says the same, and tells it', () => {
    const { items, problems } = parse(
      rss(
        '<item><pubDate>soon</pubDate></item><item><pubDate>soon</pubDate><dc:date>2021-09-06</dc:date></item>',
      ),
    );
    expect(items).toEqual([
      { publishedAt: 'soon', publishedMs: null },
      { publishedAt: '2021-09-06', publishedMs: MONDAY },
    ]);
    expect(problems.filter(({ what }) => what === 'bad-date').map(({ item }) => item)).toEqual([0, 1]);
  });

  it('becomes items of a page whose text survives cleaning, script in a title does not', () => {
    const entries =
      '<entry><title>Use &lt;b> in text</title></entry><entry><title type="html">&lt;script>steal()&lt;/script>Hello</title></entry>';
    const { items } = readPage(parse(atom(entries)), { feed: 'f', address: 'https://x.org/' });
    const context = {
      seenAt: MONDAY,
      source: { kind: 'live', detail: '' },
      knownAsPublished: false,
    } as const;
    const titles = items.map((item) => {
      const cleaned = cleanItem(item, context);
      return 'article' in cleaned ? cleaned.article.title : cleaned.rejected;
    });
    expect(titles).toEqual(['Use <b> in text', 'Hello']);
  });
});

const title = (text: string | Uint8Array) => parse(text).items[0]?.title;
const titled = (text: string): string => rss(`<item><title>${text}</title></item>`);

describe('the bytes of a feed', () => {
  const declared = (charset: string): string =>
    `<?xml version="1.0" encoding="${charset}"?>${titled('Café')}`;
  const wide = Buffer.from(titled('Café'), 'utf16le');
  it.each([
    ['UTF-8', Buffer.from(titled('Café')), []],
    ['UTF-16 without a mark', wide, []],
    ['UTF-16 in the other order', Buffer.from(wide).swap16(), []],
    [
      'UTF-32',
      Buffer.concat(
        titled('Café')
          .split('')
          .map((letter) => Buffer.from([0, 0, 0, letter.charCodeAt(0)])),
      ),
      [],
    ],
    ['Latin-1 as declared', Buffer.from(declared('ISO-8859-1'), 'latin1'), []],
    ['Latin-1 that says UTF-8', Buffer.from(declared('utf-8'), 'latin1'), ['charset']],
    ['UTF-8 that says Latin-1', Buffer.from(declared('ISO-8859-1')), ['charset']],
    ['UTF-8 that says UTF-16', Buffer.from(declared('UTF-16')), ['charset']],
    ['an unknown charset', Buffer.from(declared('bogus')), ['charset']],
    ['gzip', gzipSync(titled('Café')), ['gzip']],
  ])('are read in %s', (_, bytes, problems) => {
    expect(title(bytes)).toBe('Café');
    expect(whats(bytes)).toEqual(problems);
  });

  it.each([
    ['nothing', '', 'empty'],
    ['blanks', ' \n ', 'empty'],
    ['a page', '<!doctype html><html><body><p>Log in', 'html'],
    ['other XML', '<note>x</note>', 'no-feed'],
    ['prose', 'Service unavailable', 'no-feed'],
    ['other JSON', '{"items":[]}', 'no-feed'],
    ['a JSON list', '[1]', 'no-feed'],
    ['broken JSON', '{"a":', 'bad-json'],
    ['deep JSON', '['.repeat(5000), 'nesting'],
    ['no gzip', Buffer.from([0x1f, 0x8b, 1, 2, 3]), 'gzip'],
    ['a gzip bomb', gzipSync(Buffer.alloc(50 * 2 ** 20)), 'gzip'],
    ['100 MB', Buffer.alloc(100 * 2 ** 20, 32), 'too-large'],
  ])('are no feed where they are %s, which is told', (_, bytes, what) => {
    const { format, items, problems } = parse(bytes);
    expect({ format, items }).toEqual({ format: 'none', items: [] });
    expect(problems.map((problem) => problem.what)).toContain(what);
  });
});

describe('a broken feed', () => {
  it.each([
    ['is cut', '<rss><channel><item><title>A</title></item><item><title>B', ['A', 'B'], 'cut'],
    [
      'does not close an item',
      rss('<item><title>A</title><item><title>B</title></item>'),
      ['A', 'B'],
      'unclosed',
    ],
    ['does not close a link', rss('<item><link>https://x.org/<title>A</title></item>'), ['A'], 'unclosed'],
    ['closes what it did not open', rss('<item><title>A</title></b></item>'), ['A'], 'stray-end'],
    ['has loose marks', titled('A & B <3 C &nbsp;D'), ['A & B <3 C \u00a0D'], 'entities'],
    ['has control characters', titled('A\u0000\u0007'), ['A'], 'characters'],
    ['is cut in a mark', '<rss><channel><item><title>A</title><guid><![CD', ['A'], 'cut'],
    [
      'forgets a quote',
      rss('<item><title>A</title><x y="z/></item><item><title>B</title><x y="z"/></item>'),
      ['A'],
      'attribute',
    ],
    ['declares no prefix', rss('<item><dc:title>A</dc:title></item>'), ['A'], 'namespace'],
    ['is nested without end', titled(`A${'<i>'.repeat(5000)}`), [expect.stringMatching(/^A/)], 'nesting'],
    [
      'names a file outside',
      `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>${titled('A&x;')}`,
      ['A&x;'],
      'entities',
    ],
    [
      'has an entity in itself',
      `<!DOCTYPE r [<!ENTITY a "A&b;"><!ENTITY b "&a;">]>${titled('&a;')}`,
      ['A'],
      'entities',
    ],
  ])('that %s gives what can be read and tells why', (_, text, titles, what) => {
    const { items, problems } = parse(text);
    expect(items.map((item) => item.title)).toEqual(titles);
    expect(problems.map((problem) => problem.what)).toContain(what);
  });

  it('has its own entities replaced, as far as they are of an ordinary size', () => {
    expect(title(`<!DOCTYPE r [<!ENTITY who "A &amp; B">]>${titled('by &who;')}`)).toBe('by A & B');
    const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join(
      '',
    );
    const parsed = parse(`<!DOCTYPE r [<!ENTITY l0 "lol">${laughs}]>${titled('&l9;')}`);
    expect(parsed.items[0]?.title ?? '').toHaveLength(0);
    expect(parsed.problems[0]?.what).toBe('entities');
  });

  const SIZE = MAX_FEED_BYTES - 1000;
  const times = (text: string): string => text.repeat(Math.floor(SIZE / text.length));
  it.each<[string, string]>([
    ['elements', `<rss><channel><item>${times('<a>')}`],
    ['items', `<rss><channel>${times('<item/>')}`],
    ['links', `<rss><channel><item>${times('<link>a</link>')}`],
    ['attributes', `<rss><channel><item ${times('a="b" ')}`],
    ['marks', times('<')],
    ['comments', times('<!--')],
    ['CDATA sections', `<rss><channel><item><title><b/>${times('<![CDATA[a]]>')}`],
    ['DOCTYPEs', `<!DOCTYPE x [${times('<!ENTITY a "b">')}`],
    ['ends', `<rss><channel><item>${times('<a></b>')}`],
    ['bases', `<feed xml:base="http://x.org/">${times('<link xml:base="a/" href="b"/>')}`],
    [
      'links in HTML',
      `<rss><channel><item xml:base="http://x.org/"><title><![CDATA[${times('<a href="b">')}`,
    ],
    ['authors', `<rss><channel><item><author>${times('a@')}`],
    ['dates', `<rss><channel>${times('<item><pubDate>Mon, 1 Xxx</pubDate></item>')}`],
    [
      'entities',
      `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(9000)}">]><rss><channel><item><title>${times('&a;')}`,
    ],
    ['brackets', `{"items":${times('[')}`],
  ])('of 10 MiB of %s is read in about a second of one core', (_, text) => {
    const bytes = Buffer.from(text);
    const before = process.cpuUsage();
    parse(bytes, { url: 'https://x.org/' });
    const { user, system } = process.cpuUsage(before);
    // Twice that for a machine that does other things besides.
    expect((user + system) / 1e6).toBeLessThan(2);
  });

  it('never throws, whatever is changed in it', () => {
    const text = rss(
      '<item><title>A &amp; <![CDATA[B]]></title><link>/a</link><pubDate>Mon, 06 Sep 2021 00:00:00 GMT</pubDate></item>',
    );
    const change = fc.tuple(fc.nat(text.length), fc.nat(8), fc.string({ maxLength: 8, unit: 'binary' }));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), (changes) => {
        let changed = text;
        for (const [at, count, put] of changes)
          changed = changed.slice(0, at) + put + changed.slice(at + count);
        expect(whats(changed)).not.toContain('failed');
      }),
      { numRuns: 500 },
    );
  });
});

describe('a page', () => {
  it('names its feeds in their order, resolved against its base, and its WordPress API is none', () => {
    const page = `<head><base href="/blog/"><link rel="canonical" href="c"><LINK REL='Alternate Feed' TYPE='application/rss+xml; charset=x' HREF=rss title="A &amp; B">
      <link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1"><link rel="alternate" type="application/feed+json" href="//y.org/j">
      <link rel="alternate" type="text/html" href="no"><link rel="stylesheet" type="text/xml" href="no">`;
    expect(discoverFeeds(page, 'https://x.org/a/b')).toEqual({
      canonical: 'c',
      feeds: [
        { href: 'rss', url: 'https://x.org/blog/rss', type: 'application/rss+xml', title: 'A & B' },
        { href: '//y.org/j', url: 'https://y.org/j', type: 'application/feed+json', title: null },
      ],
    });
    expect(discoverFeeds('<link rel="alternate" type="text/xml" href="a">', null).feeds[0]?.url).toBeNull();
  });
});
