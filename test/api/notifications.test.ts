import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../domain/audit.js';
import { withoutSecrets } from '../../domain/audit.js';
import type { Subscription } from '../../domain/notifications/subscriptions.js';
import { startTestPlatform, type TestPlatform } from './made-platform.js';
import { seed } from './made-records.js';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
  await seed(platform.ports);
});
afterAll(() => platform.close());

async function call(path: string, method = 'GET', body?: unknown) {
  const response = await platform.call(`/api/v1${path}`, { method, ...(body ? { body } : {}) });
  const text = await response.text();
  return { status: response.status, text, body: (text ? JSON.parse(text) : null) as Record<string, unknown> };
}

const webhook = { kind: 'webhook', url: 'https://h.example/p4th?t=t0ken' };

describe('a subscription', () => {
  it('shows a secret that was made once, and nothing of it after that', async () => {
    const made = await call('/notifications', 'POST', { name: 'a', channel: webhook, types: ['*'] });
    const secret = String(made.body['secret']);
    expect([made.status, secret.length > 30]).toEqual([201, true]);
    const id = String(made.body['id']);
    const slack = { name: 's', channel: { kind: 'slack', url: 'https://hooks.example/sl4ck' }, types: ['*'] };
    const own = { ...webhook, secret: 'chosen-by-the-caller' };
    await call('/notifications', 'POST', slack);
    const chosen = await call('/notifications', 'POST', { name: 'b', channel: own, types: ['*'] });
    expect(chosen.body['secret']).toBeNull();
    const seen = [
      (await call('/notifications')).text,
      (await call(`/notifications/${id}`)).text,
      (await call('/notifications/sub_example/deliveries')).text,
      (await call('/audit')).text,
    ].join();
    for (const hidden of [secret, 'p4th', 't0ken', 'sl4ck', 'chosen-by-the-caller'])
      expect(seen).not.toContain(hidden);
    expect(seen).toContain('h.example');
  });

  it('keeps its channel and secret where they are left out of a change', async () => {
    const made = await call('/notifications', 'POST', { name: 'c', channel: webhook, types: ['*'] });
    const id = String(made.body['id']);
    const kept = async () => (await platform.ports.documents.get<Subscription>('subscriptions', id))?.channel;
    const before = await kept();
    expect((await call(`/notifications/${id}`, 'PUT', { name: 'd', types: ['bars.*'] })).status).toBe(200);
    expect(await kept()).toEqual(before);
    const moved = { name: 'd', types: ['*'], channel: { kind: 'webhook', url: 'https://other.example/' } };
    expect((await call(`/notifications/${id}`, 'PUT', moved)).body['secret']).toBeNull();
    expect(await kept()).toEqual({ ...before, url: 'https://other.example/' });
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['no http address', { channel: { kind: 'slack', url: 'file:///etc/passwd' } }, /http or https/],
    [
      'a password in an address',
      { channel: { kind: 'slack', url: 'https://a:b@h.example/' } },
      /no user name/,
    ],
    ['a short secret', { channel: { ...webhook, secret: 'short' } }, /channel.secret/],
    [
      'a name in an e-mail address',
      { channel: { kind: 'email', to: ['"x" <a@b.example>\r\nBcc: c@d.example'] } },
      /channel.to.0/,
    ],
    ['no types', { types: [] }, /types/],
    ['a type that is none', { types: ['Article Scored'] }, /article.scored, article\.\* or \*/],
    ['an unknown zone', { quietHours: { from: '22:00', to: '07:00', timeZone: 'Mars/Base' } }, /IANA/],
    [
      'quiet hours without an end',
      { quietHours: { from: '07:00', to: '07:00', timeZone: 'UTC' } },
      /nothing would ever be sent/,
    ],
    ['a time that is none', { quietHours: { from: '24:00', to: '07:00', timeZone: 'UTC' } }, /HH:MM/],
    ['a limit of nothing', { perHour: 0 }, /perHour/],
    ['an unknown filter', { filters: { colours: ['red'] } }, /filters.colours/],
  ])('is refused with %s', async (_, members, fault) => {
    const { status, text } = await call('/notifications', 'POST', {
      name: 'x',
      channel: webhook,
      types: ['*'],
      ...members,
    });
    expect([status, text]).toEqual([400, expect.stringMatching(fault)]);
  });

  it('of another tenant is not there', async () => {
    const asked = { name: 'other', roles: ['operator'], tenant: 'other' };
    const { key } = (await call('/principals', 'POST', asked)).body as { key: string };
    const other = async (path: string, method = 'GET'): Promise<Response> =>
      platform.call(`/api/v1${path}`, { key, method });
    expect(((await (await other('/notifications')).json()) as { items: unknown[] }).items).toEqual([]);
    for (const [path, method] of [
      ['', 'GET'],
      ['', 'DELETE'],
      ['/test', 'POST'],
      ['/deliveries', 'GET'],
      ['/deliveries/ntf_example/retry', 'POST'],
    ])
      expect((await other(`/notifications/sub_example${path}`, method)).status).toBe(404);
  });

  it('tells what is not there, and what is not given up', async () => {
    expect((await call('/notifications/sub_none')).status).toBe(404);
    expect((await call('/notifications/sub_none/test', 'POST')).status).toBe(404);
    expect((await call('/notifications/sub_removable/deliveries/ntf_example/retry', 'POST')).status).toBe(
      404,
    );
    expect((await call('/notifications/sub_example/deliveries/ntf_example/retry', 'POST')).status).toBe(202);
    expect((await call('/notifications/sub_example/deliveries/ntf_example/retry', 'POST')).status).toBe(409);
  });
});

it('the audit keeps no secret of any input', async () => {
  const { items } = await platform.ports.documents.find<AuditEntry>('audit', { limit: 1000 });
  expect(items.some(({ action }) => action === 'createSubscription')).toBe(true);
  expect(JSON.stringify(items)).not.toMatch(/t0ken|chosen-by|sl4ck/);
  expect(
    withoutSecrets({ a: [{ apiKey: 'x', b: 1 }], password: null, headers: { Authorization: 'y' } }),
  ).toEqual({
    a: [{ apiKey: '[hidden]', b: 1 }],
    password: null,
    headers: { Authorization: '[hidden]' },
  });
});

describe('events', () => {
  it('tell who follows them and who is behind', async () => {
    const { body } = await call('/events/consumers');
    expect(body['items']).toEqual([
      expect.objectContaining({ consumer: 'aggregates', lag: 1, deadLetters: 1 }),
      expect.objectContaining({ consumer: 'notifications', lag: 1, deadLetters: 0 }),
      expect.objectContaining({ consumer: 'registry', lag: 1, deadLetters: 0 }),
      expect.objectContaining({ consumer: 'searches', lag: 1, deadLetters: 0 }),
      expect.objectContaining({ consumer: 'settlement', lag: 1, deadLetters: 0 }),
      expect.objectContaining({ consumer: 'triggers', lag: 1, deadLetters: 0 }),
      expect.objectContaining({ consumer: 'sender' }),
      expect.objectContaining({ consumer: 'publisher', lag: 0 }),
    ]);
    expect(body['leader']).toBeNull();
  });

  it('that were given up are requeued, others not', async () => {
    const letter = await platform.ports.documents.get<Record<string, unknown> & { id: string }>(
      'deadLetters',
      'dl_example',
    );
    await platform.ports.documents.upsert('deadLetters', [{ ...letter, id: 'dl_failing', state: 'failing' }]);
    expect((await call('/events/dead-letters/dl_none/requeue', 'POST')).status).toBe(404);
    expect((await call('/events/dead-letters/dl_failing/requeue', 'POST')).status).toBe(409);
    expect((await call('/events/dead-letters/dl_example/requeue', 'POST')).body['state']).toBe('requeued');
    const { body } = await call('/events/dead-letters?state=requeued');
    expect(body['items']).toHaveLength(1);
  });
});

it('news are paged by day without one twice or left out', async () => {
  const hours = Array.from({ length: 100 }, (_, i) => ({
    id: `SOL/live/${i}`,
    asset: 'SOL',
    sourceKey: i % 2 ? 'live' : 'recorded',
    from: Date.UTC(2024, 0, 1) + i * 3_600_000,
    articles: 1,
    feeds: [],
    sentiment: [],
    computedAt: 1,
  }));
  await platform.ports.documents.upsert('newsAggregates', hours);
  const seen: [number, string, number][] = [];
  for (let cursor = ''; ;) {
    const { body } = await call(`/news/aggregates?asset=sol&bucket=day&limit=3${cursor}`);
    for (const { from, sourceKey, articles } of body['items'] as {
      from: number;
      sourceKey: string;
      articles: number;
    }[])
      seen.push([from, sourceKey, articles]);
    if (body['cursor'] === null) break;
    cursor = `&cursor=${String(body['cursor'])}`;
  }
  expect(seen.map(([from, source]) => `${from} ${source}`).length).toBe(new Set(seen.map(String)).size);
  expect(seen.map(([, , articles]) => articles)).toEqual([2, 2, 12, 12, 12, 12, 12, 12, 12, 12]);
  expect((await call('/news/aggregates?bucket=day&cursor=x')).status).toBe(400);
});
