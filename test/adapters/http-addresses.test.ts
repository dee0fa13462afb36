import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAddress, readAllowed, refusalOf, shownAddress } from '../../adapters/http/addresses.js';
import { openHttp } from '../../adapters/http/client.js';
import { nextHop } from '../../adapters/http/redirects.js';
import { InvalidInputError } from '../../domain/errors.js';
import { madeCache } from './made-cache.js';

const NOTHING = readAllowed([]);
const refusal = (host: string, entries: string[] = [], port = 80): string | null =>
  refusalOf({ host, address: host, port }, readAllowed(entries));

const HOSTILE: [what: string, address: string][] = [
  ['loopback', 'http://127.0.0.1/'],
  ['loopback elsewhere in its range', 'http://127.255.255.254:8080/'],
  ['loopback in short', 'http://127.1/'],
  ['loopback as a decimal number', 'http://2130706433/'],
  ['loopback in octal', 'http://0177.0.0.1/'],
  ['loopback in octal, as one number', 'http://017700000001/'],
  ['loopback in hexadecimal', 'http://0x7f000001/'],
  ['loopback in mixed bases', 'http://0x7f.0.0.01/'],
  ['loopback with a dot behind it', 'http://127.0.0.1./'],
  ['loopback in wide digits', 'http://１２７.0.0.1/'],
  ['loopback in circled digits', 'http://①②⑦.⓪.⓪.①/'],
  ['loopback percent-encoded', 'http://%31%32%37.0.0.1/'],
  ['private 10', 'http://10.0.0.1/'],
  ['private 172.16', 'https://172.31.255.255/'],
  ['private 192.168', 'http://192.168.1.1/admin'],
  ['link-local', 'http://169.254.1.1/'],
  ['metadata', 'http://169.254.169.254/latest/meta-data/'],
  ['metadata as a number', 'http://2852039166/'],
  ['metadata of Azure', 'http://168.63.129.16/'],
  ['metadata of Alibaba', 'http://100.100.100.200/'],
  ['metadata of Oracle', 'http://192.0.0.192/'],
  ['metadata of AWS in IPv6', 'http://[fd00:ec2::254]/'],
  ['metadata of Google by name', 'http://metadata.google.internal/computeMetadata/v1/'],
  ['metadata of Google by name, dotted', 'http://METADATA.google.internal./'],
  ['carrier-grade NAT', 'http://100.64.0.1/'],
  ['unspecified', 'http://0.0.0.0/'],
  ['unspecified in short', 'http://0/'],
  ['this network', 'http://0.1.2.3/'],
  ['multicast', 'http://224.0.0.251/'],
  ['broadcast', 'http://255.255.255.255/'],
  ['reserved', 'http://240.0.0.1/'],
  ['documentation', 'http://192.0.2.1/'],
  ['benchmarks', 'http://198.18.0.1/'],
  ['IPv6 loopback', 'http://[::1]/'],
  ['IPv6 unspecified', 'http://[::]/'],
  ['IPv6 link-local', 'http://[fe80::1]/'],
  ['IPv6 link-local with a zone', 'http://[fe80::1%25eth0]/'],
  ['IPv6 site-local', 'http://[fec0::1]/'],
  ['IPv6 unique local', 'http://[fc00::1]/'],
  ['IPv6 multicast', 'http://[ff02::1]/'],
  ['IPv6 documentation', 'http://[2001:db8::1]/'],
  ['IPv4 mapped', 'http://[::ffff:127.0.0.1]/'],
  ['IPv4 mapped in hexadecimal', 'http://[::ffff:a00:1]/'],
  ['IPv4 translated', 'http://[::ffff:0:127.0.0.1]/'],
  ['IPv4 compatible', 'http://[::127.0.0.1]/'],
  ['IPv4 compatible and public', 'http://[::8.8.8.8]/'],
  ['NAT64', 'http://[64:ff9b::10.0.0.1]/'],
  ['NAT64 of a network', 'http://[64:ff9b:1::10.0.0.1]/'],
  ['6to4', 'http://[2002:7f00:1::]/'],
  ['Teredo', 'http://[2001:0:53aa:64c::]/'],
  ['files', 'file:///etc/passwd'],
  ['gopher', 'gopher://127.0.0.1:6379/_x'],
  ['ftp', 'ftp://example.com/'],
  ['data', 'data:text/plain,x'],
  ['script', 'javascript:alert(1)'],
  ['a user', 'http://example.com@127.0.0.1/'],
  ['a password', 'https://a:word@example.com/'],
  ['SSH', 'http://example.com:22/'],
  ['mail', 'http://example.com:25/'],
  ['no address', 'example.com/feed'],
  ['a relative one', '//127.0.0.1/'],
  ['no host', 'http:///'],
  ['an endless one', `https://example.com/${'a'.repeat(9000)}`],
];

describe('an address that a user gives', () => {
  it.each(HOSTILE)('is refused: %s, %s', async (_, address) => {
    expect(() => readAddress(address, NOTHING)).toThrow(InvalidInputError);
    expect(() => readAddress(address, NOTHING)).toThrow(/may not be asked/);
    const client = openHttp({
      cache: madeCache(),
      lookup: async () => {
        throw new Error('nothing may be looked up');
      },
    });
    await expect(client.request({ url: address })).rejects.toBeInstanceOf(InvalidInputError);
    await client.close();
  });

  it.each([
    'https://example.com/feed?x=1#y',
    'http://8.8.8.8/',
    'http://[2606:4700::1111]/',
    'http://[::ffff:8.8.8.8]/',
    'http://[64:ff9b::8.8.8.8]/',
    'http://example.com:8080/',
    'http://xn--bcher-kva.example/',
    'http://10.example.com/',
    'http://localhost.example.com/',
  ])('is taken: %s', (address) => {
    expect(readAddress(address, NOTHING).href).toBe(new URL(address).href);
  });

  it('is shown without user, password and query', () => {
    for (const address of [
      'https://me:word@x.com/a?key=hidden#h',
      'ftp://me:word@x.com/a?key=hidden',
      'ht tp://me:word@x.com?key=hidden',
    ]) {
      const { message } = thrownBy(() => readAddress(address, NOTHING));
      expect(message).not.toMatch(/word@|hidden/);
      expect(message).toContain('x.com');
    }
    expect(shownAddress('https://x.com/a?b')).toBe('https://x.com/a?…');
    expect(shownAddress(`https://x.com/${'a'.repeat(500)}`).length).toBeLessThan(210);
  });

  it('in no private range is public, however it is written', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(
        octet,
        octet,
        octet,
        octet,
        fc.constantFrom('dots', 'number', 'mapped'),
        (a, b, c, d, form) => {
          const host = {
            dots: `${a}.${b}.${c}.${d}`,
            number: String(((a * 256 + b) * 256 + c) * 256 + d),
            mapped: `[::ffff:${a}.${b}.${c}.${d}]`,
          }[form];
          const isPrivate =
            [0, 10, 127].includes(a) ||
            a >= 224 ||
            (a === 172 && b >= 16 && b < 32) ||
            (a === 192 && b === 168) ||
            (a === 169 && b === 254) ||
            (a === 100 && b >= 64 && b < 128);
          if (isPrivate) expect(() => readAddress(`http://${host}/`, NOTHING)).toThrow(InvalidInputError);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('what an installation allows', () => {
  it.each<[host: string, entries: string[], port: number, isAllowed: boolean]>([
    ['127.0.0.1', ['127.0.0.1'], 80, true],
    ['127.0.0.2', ['127.0.0.1'], 80, false],
    ['127.0.0.1', ['127.0.0.1:8080'], 8080, true],
    ['127.0.0.1', ['127.0.0.1:8080'], 8081, false],
    ['10.1.2.3', ['10.1.0.0/16'], 80, true],
    ['10.2.2.3', ['10.1.0.0/16'], 80, false],
    ['::ffff:10.1.2.3', ['10.1.0.0/16'], 80, true],
    ['::1', ['[::1]:90'], 90, true],
    ['::1', ['[::1]:90'], 91, false],
    ['fd12::5', ['fd12::/16'], 80, true],
    ['169.254.169.254', ['169.254.169.254'], 80, true],
    ['169.254.169.254', ['10.0.0.0/8', '127.0.0.1'], 80, false],
  ])('%s with %j at port %d: %s', (host, entries, port, isAllowed) => {
    expect(refusal(host, entries, port) === null).toBe(isAllowed);
  });

  it.each<[host: string, address: string, entries: string[], isAllowed: boolean]>([
    ['news.intranet', '10.0.0.5', ['news.intranet'], true],
    ['news.intranet', '127.0.0.1', ['NEWS.intranet:80'], true],
    ['news.intranet', '10.0.0.5', ['news.intranet:81'], false],
    ['a.corp.example', '192.168.0.5', ['*.corp.example'], true],
    ['evilcorp.example', '192.168.0.5', ['*.corp.example'], false],
    // A name may be a private host's, but not lead to what tells a machine's secrets.
    ['news.intranet', '169.254.169.254', ['news.intranet'], false],
    ['news.intranet', 'fd00:ec2::254', ['news.intranet'], false],
    ['news.intranet', '0.0.0.0', ['news.intranet'], false],
    ['other.intranet', '10.0.0.5', ['news.intranet'], false],
    ['any.example', 'fe80::1%eth0', ['any.example', 'fe80::/10'], false],
    ['any.example', 'no address', ['any.example'], false],
  ])('%s at %s with %j: %s', (host, address, entries, isAllowed) => {
    expect(refusalOf({ host, address, port: 80 }, readAllowed(entries)) === null).toBe(isAllowed);
  });

  it.each(['10.0.0.0/33', '300.1.1.1', 'a b', 'http://x', '1.2.3', '*', '', 'x:port', '[::1'])(
    'is not %j, and says what it can be',
    (entry) => {
      expect(() => readAllowed([entry])).toThrow(/right are a host, \*\.<host>, an address or a CIDR/);
    },
  );
});

describe('a redirect', () => {
  const judged = (address: string): URL => readAddress(address, NOTHING);
  const hop = {
    url: new URL('https://a.example/x?key=hidden'),
    method: 'GET' as const,
    headers: { authorization: 'Bearer x', 'x-api-key': 'y', accept: '*/*', 'if-none-match': '"1"' },
    body: null,
  };

  it('from https to http is refused, without what is in the query', () => {
    const { message } = thrownBy(() =>
      nextHop(hop, { status: 302, location: 'http://a.example/?key=hidden' }, judged),
    );
    expect(message).toMatch(/from https back to http/);
    expect(message).not.toContain('hidden');
  });

  it('keeps what was sent on its own origin, and only the harmless for another', () => {
    const here = nextHop(hop, { status: 301, location: '/y' }, judged);
    expect(here).toMatchObject({ headers: hop.headers, url: new URL('https://a.example/y') });
    for (const location of ['https://b.example/', 'https://a.example:8443/', '//a.example.com/']) {
      const away = nextHop(hop, { status: 308, location }, judged);
      expect(away?.headers).toEqual({ accept: '*/*', 'if-none-match': '"1"' });
    }
  });

  it('of a post is followed on its own origin with 307 and 308, as a GET with 303, and else refused', () => {
    const post = { ...hop, method: 'POST' as const, headers: { 'content-type': 'x/y' }, body: 'b' };
    expect(nextHop(post, { status: 307, location: '/y' }, judged)).toMatchObject({
      method: 'POST',
      body: 'b',
    });
    expect(nextHop(post, { status: 303, location: '/y' }, judged)).toMatchObject({
      method: 'GET',
      body: null,
      headers: {},
    });
    for (const [status, location] of [
      [301, '/y'],
      [302, '/y'],
      [307, 'https://b.example/'],
      [308, 'https://b.example/'],
    ] as const)
      expect(() => nextHop(post, { status, location }, judged)).toThrow(/is not sent on/);
  });
});

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
