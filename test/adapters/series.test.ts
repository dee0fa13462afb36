import { describe, expect, it } from 'vitest';
import type { SeriesPort } from '../../adapters/ports.js';
import { openSeries, SERIES } from '../../adapters/series/index.js';
import type { Bar } from '../../domain/bars.js';
import { InvalidInputError } from '../../domain/errors.js';
import { readyBackends } from '../servers.js';
import { SERIES_BACKENDS } from './series-backends.js';
import { ALWAYS, bars, HOUR, live, newStream, recorded, simulated, START } from './made-streams.js';

it('are tested for every backend', () => {
  expect([...new Set(SERIES_BACKENDS.map(({ scheme }) => scheme))].sort()).toEqual(
    Object.keys(SERIES)
      .filter((scheme) => !ALIASES.has(scheme))
      .sort(),
  );
});

/** The same backend under the name that a vendor's own addresses have. */
const ALIASES = new Set(['mongodb+srv']);

const backends = await readyBackends('series', SERIES_BACKENDS);

for (const { name, reason, open, readMs } of backends)
  describe.skipIf(reason !== null)(`the ${name} series ${reason ?? ''}`, () => contract(open, readMs ?? 100));

function contract(open: () => string, readMs: number): void {
  const address = open();
  const series: SeriesPort = openSeries(address);

  it('says that it answers, whatever is stored', async () => {
    await expect(series.probe()).resolves.toBeUndefined();
  });

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

  it('keeps contradictions apart: a live correction is a later version, elsewhere it is an error', async () => {
    const stream = newStream();
    const [bar] = bars(1, stream) as [Bar];
    const corrected = { ...bar, close: bar.close + 0.01 };
    for (const source of [live, recorded]) await series.write({ stream, bars: [bar], source });
    expect(await series.write({ stream, bars: [corrected], source: live })).toEqual({ stored: 1 });
    expect(await series.write({ stream, bars: [corrected], source: live })).toEqual({ stored: 0 });
    const read = (asOf: number) => series.read({ stream, source: live, range: ALWAYS, asOf });
    expect(await read(bar.knownAt)).toEqual([bar]);
    expect((await read(Infinity))[0]?.close).toBe(corrected.close);
    const contradiction = series.write({ stream, bars: [corrected], source: recorded });
    await expect(contradiction).rejects.toThrow(/two different bars open at 2022-12-31T20:00:00.000Z/);
  });

  it('stores what another process stores at the same time, and both see it all', async () => {
    const stream = newStream();
    const [mine, theirs] = [openSeries(address), openSeries(address)];
    const all = bars(30, stream);
    const ours = all.map((bar, i) => [mine, theirs][i % 2]?.write({ stream, bars: [bar], source: live }));
    await Promise.all(ours);
    for (const each of [mine, theirs])
      expect(await each.read({ stream, source: live, range: ALWAYS, asOf: Infinity })).toEqual(all);
    await Promise.all([mine.close(), theirs.close()]);
  });

  it('shows every version with its origin, and removes exactly those that it is told to', async () => {
    const stream = newStream();
    const all = bars(5, stream);
    await series.write({ stream, bars: all, source: recorded });
    const [, second] = all as [Bar, Bar];
    const corrected = { ...second, close: second.close + 0.05, knownAt: second.knownAt + HOUR };
    await series.write({ stream, bars: [corrected], source: { ...recorded, detail: '/data/ü "q"' } });
    const key = { stream, source: recorded, range: ALWAYS, asOf: Infinity };
    const versions = await series.versions(key);
    expect(versions.map(({ origin: _, ...bar }) => bar)).toEqual([
      all[0],
      second,
      corrected,
      ...all.slice(2),
    ]);
    expect(versions.map(({ origin }) => origin)).toEqual([
      '/data/here',
      '/data/here',
      '/data/ü "q"',
      ...Array.from({ length: 3 }, () => '/data/here'),
    ]);
    expect(await series.versions({ ...key, asOf: second.knownAt })).toEqual(
      versions.filter(({ knownAt }) => knownAt <= second.knownAt),
    );
    const never = { ...(all[3] as Bar), close: 1 };
    const gone = await series.remove({ stream, source: recorded, bars: [all[0] as Bar, second, never] });
    expect(gone).toEqual({ removed: 2 });
    expect(await series.read(key)).toEqual([corrected, ...all.slice(2)]);
    const listed = async () => (await series.streams()).find((each) => each.stream.symbol === stream.symbol);
    expect((await listed())?.bars).toBe(4);
    await series.remove({ stream, source: recorded, bars: [corrected, ...all.slice(2)] });
    expect(await series.read(key)).toEqual([]);
    expect(await listed()).toBeUndefined();
    expect(await series.write({ stream, bars: all, source: recorded })).toEqual({ stored: 5 });
    expect(await series.read(key)).toEqual(all);
  });

  it('keeps every digit', async () => {
    const stream = newStream();
    const [bar] = bars(1, stream) as [Bar];
    const odd = {
      ...bar,
      open: 0.1 + 0.2,
      high: 1.7976931348623157e308,
      low: 5e-324,
      volume: 123456789.12345679,
    };
    await series.write({ stream, bars: [odd], source: live });
    expect(await series.read({ stream, source: live, range: ALWAYS, asOf: Infinity })).toEqual([odd]);
  });

  it.each(['1m', '1d', '1w'] as const)('stores %s bars over many years', async (timeframe) => {
    const stream = newStream(timeframe);
    const [first] = bars(1, stream, Date.UTC(2020, 0, 6)) as [Bar];
    const later = bars(3, stream, Date.UTC(2022, 0, 3));
    await series.write({ stream, bars: [...later, first], source: live });
    const key = { stream, source: live, range: ALWAYS, asOf: Infinity };
    expect(await series.read(key)).toEqual([first, ...later]);
    expect(await series.read({ ...key, limit: 2, order: 'newest' })).toEqual(later.slice(1));
    const listed = (await series.streams()).find((each) => each.stream.symbol === stream.symbol);
    expect(listed?.bars).toBe(4);
    expect(listed?.range.from).toBe(first.time);
  });

  it(`reads two years of hours within ${readMs} ms`, async () => {
    const stream = newStream();
    await series.write({ stream, bars: bars(17_520, stream), source: recorded });
    const key = { stream, source: recorded, range: ALWAYS, asOf: Infinity };
    let best = Infinity;
    for (let i = 0; i < 5; i++) {
      const start = performance.now();
      expect((await series.readColumns(key)).time).toHaveLength(17_520);
      best = Math.min(best, performance.now() - start);
    }
    expect(best).toBeLessThan(readMs);
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
}

it('names the known schemes', () => {
  expect(() => openSeries('tape:/x')).toThrow(
    /Unknown address "tape:\/x" in SERIES_URL; known schemes: csv:/,
  );
});
