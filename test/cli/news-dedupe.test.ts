import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../adapters/directories.js';
import { runCommand } from './command.js';

describe('finsight news dedupe', () => {
  const directory = temporaryDirectory();
  const made = (name: string, text: string | Buffer): string => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
  const dedupe = (...words: string[]) => runCommand(['news', 'dedupe', ...words, '--local', '--json']);
  const row = (title: string, url = '', text = '') => JSON.stringify({ title, text, url });
  const lines = [
    row('Bitcoin rises on Monday', 'https://x.com/a?utm_source=rss'),
    row('Ether falls'),
    '',
    row('Bitcoin rises on Monday, again', 'https://www.x.com/a'),
    '{"title": 7}',
    row('ETHER FALLS | CoinDesk'),
    '{"title": "cut',
  ];

  it('names lines from 0 and those that are no articles', async () => {
    for (const file of [
      made('a.ndjson', `\ufeff${lines.join('\r\n')}\r\n`),
      made('a.ndjson.gz', gzipSync(lines.join('\n'))),
    ]) {
      const { code, answer } = await dedupe(file);
      expect(code).toBe(0);
      expect(answer['groups']).toEqual([
        { members: [0, 3], similarity: 1 },
        { members: [1, 5], similarity: 1 },
      ]);
      expect(answer['problems']).toMatchObject([{ line: 4 }, { line: 6 }]);
    }
  });

  it('follows the threshold', async () => {
    const body = 'Shares of the miner rose after it said that its plant will open early.';
    const file = made(
      'b.ndjson',
      ['may', 'will']
        .map((word) => row(`Miner says plant in the north ${word} open early`, '', body))
        .join('\n'),
    );
    expect((await dedupe(file)).answer['groups']).toHaveLength(1);
    expect((await dedupe(file, '--threshold', '0.99')).answer['groups']).toEqual([]);
    expect((await dedupe(file, '--threshold', '2')).code).toBe(2);
  });

  it('ends with 2 where there is no file, or no article in it', async () => {
    expect((await dedupe(join(directory, 'none'))).code).toBe(2);
    expect((await dedupe(made('c.ndjson', 'one\ntwo\n'))).code).toBe(2);
    expect((await dedupe(made('d.ndjson', ''))).answer['groups']).toEqual([]);
  });
});
