import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { main } from '../../cli/main.js';
import { temporaryDirectory } from '../adapters/directories.js';

const HOUR = 3_600_000;
const FIRST = Date.UTC(2013, 0, 5, 10);
const directory = temporaryDirectory();
const STREAM = 'binance/BTC-USDT/1h';

/** What a user sees of `finsight bars …`: the exit code and the last line on stdout. */
async function bars(argv: string[]): Promise<{ code: number; answer: Record<string, unknown> }> {
  const out: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => out.push(String(chunk)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const code = await main(['bars', ...argv, '--json', '--data-dir', join(directory, 'data')]);
  vi.restoreAllMocks();
  return {
    code,
    answer: JSON.parse(out.join('').trim().split('\n').at(-1) ?? '') as Record<string, unknown>,
  };
}

let files = 0;
function written(content: string | Uint8Array, ending = 'csv'): string {
  const path = join(directory, `file${++files}.${ending}`);
  writeFileSync(path, content);
  return path;
}

const rows = (timeOf: (time: number) => string | number, count = 24): string =>
  `time,open,high,low,close,volume\n${Array.from(
    { length: count },
    (_, i) => `${timeOf(FIRST + i * HOUR)},${100 + i},${102 + i},${99 + i},${101 + i},5`,
  ).join('\n')}\n`;
const iso = (time: number): string => new Date(time).toISOString();
const compact = (time: number): string => iso(time).replace(/[-:]|\.000/g, '');
const dayFirst = (time: number): string =>
  `${iso(time).slice(8, 10)}/${iso(time).slice(5, 7)}/${iso(time).slice(0, 4)}`;

describe('a file of ten years ago', () => {
  it.each<[string, (time: number) => string]>([
    ['an offset without a colon', (time) => `${iso(time + HOUR).slice(0, 16)}+0100`],
    ['an offset of hours', (time) => `${iso(time - 5 * HOUR).slice(0, 19)}-05`],
    ['the basic form', compact],
    ['the basic form to the minute', (time) => compact(time).replace('00Z', 'Z')],
    ['a comma before the fraction', (time) => `"${iso(time).replace('.', ',')}"`],
    ['a space and an offset', (time) => `${iso(time).slice(0, 19).replace('T', ' ')} +0000`],
  ])('with %s in its times is read as what it says', async (_, timeOf) => {
    const { code, answer } = await bars(['check', written(rows(timeOf))]);
    expect(code, JSON.stringify(answer)).toBe(0);
    expect(answer).toMatchObject({ timeframe: '1h', bars: 24, first: FIRST, quarantined: [], gaps: [] });
  });

  it.each<[string, string, RegExp]>([
    [
      'day or month first',
      rows((time) => dayFirst(time), 1),
      /"05\/01\/2013" may be day or month first; --dates/,
    ],
    ['a year of two digits', rows((time) => iso(time).slice(2, 16)), /"13-01-05T10:00" is neither a date/],
    ['a zone by its name', rows((time) => `${iso(time).slice(0, 19)} EST`), /EST" is neither a date/],
    ['two units', rows((time) => (time % (2 * HOUR) === 0 ? time : time / 1000)), /--time-unit/],
  ])('that leaves open what it means is refused: %s', async (_, text, words) => {
    for (const argv of [['check'], ['import', '--stream', STREAM]]) {
      const { code, answer } = await bars([...argv, written(text)]);
      expect(code).toBe(2);
      expect((answer['error'] as Error).message).toMatch(words);
    }
  });
});

describe('a bad file', () => {
  it('in another order, and again, is the same bars once', async () => {
    const [head = '', ...lines] = rows((time) => time)
      .trim()
      .split('\n');
    const reversed = written(`${[head, ...lines.toReversed()].join('\n')}\n`);
    const stored = await bars(['import', reversed, '--stream', STREAM]);
    expect(stored.answer).toMatchObject({ rows: 24, stored: 24, quarantined: [] });
    const twice = written(`${[head, ...lines, ...lines].join('\n')}\n`);
    const again = await bars(['import', twice, '--stream', STREAM]);
    expect(again.answer).toMatchObject({ rows: 48, stored: 0, duplicates: 24 });
    expect((await bars(['check', STREAM])).answer).toMatchObject({ rows: 24, gaps: [] });
  });

  it('keeps off the grid, NaN and negative volume out, each with its row and reason', async () => {
    const lines = rows((time) => time)
      .trim()
      .split('\n');
    const spoil = (line: number, change: (cells: string[]) => void): void => {
      const cells = (lines[line] ?? '').split(',');
      change(cells);
      lines[line] = cells.join(',');
    };
    spoil(3, (cells) => (cells[0] = String(Number(cells[0]) + 60_000)));
    spoil(5, (cells) => (cells[4] = 'NaN'));
    spoil(7, (cells) => (cells[5] = '-3'));
    spoil(9, (cells) => (cells[0] = String(Number(cells[0]) / 1000)));
    const { answer } = await bars(['import', written(lines.join('\n')), '--stream', 'binance/ETH-USDT/1h']);
    expect(answer).toMatchObject({ rows: 24, stored: 20 });
    expect(
      (answer['quarantined'] as { row: number; reason: string }[]).map(({ row, reason }) => [row, reason]),
    ).toEqual([
      [3, expect.stringContaining('is not the open of a 1h bar')],
      [5, expect.stringContaining('close "NaN" is not a number')],
      [7, expect.stringContaining('volume -3 is not a number from 0')],
      [9, expect.stringContaining('reads as seconds, the file counts in milliseconds')],
    ]);
  });

  it.each([
    ['one endless line', 'A'.repeat(60_000_000)],
    ['millions of empty lines', '\n'.repeat(60_000_000)],
  ])('that is a bomb of %s is refused or read in little memory', async (_, text) => {
    const path = written(gzipSync(text), 'csv.gz');
    const before = process.memoryUsage().rss;
    const { code } = await bars(['check', path, '--timeframe', '1h']);
    expect([0, 2, 4]).toContain(code);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 2 ** 20);
  });

  it.each([
    '../../etc/x/1h',
    'binance/../1h',
    'binance/BTC-USDT/../1h',
    '..%2F/BTC-USDT/1h',
    'binance/BTC-USDT/1h/..',
  ])('cannot be sent elsewhere by the stream %j', async (stream) => {
    const { code, answer } = await bars(['import', written(rows((time) => time)), '--stream', stream]);
    expect(code).toBe(2);
    expect((answer['error'] as Error).name).toBe('InvalidInputError');
  });
});
