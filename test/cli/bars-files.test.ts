import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../cli/main.js';
import { recordedDirectory } from '../recorded.js';
import { temporaryDirectory } from '../adapters/directories.js';

const FIRST = Date.UTC(2024, 0, 1);
const HOUR = 3_600_000;

/** Runs a command and gives its exit code and what it printed on stdout. */
async function run(argv: string[]): Promise<{ code: number; out: string; answer: Record<string, unknown> }> {
  const out: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk, ...rest) => {
    out.push(Buffer.from(chunk).toString('utf8'));
    const done = rest.at(-1) as (() => void) | undefined;
    if (typeof done === 'function') done();
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const code = await main(argv);
  vi.restoreAllMocks();
  const text = out.join('');
  const last = text.trim().split('\n').at(-1) ?? '';
  return {
    code,
    out: text,
    answer: last.startsWith('{') ? (JSON.parse(last) as Record<string, unknown>) : {},
  };
}

afterEach(() => {
  vi.restoreAllMocks();
});

const lines = (count: number): string[] =>
  Array.from(
    { length: count },
    (_, i) =>
      `${new Date(FIRST + i * HOUR).toISOString().replace('.000', '')},10.5,12.25,9.125,11.0625,${i}.5`,
  );
const csv = (rows: string[]): string => `time,open,high,low,close,volume\n${rows.join('\n')}\n`;

describe('finsight bars', () => {
  const directory = temporaryDirectory();
  const place = (name: string): string => join(directory, name);
  const local = ['--data-dir', place('data'), '--local'];
  const stream = 'binance/BTC-USDT/1h';

  it('imports, checks, resamples and exports without a platform, and nothing is lost', async () => {
    writeFileSync(place('bars.csv'), csv(lines(48)));
    const imported = await run(['bars', 'import', place('bars.csv'), '--stream', stream, '--json', ...local]);
    expect(imported).toMatchObject({
      code: 0,
      answer: { rows: 48, stored: 48, gaps: [], quarantined: [], duplicates: 0 },
    });
    const again = await run(['bars', 'import', place('bars.csv'), '--stream', stream, '--json', ...local]);
    expect(again.answer).toMatchObject({ rows: 48, stored: 0 });
    const checked = await run(['bars', 'check', stream, '--json', ...local]);
    expect(checked).toMatchObject({
      code: 0,
      answer: { rows: 48, gaps: [], quarantined: [], duplicates: 0 },
    });
    const days = await run(['bars', 'resample', stream, '1d', '--json', ...local]);
    expect(days).toMatchObject({ code: 0, answer: { stream: 'binance/BTC-USDT/1d', bars: 2, stored: 2 } });
    expect((await run(['bars', 'export', stream, ...local])).out).toBe(csv(lines(48)));
    const some = await run([
      'bars',
      'export',
      stream,
      '--format',
      'ndjson',
      '--from',
      '2024-01-01T01:00',
      '--to',
      '2024-01-01T03:00',
      ...local,
    ]);
    expect(
      some.out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { time: number }).time),
    ).toEqual([FIRST + HOUR, FIRST + 2 * HOUR]);
    for (const format of ['parquet', 'arrow']) {
      const out = place(`out.${format}`);
      expect(await run(['bars', 'export', stream, '--out', out, '--json', ...local])).toMatchObject({
        code: 0,
        answer: { bars: 48 },
      });
      expect((await run(['bars', 'convert', out, place(`${format}.csv`), '--json', ...local])).code).toBe(0);
      expect(readFileSync(place(`${format}.csv`), 'utf8')).toBe(csv(lines(48)));
    }
  });

  it('check of a file answers rows, gaps, quarantined rows and duplicates', async () => {
    const rows = lines(10);
    const broken = [rows[0]!, rows[1]!, rows[1]!, rows[2]!.replace('12.25', '1'), ...rows.slice(6)];
    writeFileSync(place('broken.csv'), csv(broken));
    const { code, answer } = await run(['bars', 'check', place('broken.csv'), '--json', ...local]);
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      rows: 8,
      gaps: [{ from: FIRST + 2 * HOUR, to: FIRST + 6 * HOUR, bars: 4 }],
      quarantined: [{ row: 4, reason: expect.stringContaining('high 1 is below') as string }],
      duplicates: 1,
    });
    expect((await run(['bars', 'check', place('broken.csv'), ...local])).out).toMatch(/duplicates +1\n/);
  });

  it.each<[string, string[], number, RegExp]>([
    ['a file that is not there', ['check', 'nowhere.csv'], 2, /No file .*nowhere.csv/],
    [
      'a stream that is not there',
      ['check', 'binance/XRP-USDT/1h'],
      2,
      /No bars of binance\/XRP-USDT\/1h are stored/,
    ],
    ['a stream that is none', ['export', 'btc'], 2, /Unknown stream "btc"/],
    ['an unknown format', ['export', stream, '--format', 'xls'], 2, /Unknown format "xls"; known: csv/],
    ['a length that is no multiple', ['resample', stream, '3m'], 2, /not a whole multiple/],
    ['a unit that is none', ['check', 'x', '--time-unit', 'hours'], 2, /./],
    ['a missing stream', ['import', 'x.csv'], 2, /./],
  ])('%s ends with what would have been right', async (_, argv, code, message) => {
    const errors: string[] = [];
    const spy = vi
      .spyOn(process.stderr, 'write')
      .mockImplementation((chunk) => errors.push(String(chunk)) > 0);
    vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
    expect(await main(['bars', ...argv, ...local])).toBe(code);
    spy.mockRestore();
    expect(errors.join('')).toMatch(message);
  });

  const recorded = recordedDirectory();
  it.skipIf(!recorded)(
    'finds the five outages of Binance (skipped without FINSIGHT_RECORDED_DIR)',
    async () => {
      const file = join(recorded ?? '', 'ohlcv/binance_spot_1h/BTCUSDT_1h.csv.gz');
      const { answer } = await run(['bars', 'check', file, '--json', ...local]);
      expect(answer).toMatchObject({ rows: 19_600, missing: 12, quarantined: [], duplicates: 0 });
      expect(answer['gaps']).toHaveLength(5);
    },
  );
});
