import { describe, expect, it } from 'vitest';
import { withoutSecrets } from '../../domain/audit.js';
import { HIDDEN, isSecretName, withoutTokens } from '../../domain/secrets.js';

const KEYS = [
  'sk-proj-Zk3vT9qLm2XcB7nR5wYd',
  'a3f5c9e1b7d2480f96e4ac5b1d7f3e08',
  '6f1c2b9e-3d47-4a58-9b60-0f5e7d8c9a12',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.Kq7Zr1yTn4Xw8Vb2Lp6s',
  'tvly-dev-9hQ2sLx7Pm4Vn8Kc3Jb5',
  'QWxhZGRpbjpvcGVuIHNlc2FtZTEyMzQ1Njc4OQ==',
  'ghp_R7tYx2Wq9ZbN4mKvL8cJs3HdFg6PaE1uTo0i',
  'AbXkQwZrTpLmNvBsYcHdJfGe',
  'finsight_0123456789abcdef0123456789abcdef',
];

/** Where a person may type a key: values of any member, in lists, names of headers, parts of addresses and of sentences. */
const PLACES: [name: string, place: (key: string) => unknown][] = [
  ['a member with a harmless name', (key) => ({ settings: { colour: key } })],
  ['a list', (key) => ({ settings: { fields: [{ a: [key] }] } })],
  ['a header', (key) => ({ headers: { 'X-Whatever': `Bearer ${key}` } })],
  ['the name of a member', (key) => ({ headers: { [key]: 'x' } })],
  ['the path of an address', (key) => ({ url: `https://api.example.org/v1/${key}/news` })],
  ['a parameter of an address', (key) => ({ url: `https://api.example.org/v1?page=1&q=${key}` })],
  ['the login of an address', (key) => ({ url: `https://me:${key}@api.example.org/v1` })],
  ['a sentence', (key) => ({ name: `our feed, key ${key}, do not share` })],
  ['a query', (key) => ({ query: `{ news(apikey: "${key}") { title } }` })],
];

describe('the input that an audit entry keeps', () => {
  it.each(PLACES)('has no key in %s', (_, place) => {
    for (const key of KEYS) {
      const kept = JSON.stringify(withoutSecrets(place(key)));
      expect(kept).not.toContain(key);
      // Nor the telling end of one.
      expect(kept).not.toContain(key.slice(-12));
    }
  });

  it.each([
    { apikey: 'x1' },
    { 'api-key': 'x1' },
    { key: 'x1' },
    { accessKey: 'x1' },
    { 'X-Auth': 'x1' },
    { pwd: 'x1' },
    { pass: 'x1' },
    { PASSPHRASE: 'x1' },
    { bearer: 'x1' },
    { privateKey: { pem: 'x1' } },
    { sig: 'x1' },
    { Cookie: 'x1' },
    { auth: { in: 'header', secret: 'x1' } },
    { tokens: ['x1'] },
    { name: 'X-Api-Key', value: 'x1' },
    { header: 'Authorization', value: 'x1' },
    { url: 'https://example.org/?apikey=x1' },
    { url: 'https://x1@example.org/' },
  ])('has no short value where the name says that it is secret: %j', (given) => {
    const kept = withoutSecrets({ settings: given });
    expect(JSON.stringify(kept)).not.toContain('x1');
    expect(JSON.stringify(kept)).toContain(HIDDEN);
  });

  it.each([
    {
      id: 'coindesk',
      kind: 'rss',
      settings: { url: 'https://www.coindesk.com/arc/outboundfeeds/rss?page=2' },
    },
    { url: 'https://example.org/2024/01/31/bitcoin-falls-below-42000-after-etf-launch-20240131' },
    { author: 'A. Writer', keyword: 'tokenless', monkey: 1, maxPages: 50 },
    { workflowId: 'train/patchtst/0f3c9a7be1d2480f96e4ac5b1d7f3e08', runId: KEYS[2] },
    { sha256: 'a'.repeat(10) + '0123456789abcdef'.repeat(3) },
    { article: 'art_0123456789abcdef01234567', prediction: 'prd_9f8e7d6c5b4a39281706' },
    { stream: 'binanceusdm/BTC-USDT/1h', streams: ['binance/1000SHIB-USDT/15m'] },
    { cron: '*/15 * * * *', timeZone: 'America/Argentina/Buenos_Aires', at: '2024-01-31T12:00:00.000Z' },
    { input: { strategy: 'walkForwardOptimisation', model: 'mdl_patchtst-btc@12', range: 1706702400000 } },
    { items: '$.data[*].attributes.publishedAt', name: 'Antidisestablishmentarianism today' },
    { object: { key: 'datasets/2024/x.parquet', sha256: 'ab' } },
  ])('stays as it is where it is no key: %j', (given) => {
    expect(withoutSecrets(given)).toEqual(given);
  });

  it('keeps what is not there, and what is on or off', () => {
    expect(withoutSecrets({ token: null, auth: false })).toEqual({ token: null, auth: false });
  });
});

describe('names and texts', () => {
  it('of secrets are told by their words, not by their letters', () => {
    for (const name of ['apiKey', 'API_KEY', 'x-auth-token', 'userPass', 'sessionCookie'])
      expect([name, isSecretName(name)]).toEqual([name, true]);
    for (const name of ['author', 'keyword', 'passenger', 'signal', 'monkey', 'pinned', 'basically'])
      expect([name, isSecretName(name)]).toEqual([name, false]);
  });

  it('lose keys that a message repeats', () => {
    const text = withoutTokens(
      'Unknown kind of news source "sk-Zk3vT9qLm2XcB7nR5wYd"; known: rss, rest, graphql',
    );
    expect(text).toBe(`Unknown kind of news source "${HIDDEN}"; known: rss, rest, graphql`);
  });
});
