import { execFileSync } from 'node:child_process';

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SeriesPort } from '../../adapters/ports.js';
import { openSeries, SERIES } from '../../adapters/series/index.js';
import { mergeBars } from '../../adapters/series/merge.js';
import { parquetSeries } from '../../adapters/series/parquet.js';
import type { Bar } from '../../domain/bars.js';
import { DataQualityError, InvalidInputError, UnreachableError } from '../../domain/errors.js';
import type { Source } from '../../domain/sources.js';
import { timeframeMs, type Stream } from '../../domain/streams.js';
import { temporaryDirectory } from './directories.js';

const HOUR = 3_600_000;
const START = Date.UTC(2022, 11, 31, 20);
const ALWAYS = { from: -Infinity, to: Infinity };
const recorded: Source = { kind: 'recorded', detail: '/data/here' };
const live: Source = { kind: 'live', detail: '' };
const simulated: Source = { kind: 'simulated', detail: '7' };

let streams = 0;
/** A stream of its own for each test: the tests share one store, as streams do. */
const newStream = (timeframe: Stream['timeframe'] = '1h'): Stream => ({
  exchange: 'binance',
  symbol: `T${++streams}-USDT`,
  timeframe,
});

function bars(count: number, stream: Stream, from = START): Bar[] {
  const step = timeframeMs(stream.timeframe);
  return Array.from({ length: count }, (_, i) => {
    const open = 100 + Math.sin(i) * 3;
    const close = 100 + Math.sin(i + 1) * 3;
    const time = from + i * step;
    const [high, low] = [Math.max(open, close) + 0.1, Math.min(open, close) - 0.1];
    return { time, open, high, low, close, volume: i % 7, knownAt: time + step };
  });
}

const ADDRESSES: Record<string, () => string> = { parquet: () => `parquet:${temporaryDirectory()}` };

describe.each(Object.keys(SERIES))('the %s series', (scheme) => {
  const series: SeriesPort = openSeries(ADDRESSES[scheme]?.() ?? '');

  it('gives back what was written, over partition borders, and stores nothing twice', async () => {
    const stream = newStream();
    const written = bars(50, stream);
    expect(await series.write({ stream, bars: written, source: recorded })).toEqual({ stored: 50 });
    expect(await series.write({ stream, bars: written, source: recorded })).toEqual({ stored: 0 });
    const key = { stream, source: recorded, range: ALWAYS, asOf: Infinity };
    expect(await series.read(key)).toEqual(written);
    const columns = await series.readColumns(key);
    expect(Object.keys(columns).sort()).toEqual(['close', 'high', 'low', 'open', 'time', 'volume']);
    expect(Array.from(columns.close)).toEqual(written.map((bar) => bar.close));
    expect(Array.from(await series.times(key))).toEqual(written.map((bar) => bar.time));
  });

  it('does not care in which order and in which parts bars come', async () => {
    const digests = new Set<string>();
    for (const parts of [[[0, 60]], [[40, 60], [0, 45]], [[0, 1], [10, 60], [1, 10]]]) {
      const stream = newStream();
      const all = bars(60, stream);
      for (const [from = 0, to = 0] of parts)
        await series.write({ stream, bars: all.slice(from, to).reverse(), source: recorded });
      const { sha256, rows } = await series.digest({ stream, source: recorded, range: ALWAYS, asOf: Infinity });
      expect(rows).toBe(60);
      digests.add(sha256);
    }
    expect(digests.size).toBe(1);
  });

  it('shows a correction only to those who ask later', async () => {
    const stream = newStream();
    const [first] = bars(1, stream) as [Bar];
    const corrected = { ...first, close: first.close + 0.05, knownAt: first.knownAt + 10 * HOUR };
    await series.write({ stream, bars: [first], source: recorded });
    expect(await series.write({ stream, bars: [corrected], source: recorded })).toEqual({ stored: 1 });
    const at = (asOf: number) => series.read({ stream, source: recorded, range: ALWAYS, asOf });
    expect(await at(first.knownAt - 1)).toEqual([]);
    expect(await at(first.knownAt)).toEqual([first]);
    expect(await at(corrected.knownAt - 1)).toEqual([first]);
    expect(await at(corrected.knownAt)).toEqual([corrected]);
    expect((await series.streams()).find((each) => each.stream.symbol === stream.symbol)?.bars).toBe(1);
  });

  it('reads the bars in [from, to), from either end up to a limit, always ascending', async () => {
    const stream = newStream();
    const all = bars(40, stream);
    await series.write({ stream, bars: all, source: recorded });
    const range = { from: START + 2 * HOUR, to: START + 30 * HOUR };
    const key = { stream, source: recorded, range, asOf: Infinity };
    expect(await series.read(key)).toEqual(all.slice(2, 30));
    expect(await series.read({ ...key, limit: 5 })).toEqual(all.slice(2, 7));
    expect(await series.read({ ...key, limit: 26, order: 'newest' })).toEqual(all.slice(4, 30));
    expect(await series.read({ ...key, limit: 0 })).toEqual([]);
    await expect(series.read({ ...key, asOf: NaN })).rejects.toBeInstanceOf(InvalidInputError);
  });

  it('keeps sources apart and names them', async () => {
    const stream = newStream();
    for (const [i, source] of [recorded, live, simulated].entries())
      await series.write({ stream, bars: bars(i + 1, stream), source });
    const found = (await series.streams()).filter((each) => each.stream.symbol === stream.symbol);
    expect(found.map(({ source, bars: count }) => [source, count])).toEqual(
      expect.arrayContaining([[recorded, 1], [live, 2], [simulated, 3]]),
    );
    expect(found[0]?.range.from).toBe(START);
    const other = { kind: 'simulated', detail: '8' } as const;
    expect(await series.read({ stream, source: other, range: ALWAYS, asOf: Infinity })).toEqual([]);
  });

  it('has nothing of an unknown stream', async () => {
    const key = { stream: newStream(), source: live, range: ALWAYS, asOf: Infinity };
    expect(await series.read(key)).toEqual([]);
    expect((await series.readColumns(key)).time).toHaveLength(0);
    expect((await series.digest(key)).rows).toBe(0);
  });

  it('loses nothing when many write at once', async () => {
    const stream = newStream();
    const all = bars(40, stream);
    const parts = Array.from({ length: 8 }, (_, i) => all.slice(i * 5, i * 5 + 5));
    await Promise.all(parts.map((part) => series.write({ stream, bars: part, source: recorded })));
    expect(await series.read({ stream, source: recorded, range: ALWAYS, asOf: Infinity })).toEqual(all);
  });

  it('reads two years of hours within 100 ms', async () => {
    const stream = newStream();
    await series.write({ stream, bars: bars(17_520, stream), source: recorded });
    const key = { stream, source: recorded, range: ALWAYS, asOf: Infinity };
    let best = Infinity; 
    for (let i = 0; i < 5; i++) {
      const start = performance.now();
      expect((await series.readColumns(key)).time).toHaveLength(17_520);
      best = Math.min(best, performance.now() - start);
    }
    expect(best).toBeLessThan(100);
  });

  it('refuses bars that are no numbers', async () => {
    const stream = newStream();
    const [bar] = bars(1, stream) as [Bar];
    const write = series.write({ stream, bars: [{ ...bar, close: NaN }], source: live });
    await expect(write).rejects.toThrow(/cannot store the bar/);
  });

  it('closes twice without harm', async () => {
    await series.close();
    await series.close();
  });
});

describe('parquet files', () => {
  const files = (root: string): string[] => globbed(root).filter((file) => file.endsWith('bars.parquet'));
  const globbed = (root: string): string[] =>
    readdirSync(root, { recursive: true, encoding: 'utf8' }).map((file) => join(root, file)).sort();

  it('are partitioned by month for minutes and by year for hours', async () => {
    const root = temporaryDirectory();
    const series = parquetSeries(root);
    const minutes = newStream('15m');
    await series.write({ stream: minutes, bars: bars(40, minutes), source: live });
    const hours = newStream();
    await series.write({ stream: hours, bars: bars(10, hours), source: simulated });
    const periods = files(root).map((file) => /source=([^/]+).*period=([^/]+)/.exec(file)?.slice(1).join(' '));
    expect(periods.sort()).toEqual(['live 2022-12', 'live 2023-01', 'simulated-7 2022', 'simulated-7 2023']);
  });

  it('that are broken are named with the cure, and the others can still be read', async () => {
    const root = temporaryDirectory();
    const series = parquetSeries(root);
    const stream = newStream();
    const all = bars(10, stream);
    await series.write({ stream, bars: all, source: live });
    const broken = files(root)[0] ?? '';
    writeFileSync(broken, 'PAR1 but not really');
    const key = { stream, source: live, range: ALWAYS, asOf: Infinity };
    const error = await series.readColumns(key).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataQualityError);
    expect(String(error)).toContain(`${broken}: `);
    expect(String(error)).toContain('move the file aside');
    expect(await series.read({ ...key, range: { from: Date.UTC(2023, 0, 1), to: Infinity } })).toEqual(all.slice(4));
    expect(await series.streams()).toHaveLength(1);
    await expect(series.write({ stream, bars: all, source: live })).rejects.toBeInstanceOf(DataQualityError);
  });

  it('half written by a process that died are removed by the next writer', async () => {
    const root = temporaryDirectory();
    const series = parquetSeries(root);
    const stream = newStream();
    await series.write({ stream, bars: bars(2, stream), source: live });
    const draft = `${files(root)[0]}.999.new`;
    writeFileSync(draft, 'half');
    await series.write({ stream, bars: bars(3, stream), source: live });
    expect(globbed(root)).not.toContain(draft);
  });

  it('get a correction that a venue dates like the bar as known now; elsewhere it is an error', async () => {
    const stream = newStream();
    const now = START + 1000 * HOUR;
    const series = parquetSeries(temporaryDirectory(), { now: () => now });
    const [bar] = bars(1, stream) as [Bar];
    const corrected = { ...bar, close: bar.close + 0.01 };
    for (const source of [live, recorded]) await series.write({ stream, bars: [bar], source });
    expect(await series.write({ stream, bars: [corrected], source: live })).toEqual({ stored: 1 });
    expect(await series.write({ stream, bars: [corrected], source: live })).toEqual({ stored: 0 });
    const read = (asOf: number) => series.read({ stream, source: live, range: ALWAYS, asOf });
    expect(await read(now - 1)).toEqual([bar]);
    expect(await read(now)).toEqual([{ ...corrected, knownAt: now }]);
    const contradiction = series.write({ stream, bars: [corrected], source: recorded });
    await expect(contradiction).rejects.toThrow(/two different bars open at 2022-12-31T20:00:00.000Z/);
  });

  it('take the writes of several processes', async () => {
    const root = temporaryDirectory();
    const stream = newStream();
    const series = [parquetSeries(root), parquetSeries(root)];
    const all = bars(20, stream);
    await series[0]?.write({ stream, bars: all.slice(0, 1), source: live });
    const lock = globbed(root).find((file) => file.endsWith('lock')) ?? '';
    // Another process holds the lock the way ours do, is killed with it, and must not block anyone.
    const script = `const D=require('libsql');const d=new D(process.argv[1]);d.exec('BEGIN EXCLUSIVE');process.kill(process.pid,'SIGKILL')`;
    expect(() => execFileSync(process.execPath, ['-e', script, lock], { stdio: 'ignore' })).toThrow();
    await Promise.all(all.map((bar, i) => series[i % 2]?.write({ stream, bars: [bar], source: live })));
    expect(await series[0]?.read({ stream, source: live, range: ALWAYS, asOf: Infinity })).toEqual(all);
  });

  it('cannot lie below a file: the error names the place', async () => {
    const root = join(temporaryDirectory(), 'file');
    writeFileSync(root, '');
    const stream = newStream();
    const error = await parquetSeries(root).write({ stream, bars: bars(1, stream), source: live }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UnreachableError);
    expect(String(error)).toContain(root);
  });
});

describe('versions of a bar', () => {
  const base = { time: START, open: 1, high: 2, low: 1, volume: 1, origin: '' };
  const bar = fc.record({ close: fc.integer({ min: 1, max: 3 }), knownAt: fc.integer({ min: 0, max: 4 }) });

  it('are the same however often they are written, and none is lost', () => {
    fc.assert(
      fc.property(fc.array(bar, { maxLength: 12 }), (given) => {
        const written = given.map((each) => ({ ...base, ...each }));
        const options = { name: 's', correctedAt: 100 };
        const { all, added } = mergeBars([], written, options);
        expect(added).toBe(all.length);
        expect(all.map((each) => each.knownAt)).toEqual([...all].sort((a, b) => a.knownAt - b.knownAt).map((e) => e.knownAt));
        expect(new Set(all.map((each) => each.knownAt)).size).toBe(all.length);
        expect(mergeBars(all, all, options).added).toBe(0);
      }),
    );
  });
});

it('names the known schemes', () => {
  expect(() => openSeries('tape:/x')).toThrow(/Unknown address "tape:\/x" in SERIES_URL; known schemes: parquet:/);
});
