import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvSeries } from '../../adapters/series/csv.js';
import { mergeBars } from '../../adapters/series/merge.js';
import { parquetSeries } from '../../adapters/series/parquet.js';
import type { Bar } from '../../domain/bars.js';
import { DataQualityError, UnreachableError } from '../../domain/errors.js';
import { temporaryDirectory } from './directories.js';
import { ALWAYS, bars, HOUR, live, newStream, recorded, simulated, START } from './made-streams.js';

describe('parquet files', () => {
  const files = (root: string): string[] => globbed(root).filter((file) => file.endsWith('bars.parquet'));
  const globbed = (root: string): string[] =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .map((file) => join(root, file))
      .sort();

  it('are partitioned by month for minutes and by year for hours', async () => {
    const root = temporaryDirectory();
    const series = parquetSeries(root);
    const minutes = newStream('15m');
    await series.write({ stream: minutes, bars: bars(40, minutes), source: live });
    const hours = newStream();
    await series.write({ stream: hours, bars: bars(10, hours), source: simulated });
    const periods = files(root).map((file) =>
      /source=([^/]+).*period=([^/]+)/.exec(file)?.slice(1).join(' '),
    );
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
    expect(await series.read({ ...key, range: { from: Date.UTC(2023, 0, 1), to: Infinity } })).toEqual(
      all.slice(4),
    );
    expect(await series.streams()).toHaveLength(1);
    await expect(series.write({ stream, bars: all, source: live })).rejects.toBeInstanceOf(DataQualityError);
  });

  it('that another program put into another order are read in order all the same', async () => {
    const root = temporaryDirectory();
    const series = csvSeries(root);
    const stream = newStream();
    const all = bars(4, stream);
    await series.write({ stream, bars: all, source: live });
    const [file = ''] = globbed(root).filter((each) => each.endsWith('bars.csv'));
    const [head, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
    writeFileSync(file, [head, ...lines.reverse()].join('\n'));
    rmSync(`${file}.sha256`);
    const key = { stream, source: live, range: ALWAYS, asOf: Infinity };
    expect(await series.read(key)).toEqual(all);
    expect(await series.write({ stream, bars: all, source: live })).toEqual({ stored: 0 });
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
    const error = await parquetSeries(root)
      .write({ stream, bars: bars(1, stream), source: live })
      .catch((e: unknown) => e);
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
        expect(all.map((each) => each.knownAt)).toEqual(
          [...all].sort((a, b) => a.knownAt - b.knownAt).map((e) => e.knownAt),
        );
        expect(new Set(all.map((each) => each.knownAt)).size).toBe(all.length);
        expect(mergeBars(all, all, options).added).toBe(0);
      }),
    );
  });
});
