import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assess,
  countSets,
  drawContract,
  reportOf,
  shareOf,
  type CoverageContract,
} from '../../domain/coverage.js';
import { addProof, asksFor, provenClosed, provenListing } from '../../domain/coverage-proofs.js';
import {
  contains,
  countBars,
  intersect,
  interval,
  ofTimes,
  subtract,
  union,
} from '../../domain/intervals.js';
import type { Source } from '../../domain/sources.js';

const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1);
const at = (index: number): number => START + index * HOUR;
const stream = { exchange: 'binance', symbol: 'BTC-USDT', timeframe: '1h' } as const;
const source: Source = { kind: 'live', detail: '' };
const contractOf = (change: Partial<CoverageContract> = {}): CoverageContract => ({
  ...drawContract({ stream, source, range: { from: at(0), to: at(50) }, times: [], before: null }),
  ...change,
});
const some = fc.uniqueArray(fc.integer({ min: -5, max: 55 }));

describe('a coverage contract', () => {
  it('puts every expected bar into one state, and what is stored is present whatever was said of it', () => {
    fc.assert(
      fc.property(some, some, some, (held, bad, closed) => {
        const contract = contractOf({ proofs: [{ askedAt: 1, closed: ofTimes(closed.map(at), HOUR) }] });
        const sets = assess(contract, { times: held.map(at), quarantined: bad.map(at) });
        const parts = [sets.present, sets.exchangeClosed, sets.quarantined, sets.missing];
        expect(parts.reduce(union)).toEqual(sets.expected);
        const counts = countSets(sets, HOUR);
        expect(counts.present + counts.exchangeClosed + counts.quarantined + counts.missing).toBe(
          counts.expected,
        );
        expect(counts.expected).toBe(50);
        expect(counts.present).toBe(held.filter((each) => each >= 0 && each < 50).length);
        for (const each of held.filter((index) => index >= 0 && index < 50))
          expect(contains(sets.present, at(each))).toBe(true);
        const share = shareOf(counts);
        expect(share === 1).toBe(counts.missing + counts.quarantined === 0);
        expect(reportOf(contract, sets, 0).gaps.reduce((sum, gap) => sum + gap.bars, 0)).toBe(
          50 - counts.present,
        );
      }),
    );
  });

  it('grows and never shrinks, keeps what it knows, and forgets a listing that bars contradict', () => {
    const before = contractOf({ listedAt: at(3), proofs: [{ askedAt: 1, closed: [at(4), at(5)] }] });
    const range = { from: at(10), to: at(60) };
    const grown = drawContract({ stream, source, range, times: [at(3)], before });
    expect(grown).toMatchObject({ from: at(0), to: at(60), listedAt: at(3), proofs: before.proofs });
    expect(drawContract({ stream, source, range, times: [at(2)], before }).listedAt).toBeNull();
  });

  it('expects nothing before the listing and behind the end', () => {
    const sets = assess(contractOf({ listedAt: at(10), delistedAt: at(40) }), { times: [], quarantined: [] });
    expect(sets.expected).toEqual([at(10), at(40)]);
  });

  it('expects bars of the sessions only, and does not mind others', () => {
    const times = [at(0)];
    const sets = assess(contractOf({ calendar: 'nyse', to: at(48) }), { times, quarantined: [] });
    expect(countBars(sets.expected, HOUR)).toBe(7);
    expect(sets.outside).toEqual([at(0), at(1)]);
  });
});

describe('proofs', () => {
  /** A venue that has some bars, and the stored ones of them. */
  const venue = fc.uniqueArray(fc.integer({ min: 0, max: 49 }), { minLength: 1 });

  it('asked for every hole with its neighbours, prove just what the venue lacks between its own bars', () => {
    fc.assert(
      fc.property(venue, venue, fc.nat(8), (has, kept, reach) => {
        const stored = has.filter((each) => kept.includes(each)).map(at);
        const sets = assess(contractOf(), { times: stored, quarantined: [] });
        let proved = ofTimes([], HOUR);
        for (const asked of asksFor(sets, sets.missing, { step: HOUR, reach: reach * HOUR })) {
          const seen = has.map(at).filter((time) => time >= asked.from && time < asked.to);
          seen.sort((a, b) => a - b);
          proved = union(proved, provenClosed(sets.missing, { asked, seen, refused: [] }, HOUR));
        }
        const own = ofTimes(has.map(at), HOUR);
        const truth = subtract(interval(at(Math.min(...has)), at(Math.max(...has))), own);
        expect(subtract(proved, truth)).toEqual([]);
        // Where the venue's first and last bar are stored, every one of its holes lies between stored bars.
        const whole = [Math.min(...has), Math.max(...has)].every((each) => stored.includes(at(each)));
        if (whole) expect(proved).toEqual(intersect(truth, sets.missing));
      }),
    );
  });

  it('never cover a row that the venue sent and that could not be believed', () => {
    const answer = { asked: { from: at(0), to: at(10) }, seen: [at(0), at(9)], refused: [at(4)] };
    expect(provenClosed([at(1), at(9)], answer, HOUR)).toEqual([at(1), at(4), at(5), at(9)]);
    expect(provenClosed([at(1), at(9)], { ...answer, seen: [at(0)] }, HOUR)).toEqual([]);
    expect(provenClosed([at(1), at(9)], { ...answer, seen: [] }, HOUR)).toEqual([]);
  });

  it('know a listing by an answer that begins later than was asked', () => {
    const answer = { asked: { from: at(0), to: at(10) }, seen: [at(4), at(5)], refused: [] };
    expect(provenListing(at(0), answer)).toBe(at(4));
    expect(provenListing(at(0), { ...answer, refused: [at(2)] })).toBeNull();
    expect(provenListing(at(0), { ...answer, asked: { from: at(1), to: at(10) } })).toBeNull();
    expect(provenListing(at(0), { ...answer, seen: [] })).toBeNull();
  });

  it('keep the date of the first', () => {
    const first = addProof([], [at(1), at(3)], 100);
    expect(addProof(first, [at(2), at(5)], 200)).toEqual([
      { askedAt: 100, closed: [at(1), at(3)] },
      { askedAt: 200, closed: [at(3), at(5)] },
    ]);
    expect(addProof(first, [at(1), at(2)], 300)).toEqual(first);
  });
});
