import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageOf, signature } from '../../domain/notifications/messages.js';
import { minutesAt, quietUntil, readMinutes, type QuietHours } from '../../domain/notifications/quiet.js';
import {
  DELIVERY_ATTEMPTS,
  failedDelivery,
  newDelivery,
  wants,
  type Facts,
  type Subscription,
} from '../../domain/notifications/subscriptions.js';

const night = (timeZone: string, from = '22:00', to = '07:00'): QuietHours => ({ from, to, timeZone });
const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());

describe('quiet hours', () => {
  it.each<[string, QuietHours, string, string | null]>([
    ['before', night('UTC'), '2024-05-01T21:59:59Z', null],
    ['at the beginning', night('UTC'), '2024-05-01T22:00:00Z', '2024-05-02T07:00:00.000Z'],
    ['behind midnight', night('UTC'), '2024-05-02T03:12:34.567Z', '2024-05-02T07:00:00.000Z'],
    ['at the end', night('UTC'), '2024-05-02T07:00:00Z', null],
    ['within a day', night('UTC', '12:00', '13:30'), '2024-05-02T12:10:00Z', '2024-05-02T13:30:00.000Z'],
    ['on the clock of a zone', night('Europe/Berlin'), '2024-05-01T20:30:00Z', '2024-05-02T05:00:00.000Z'],
    ['a zone of half hours', night('Asia/Kolkata'), '2024-05-01T17:00:00Z', '2024-05-02T01:30:00.000Z'],
    ['while clocks go forward', night('Europe/Berlin'), '2024-03-30T22:00:00Z', '2024-03-31T05:00:00.000Z'],
    ['while clocks go back', night('Europe/Berlin'), '2024-10-26T22:00:00Z', '2024-10-27T06:00:00.000Z'],
    [
      'to an end that the clock leaves out',
      night('Europe/Berlin', '22:00', '02:30'),
      '2024-03-30T23:00:00Z',
      '2024-03-31T01:00:00.000Z',
    ],
  ])('%s', (_, quiet, now, end) => {
    expect(iso(quietUntil(quiet, Date.parse(now)))).toBe(end === null ? null : end);
  });

  it('end at a time that is not quiet, within a day and an hour, and all is quiet until then', () => {
    const clock = fc
      .integer({ min: 0, max: 1439 })
      .map((m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`);
    const zone = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
    );
    const time = fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2025-01-01') });
    fc.assert(
      fc.property(clock, clock, zone, time, (from, to, timeZone, now) => {
        fc.pre(from !== to);
        const quiet = { from, to, timeZone };
        const end = quietUntil(quiet, now);
        if (end === null) return;
        expect(end).toBeGreaterThan(now);
        expect(end - now).toBeLessThanOrEqual(25 * 3_600_000);
        expect(quietUntil(quiet, end)).toBeNull();
        expect(quietUntil(quiet, end - 60_000 >= now ? end - 60_000 : now)).not.toBeNull();
        expect(minutesAt(end, timeZone) === readMinutes(to) || timeZone !== 'UTC').toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

const facts: Facts = {
  tickers: ['BTC'],
  sources: ['coindesk'],
  stream: null,
  title: 'Up',
  url: 'https://x.example/a',
};
const subscription: Subscription = {
  id: 'sub_1',
  name: 'mine',
  channel: { kind: 'email', to: ['a@example.org'] },
  types: ['article.*'],
  filters: {},
  quietHours: null,
  perHour: null,
  state: 'active',
  createdAt: 100,
  createdBy: 'local',
  tenant: 'default',
  updatedAt: 100,
};
const event = { id: 'e', type: 'article.scored', at: 200, payload: { label: 'positive' } };

describe('a subscription', () => {
  it.each<[boolean, string, Partial<Subscription>, Partial<typeof event>]>([
    [true, 'its types', {}, {}],
    [true, 'everything', { types: ['*'] }, {}],
    [true, 'a whole type', { types: ['bars.closed', 'article.scored'] }, {}],
    [false, 'other types', { types: ['bars.*'] }, {}],
    [false, 'no types that only begin alike', { types: ['article'] }, {}],
    [true, 'its tickers', { filters: { tickers: ['ETH', 'BTC'] } }, {}],
    [false, 'other tickers', { filters: { tickers: ['ETH'] } }, {}],
    [false, 'a ticker of another source', { filters: { tickers: ['BTC'], sources: ['x'] } }, {}],
    [false, 'a stream where there is none', { filters: { streams: ['binance/BTC-USDT/1h'] } }, {}],
    [false, 'what happened before it was made', {}, { at: 99 }],
  ])('%s: %s', (wanted, _, members, changes) => {
    expect(wants({ ...subscription, ...members }, { ...event, ...changes }, facts)).toBe(wanted);
  });
});

it('a delivery is tried with growing pauses and given up after the last', () => {
  let delivery = newDelivery(subscription, { event, facts, now: 0 });
  const pauses: number[] = [];
  while (delivery.state === 'waiting') {
    delivery = failedDelivery(
      { ...delivery, attempts: delivery.attempts + 1 },
      { at: 0, message: 'no', final: false },
    );
    pauses.push(delivery.dueAt / 1000);
  }
  expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 640, 0]);
  expect([delivery.attempts, delivery.log.length]).toEqual([DELIVERY_ATTEMPTS, 8]);
  const final = failedDelivery(newDelivery(subscription, { event, facts, now: 0 }), {
    at: 1,
    message: 'no',
    final: true,
  });
  expect(final.state).toBe('dead');
});

it('a signature is the HMAC-SHA256 of its time and the body, whatever the text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.nat(),
      fc.string({ unit: 'grapheme' }),
      (secret, at, body) => {
        const expected = createHmac('sha256', Buffer.from(secret)).update(`${at}.${body}`).digest('hex');
        expect(signature(secret, at, body)).toBe(`t=${at},v1=${expected}`);
      },
    ),
  );
});

it('a message says what happened, on one line and in bounds', () => {
  const delivery = newDelivery(subscription, {
    event: { ...event, payload: { label: 'positive', deep: { a: 1 }, long: 'x'.repeat(100_000) } },
    facts: { ...facts, title: 'Up\r\nBcc: all@example.org' },
    now: 300,
  });
  const message = messageOf(delivery, 'mine');
  expect(message.title).toBe('article.scored: positive, Up Bcc: all@example.org');
  expect(message.text.length).toBeLessThanOrEqual(8000);
  expect(message.id).toMatch(/^ntf_[0-9a-f]{24}$/);
});

it('a drift is told with what moved, on which stream, and why', () => {
  const payload = {
    ...{ reportId: 'drf_1', stream: 'binance/BTC-USDT/1h', model: 'ridge-1h-h1@0123' },
    ...{ families: 'inputs, residuals', reasons: ['atr_14: PSI 0.90, distance 0.60, q 1.0e-4'] },
  };
  const drift = { id: 'evt_drift.detected_ep_1', type: 'drift.detected', at: 200, payload };
  const none = { tickers: ['BTC'], sources: [], stream: 'binance/BTC-USDT/1h', title: null, url: null };
  const message = messageOf(newDelivery(subscription, { event: drift, facts: none, now: 300 }), 'desk');
  expect(message.title).toBe('drift.detected: inputs, residuals, binance/BTC-USDT/1h');
  expect(message.text).toContain('atr_14: PSI 0.90');
});
