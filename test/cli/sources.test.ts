import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../adapters/directories.js';
import { seed } from '../api/made-records.js';
import { commandPlatform } from './made-shell.js';

const { shown, json, platform } = commandPlatform(async ({ ports }) => seed(ports));
const directory = temporaryDirectory();

describe('finsight sources', () => {
  it('lists them, and their kinds', async () => {
    const listed = await json('sources');
    expect(listed.code).toBe(0);
    expect(listed.answer.items).toContainEqual(expect.objectContaining({ id: 'coindesk', kind: 'rss' }));
    expect((await shown('sources', 'list')).out.split('\n')[0]).toMatch(
      /^id +kind +state +host +cron +licence$/,
    );
    const kinds = (await json('sources', 'kinds')).answer['kinds'] as { kind: string }[];
    expect(kinds.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['rss', 'rest', 'graphql']));
    expect((await shown('sources', 'kinds')).out).toMatch(/^kind +summary +file\n/);
  });

  it('are made, changed, paused, resumed and removed', async () => {
    const flags = ['--licence', 'headline-only', '--retention-days', '365', '--cron', '*/10 * * * *'];
    const made = await json('sources', 'add', 'mine', '--url', 'https://h.example/feed', ...flags);
    expect(made).toMatchObject({
      code: 0,
      answer: { id: 'mine', kind: 'rss', retentionDays: 365, cadence: { cron: '*/10 * * * *' } },
    });
    const changed = await json('sources', 'change', 'mine', '--name', 'My feed', '--language', 'de');
    expect(changed.answer).toMatchObject({ name: 'My feed', language: 'de', retentionDays: 365 });
    expect((await json('sources', 'show', 'mine')).answer).toMatchObject({ name: 'My feed' });
    expect((await json('sources', 'pause', 'mine')).answer).toMatchObject({ state: 'paused' });
    expect((await shown('sources', 'resume', 'mine')).out).toMatch(/mine +rss +enabled +h\.example/);
    expect((await json('sources', 'remove', 'mine')).answer).toEqual({ id: 'mine', removed: true });
    expect((await json('sources', 'show', 'mine')).code).toBe(2);
  });

  it('of other kinds are made from a file or from settings', async () => {
    const settings = { url: 'https://h.example/news', items: '$.data[*]', fields: { title: '$.title' } };
    const file = join(directory, 'rest.json');
    writeFileSync(file, JSON.stringify(settings));
    const made = await json('sources', 'add', 'by-file', '--kind', 'rest', '--file', file, '--paused');
    expect(made.answer).toMatchObject({ kind: 'rest', state: 'paused', settings });
    const given = ['--kind', 'rest', '--settings', JSON.stringify(settings), '--paused'];
    expect((await json('sources', 'add', 'by-words', ...given)).answer).toMatchObject({ settings });
  });

  it('are tried out, and looked after', async () => {
    const tried = await json('sources', 'test', 'coindesk');
    expect(tried.answer).toMatchObject({ found: 1, more: false, items: [{ title: 'Bitcoin rises' }] });
    const table = await shown('sources', 'test', 'coindesk');
    expect(table.out).toContain('https://example.org/1');
    expect(table.err).toMatch(/^1 items in \d+ ms$/m);
    expect((await json('sources', 'health', 'coindesk')).answer).toMatchObject({
      id: 'coindesk',
      state: 'new',
    });
    expect((await shown('sources', 'health', 'coindesk')).out).toMatch(/^state +lastSuccess.*\nnew /);
    const found = await json('sources', 'discover', 'https://h.example/feed');
    expect(found.answer).toMatchObject({ feeds: [{ url: 'https://h.example/feed', title: 'A feed' }] });
    expect((await shown('sources', 'discover', 'https://h.example/feed')).out).toContain(
      'application/rss+xml',
    );
  });

  it('are collected now, with the report of the run', async () => {
    const { stories } = platform().stories;
    const running = () =>
      [...stories.values()].find(({ kind, status }) => kind === 'collectNews' && status === 'running');
    const report = { source: 'live', stored: 3, failures: [] };
    const collecting = json('sources', 'collect', 'coindesk');
    await expect.poll(running).toMatchObject({ input: { sources: ['coindesk'] } });
    const story = running()!;
    stories.set(story.workflowId, { ...story, status: 'completed', result: report });
    const collected = await collecting;
    expect([collected.code, collected.answer]).toEqual([0, report]);
  });

  it.each<[string[], RegExp]>([
    [['lst'], /Unknown command "sources lst"; did you mean "list"\?/],
    [['add', 'x', '--ulr', 'https://h.example'], /--ulr.*Did you mean --url\?/s],
    [['add'], /missing required argument 'id'/],
    [['add', 'x', '--url', 'https://h.example', '--settings', '{}'], /one of --url, --settings and --file/],
    [['add', 'x', '--url', 'https://h.example', '--time-zone', 'UTC'], /give --cron too/],
    [['add', 'x', '--file', join(directory, 'none.json')], /none\.json: ENOENT/],
    [['add', 'x', '--settings', '{'], /--settings.*not JSON/],
    [['add', 'x', '--kind', 'rs', '--url', 'https://h.example'], /Unknown kind.*rs/i],
    [['add', 'x', '--url', 'https://h.example', '--cron', 'often'], /cron/],
    [['add', 'x', '--url', 'https://h.example', '--retention-days', 'many'], /--retention-days.*'many'/],
    [['add', 'Not An Id', '--url', 'https://h.example'], /id/],
    [['change', 'coindesk'], /change|nothing|empty/i],
    [['show', 'none'], /none/],
    [['test', 'none'], /none/],
    [['health', 'none'], /none/],
    [['discover', 'h.example'], /url/i],
  ])('%j is wrong usage', async (argv, why) => {
    const { code, answer, err } = await json('sources', ...argv);
    expect([code, answer.error?.message]).toEqual([2, expect.stringMatching(why)]);
    expect(err).toMatch(why);
  });
});
