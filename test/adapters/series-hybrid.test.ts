import fc from 'fast-check';
import { expect, it } from 'vitest';
import { movePieces } from '../../adapters/series/copy.js';
import { hybridSeries, readHybridAddress } from '../../adapters/series/hybrid.js';
import { openHybrid } from '../../adapters/series/index.js';
import { parquetSeries } from '../../adapters/series/parquet.js';
import type { Bar } from '../../domain/bars.js';
import { DEFAULT_PRICES } from '../../domain/bars/placement.js';
import { InvalidInputError } from '../../domain/errors.js';
import { temporaryDirectory } from './directories.js';
import { ALWAYS, bars, HOUR, live, newStream, START } from './made-streams.js';

const DAY = 24 * HOUR;
const stores = () => ({
  recent: parquetSeries(temporaryDirectory()),
  old: parquetSeries(temporaryDirectory()),
  days: 2,
});

it('a read tells the same before, between and after moves, as one store would', async () => {
  const parts = stores();
  let now = START + 60 * HOUR;
  const series = hybridSeries(parts, { now: () => now });
  const single = parquetSeries(temporaryDirectory(), { now: () => now });
  const stream = newStream();
  const all = bars(100, stream);
  const asOf = fc.integer({ min: 0, max: 200 }).map((hours) => START + hours * HOUR);
  const step = fc.record({
    from: fc.nat(99),
    count: fc.integer({ min: 1, max: 12 }),
    shift: fc.constantFrom(0, 0, 0.01, 0.02),
    later: fc.nat(50),
    move: fc.boolean(),
    asOf,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
      for (const { from, count, shift, later, move, asOf: at } of steps) {
        now += 5 * HOUR;
        const given = all
          .slice(from, from + count)
          .map((bar) => ({ ...bar, high: bar.high + shift, knownAt: bar.knownAt + later * HOUR }));
        const write = { stream, bars: given, source: live };
        expect(await series.write(write)).toEqual(await single.write(write));
        if (move) await moveOldBars(parts, { now });
        for (const instant of [at, Infinity]) {
          const key = { stream, source: live, range: ALWAYS, asOf: instant };
          expect(await series.digest(key)).toEqual(await single.digest(key));
          for (const order of ['newest', 'oldest'] as const)
            expect(await series.read({ ...key, limit: 7, order })).toEqual(
              await single.read({ ...key, limit: 7, order }),
            );
        }
        expect((await series.streams()).map((each) => each.bars)).toEqual(
          (await single.streams()).map((each) => each.bars),
        );
      }
    }),
    { numRuns: 12 },
  );
});

/** All that is to be moved, in one go. */
async function moveOldBars(...args: Parameters<typeof movePieces>): Promise<{ moved: number }> {
  let moved = 0;
  for await (const { versions } of movePieces(...args)) moved += versions;
  return { moved };
}

it('a move leaves only what is young, and a second one has nothing to do', async () => {
  const parts = stores();
  const stream = newStream();
  const all = bars(100, stream);
  await parts.recent.write({ stream, bars: all, source: live });
  const now = START + 100 * HOUR;
  expect(await moveOldBars(parts, { now })).toEqual({ moved: 52 });
  expect(await moveOldBars(parts, { now })).toEqual({ moved: 0 });
  const key = { stream, source: live, range: ALWAYS, asOf: Infinity };
  expect((await parts.recent.times(key))[0]).toBe(now - 2 * DAY);
  expect(await parts.old.times(key)).toHaveLength(52);
  expect(await hybridSeries(parts).read(key)).toEqual(all);
});

it('a move stops where the other store tells another history, and loses nothing', async () => {
  const parts = stores();
  const stream = newStream();
  const [bar] = bars(1, stream) as [Bar];
  const source = { kind: 'recorded', detail: '/a' } as const;
  await parts.recent.write({ stream, bars: [bar], source });
  await parts.old.write({ stream, bars: [{ ...bar, high: bar.high + 1 }], source });
  await expect(moveOldBars(parts, { now: START + 10 * DAY })).rejects.toThrow(/two different bars/);
  expect(await parts.recent.times({ stream, source, range: ALWAYS, asOf: Infinity })).toHaveLength(1);
});

it('an address names two other stores and the days', async () => {
  const address = 'hybrid:?recent=csv%3A%2Fa&old=parquet%3A%2Fb&days=9';
  expect(readHybridAddress(address)).toEqual({
    recent: 'csv:/a',
    old: 'parquet:/b',
    days: 9,
    prices: DEFAULT_PRICES,
  });
  for (const wrong of [
    'hybrid:x',
    address.replace('=9', '=0'),
    `${address}&x=1`,
    address.replace('csv', 'hybrid'),
  ])
    expect(() => readHybridAddress(wrong)).toThrow(InvalidInputError);
  const { recent, old } = openHybrid(address);
  await Promise.all([recent.close(), old.close()]);
});

it('a move that was ended goes on behind its last piece, and what was not removed stays for the next', async () => {
  const parts = stores();
  const [first, second] = [newStream(), newStream()];
  for (const stream of [first, second])
    await parts.recent.write({ stream, bars: bars(10, stream), source: live });
  const options = { now: START + 10 * DAY };
  const pieces = [];
  for await (const piece of movePieces(parts, { ...options, dryRun: true })) pieces.push(piece);
  expect(pieces.map(({ versions }) => versions)).toEqual([10, 10]);
  const told: string[] = [];
  const tell = async ({ stream }: { stream: { symbol: string } }): Promise<void> => {
    told.push(stream.symbol);
    throw new Error('killed');
  };
  await expect(movePieces(parts, { ...options, tell }).next()).rejects.toThrow('killed');
  const left = [];
  for await (const piece of movePieces(parts, { ...options, cursor: pieces[0]!.cursor }))
    left.push(piece.stream);
  expect(left).toEqual([pieces[1]!.stream]);
  expect(told).toEqual([pieces[0]!.stream.symbol]);
  expect(await moveOldBars(parts, options)).toEqual({ moved: 10 });
});
