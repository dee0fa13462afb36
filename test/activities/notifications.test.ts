import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { queueNotifications } from '../../activities/notifications/queueing.js';
import { sendDue, sendingOf } from '../../activities/notifications/sending.js';
import { openChannels } from '../../adapters/channels/index.js';
import type { EventRow, Ports } from '../../adapters/ports.js';
import type { Channel, Delivery, Subscription } from '../../domain/notifications/subscriptions.js';
import { plainHttp, smtpServer, webhookServer } from '../made-receivers.js';
import { madePorts } from './made-ports.js';

let now = Date.parse('2024-05-01T12:00:00Z');
const smtp = await smtpServer();
let made: ReturnType<typeof madePorts>;
let ports: Ports;

beforeEach(() => {
  now = Date.parse('2024-05-01T12:00:00Z');
  const channels = openChannels({
    http: plainHttp(),
    smtp: { url: smtp.url, from: 'FinSight <f@example.org>' },
  });
  made = madePorts({ channels, now: () => now });
  ports = made.ports;
});
afterEach(async () => {
  await ports.channels.close();
  await made.remove();
});

async function subscribe(channel: Channel, members: Partial<Subscription> = {}): Promise<string> {
  const id = members.id ?? 'sub_1';
  const subscription: Subscription = {
    id,
    name: 'mine',
    channel,
    types: ['article.*'],
    filters: {},
    quietHours: null,
    perHour: null,
    state: 'active',
    createdAt: 0,
    createdBy: 'local',
    tenant: 'default',
    updatedAt: 0,
    ...members,
  };
  await ports.documents.upsert<Subscription>('subscriptions', [subscription]);
  return id;
}

const events = (count: number): EventRow[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `e${i}`,
    type: 'article.collected',
    at: now,
    payload: { articleId: 'art_1', feed: 'coindesk', tickers: ['BTC'] },
  }));
const deliveries = async (): Promise<Delivery[]> =>
  (await ports.documents.find<Delivery>('deliveries', { order: 'oldest' })).items;
const states = async (): Promise<string[]> => (await deliveries()).map(({ state }) => state);

describe('a webhook', () => {
  it('gets what a receiver can check, once for each event', async () => {
    const hook = await webhookServer();
    await subscribe({ kind: 'webhook', url: `${hook.url}/in?key=k`, secret: 'a-secret-of-tests' });
    await queueNotifications(ports, events(2));
    await queueNotifications(ports, events(2));
    expect(await sendDue(ports)).toBe(2);
    expect(await sendDue(ports)).toBe(0);
    expect(hook.received).toHaveLength(2);
    for (const { body, headers, path } of hook.received) {
      const [, seconds, given] =
        /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-finsight-signature'])) ?? [];
      const expected = createHmac('sha256', 'a-secret-of-tests').update(`${seconds}.${body}`).digest('hex');
      expect([given, path]).toEqual([expected, '/in?key=k']);
      expect(Math.abs(Date.now() / 1000 - Number(seconds))).toBeLessThan(60);
      expect(JSON.parse(body)).toMatchObject({
        event: { type: 'article.collected' },
        facts: { tickers: ['BTC'] },
      });
    }
    expect(
      (await deliveries()).map(({ log }) => log.map(({ outcome, detail }) => [outcome, detail])),
    ).toEqual([[['sent', 'HTTP 200']], [['sent', 'HTTP 200']]]);
  });

  it('that was sent is kept for a month', async () => {
    const hook = await webhookServer();
    await subscribe({ kind: 'webhook', url: hook.url, secret: 's'.repeat(16) });
    await queueNotifications(ports, events(3));
    const step = sendingOf(ports);
    expect(await step()).toBe(3);
    now += 29 * 86_400_000;
    await step();
    expect(await deliveries()).toHaveLength(3);
    now += 2 * 86_400_000;
    await step();
    expect(await deliveries()).toEqual([]);
  });

  it('that fails is tried again with pauses, under the same id', async () => {
    const hook = await webhookServer([500, 503]);
    await subscribe({ kind: 'webhook', url: hook.url, secret: 's'.repeat(16) });
    await queueNotifications(ports, events(1));
    await sendDue(ports);
    expect(await sendDue(ports)).toBe(0);
    now += 10_000;
    await sendDue(ports);
    now += 20_000;
    await sendDue(ports);
    expect(await states()).toEqual(['sent']);
    expect(new Set(hook.received.map(({ headers }) => headers['x-finsight-delivery'])).size).toBe(1);
    expect(hook.received).toHaveLength(3);
  });

  it('is given up after its tries, or at once where it may not be asked; the address is not told', async () => {
    await subscribe({ kind: 'webhook', url: 'http://127.0.0.1:1/t0ken', secret: 's'.repeat(16) });
    await subscribe({ kind: 'slack', url: 'http://private.example/t0ken' }, { id: 'sub_2' });
    await queueNotifications(ports, events(1));
    for (let i = 0; i < 10; i++) {
      await sendDue(ports);
      now += 3_600_000;
    }
    const all = await deliveries();
    expect(all.map(({ state, attempts }) => [state, attempts]).sort()).toEqual([
      ['dead', 1],
      ['dead', 8],
    ]);
    expect(JSON.stringify(all)).not.toContain('t0ken');
  });

  it('of a process that died while it sent is sent again later, and not beside it', async () => {
    const hook = await webhookServer();
    await subscribe({ kind: 'webhook', url: hook.url, secret: 's'.repeat(16) });
    await queueNotifications(ports, events(1));
    const { send } = ports.channels;
    ports.channels.send = () => new Promise(() => undefined);
    void sendDue(ports);
    await expect.poll(async () => (await deliveries())[0]?.attempts).toBe(1);
    ports.channels.send = send;
    expect(await sendDue(ports)).toBe(0);
    now += 61_000;
    await sendDue(ports);
    expect([hook.received.length, await states()]).toEqual([1, ['sent']]);
  });
});

describe('a subscription', () => {
  it('with quiet hours gets everything at their end', async () => {
    const hook = await webhookServer();
    const quietHours = { from: '13:00', to: '15:30', timeZone: 'Europe/Berlin' };
    await subscribe({ kind: 'webhook', url: hook.url, secret: 's'.repeat(16) }, { quietHours });
    await queueNotifications(ports, events(3));
    await sendDue(ports);
    expect([hook.received.length, (await deliveries())[0]?.dueAt]).toEqual([
      0,
      Date.parse('2024-05-01T13:30:00Z'),
    ]);
    now = Date.parse('2024-05-01T13:30:00Z');
    await sendDue(ports);
    expect(hook.received).toHaveLength(3);
  });

  it('with a limit gets the rest later', async () => {
    const hook = await webhookServer();
    await subscribe({ kind: 'webhook', url: hook.url, secret: 's'.repeat(16) }, { perHour: 2 });
    await queueNotifications(ports, events(4));
    await sendDue(ports);
    expect(hook.received).toHaveLength(2);
    expect(
      (await deliveries()).filter(({ log }) => log.some(({ outcome }) => outcome === 'limited')),
    ).toHaveLength(2);
    expect((await states()).sort()).toEqual(['sent', 'sent', 'waiting', 'waiting']);
    // Half an hour apart, and not both at once.
    const due = (await deliveries())
      .filter(({ state }) => state === 'waiting')
      .map(({ dueAt }) => dueAt - now);
    expect((due[0] ?? 0) / 1000).toBeCloseTo(1800, -2);
    expect((due[1] ?? 0) / 1000).toBeCloseTo(3600, -2);
  });

  it('that was removed ends its deliveries, one that is paused holds them', async () => {
    await subscribe({ kind: 'webhook', url: 'http://127.0.0.1:1', secret: 's'.repeat(16) });
    await queueNotifications(ports, events(1));
    await subscribe(
      { kind: 'webhook', url: 'http://127.0.0.1:1', secret: 's'.repeat(16) },
      { state: 'paused' },
    );
    await sendDue(ports);
    expect(await deliveries()).toMatchObject([{ state: 'waiting', attempts: 0 }]);
    await ports.documents.remove('subscriptions', ['sub_1']);
    now += 300_000;
    await sendDue(ports);
    expect(await deliveries()).toMatchObject([{ state: 'dead', error: 'The subscription was removed' }]);
  });
});

describe('other channels', () => {
  it('send e-mail, again where the server is busy, never where it refuses', async () => {
    await subscribe({ kind: 'email', to: ['a@example.org', 'b@example.org'] });
    await subscribe({ kind: 'email', to: ['refused@example.org'] }, { id: 'sub_2' });
    await ports.documents.upsert('articles', [
      {
        id: 'art_1',
        title: 'Up\r\nBcc: x@example.org',
        url: 'https://a.example/1',
        feed: 'f',
        tickers: ['BTC'],
        publishedAt: 1,
      },
    ]);
    smtp.busy(2);
    await queueNotifications(ports, events(1));
    await sendDue(ports);
    now += 10_000;
    await sendDue(ports);
    now += 20_000;
    await sendDue(ports);
    expect((await states()).sort()).toEqual(['dead', 'sent']);
    expect(smtp.mails).toHaveLength(1);
    const [mail = ''] = smtp.mails;
    expect(mail).toMatch(/^From: FinSight <f@example.org>$/m);
    expect(mail).toMatch(/^Subject: \[FinSight\] article.collected: Up Bcc: x@example.org$/m);
    expect(mail).not.toMatch(/^Bcc:/m);
    expect(mail).toMatch(/^Message-ID: <ntf_[0-9a-f]{24}@example.org>$/m);
  });

  it('send to Slack without its signs', async () => {
    const hook = await webhookServer();
    await subscribe({ kind: 'slack', url: hook.url });
    await ports.documents.upsert('articles', [
      { id: 'art_1', title: '<!channel> & more', url: null, feed: 'f', tickers: [], publishedAt: 1 },
    ]);
    await queueNotifications(ports, events(1));
    await sendDue(ports);
    const { text } = JSON.parse(hook.received[0]?.body ?? '{}') as { text: string };
    expect(text).toContain('*article.collected: &lt;!channel&gt; &amp; more*');
  });
});
