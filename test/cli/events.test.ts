import { describe, expect, it } from 'vitest';
import { seed } from '../api/made-records.js';
import { commandPlatform } from './made-shell.js';

const { shown, json } = commandPlatform(async ({ ports }) => seed(ports));

describe('finsight events', () => {
  it('lists what happened', async () => {
    expect((await json('events')).answer.items).toMatchObject([{ id: 'evt_1', type: 'article.collected' }]);
    expect((await json('events', 'list', '--type', 'bars.closed')).answer.items).toEqual([]);
    expect((await shown('events')).out).toMatch(/article\.collected +evt_1 +\{"articleId":"art_example"\}/);
  });

  it('tells what waits in the outbox', async () => {
    const status = await json('events', 'status');
    expect(status).toMatchObject({ code: 0, answer: { events: 1, pending: 1, delivered: 0 } });
    expect(status.answer['lagMs']).toBeGreaterThan(0);
    expect((await shown('events', 'status')).out).toMatch(
      /^pending +lagSeconds +heldBy +delivered +oldest\n1 +\d+ +\w+ +0 +20\d\d-/,
    );
  });

  it('shows who follows, and that no process runs them', async () => {
    const { out, err } = await shown('events', 'consumers');
    for (const name of ['aggregates', 'notifications', 'searches', 'sender'])
      expect(out).toMatch(new RegExp(`^${name} `, 'm'));
    expect(err).toContain('run by no process: start a worker of the queue io');
    expect((await json('events', 'consumers')).answer).toMatchObject({ leader: null });
  });

  it('shows dead letters and lets one be tried again', async () => {
    const found = await json('events', 'dead-letters', '--consumer', 'aggregates', '--state', 'dead');
    expect(found.answer.items).toMatchObject([{ id: 'dl_example', state: 'dead' }]);
    expect((await shown('events', 'dead-letters')).out).toContain('TypeError: no');
    expect((await json('events', 'requeue', 'dl_example')).answer).toMatchObject({ state: 'requeued' });
    expect((await json('events', 'dead-letters', '--state', 'dead')).answer.items).toEqual([]);
  });

  it.each<[string[], RegExp]>([
    [['stats'], /Unknown command "events stats"; did you mean "status"\?/],
    [['list', '--typ', 'x'], /--typ.*Did you mean --type\?/s],
    [['list', '--limit', 'all'], /--limit.*'all'/],
    [['dead-letters', '--state', 'ded'], /failing.*dead.*requeued/s],
    [['requeue'], /missing required argument 'id'/],
    [['requeue', 'dl_none'], /dl_none/],
  ])('%j is wrong usage', async (argv, why) => {
    const { code, answer, err } = await json('events', ...argv);
    expect([code, answer.error?.message]).toEqual([2, expect.stringMatching(why)]);
    expect(err).toMatch(why);
  });
});

describe('finsight notifications', () => {
  it('are made, shown, paused, resumed, tested and deleted', async () => {
    const flags = ['--types', 'article.scored,bars.*', '--tickers', 'BTC', '--quiet', '22:00-07:00'];
    const zone = ['--time-zone', 'Europe/Berlin', '--per-hour', '5'];
    const made = await json(
      'notifications',
      'create',
      'bad news',
      '--webhook',
      'https://h.example/a',
      ...flags,
      ...zone,
    );
    expect(made).toMatchObject({
      code: 0,
      answer: {
        types: ['article.scored', 'bars.*'],
        filters: { tickers: ['BTC'] },
        quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' },
        perHour: 5,
        secret: expect.any(String),
      },
    });
    const id = String(made.answer['id']);
    expect((await json('notifications', 'show', id)).answer).toMatchObject({
      name: 'bad news',
      state: 'active',
    });
    expect((await shown('notifications')).out).toMatch(/bad news +active +webhook h\.example/);
    const paused = await json('notifications', 'pause', id);
    expect(paused.answer).toMatchObject({ state: 'paused', perHour: 5, filters: { tickers: ['BTC'] } });
    expect((await shown('notifications', 'resume', id)).out).toContain('active');
    expect((await shown('notifications', 'test', id)).err).toBe('sent: HTTP 200\n');
    expect((await json('notifications', 'delete', id)).answer).toEqual({ id, removed: true });
    expect((await json('notifications', 'show', id)).code).toBe(2);
  });

  it('to a chat or by mail have no secret to show', async () => {
    const slack = await shown('notifications', 'create', 's', '--slack', 'https://hooks.example/t0ken');
    expect(slack.code).toBe(0);
    expect(slack.out + slack.err).not.toMatch(/secret|t0ken/);
    const mail = await json('notifications', 'create', 'm', '--email', 'a@h.example,b@h.example');
    expect(mail.answer).toMatchObject({ channel: { kind: 'email', to: ['a@h.example', 'b@h.example'] } });
  });

  it('that were given up are shown, and sent once more', async () => {
    const dead = await json('notifications', 'deliveries', 'sub_example', '--state', 'dead');
    expect(dead.answer.items).toMatchObject([{ id: 'ntf_example', state: 'dead', attempts: 8 }]);
    expect((await shown('notifications', 'deliveries', 'sub_example')).out).toMatch(/ntf_example +dead/);
    const again = await shown('notifications', 'retry', 'sub_example', 'ntf_example');
    expect(again).toMatchObject({ code: 0, err: 'ntf_example will be sent again\n' });
    expect((await json('notifications', 'retry', 'sub_example', 'ntf_example')).code).toBe(2);
  });

  it.each<[string[], RegExp]>([
    [['pasue', 'x'], /Unknown command "notifications pasue"; did you mean "pause"\?/],
    [['create', 'x', '--webhok', 'https://h.example'], /--webhok.*Did you mean --webhook\?/s],
    [['create', 'x', '--webhook', 'ftp://h.example'], /http/],
    [['create', 'x', '--email', 'nobody'], /channel\.to\.0/],
    [['create', 'x', '--webhook', 'https://h.example', '--per-hour', 'few'], /--per-hour.*'few'/],
    [['create', 'x', '--webhook', 'https://h.example', '--types', 'Bad Type'], /article\.\*/],
    [['deliveries', 'sub_example', '--state', 'lost'], /waiting.*sent.*dead/s],
    [['show', 'sub_none'], /sub_none/],
    [['pause', 'sub_none'], /sub_none/],
    [['retry', 'sub_example'], /missing required argument 'delivery'/],
  ])('%j is wrong usage', async (argv, why) => {
    const { code, answer, err } = await json('notifications', ...argv);
    expect([code, answer.error?.message]).toEqual([2, expect.stringMatching(why)]);
    expect(err).toMatch(why);
  });
});
