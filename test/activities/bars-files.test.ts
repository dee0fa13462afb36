import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { barsFileSteps } from '../../activities/bars/files.js';
import { judgeBars } from '../../activities/bars/judging.js';
import { storedBarsSteps } from '../../activities/bars/stored.js';
import { transformSteps } from '../../activities/bars/transform.js';
import { readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import type { RowBatch } from '../../adapters/ports.js';
import { columnsBy, COLUMNS, isAscending } from '../../domain/bars/columns.js';
import { DataQualityError, InvalidInputError, NotFoundError } from '../../domain/errors.js';
import { temporaryDirectory } from '../adapters/directories.js';

const HOUR = 3_600_000;
const FIRST = Date.UTC(2024, 0, 1);
const STREAM = 'binance/BTC-USDT/1h';

const portsOf = (directory = temporaryDirectory()) => openPorts(readConfig({ FINSIGHT_DATA_DIR: directory }));

const row = (hour: number, values = '10.5,12.25,9,11,5.5'): string =>
  `${new Date(FIRST + hour * HOUR).toISOString().replace('.000', '')},${values}`;
const csvOf = (lines: string[]): string => `time,open,high,low,close,volume\n${lines.join('\n')}\n`;

function fileOf(lines: string[], name = 'bars.csv'): string {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, csvOf(lines));
  return path;
}

const hours = (count: number): string[] => Array.from({ length: count }, (_, i) => row(i));

describe('importing a file', () => {
  it('stores its bars once, says what it did, and gives them back digit by digit', async () => {
    const ports = portsOf();
    const files = barsFileSteps(ports);
    const lines = Array.from({ length: 48 }, (_, i) =>
      row(i, `0.0000089${i},0.000012,0.00000801,0.00001,${i}.25`),
    );
    const path = fileOf(lines);
    const report = await files.importBarsFile({ path, stream: STREAM });
    expect(report).toMatchObject({
      stream: STREAM,
      rows: 48,
      bars: 48,
      stored: 48,
      duplicates: 0,
      quarantined: [],
      gaps: [],
      order: 'ascending',
      completeness: 1,
    });
    expect(report.source).toBe(`recorded:bars.csv@${report.sha256.slice(0, 16)}`);
    expect(await files.importBarsFile({ path, stream: STREAM })).toMatchObject({ rows: 48, stored: 0 });
    const out = join(temporaryDirectory(), 'out.csv');
    await storedBarsSteps(ports).exportStoredBars({ stream: STREAM, out, format: 'csv' });
    expect(readFileSync(out, 'utf8')).toBe(
      csvOf(lines)
        .replace(/0\.00000890,/, '0.0000089,')
        .replace(/(\.\d*?)0+(,|\n)/g, '$1$2'),
    );
    await ports.close();
  });

  it('quarantines by row, counts repetitions, and is the same however often it is done', async () => {
    const ports = portsOf();
    const path = fileOf([
      row(0),
      row(1),
      row(1),
      row(2, '10.5,9,9,11,5.5'),
      row(3, 'NaN,12.25,9,11,5.5'),
      row(4, '10.5,12.25,9,11,-1'),
      row(5).replace('05:00:00', '05:00:01'),
      row(8),
      row(7),
      row(9),
      row(9, '10.5,12.25,9,10,5.5'),
    ]);
    for (const stored of [4, 0]) {
      const report = await barsFileSteps(ports).importBarsFile({ path, stream: STREAM });
      expect(report).toMatchObject({ rows: 11, bars: 4, stored, duplicates: 1, order: 'mixed' });
      expect(
        report.quarantined.map((fault) => [fault.row, fault.reason.split(' ').slice(0, 2).join(' ')]),
      ).toEqual([
        [4, 'high 9'],
        [5, 'open "NaN"'],
        [6, 'volume -1'],
        [7, 'time 1704085201000'],
        [10, '2 different'],
        [11, '2 different'],
      ]);
      expect(report.gaps).toEqual([{ from: FIRST + 2 * HOUR, to: FIRST + 7 * HOUR, bars: 5 }]);
    }
    expect(await ports.documents.count('quarantine', { where: { stream: STREAM } })).toBe(6);
    const check = await storedBarsSteps(ports).checkStoredBars({ stream: STREAM });
    expect(check).toMatchObject({ rows: 4, missing: 5, quarantinedRows: 6 });
    expect(check.quarantined.map((fault) => fault.row).sort((a, b) => a - b)).toEqual([4, 5, 6, 7, 10, 11]);
    await ports.close();
  });

  it('takes corrections as versions where it is said when they became known', async () => {
    const ports = portsOf();
    const files = barsFileSteps(ports);
    await files.importBarsFile({ path: fileOf([row(0), row(1)]), stream: STREAM });
    const corrected = fileOf([row(0), row(1, '10.5,12.25,9,10,5.5')]);
    await expect(files.importBarsFile({ path: corrected, stream: STREAM })).rejects.toBeInstanceOf(
      DataQualityError,
    );
    const knownAt = '2024-02-01';
    expect(await files.importBarsFile({ path: corrected, stream: STREAM, knownAt })).toMatchObject({
      stored: 1,
    });
    const closes = async (asOf?: string) => {
      const out = join(temporaryDirectory(), 'out.json');
      const input = { stream: STREAM, out, format: 'json', ...(asOf && { asOf }) };
      await storedBarsSteps(ports).exportStoredBars(input);
      return (JSON.parse(readFileSync(out, 'utf8')) as { close: number }[]).map((bar) => bar.close);
    };
    expect(await closes()).toEqual([11, 10]);
    expect(await closes('2024-01-15')).toEqual([11, 11]);
    await ports.close();
  });

  it('refuses bars of another length, some of which would fall on the grid', async () => {
    const ports = portsOf();
    const wrong = barsFileSteps(ports).importBarsFile({
      path: fileOf(hours(50)),
      stream: 'binance/BTC-USDT/1d',
    });
    await expect(wrong).rejects.toThrow(/Most rows are 3600 s apart: these are no bars of 1d/);
    expect(await ports.series.streams()).toEqual([]);
    await ports.close();
  });

  it('leaves out what is not closed yet', async () => {
    const ports = { ...portsOf(), now: () => FIRST + 2.5 * HOUR };
    const report = await barsFileSteps(ports).importBarsFile({ path: fileOf(hours(3)), stream: STREAM });
    expect(report.quarantined).toEqual([
      { row: 3, reason: expect.stringContaining('not closed yet') as string },
    ]);
    await ports.close();
  });
});

describe('checking and converting', () => {
  it('sees the length of the bars, and says where it can not', async () => {
    const ports = portsOf();
    const files = barsFileSteps(ports);
    expect(await files.checkBarsFile({ path: fileOf(hours(5)) })).toMatchObject({ timeframe: '1h', rows: 5 });
    await expect(files.checkBarsFile({ path: fileOf(hours(1)) })).rejects.toThrow(/--timeframe decides/);
    expect(await files.checkBarsFile({ path: fileOf(hours(1)), timeframe: '1h' })).toMatchObject({ bars: 1 });
    await expect(files.checkBarsFile({ path: fileOf([]) })).rejects.toThrow(/no rows of bars; --timeframe/);
    expect(await files.checkBarsFile({ path: fileOf([]), timeframe: '1h' })).toMatchObject({
      rows: 0,
      gaps: [],
    });
    const odd = fileOf([row(0), row(7), row(14)]);
    await expect(files.checkBarsFile({ path: odd })).rejects.toThrow(/25200 s apart.*--timeframe/);
    await ports.close();
  });

  it.each(['csv', 'json', 'ndjson', 'parquet', 'arrow', 'arrows'])(
    'through %s and back loses nothing',
    async (format) => {
      const ports = portsOf();
      const files = barsFileSteps(ports);
      const path = fileOf(hours(30).toReversed());
      const out = join(temporaryDirectory(), `bars.${format}`);
      const report = await files.convertBarsFile({ path, out });
      expect(report).toMatchObject({ order: 'descending', rows: 30, bars: 30, out });
      const back = join(temporaryDirectory(), 'back.csv');
      expect(await files.convertBarsFile({ path: out, out: back })).toMatchObject({ order: 'ascending' });
      expect(readFileSync(back, 'utf8')).toBe(csvOf(hours(30)));
      await expect(
        files.convertBarsFile({ path, out: join(temporaryDirectory(), 'bars.xyz') }),
      ).rejects.toThrow(/Unknown format of .*bars.xyz; --format csv/);
      await ports.close();
    },
  );

  it('leaves no half file behind where the reading fails', async () => {
    const ports = portsOf();
    const out = join(temporaryDirectory(), 'bars.json');
    const path = fileOf(['a,b,c,d,e,f']);
    await expect(barsFileSteps(ports).convertBarsFile({ path, out, timeframe: '1h' })).rejects.toBeInstanceOf(
      InvalidInputError,
    );
    expect(() => readFileSync(out)).toThrow(/ENOENT/);
    await ports.close();
  });
});

describe('stored streams', () => {
  it('are resampled into streams of their own', async () => {
    const ports = portsOf();
    await barsFileSteps(ports).importBarsFile({ path: fileOf(hours(50)), stream: STREAM });
    const stored = storedBarsSteps(ports);
    const report = await transformSteps(ports).resampleStoredBars({ stream: STREAM, timeframe: '1d' });
    expect(report).toMatchObject({
      stream: 'binance/BTC-USDT/1d',
      read: 50,
      bars: 2,
      stored: 2,
      rule: 'drop',
    });
    expect(report.incomplete).toEqual([{ time: FIRST + 48 * HOUR, bars: 2, of: 24 }]);
    expect(await transformSteps(ports).resampleStoredBars({ stream: STREAM, timeframe: '1d' })).toMatchObject(
      { stored: 0 },
    );
    expect(await stored.checkStoredBars({ stream: 'binance/BTC-USDT/1d' })).toMatchObject({
      bars: 2,
      missing: 0,
    });
    await expect(
      transformSteps(ports).resampleStoredBars({ stream: STREAM, timeframe: '1h' }),
    ).rejects.toThrow(/already/);
    await ports.close();
  });

  it('are compared with another venue', async () => {
    const ports = portsOf();
    const files = barsFileSteps(ports);
    await files.importBarsFile({ path: fileOf(hours(30)), stream: STREAM });
    const other = hours(30);
    other[7] = row(7, '10.5,12.25,9,9.5,5.5');
    await files.importBarsFile({ path: fileOf(other), stream: 'kraken/BTC-USDT/1h' });
    const report = await storedBarsSteps(ports).checkStoredBars({
      stream: STREAM,
      against: 'kraken/BTC-USDT/1h',
    });
    expect(report.deviations).toMatchObject({ with: 'kraken/BTC-USDT/1h', compared: 30, medianBps: 0 });
    expect(report.deviations?.deviations.map(({ time }) => time)).toEqual([FIRST + 7 * HOUR]);
    await ports.close();
  });

  it('that are not there are named', async () => {
    const ports = portsOf();
    await expect(storedBarsSteps(ports).checkStoredBars({ stream: STREAM })).rejects.toBeInstanceOf(
      NotFoundError,
    );
    await ports.close();
  });
});

describe('a file too large for one table', () => {
  const ROWS = 2 ** 20 + 150_000;
  const PIECE = 50_000;

  const minute = (i: number): number[] => [FIRST + i * 60_000, 100, 100.5, 99.9, 100 + (i % 3) / 10, 1];

  /** Minutes in pieces, with what is put between them. */
  async function* pieces(extra: { after: number; columns: number[][] }[]): AsyncGenerator<RowBatch> {
    let number = 0;
    for (let at = 0; at < ROWS; at += PIECE) {
      const rows = Math.min(PIECE, ROWS - at);
      const values = Array.from({ length: rows }, (_, i) => minute(at + i));
      for (const { after, columns } of extra) if (after >= at && after < at + PIECE) values.push(...columns);
      const columns = columnsBy((name) =>
        Float64Array.from(values, (each) => each[COLUMNS.indexOf(name)] ?? NaN),
      );
      yield { rows: columns.time.map(() => ++number), columns, faults: [] };
    }
  }

  it('is judged in blocks, and rows far apart are held against each other', async () => {
    const first = minute(0);
    const second = [FIRST + 60_000, 100, 101, 98, 99.5, 1];
    const extra = [
      { after: 700_000, columns: [first] },
      { after: 1_100_000, columns: [second] },
    ];
    let bars = 0;
    const verdicts = await judgeBars({
      read: () => pieces(extra),
      now: Infinity,
      async take({ columns }) {
        expect(isAscending(columns.time)).toBe(true);
        bars += columns.time.length;
      },
    });
    expect(verdicts).toMatchObject({ timeframe: '1m', rows: ROWS + 2, duplicates: 1, order: 'mixed' });
    expect(verdicts.quarantined.map(({ row: each }) => each)).toEqual([2, 1_150_002]);
    expect(bars).toBe(ROWS - 1);
  });
});
