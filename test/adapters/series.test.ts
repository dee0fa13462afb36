import { describe, expect, it } from 'vitest';
import type { SeriesPort } from '../../adapters/ports.js';
import { openSeries, SERIES } from '../../adapters/series/index.js';
import type { Bar } from '../../domain/bars.js';
import { InvalidInputError } from '../../domain/errors.js';
import { temporaryDirectory } from './directories.js';
import { ALWAYS, bars, HOUR, live, newStream, recorded, simulated, START } from './made-streams.js';

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

  it('takes bars out with all their versions, over partition borders, and can take them in again', async () => {
    const stream = newStream();
    const written = bars(50, stream);
    await series.write({ stream, bars: written, source: live });
    const [first] = written as [Bar];
    await series.write({
      stream,
      bars: [{ ...first, volume: 9, knownAt: first.knownAt + HOUR }],
      source: live,
    });
    const key = { stream, source: live, range: ALWAYS, asOf: Infinity };
    const times = [written[0], written[7], written[49]].map((bar) => bar?.time ?? NaN);
    const removal = { stream, source: live, times: [...times, START - HOUR] };
    expect(await series.remove(removal)).toEqual({ removed: 3 });
    expect(await series.remove(removal)).toEqual({ removed: 0 });
    expect(await series.read(key)).toEqual(written.filter((bar) => !times.includes(bar.time)));
    await series.write({ stream, bars: written, source: live });
    expect(await series.read(key)).toEqual(written);
    await series.remove({ stream, source: live, times: written.map((bar) => bar.time) });
    expect(await series.read(key)).toEqual([]);
    expect((await series.streams()).some((each) => each.stream.symbol === stream.symbol)).toBe(false);
  });

  it('does not care in which order and in which parts bars come', async () => {
    const digests = new Set<string>();
    for (const parts of [
      [[0, 60]],
      [
        [40, 60],
        [0, 45],
      ],
      [
        [0, 1],
        [10, 60],
        [1, 10],
      ],
    ]) {
      const stream = newStream();
      const all = bars(60, stream);
      for (const [from = 0, to = 0] of parts)
        await series.write({ stream, bars: all.slice(from, to).reverse(), source: recorded });
      const { sha256, rows } = await series.digest({
        stream,
        source: recorded,
        range: ALWAYS,
        asOf: Infinity,
      });
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
      expect.arrayContaining([
        [recorded, 1],
        [live, 2],
        [simulated, 3],
      ]),
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

it('names the known schemes', () => {
  expect(() => openSeries('tape:/x')).toThrow(
    /Unknown address "tape:\/x" in SERIES_URL; known schemes: parquet:/,
  );
});
