import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../../domain/evaluation.js';
import type { Prediction } from '../../domain/prediction.js';
import { againstBacktest, equalShares } from '../../domain/scorecard/backtest.js';
import type { ScorecardCell } from '../../domain/scorecard/cells.js';
import { startScorecard } from '../../domain/scorecard.js';
import { revisionOf, settle, unsettleable, type Settlement } from '../../domain/settlement.js';
import { dieboldMariano, wilson } from '../../domain/statistics.js';

const HOUR = 3_600_000;
const made = (i: number, change: Partial<Prediction> = {}): Prediction => ({
  id: `prd_${i.toString(16).padStart(24, '0')}`,
  stream: 'binance/BTC-USDT/1h',
  model: 'ridge@1',
  reason: '',
  asOf: i * HOUR,
  horizonBars: 1,
  targetTime: (i + 1) * HOUR,
  lastClose: 100,
  mean: 101,
  interval: { lower: 98, upper: 102, coverage: 0.9 },
  probabilityUp: 0.6,
  inputs: {},
  read: { from: 0, to: 1, asOf: 1 },
  createdAt: 0,
  source: { kind: 'simulated', detail: '1' },
  settledAt: null,
  realised: null,
  ...change,
});
const settled = (i: number, realised: number, change: Partial<Prediction> = {}): Settlement =>
  settle(made(i, change), { realised, knownAt: 0, closeBefore: 99 }, { settledAt: 0 });
const cellOf = (records: Settlement[]): ScorecardCell => {
  const card = startScorecard(['model', 'stream', 'horizonBars', 'source']);
  for (const record of records) card.add(record, false);
  return card.cells()[0]!;
};

describe('the scorecard', () => {
  it('adds rows up beside their baselines', () => {
    const closes = [102, 99, 101.5, 98.5, 103, 104, 97, 100];
    const cell = cellOf(closes.map((close, i) => settled(i, close)));
    expect(cell).toMatchObject({
      model: 'ridge@1',
      horizonBars: 1,
      source: 'simulated-1',
      n: 8,
      independent: 8,
    });
    // The last did not move; four of seven rose.
    expect(cell.direction).toEqual({ n: 7, share: 4 / 7, wilson95: wilson(4, 7) });
    expect(cell.baselines.majority).toEqual({ n: 7, share: 4 / 7, wilson95: wilson(4, 7) });
    expect(cell.baselines.reversal.share).toBeCloseTo(3 / 7, 12);
    const errors = closes.map((close) => Math.abs(101 - close) / 100);
    expect(cell.mae).toBeCloseTo(errors.reduce((a, b) => a + b) / 8, 12);
    expect(cell.interval).toMatchObject({ asked: expect.closeTo(0.9), coverage: 5 / 8, open: 0 });
    expect(cell.interval.meanWidth).toBeCloseTo(0.04, 12);
    expect(cell.brier).toBeCloseTo((4 * 0.16 + 4 * 0.36) / 8, 12);
    expect(cell.baseRateBrier).toBeCloseTo(0.25, 12);
    const squares = (forecast: number): Float64Array =>
      Float64Array.from(closes, (close) => ((forecast - close) / 100) ** 2);
    const own = dieboldMariano(squares(101), squares(100), 1);
    expect(cell.dieboldMariano.statistic).toBeCloseTo(own.statistic, 9);
    expect(cell.dieboldMariano.pValue).toBeCloseTo(own.pValue, 9);
  });

  it('counts rows that overlap once where it tests', () => {
    const rows = Array.from({ length: 12 }, (_, i) =>
      settled(i, i % 2 ? 101 : 99, { horizonBars: 4, targetTime: (i + 4) * HOUR }),
    );
    const cell = cellOf(rows);
    expect(cell).toMatchObject({ n: 12, independent: 3 });
    expect(cell.direction.wilson95).toEqual(wilson(1.5, 3));
  });

  it.each([
    [
      'what is late counts for nothing',
      [settled(0, 99, { source: { kind: 'live', detail: '' }, createdAt: 9e9 })],
      { n: 0, late: 1 },
    ],
    [
      'what cannot be settled is counted',
      [unsettleable(made(0), { settledAt: 0, reason: 'x' })],
      { n: 0, unsettleable: 1 },
    ],
    [
      'an abstention claims nothing',
      [settled(0, 99, { abstained: 'unsure' })],
      { n: 1, abstained: 1, direction: { n: 0 } },
    ],
    [
      'a flat forecast claims nothing',
      [settled(0, 99, { mean: 100 })],
      { n: 1, direction: { n: 0 }, pnl: { positions: 0 } },
    ],
  ] as const)('%s', (_, records, expected) => expect(cellOf([...records])).toMatchObject(expected));

  it('leaves out what another record has taken the place of', () => {
    const first = settled(0, 102);
    const second = revisionOf(first, settled(0, 98), 'corrected');
    const card = startScorecard([]);
    card.add(first, true);
    card.add(second, false);
    expect(card.cells()[0]).toMatchObject({ n: 1, revised: 1, direction: { share: 0 } });
  });

  it('says so where there would be too many rows', () => {
    const card = startScorecard(['model']);
    const record = settled(0, 101);
    for (let i = 0; i < 10_000; i++) card.add({ ...record, model: `m@${i}` }, false);
    expect(() => card.add({ ...record, model: 'one more' }, false)).toThrow(
      /more than 10000 rows; narrow it/,
    );
  });
});

describe('live against the backtest', () => {
  const evaluation = {
    id: 'evl_1',
    model: 'ridge@1',
    stream: 'binance/BTC-USDT/1h',
    horizonBars: 1,
    n: 1000,
    mae: 9,
    directionalAccuracy: 0.53,
    baselines: [
      { name: 'persistence', n: 1000, mae: 10, directionalAccuracy: NaN, wilson95: [NaN, NaN] },
      { name: 'drift', n: 1000, mae: 11, directionalAccuracy: 0.5, wilson95: [0.4, 0.6] },
    ],
    conformal: { coverage: 0.9, scale: 1, n: 500, measuredCoverage: 0.9 },
  } as unknown as Evaluation;
  const live = (right: number, n: number): ScorecardCell =>
    cellOf(Array.from({ length: n }, (_, i) => settled(i, i < right ? 101 : 99)));

  it('tests the difference', () => {
    const against = againstBacktest(live(40, 100), evaluation)!;
    expect(against).toMatchObject({ evaluation: 'evl_1', n: 1000, directionalAccuracy: 0.53, maeRatio: 0.9 });
    expect(against.difference.directionalAccuracy).toBeCloseTo(-0.13, 12);
    // z = −0.13 / √(0.51818·0.48182·(1/100 + 1/1000)) = −2.4808
    expect(against.difference.pValue).toBeCloseTo(0.01311, 4);
    expect(againstBacktest(live(53, 100), evaluation)!.difference.pValue).toBeCloseTo(1, 9);
  });

  it('finds a baseline in an evaluation of its stream, and nothing of another model', () => {
    const drift = cellOf([settled(0, 101, { model: 'baseline:drift' })]);
    expect(againstBacktest(drift, evaluation)).toMatchObject({ maeRatio: 1.1, directionalAccuracy: 0.5 });
    expect(againstBacktest(cellOf([settled(0, 101, { model: 'other@2' })]), evaluation)).toBeNull();
  });

  it('has no p where a side has no rows', () => expect(equalShares([0.5, 0], [0.5, 10])).toBeNaN());
});
