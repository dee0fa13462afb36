import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../cli/main.js';
import { temporaryDirectory } from '../adapters/directories.js';

const HOUR = 3_600_000;
/** Whole hours before this one: the bars are 100 days of them. */
const END = Math.floor(Date.now() / HOUR) * HOUR;
const COUNT = 2400;

async function run(argv: string[]): Promise<{ code: number; answer: Record<string, unknown> }> {
  const out: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => out.push(String(chunk)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const code = await main(argv);
  vi.restoreAllMocks();
  const last = out.join('').trim().split('\n').at(-1) ?? '';
  return { code, answer: last.startsWith('{') ? (JSON.parse(last) as Record<string, unknown>) : {} };
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** A data directory with 100 days of hours. */
async function filled(series?: string): Promise<string[]> {
  const directory = temporaryDirectory();
  if (series) vi.stubEnv('SERIES_URL', series);
  const rows = Array.from(
    { length: COUNT },
    (_, i) => `${END - (COUNT - i) * HOUR},10.5,12.25,9.125,11.0625,${i}.5`,
  );
  const file = join(directory, 'bars.csv');
  writeFileSync(file, `time,open,high,low,close,volume\n${rows.join('\n')}\n`);
  const place = ['--data-dir', join(directory, 'data'), '--json'];
  const stored = await run(['bars', 'import', file, '--stream', STREAM, ...place]);
  expect(stored).toMatchObject({ code: 0, answer: { stored: COUNT } });
  return place;
}

const STREAM = 'binance/BTC-USDT/1h';

describe('finsight bars prune', () => {
  it('says what would go, removes it when it is told to, and then there is nothing', async () => {
    const place = await filled();
    const prune = ['bars', 'prune', STREAM, '--days', '90', ...place];
    const told = await run([...prune, '--dry-run']);
    expect(told).toMatchObject({ code: 0, answer: { dryRun: true, removed: 0 } });
    const versions = Number(told.answer['versions']);
    expect(versions).toBeGreaterThan(238);
    expect(versions).toBeLessThan(242);
    expect((await run(['bars', 'check', STREAM, ...place])).answer).toMatchObject({ rows: COUNT });
    expect((await run([...prune, '--remove'])).answer).toMatchObject({ removed: versions });
    expect((await run(['bars', 'check', STREAM, ...place])).answer).toMatchObject({ rows: COUNT - versions });
    expect((await run([...prune, '--remove'])).answer).toMatchObject({ versions: 0, removed: 0 });
  });

  it.each([[['--days', '90', '--dry-run', '--remove']], [['--days', '0']], [['--days', 'ten']], [[]]])(
    'refuses %j with exit code 2',
    async (flags) => {
      const place = await filled();
      expect((await run(['bars', 'prune', STREAM, ...flags, ...place])).code).toBe(2);
    },
  );
});

describe('finsight bars move', () => {
  it('moves what is old between the two stores of a hybrid address', async () => {
    const [recent, old] = [`parquet:${temporaryDirectory()}`, `csv:${temporaryDirectory()}`];
    const address = `hybrid:?${new URLSearchParams({ recent, old, days: '365' }).toString()}`;
    const place = await filled(address);
    const move = ['bars', 'move', '--days', '30', ...place];
    vi.stubEnv('SERIES_URL', address);
    const told = await run([...move, '--dry-run']);
    expect(told).toMatchObject({ code: 0, answer: { dryRun: true } });
    const versions = Number(told.answer['versions']);
    expect(versions).toBeGreaterThan(COUNT - 725);
    expect((await run(move)).answer).toMatchObject({ dryRun: false, versions });
    expect((await run(move)).answer).toMatchObject({ versions: 0 });
    expect((await run(['bars', 'check', STREAM, ...place])).answer).toMatchObject({ rows: COUNT });
  });

  it('says where bars lie in one store only', async () => {
    const place = await filled();
    expect(await run(['bars', 'move', ...place])).toMatchObject({
      code: 2,
      answer: { error: { message: expect.stringContaining('bars are moved between the two of a hybrid:') } },
    });
  });
});
