import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BarColumns } from '../../domain/bars.js';
import { DataQualityError, InvalidInputError } from '../../domain/errors.js';
import {
  FEATURES,
  FEATURE_VERSION,
  INDEX_FEATURE_VERSION,
  buildFeatures,
  describeWarmUp,
  featuresOf,
} from '../../domain/features.js';
import type { FeatureMatrix, SentimentPoint } from '../../domain/features.js';
import { digestOf } from '../../domain/digest.js';
import { HOUR, START, columnsOf, reorder, walk } from './made-bars.js';

const news = (count: number, span: number): SentimentPoint[] =>
  Array.from({ length: count }, (_, i) => ({
    knownAt: START + Math.floor((i * span) / count),
    value: ((i * 7) % 21) / 10 - 1,
  }));

const rowsOf = (matrix: FeatureMatrix, rows: number): unknown => [
  matrix.time.slice(0, rows),
  matrix.close.slice(0, rows),
  matrix.volatility.slice(0, rows),
  matrix.columns.map((column) => column.slice(0, rows)),
];

const column = (matrix: FeatureMatrix, name: string): Float32Array =>
  matrix.columns[FEATURES.indexOf(name)] ?? new Float32Array();

const finiteRows = (matrix: FeatureMatrix): number[] =>
  [...matrix.time.keys()].filter((row) => matrix.columns.every((values) => Number.isFinite(values[row])));

const ROWS = 260;
const BARS = walk(ROWS);
const NEWS = news(150, (ROWS + 40) * HOUR);
const build = (bars: BarColumns, asOf: number, sentiment = NEWS): FeatureMatrix =>
  buildFeatures({ bars, timeframe: '1h', sentiment, asOf });

describe('features know nothing of the future', () => {
  it('whatever is shuffled or changed after asOf, all rows are bit-equal', () => {
    const order = fc.shuffledSubarray([...Array(ROWS).keys()], { minLength: ROWS, maxLength: ROWS });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: ROWS }),
        order,
        fc.double({ min: 0.001, max: 1e6, noNaN: true }),
        (known, shuffle, factor) => {
          const asOf = START + known * HOUR + (known % 3) * 1000;
          const future = shuffle.filter((i) => i >= known);
          const bars = reorder(BARS, [...Array(known).keys(), ...future]);
          for (const name of ['open', 'high', 'low', 'close', 'volume'] as const)
            for (let i = known; i < ROWS; i++)
              bars[name][i] = i % 5 === 0 ? NaN : (bars[name][i] ?? 0) * factor;
          const later = NEWS.filter((point) => point.knownAt > asOf).map((point) => ({
            ...point,
            value: factor,
          }));
          const sentiment = [...NEWS.filter((point) => point.knownAt <= asOf), ...later.reverse()];
          const changed = build(bars, asOf, sentiment);
          expect(changed.time.length).toBe(known);
          expect(changed).toEqual(build(BARS, asOf));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('an earlier asOf gives a bit-equal prefix', () => {
    const whole = build(BARS, Infinity);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: ROWS }), (known) => {
        const part = build(BARS, START + known * HOUR);
        expect(rowsOf(part, known)).toEqual(rowsOf(whole, known));
      }),
      { numRuns: 40 },
    );
  });

  it('a bar is known at its close and an article at its knownAt, not a millisecond before', () => {
    expect(build(BARS, START + 3 * HOUR).time.length).toBe(3);
    expect(build(BARS, START + 3 * HOUR - 1).time.length).toBe(2);
    const article = (knownAt: number): number | undefined =>
      column(build(BARS, Infinity, [{ knownAt, value: 1 }]), 'sentiment_6h')[1];
    expect(article(START + 2 * HOUR)).toBe(0.5);
    expect(article(START + 2 * HOUR + 1)).toBe(0);
  });
});

describe('features with the sentiment index', () => {
  const indexed = (asOf: number, sentiment = NEWS): FeatureMatrix =>
    buildFeatures({ bars: BARS, timeframe: '1h', sentiment, asOf, version: INDEX_FEATURE_VERSION });
  const lastOf = (matrix: FeatureMatrix, row: number): number[] =>
    ['sentiment_index', 'sentiment_index_width'].map(
      (name) => matrix.columns[matrix.names.indexOf(name)]?.[row] ?? NaN,
    );

  it('are the usual ones, bit by bit, and two more that know nothing of the future', () => {
    const whole = indexed(Infinity);
    expect(whole.names).toEqual(featuresOf(INDEX_FEATURE_VERSION));
    expect(whole.columns.slice(0, FEATURES.length)).toEqual(build(BARS, Infinity).columns);
    expect(rowsOf(indexed(START + 120 * HOUR), 120)).toEqual(rowsOf(whole, 120));
    expect(lastOf(whole, ROWS - 1)).not.toEqual(lastOf(whole, ROWS - 40));
  });

  it('tell a tone by its weight, and no news by a whole width', () => {
    const said = { knownAt: START + 2 * HOUR, value: 0.6 };
    const opinion = { positive: 0.7, negative: 0.1, abstained: false };
    const one = indexed(Infinity, [{ ...said, opinion }]);
    expect(lastOf(one, 0)).toEqual([0, 1]);
    expect(lastOf(one, 1)[0]).toBeCloseTo(0.6, 6);
    const more = Array.from({ length: 30 }, (_, i) => ({ ...said, opinion: { ...opinion, story: `${i}` } }));
    expect(lastOf(indexed(Infinity, more), 1)[1]).toBeLessThan(lastOf(one, 1)[1] ?? 0);
    // A week later nothing of it is left.
    expect(lastOf(one, 2 + 7 * 24)).toEqual([0, 1]);
  });
});

describe('feature values', () => {
  it('are finite after the warm-up, and the warm-up is as long as described', () => {
    const rows = finiteRows(build(BARS, Infinity));
    expect(rows[0]).toBe(describeWarmUp());
    expect(rows).toHaveLength(ROWS - describeWarmUp());
  });

  it('stay within ±10 when a price jumps a thousandfold', () => {
    const bars = columnsOf(150);
    for (const name of ['high', 'close'] as const) bars[name].fill(7100, 120);
    for (const values of build(bars, Infinity).columns)
      expect(values.every((value) => !(Math.abs(value) > 10))).toBe(true);
  });

  it('belong to the pinned version: other values need another FEATURE_VERSION', () => {
    const last = build(BARS, Infinity).columns.map((values) => (values.at(-1) ?? NaN).toPrecision(4));
    expect([FEATURE_VERSION, digestOf([FEATURES, last]).slice(0, 12)]).toEqual([
      'f1-2026-11',
      '086f1ae257c2',
    ]);
  });

  it('constant prices and no volume: volatility 0 and finite features', () => {
    const matrix = build(columnsOf(130), Infinity, []);
    expect(matrix.volatility.at(-1)).toBe(0);
    expect(finiteRows(matrix)).toHaveLength(130 - describeWarmUp());
    for (const name of ['return_1', 'bollinger_20', 'volume_score', 'distance_100', 'articles_48h'])
      expect(column(matrix, name).at(-1), name).toBeCloseTo(0, 9);
  });

  it('an evenly growing price has volatility 0, not the rounding of its returns', () => {
    const bars = columnsOf(130);
    for (let i = 0; i < 130; i++)
      for (const name of ['open', 'high', 'low', 'close'] as const) bars[name][i] = 1.01 ** i;
    expect(build(bars, Infinity).volatility.at(-1)).toBe(0);
  });

  it('do not depend on the unit of price or volume', () => {
    const scaled = { ...BARS, volume: BARS.volume.map((value) => value * 1024) };
    for (const name of ['open', 'high', 'low', 'close'] as const)
      scaled[name] = BARS[name].map((value) => value / 4096);
    const [ours, theirs] = [build(BARS, Infinity), build(scaled, Infinity)];
    ours.columns.forEach((values, i) => {
      for (let row = 99; row < ROWS; row++)
        expect(theirs.columns[i]?.[row]).toBeCloseTo(values[row] ?? NaN, 5);
    });
  });

  it('missing bars are stepped over, but news fades by wall clock', () => {
    const gap = reorder(BARS, [0, 1, 50]);
    const faded = column(build(gap, Infinity, [{ knownAt: START + HOUR, value: 1 }]), 'articles_48h');
    expect(faded[0]).toBeCloseTo(Math.log(2), 6);
    expect(faded[2]).toBeCloseTo(Math.log1p(2 ** (-50 / 48)), 6);
  });

  it.each([
    ['1h', 0, [0, 1]],
    ['1h', 6, [1, 0]],
    ['1d', 6, [0, 0]],
  ] as const)('%s bars that close %i hours after midnight have the hour %j', (timeframe, hour, circle) => {
    const step = timeframe === '1d' ? 24 * HOUR : HOUR;
    const bars = reorder(BARS, [0]);
    bars.time[0] = 20_000 * 24 * HOUR + hour * HOUR - step;
    const matrix = buildFeatures({ bars, timeframe, sentiment: [], asOf: Infinity });
    expect(column(matrix, 'hour_sin')[0]).toBeCloseTo(circle[0], 6);
    expect(column(matrix, 'hour_cos')[0]).toBeCloseTo(circle[1], 6);
  });

  it('no bar and one bar give matrices of that length', () => {
    expect(build(columnsOf(0), Infinity).columns[0]).toHaveLength(0);
    const one = build(columnsOf(1), Infinity);
    expect(one.columns).toHaveLength(FEATURES.length);
    expect(one.volatility[0]).toBeNaN();
  });
});

describe('feature input that cannot be right', () => {
  it.each([
    ['bars out of order', InvalidInputError, reorder(BARS, [0, 2, 1]), []],
    ['a bar given twice', InvalidInputError, reorder(BARS, [0, 1, 1]), []],
    ['columns of unequal length', InvalidInputError, { ...BARS, low: new Float64Array(3) }, []],
    ['a price of zero', DataQualityError, { ...BARS, close: new Float64Array(ROWS) }, []],
    [
      'a volume that is no number',
      DataQualityError,
      { ...BARS, volume: new Float64Array(ROWS).fill(NaN) },
      [],
    ],
    [
      'sentiment out of order',
      InvalidInputError,
      BARS,
      [
        { knownAt: 2, value: 0 },
        { knownAt: 1, value: 0 },
      ],
    ],
    ['sentiment that is no number', DataQualityError, BARS, [{ knownAt: 2, value: NaN }]],
  ])('%s is refused', (_, error, bars, sentiment) => {
    expect(() => build(bars, Infinity, sentiment)).toThrow(error);
  });
});
