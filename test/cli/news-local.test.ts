import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../adapters/directories.js';
import { called } from './made-shell.js';

const directory = temporaryDirectory();
const data = join(directory, 'data');
const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const news = (...argv: string[]) => called(['news', ...argv, '--local', '--data-dir', data]);

const feed = file(
  'a.xml',
  '<rss version="2.0"><channel><item><title>A</title><pubDate>soon</pubDate></item></channel></rss>',
);
const page = file(
  'p.html',
  '<link rel="alternate" type="application/atom+xml" title="All" href="/atom"><link rel=canonical href="/p">',
);
const lines = file(
  'l.ndjson',
  ['{"title":"Bitcoin rises today"}', 'x', '{"title":"BITCOIN RISES TODAY"}'].join('\n'),
);

describe('finsight news on files, in this process', () => {
  it('tells a person what a feed has in it', async () => {
    const { code, out } = await news('parse', feed);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/a\.xml +rss +2\.0 +1 +1 +bad-date: its date cannot be read: soon\n$/),
    ]);
  });

  it('and which feeds a page points to', async () => {
    const { code, out } = await news('discover', '--html', page, '--base', 'https://h.example/');
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/application\/atom\+xml +https:\/\/h\.example\/atom +All\n$/),
    ]);
    const found = await news('discover', '--html', page, '--base', 'https://h.example/', '--json');
    expect(found.answer['canonical']).toBe('/p');
  });

  it('and which lines deliver one text, with those that are none on the other output', async () => {
    const { code, out, err } = await news('dedupe', lines);
    expect([code, out, err]).toEqual([
      0,
      expect.stringMatching(/^similarity +lines\n1 +0 2\n$/),
      expect.stringMatching(/l\.ndjson: line 1: it is no JSON/),
    ]);
  });

  it('and what a text speaks of', async () => {
    const { code, out } = await news(
      'tag',
      '--text',
      'It fell by 3 %',
      '--title',
      'Bitcoin falls after the SEC speaks',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^tickers +topics +language\nBTC /);
    expect(out).toMatch(/SEC/);
  });

  it.each<[string[], RegExp]>([
    [['parse'], /missing required argument 'path'/],
    [['parse', feed, '--ur', 'https://h.example'], /--ur.*Did you mean --url\?/s],
    [['parse', feed, 'b.xml'], /too many arguments/],
    [['discover'], /--html/],
    [['discover', '--html', page, '--bse', 'https://h.example'], /--bse.*Did you mean --base\?/s],
    [['dedupe'], /missing required argument 'ndjson'/],
    [['dedupe', directory], /cannot be read/],
    [['dedupe', lines, '--treshold', '0.5'], /--treshold.*Did you mean --threshold\?/s],
    [['dedupe', lines, '--threshold', 'half'], /--threshold.*no number/s],
    [['tag'], /--text/],
    [['tag', '--text', 'x'.repeat(200_001)], /longer than 200000 characters/],
    [['dedup', lines], /Unknown command "news dedup"; did you mean "dedupe"\?/],
  ])('%j is wrong usage, and nothing is made', async (argv, why) => {
    const { code, err, answer } = await news(...argv, '--json');
    expect([code, answer.error?.message]).toEqual([2, expect.stringMatching(why)]);
    expect(err).toMatch(why);
  });

  it('makes no data directory', () => {
    expect(readdirSync(directory)).not.toContain('data');
  });
});
