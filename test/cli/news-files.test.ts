import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../adapters/directories.js';
import { runCommand } from './command.js';

const FEED =
  '<rss version="2.0"><channel><title>t</title><item><title>A</title><link>/a</link><guid>g</guid><pubDate>Mon, 06 Sep 2021 00:00:00 GMT</pubDate></item><item><title>B</title><pubDate>soon</pubDate></item></channel></rss>';

describe('finsight news', () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'sub'));
  writeFileSync(join(directory, 'sub', 'a.xml'), FEED);
  writeFileSync(
    join(directory, 'b.html'),
    '<html><head><link rel="alternate" type="application/rss+xml" href="rss">',
  );
  writeFileSync(join(directory, '.hidden'), FEED);
  symlinkSync(directory, join(directory, 'sub', 'round'));

  it('parses a file: dates are ISO times or null', async () => {
    const path = join(directory, 'sub', 'a.xml');
    const { code, answer } = await runCommand([
      'news',
      'parse',
      path,
      '--url',
      'https://x.org/f',
      '--local',
      '--json',
    ]);
    expect(code).toBe(0);
    expect(answer).toEqual({
      files: [
        {
          ...{ file: path, format: 'rss', version: '2.0', feed: { title: 't' } },
          problems: [{ what: 'bad-date', detail: 'its date cannot be read: soon', item: 1 }],
          items: [
            {
              ...{ title: 'A', titleType: 'html', url: 'https://x.org/a', guid: 'g' },
              ...{
                publishedAt: '2021-09-06T00:00:00.000Z',
                publishedAsWritten: 'Mon, 06 Sep 2021 00:00:00 GMT',
              },
            },
            {
              title: 'B',
              titleType: 'html',
              url: null,
              guid: null,
              publishedAt: null,
              publishedAsWritten: 'soon',
            },
          ],
        },
      ],
    });
  });

  it('parses a directory in the order of its names, without hidden files and links', async () => {
    const { answer } = await runCommand(['news', 'parse', directory, '--json']);
    const files = answer['files'] as { file: string; format: string }[];
    expect(files.map(({ file, format }) => [file, format])).toEqual([
      [join(directory, 'b.html'), 'none'],
      [join(directory, 'sub', 'a.xml'), 'rss'],
    ]);
    mkdirSync(join(directory, 'empty'));
    expect((await runCommand(['news', 'parse', join(directory, 'empty'), '--json'])).answer).toEqual({
      files: [],
    });
  });

  it('discovers the feeds of a page', async () => {
    const args = ['--html', join(directory, 'b.html'), '--base', 'https://x.org/p/', '--json'];
    expect((await runCommand(['news', 'discover', ...args])).answer).toEqual({
      feeds: [{ href: 'rss', url: 'https://x.org/p/rss', type: 'application/rss+xml', title: null }],
      canonical: null,
    });
  });

  it.each([
    [['parse', join(directory, 'none')], /No file or directory at/],
    [['discover', '--html', join(directory, 'none')], /No file at/],
    [['discover', '--html', join(directory, 'b.html'), '--base', 'x.org'], /"x.org" is no address/],
    [['parse', directory, '--url', 'file:///x'], /is no address/],
  ])('refuses %j', async (args, message) => {
    const { code, answer } = await runCommand(['news', ...args, '--json']);
    expect(code).toBe(2);
    expect((answer['error'] as { message: string }).message).toMatch(message);
  });
});
