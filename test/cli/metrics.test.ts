import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { seededNormal } from '../../domain/random.js';
import { temporaryDirectory } from '../adapters/directories.js';
import { runCommand } from './command.js';

describe('finsight metrics', () => {
  const directory = temporaryDirectory();
  const made = (name: string, text: string | Buffer): string => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
  const metrics = (...words: string[]) => runCommand(['metrics', ...words, '--local', '--json']);
  const draw = seededNormal('cli');
  const returns = `return\n${Array.from({ length: 300 }, () => draw() / 100).join('\n')}\n`;

  it('computes figures of returns, null where undefined and infinities as text', async () => {
    const { code, answer } = await metrics('compute', '--returns', made('one.csv', 'return\n0.01\n0.01\n'));
    expect(code).toBe(0);
    expect(answer['periodsPerYear']).toBe(365);
    expect(answer['metrics']).toMatchObject({
      sharpe_ratio: 'Infinity',
      calmar_ratio: null,
      max_drawdown: 0,
    });
    expect(answer['metrics']).not.toHaveProperty('beta');
  });

  it('takes the benchmark from a column or a file, and years from times', async () => {
    const both = made('both.csv', 'date,return,benchmark\n2023-12-31,0.02,0.01\n2024-01-01,-0.04,-0.02\n');
    const first = await metrics('compute', '--returns', both, '--periods', '252');
    expect((first.answer['metrics'] as { beta: number }).beta).toBeCloseTo(2, 12);
    expect(first.answer['byYear']).toHaveLength(2);
    const other = made('other.csv.gz', gzipSync('return\n0.02\n-0.04\n'));
    const second = await metrics('compute', '--returns', both, '--benchmark', other);
    expect((second.answer['metrics'] as { beta: number }).beta).toBeCloseTo(1, 12);
  });

  it('has no figures of no returns', async () => {
    const { code, answer } = await metrics('compute', '--returns', made('none.csv', 'return\n'));
    expect(code).toBe(0);
    expect(answer['metrics']).toMatchObject({ sharpe_ratio: null, max_drawdown: null, annual_return: null });
  });

  it('judges one series, with the trials it is the best of', async () => {
    const file = made('r.csv', returns);
    const { answer } = await metrics('significance', '--returns', file);
    expect(answer).toMatchObject({ inputs: { n: 300 }, dsr: [{ trials: 1, sr0: 0 }] });
    const many = await metrics(
      'significance',
      '--returns',
      file,
      '--trials',
      '100',
      '--variance-of-trials',
      '0.01',
    );
    expect(many.answer['verdict']).toMatch(/^(not distinguishable from luck|no edge)/);
  });

  it('judges the best of several strategies', async () => {
    const rows = Array.from({ length: 200 }, () => `${draw()},${draw()},${draw() + 0.5}`);
    const file = made('many.csv', `a,b,c\n${rows.join('\n')}\n`);
    const { answer } = await metrics(
      'significance',
      '--strategies',
      file,
      '--parts',
      '8',
      '--resamples',
      '200',
    );
    expect(answer).toMatchObject({
      strategies: 3,
      best: 'c',
      finding: 'edge',
      pbo_cscv: { S8: { n_splits: 70 } },
    });
  });

  it.each([
    [['compute', '--returns', 'missing.csv'], /missing.csv cannot be read/],
    [['compute', '--returns', 'r.csv', '--periods', '0'], /--periods 0 is not a number above 0/],
    [['compute', '--returns', 'r.csv', '--cutoff', '2'], /--cutoff 2 is not between 0 and 1/],
    [['compute', '--returns', 'r.csv', '--benchmark', 'short.csv'], /has 1 returns, .*r.csv has 300/],
    [['significance'], /either --returns <csv> or --strategies/],
    [['significance', '--returns', 'r.csv', '--trials', '5'], /needs --variance-of-trials/],
    [['significance', '--returns', 'r.csv', '--benchmark'], /no column "benchmark"/],
    [['significance', '--strategies', 'r.csv'], /has 1 strategies/],
    [['significance', '--returns', 'r.csv', '--block', '0.5'], /--block 0.5 is not at least 1/],
  ])('refuses %j', async (words, message) => {
    made('r.csv', returns);
    made('short.csv', 'return\n0.1\n');
    const placed = words.map((word) => (word.endsWith('.csv') ? join(directory, word) : word));
    const { code, answer } = await metrics(...placed);
    expect(code).toBe(2);
    expect((answer['error'] as { message: string }).message).toMatch(message);
  });
});
