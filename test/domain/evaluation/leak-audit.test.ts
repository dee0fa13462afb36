import { describe, expect, it } from 'vitest';
import { targetColumn } from '../../../domain/dataset/samples.js';
import { auditLeaks, type LeakAuditArgs } from '../../../domain/evaluation/leak-audit.js';
import { LEAK_CORRELATION } from '../../../domain/evaluation/leaks/labels.js';
import { leaksOf, type LeakCheckName } from '../../../domain/evaluation/leaks/verdict.js';
import type { ForecastRows } from '../../../domain/evaluation/rows.js';
import type { FeatureMatrix } from '../../../domain/features.js';
import { latestBars, punctual, type MarketData } from '../../../domain/lookahead/data.js';
import { matrixOf } from '../../../domain/lookahead/subjects.js';
import { seededNormal, seededRandom } from '../../../domain/random.js';
import { HOUR, walk } from '../made-bars.js';

const BARS = 900;
const data: MarketData = {
  bars: punctual(walk(BARS, 11), HOUR),
  news: [5, 200, 400, 700].map((hour) => {
    const at = walk(BARS, 11).time[hour]! + HOUR / 2;
    return { publishedAt: at, knownAt: at, value: 0.5 };
  }),
  timeframeMs: HOUR,
};
const sound = (of: MarketData): FeatureMatrix => matrixOf(of, '1h');
const whole = sound(data);

/** Forecasts of the last half of the rows that are right with this chance. */
function rowsWith(chance: number, seed = 'rows'): ForecastRows {
  const random = seededRandom(seed);
  const rows = Array.from({ length: 400 }, (_, i) => 450 + i);
  const column = (read: (row: number) => number): Float64Array => Float64Array.from(rows, read);
  const move = (row: number): number => whole.close[row + 1]! - whole.close[row]!;
  return {
    time: column((row) => whole.time[row]!),
    lastClose: column((row) => whole.close[row]!),
    forecast: column((row) => whole.close[row]! + move(row) * (random() < chance ? 1 : -1)),
    actual: column((row) => whole.close[row + 1]!),
    previousMove: column((row) => whole.close[row]! - whole.close[row - 1]!),
    volatility: column((row) => whole.volatility[row]!),
  };
}

const audit = (more: Partial<LeakAuditArgs> = {}) =>
  auditLeaks({
    ...{ data, features: sound, lookBack: 24, horizons: [1, 4], horizonBars: 1, timeframeMs: HOUR },
    ...{ stored: null, rows: rowsWith(0.52), seed: 'test' },
    ...more,
  });

const verdict = (found: Awaited<ReturnType<typeof audit>>, check: LeakCheckName) =>
  found.checks.find((each) => each.check === check)?.verdict;

/** Our features with one column made otherwise. */
const planted =
  (column: (bars: ReturnType<typeof latestBars>, matrix: FeatureMatrix) => ArrayLike<number>) =>
  (of: MarketData): FeatureMatrix => {
    const matrix = sound(of);
    const columns = [...matrix.columns];
    columns[4] = Float32Array.from(column(latestBars(of), matrix));
    return { ...matrix, columns };
  };

const targetOf = (matrix: FeatureMatrix, horizon: number): Float64Array =>
  targetColumn({ matrix, horizon, timeframeMs: HOUR });

describe('the leak audit', async () => {
  it('passes what is sound, whatever the model knows', async () => {
    const found = await audit();
    expect(leaksOf(found)).toEqual([]);
    expect(found.checks.map(({ check, verdict: of }) => [check, of])).toEqual([
      ['future-shuffled', 'pass'],
      ['recomputed-late', 'pass'],
      ['target-copied', 'pass'],
      ['stored-columns', 'skipped'],
      ['parts-apart', 'skipped'],
      ['labels-shuffled', 'pass'],
      ['labels-shifted', 'pass'],
      ['accuracy', 'pass'],
    ]);
  });

  it.each<[string, Parameters<typeof planted>[0], LeakCheckName[]]>([
    [
      'the target itself',
      (_, matrix) => targetOf(matrix, 1),
      ['future-shuffled', 'recomputed-late', 'target-copied'],
    ],
    [
      'a noisy copy of the target',
      (_, matrix) => {
        const normal = seededNormal('noise');
        return targetOf(matrix, 1).map((value) => value + 2 * normal());
      },
      ['future-shuffled', 'recomputed-late', 'target-copied'],
    ],
    [
      'the target of three rows later',
      (_, matrix) => targetOf(matrix, 1).map((_value, i, all) => all[i + 3] ?? 0),
      ['future-shuffled', 'recomputed-late', 'target-copied'],
    ],
    [
      'the direction of the next four bars',
      (_, matrix) => targetOf(matrix, 4).map(Math.sign),
      ['future-shuffled', 'target-copied'],
    ],
    [
      'future volume',
      ({ volume }) => volume.map((_value, i) => volume[i + 2] ?? 0),
      ['future-shuffled', 'recomputed-late'],
    ],
    [
      'a centred moving average',
      ({ close }) => close.map((_value, i) => mean(close.subarray(Math.max(0, i - 5), i + 6)) / close[i]!),
      ['future-shuffled', 'recomputed-late'],
    ],
    [
      'scaling by the whole history',
      ({ close }) => close.map((value) => value / mean(close)),
      ['future-shuffled', 'recomputed-late'],
    ],
    [
      'the highest price to come',
      ({ high }) => high.map((_value, i) => Math.max(...high.subarray(i, i + 48))),
      ['future-shuffled', 'recomputed-late'],
    ],
  ])('finds %s among the features', async (_, column, checks) => {
    const found = await audit({ features: planted(column) });
    expect(found.passed).toBe(false);
    for (const check of checks) expect([check, verdict(found, check)]).toEqual([check, 'leak']);
    expect(leaksOf(found).join()).toContain(whole.names[4]);
  });

  it('finds bars read as they were corrected later', async () => {
    const { bars } = data;
    const row = 600;
    const rows = [...bars.time.keys()].flatMap((i) => (i === row ? [i, i] : [i]));
    const versions = Object.fromEntries(
      Object.entries(bars).map(([name, values]) => [name, Float64Array.from(rows, (i) => values[i]!)]),
    ) as unknown as MarketData['bars'];
    versions.close[row + 1] = versions.close[row]! * 1.0001;
    versions.knownAt[row + 1] = bars.time[row]! + 300 * HOUR;
    const found = await audit({ data: { ...data, bars: versions } });
    expect(verdict(found, 'recomputed-late')).toBe('leak');
    expect(verdict(found, 'future-shuffled')).toBe('pass');
  });

  it('does not take history that was loaded afterwards for a leak', async () => {
    const late = { ...data.bars, knownAt: data.bars.time.map(() => Date.UTC(2030, 0, 1)) };
    expect((await audit({ data: { ...data, bars: late } })).passed).toBe(true);
  });

  it('takes an accuracy above 0.60 on 200 rows for a leak until it is explained', async () => {
    const found = await audit({ rows: rowsWith(0.7) });
    expect(leaksOf(found).join()).toMatch(/accuracy: Direction right in 7\d\.\d\d % of 400/);
    const explanation = 'The venue publishes its auction price a bar before it trades.';
    const explained = await audit({ rows: rowsWith(0.7), explanation });
    expect(explained.passed).toBe(true);
    expect(explained.checks.at(-1)).toMatchObject({ verdict: 'explained', explanation });
    const few = rowsWith(0.7);
    const cut = (values: Float64Array): Float64Array => values.subarray(0, 199);
    const short = { ...few, time: cut(few.time), lastClose: cut(few.lastClose) };
    const rows = { ...short, forecast: cut(few.forecast), actual: cut(few.actual) };
    expect(
      (
        await audit({
          rows: { ...rows, previousMove: cut(few.previousMove), volatility: cut(few.volatility) },
        })
      ).passed,
    ).toBe(true);
  });

  it('an explanation of the accuracy explains no other leak', async () => {
    const explanation = 'It is good because it is good, they say.';
    expect((await audit({ features: planted((_, matrix) => targetOf(matrix, 1)), explanation })).passed).toBe(
      false,
    );
  });

  it('finds a model that knows the outcome after the next', async () => {
    const rows = rowsWith(0.5);
    const next = rows.actual.map((actual, i) => (rows.actual[i + 1] ?? actual) - actual);
    const found = await audit({
      rows: { ...rows, forecast: rows.lastClose.map((close, i) => close + next[i]!) },
    });
    expect(verdict(found, 'labels-shifted')).toBe('leak');
  });

  it('holds the stored table against the feature code and its parts against each other', async () => {
    const table = (more: object = {}) => ({
      time: whole.time,
      split: Float64Array.from(whole.time, (_, i) =>
        i < 120 ? -1 : i < 500 ? 0 : i < 520 ? -1 : i < 700 ? 1 : i < 720 ? -1 : 2,
      ),
      features: whole.names.map((name, i) => ({ name, values: whole.columns[i] as ArrayLike<number> })),
      ...more,
    });
    expect(verdict(await audit({ stored: table() }), 'stored-columns')).toBe('pass');
    expect(verdict(await audit({ stored: table() }), 'parts-apart')).toBe('pass');
    const extra = { name: 'tomorrow', values: whole.close };
    expect(leaksOf(await audit({ stored: table({ features: [extra] }) })).join()).toMatch(
      /no feature: tomorrow/,
    );
    const touching = table({
      split: Float64Array.from(whole.time, (_, i) => (i < 500 ? 0 : i < 700 ? 1 : 2)),
    });
    expect(leaksOf(await audit({ stored: touching })).join()).toMatch(
      /parts-apart: .*reach into the next by 3 bars/,
    );
  });

  it('bounds a correlation where it would tell 60 % of directions', () => {
    expect(0.5 + Math.asin(LEAK_CORRELATION) / Math.PI).toBeCloseTo(0.6, 12);
  });
});

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
