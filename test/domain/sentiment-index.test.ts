import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  openSentimentIndex,
  sentimentIndex,
  type IndexPoint,
} from '../../domain/sentiment/sentiment-index.js';
import type { IndexedOpinion, IndexSettings } from '../../domain/sentiment/index-window.js';

const HOUR = 3_600_000;
const SETTINGS: IndexSettings = { halfLifeMs: 6 * HOUR, windowMs: 48 * HOUR, repeat: 0.5, weights: {} };
const opinion = (id: string, hours: number, more: Partial<IndexedOpinion> = {}): IndexedOpinion => ({
  id,
  knownAt: hours * HOUR,
  positive: 0.8,
  negative: 0.1,
  abstained: false,
  ...more,
});
const at = (hours: number, opinions: IndexedOpinion[], settings: Partial<IndexSettings> = {}): IndexPoint => {
  const [point] = sentimentIndex({ opinions, times: [hours * HOUR], settings: { ...SETTINGS, ...settings } });
  return point as IndexPoint;
};
const width = ({ interval }: IndexPoint): number => (interval?.upper ?? NaN) - (interval?.lower ?? NaN);

const made = fc
  .array(
    fc.record({
      hours: fc.integer({ min: 0, max: 200 }),
      positive: fc.integer({ min: 0, max: 500 }).map((n) => n / 1000),
      negative: fc.integer({ min: 0, max: 500 }).map((n) => n / 1000),
      abstained: fc.boolean(),
      feed: fc.constantFrom('a', 'b', undefined),
      story: fc.constantFrom('s', 't', undefined),
    }),
    { maxLength: 40 },
  )
  .map((list) => list.map(({ hours, ...more }, i) => opinion(`o${i}`, hours, more)));
const TIMES = Array.from({ length: 70 }, (_, i) => i * 4 * HOUR);

/** The formulas as they are written, article by article. */
function plain(opinions: IndexedOpinion[], time: number, settings: IndexSettings) {
  const { windowMs, halfLifeMs, repeat, weights } = settings;
  const sorted = opinions.toSorted((a, b) => a.knownAt - b.knownAt || (a.id < b.id ? -1 : 1));
  const own = sorted.flatMap((each, i) => {
    if (each.knownAt > time || each.knownAt <= time - windowMs) return [];
    const earlier = sorted
      .slice(0, i)
      .filter(
        ({ story, knownAt }) =>
          story !== undefined && story === each.story && knownAt > each.knownAt - windowMs,
      );
    const weight = weights[each.feed ?? ''] ?? weights['*'] ?? 1;
    return [{ each, w: weight * repeat ** earlier.length * 2 ** ((each.knownAt - time) / halfLifeMs) }];
  });
  const total = (of: (one: (typeof own)[number]) => number) => own.reduce((sum, one) => sum + of(one), 0);
  const answered = total(({ each, w }) => (each.abstained ? 0 : w));
  const tone = total(({ each, w }) => (each.abstained ? 0 : w * (each.positive - each.negative)));
  return { articles: own.length, weight: total(({ w }) => w), index: answered > 0 ? tone / answered : null };
}

describe('the sentiment index', () => {
  it('is the weighted mean that its formula says, at every time', () => {
    const settings = { ...SETTINGS, weights: { a: 2, '*': 0.5 } };
    fc.assert(
      fc.property(made, (opinions) => {
        for (const point of sentimentIndex({ opinions, times: TIMES, settings })) {
          const wanted = plain(opinions, point.time, settings);
          expect(point.articles).toBe(wanted.articles);
          expect(point.weight).toBeCloseTo(wanted.weight, 9);
          if (wanted.index === null) expect(point.index).toBeNull();
          else expect(point.index).toBeCloseTo(wanted.index, 9);
        }
      }),
    );
  });

  it('knows nothing of the future: later articles change no bit of what was before', () => {
    fc.assert(
      fc.property(made, fc.integer({ min: 0, max: 200 }), (opinions, hours) => {
        const all = sentimentIndex({ opinions, times: TIMES, settings: SETTINGS });
        const past = opinions.filter(({ knownAt }) => knownAt <= hours * HOUR);
        const then = sentimentIndex({ opinions: past, times: TIMES, settings: SETTINGS });
        const isPast = ({ time }: IndexPoint): boolean => time <= hours * HOUR;
        expect(then.filter(isPast)).toEqual(all.filter(isPast));
      }),
    );
  });

  it('is the same whatever order the articles come in, and from which earlier time it is computed', () => {
    fc.assert(
      fc.property(made, fc.infiniteStream(fc.nat()), (opinions, keys) => {
        const shuffled = opinions
          .map((each) => ({ each, key: keys.next().value as number }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ each }) => each);
        const all = sentimentIndex({ opinions, times: TIMES, settings: SETTINGS });
        expect(sentimentIndex({ opinions: shuffled, times: TIMES, settings: SETTINGS })).toEqual(all);
        const later = sentimentIndex({ opinions, times: TIMES.slice(20), settings: SETTINGS });
        // One window later not even the way of adding up is another.
        expect(later.slice(13)).toEqual(all.slice(33));
      }),
    );
  });

  it('does not change where all outlets weigh alike more or less, and an outlet of weight 0 is mute', () => {
    fc.assert(
      fc.property(made, fc.constantFrom(0.25, 2, 64), (opinions, factor) => {
        const one = sentimentIndex({ opinions, times: TIMES, settings: SETTINGS });
        const scaled = sentimentIndex({
          opinions,
          times: TIMES,
          settings: { ...SETTINGS, weights: { '*': factor } },
        });
        expect(scaled.map(({ index, interval, effective }) => [index, interval, effective])).toEqual(
          one.map(({ index, interval, effective }) => [index, interval, effective]),
        );
      }),
    );
    const bad = opinion('b', 1, { feed: 'b', positive: 0, negative: 1 });
    expect(at(2, [opinion('a', 1), bad], { weights: { b: 0 } }).index).toBeCloseTo(0.7);
    expect(at(2, [bad], { weights: { b: 0 } })).toMatchObject({ index: null, interval: null, articles: 1 });
  });

  it('fades: after each half-life an article weighs half, and the newer one tells more', () => {
    const weights = [0, 6, 12].map((hours) => at(hours, [opinion('a', 0)]).weight);
    expect(weights).toEqual([1, 0.5, 0.25]);
    expect(at(12, [opinion('a', 0)]).index).toBeCloseTo(0.7);
    const [old, fresh] = [
      opinion('a', 0, { positive: 1, negative: 0 }),
      opinion('b', 6, { positive: 0, negative: 1 }),
    ];
    expect(at(6, [old, fresh]).index).toBeCloseTo((0.5 - 1) / 1.5);
  });

  it('is null, not 0, where the window is empty or holds abstentions only', () => {
    expect(at(0, [])).toMatchObject({ index: null, interval: null, articles: 0, effective: 0, weight: 0 });
    expect(at(48, [opinion('a', 0)])).toMatchObject({ index: null, articles: 0, stories: 0 });
    expect(at(47, [opinion('a', 0)]).articles).toBe(1);
    expect(at(1, [opinion('a', 0, { abstained: true })])).toMatchObject({
      index: null,
      articles: 1,
      abstained: 1,
    });
  });

  it('counts a story told by several outlets once, or less and less', () => {
    const glad = [0, 1, 2, 3].map((i) => opinion(`a${i}`, 0, { story: 's', positive: 1, negative: 0 }));
    const sad = opinion('z', 0, { positive: 0, negative: 1 });
    expect(at(0, [...glad, sad], { repeat: 0 }).index).toBeCloseTo(0);
    expect(at(0, [...glad, sad], { repeat: 0.5 }).index).toBeCloseTo((1.875 - 1) / 2.875);
    expect(at(0, [...glad, sad], { repeat: 1 }).index).toBeCloseTo(0.6);
    expect(at(0, [...glad, sad])).toMatchObject({ articles: 5, stories: 2 });
  });

  it('has weights that tell which articles make it up', () => {
    const index = openSentimentIndex(SETTINGS);
    index.add(opinion('a', 0, { story: 's' }));
    index.add(opinion('b', 6, { story: 's' }));
    const { weight } = index.at(6 * HOUR);
    expect(index.members().map((each) => [each.opinion.id, each.weight])).toEqual([
      ['a', 0.5],
      ['b', 0.5],
    ]);
    expect(weight).toBe(1);
  });
});

describe('its interval', () => {
  it('holds the index, within −1 … 1', () => {
    fc.assert(
      fc.property(made, (opinions) => {
        for (const { index, interval } of sentimentIndex({ opinions, times: TIMES, settings: SETTINGS })) {
          if (index === null) continue;
          expect(interval!.lower).toBeLessThanOrEqual(index);
          expect(interval!.upper).toBeGreaterThanOrEqual(index);
          expect(interval!.lower).toBeGreaterThanOrEqual(-1);
          expect(interval!.upper).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('is narrower with more articles and wider with abstentions', () => {
    const some = (n: number) => Array.from({ length: n }, (_, i) => opinion(`o${i}`, 0));
    const widths = [1, 4, 16, 64].map((n) => width(at(0, some(n))));
    expect(widths).toEqual(widths.toSorted((a, b) => b - a));
    const silent = Array.from({ length: 16 }, (_, i) => opinion(`s${i}`, 0, { abstained: true }));
    const below = ({ index, interval }: IndexPoint): number => index! - interval!.lower;
    expect(below(at(0, [...some(16), ...silent]))).toBeCloseTo(2 * below(at(0, some(16))));
    expect(at(0, [...some(16), ...silent]).effective).toBeCloseTo(16);
  });

  it.each([2, 5, 20, 100])(
    'holds the true mean tone of what %i articles were drawn from, in 95 of 100',
    (n) => {
      let seed = 12_345;
      const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
      // What is written is positive, neutral or negative; the model's probabilities are right on average.
      const kinds = [
        { positive: 0.9, negative: 0.02 },
        { positive: 0.1, negative: 0.2 },
        { positive: 0.05, negative: 0.85 },
      ];
      const shares = [0.5, 0.3, 0.2];
      const truth = kinds.reduce((sum, kind, i) => sum + shares[i]! * (kind.positive - kind.negative), 0);
      const drawn = (): (typeof kinds)[number] => {
        const place = random();
        return kinds[place < 0.5 ? 0 : place < 0.8 ? 1 : 2]!;
      };
      let held = 0;
      for (let round = 0; round < 1000; round++) {
        const opinions = Array.from({ length: n }, (_, i) => opinion(`o${i}`, 0, drawn()));
        const { interval } = at(0, opinions);
        held += Number(interval!.lower <= truth && truth <= interval!.upper);
      }
      expect(held).toBeGreaterThanOrEqual(950);
    },
  );
});

it('refuses settings and orders that make no sense, naming them', () => {
  const open = (more: Partial<IndexSettings>) => () => openSentimentIndex({ ...SETTINGS, ...more });
  expect(open({ halfLifeMs: 0 })).toThrow(/half-life \(0 ms\)/);
  expect(open({ windowMs: NaN })).toThrow(/window \(NaN ms\)/);
  expect(open({ halfLifeMs: HOUR / 100 })).toThrow(/more than 500 half-lives/);
  expect(open({ repeat: 2 })).toThrow(/repeat is 2; it is from 0 to 1/);
  expect(open({ weights: { a: -1 } })).toThrow(/weight of "a" is -1/);
  const index = openSentimentIndex(SETTINGS);
  index.add(opinion('a', 2));
  expect(() => index.add(opinion('b', 1))).toThrow(/must ascend by knownAt; b/);
  index.at(3 * HOUR);
  expect(() => index.add(opinion('c', 3))).toThrow(/must ascend/);
  expect(() => index.at(2 * HOUR)).toThrow(/Times must ascend/);
});
