import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDocuments } from '../../adapters/documents/index.js';
import { temporaryDirectory } from '../adapters/directories.js';
import { HOUR, score, START } from '../adapters/made-articles.js';
import { runCommand } from './command.js';

describe('finsight sentiment index', () => {
  const directory = temporaryDirectory();
  const index = (...words: string[]) =>
    runCommand(['sentiment', 'index', ...words, '--local', '--json', '--data-dir', directory]);

  beforeAll(async () => {
    const documents = openDocuments(`sqlite:${join(directory, 'finsight.db')}`);
    const scored = (id: string, hours: number, label: 'positive' | 'negative') =>
      score(id, label, 'ngram@1', { tickers: ['BTC'], knownAt: START + hours * HOUR, feed: id });
    await documents.insert('scores', [scored('a', 0, 'positive'), scored('b', 6, 'negative')]);
    await documents.close();
  });

  it('answers the points with model, source, asOf and counts, and writes them as a table', async () => {
    const csv = join(directory, 'index.csv');
    const words = ['--from', '2024-01-01', '--half-life', '6h', '--step', '3h', '--csv', csv];
    const { code, answer } = await index('btc', ...words);
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      ...{ asset: 'BTC', model: 'ngram@1', source: { kind: 'simulated', detail: '1' }, repeat: 0.5 },
      counts: { articles: 2, abstained: 0 },
      points: [{ index: 1 }, { index: 1, stories: 1 }, { articles: 2 }],
    });
    const [last] = (answer['points'] as { index: number }[]).slice(-1);
    expect(last?.index).toBeCloseTo(-1 / 3);
    expect(readFileSync(csv, 'utf8').split('\r\n')).toHaveLength(5);
  });

  it('takes weights and an instant, and says what is wrong', async () => {
    const weighed = await index('BTC', '--from', '2024-01-01', '--weights', 'b=0');
    expect((weighed.answer['points'] as { index: number }[]).at(-1)?.index).toBe(1);
    const then = await index('BTC', '--as-of', '2024-01-01T05:00:00Z', '--from', '2024-01-01');
    expect(then.answer).toMatchObject({ counts: { articles: 1 }, asOf: START + 5 * HOUR });
    expect(await index('XYZ')).toMatchObject({ code: 0, answer: { model: null, points: [] } });
    for (const [words, fault] of [
      [['--window', 'soon'], /window is "soon"/],
      [['--from', 'then'], /Unreadable --from "then"/],
      [['--from', '2024-01-02', '--to', '2024-01-01'], /range is empty/],
      [['--model', 'absent'], /Unknown sentiment model "absent"/],
    ] as const) {
      const { code, answer } = await index('BTC', ...words);
      expect(code).toBe(2);
      expect(JSON.stringify((answer['error'] as { message: string }).message)).toMatch(
        new RegExp(fault.source.replaceAll('"', '\\\\"')),
      );
    }
  });
});
