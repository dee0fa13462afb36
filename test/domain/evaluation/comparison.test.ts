import { describe, expect, it } from 'vitest';
import { cardHtml, cardMarkdown } from '../../../domain/evaluation/card.js';
import { compareEvaluations, type ComparedRows } from '../../../domain/evaluation/comparison.js';
import { columnsOf, joinRows, rowsOfColumns } from '../../../domain/evaluation/evaluated.js';
import { figuresOfRows } from '../../../domain/evaluation/figures.js';
import { foldFigures, poolAudits } from '../../../domain/evaluation/pooling.js';
import type { Evaluation } from '../../../domain/evaluation.js';
import type { ModelVersion } from '../../../domain/models.js';
import { madeRows } from '../../api/made-evaluations.js';

const HOUR = 3_600_000;
const named = (name: string, rows = madeRows(300)): ComparedRows => ({
  evaluation: `evl_${name}`,
  model: `${name}@1`,
  rows,
});
const of = { stream: 'binance/BTC-USDT/1h', horizonBars: 1, timeframeMs: HOUR };

describe('a comparison of two evaluations', () => {
  it('is about rows that both have', () => {
    const b = madeRows(300);
    const later = rowsOfColumns(
      columnsOf(b).map(({ name, values }) => ({ name, values: values.slice(100) as Float64Array })),
    );
    const found = compareEvaluations({ a: named('a'), b: named('b', later), ...of });
    expect(found).toMatchObject({ rows: 200, n: 200, from: b.time[100] });
    expect(found.dieboldMariano.statistic).toBeNaN();
    expect(found.direction).toMatchObject({ onlyA: 0, onlyB: 0, pValue: 1 });
    expect(found.a.mae).toBe(found.b.mae);
  });

  it('finds the better one, whichever stands first', () => {
    const worse = named('worse', madeRows(300, 0.6));
    const [first, second] = [
      compareEvaluations({ a: named('good'), b: worse, ...of }),
      compareEvaluations({ a: worse, b: named('good'), ...of }),
    ];
    expect(first.dieboldMariano.statistic).toBeLessThan(-5);
    expect(second.dieboldMariano.statistic).toBeCloseTo(-first.dieboldMariano.statistic, 9);
    expect(first.direction!.onlyA).toBe(second.direction!.onlyB);
    expect(first.sentence).toMatch(/good@1 has the smaller error \(p 0.000\)/);
    expect(second.sentence).toMatch(/good@1 has the smaller error/);
  });

  it('keeps outcomes apart where the horizon is longer', () => {
    expect(compareEvaluations({ a: named('a'), b: named('b'), ...of, horizonBars: 4 }).n).toBe(75);
  });

  it('refuses evaluations that share nothing, or that saw other prices', () => {
    const far = madeRows(300);
    const moved = { ...far, time: far.time.map((time) => time + 9000 * HOUR) };
    expect(() => compareEvaluations({ a: named('a'), b: named('b', moved), ...of })).toThrow(
      /have 0 rows in common/,
    );
    const other = { ...far, actual: far.actual.map((actual) => actual + 1) };
    expect(() => compareEvaluations({ a: named('a'), b: named('b', other), ...of })).toThrow(
      /different closes after 2023/,
    );
  });
});

describe('pooled folds', () => {
  it('are their rows in turn, each once', () => {
    const rows = madeRows(300);
    const part = (from: number, to: number) =>
      rowsOfColumns(
        columnsOf(rows).map(({ name, values }) => ({ name, values: values.slice(from, to) as Float64Array })),
      );
    const joined = joinRows([part(0, 100), part(90, 200), part(200, 300)]);
    expect(columnsOf(joined)).toEqual(columnsOf(rows));
    expect(() => joinRows([])).toThrow(/no folds to pool/);
    const bare = { ...part(0, 5), baselines: [] };
    expect(() => joinRows([part(0, 5), bare])).toThrow(/Fold 2 has other columns/);
  });

  it('fail the audit where one of them does', () => {
    const checks = [
      { check: 'target-copied', verdict: 'pass', text: 'nothing', figure: 0, bound: 0.3 } as const,
    ];
    const leak = [{ ...checks[0]!, verdict: 'leak' as const, text: 'rsi_14 knows' }];
    const scored = { rows: madeRows(300), horizonBars: 1, timeframeMs: HOUR };
    const audits = [
      { fold: 1, audit: { passed: true, checks: [...checks] } },
      { fold: 2, audit: { passed: false, checks: leak } },
    ];
    expect(poolAudits({ audits, ...scored })).toMatchObject({
      passed: false,
      checks: [{ verdict: 'leak', text: 'Fold 2: rsi_14 knows' }],
    });
    expect(poolAudits({ audits: audits.slice(0, 1), ...scored }).passed).toBe(true);
  });
});

describe('a model card', () => {
  const rows = madeRows(300);
  const figures = { n: 300, mae: 0.5, directionalAccuracy: 0.52, wilson95: [0.46, 0.58] as [number, number] };
  const evaluation: Evaluation = {
    ...{
      id: 'evl_a',
      model: 'm|x@1',
      stream: of.stream,
      horizonBars: 1,
      from: rows.time[0]!,
      to: rows.time[299]!,
    },
    ...figures,
    baselines: [{ name: 'persistence', ...figures, directionalAccuracy: NaN, wilson95: [NaN, NaN] }],
    pesaranTimmermann: { statistic: 1, pValue: 0.2 },
    dieboldMariano: { statistic: 1, pValue: 0.2 },
    conformal: { coverage: 0.9, scale: 1, n: 100, measuredCoverage: 0.91 },
    profitAfterCosts: { total: 0, buyAndHold: 0, feeBps: 10, slippageBps: 2 },
    ...figuresOfRows({
      ...{ rows, horizonBars: 1, timeframeMs: HOUR, coverage: 0.9 },
      ...{ levels: [0.1, 0.5, 0.9], quantilesFrom: 'model' },
    }),
    leakAudit: {
      passed: false,
      checks: [{ check: 'accuracy', verdict: 'leak', text: '<b>too good</b>', figure: 0.7, bound: 0.6 }],
    },
    seeds: [1],
    forecasts: { key: 'a', sha256: 'b' },
    dataset: 'ds_a',
    createdAt: 0,
    source: { kind: 'simulated', detail: '1' },
  };
  const model: ModelVersion = {
    ...{ id: 'mdl_m|x@1', name: 'm|x', version: '1', task: 'forecast', kind: 'ridge', specSha256: 'ab' },
    onnx: { key: 'k', sha256: 's', bytes: 1 },
    spec: { params: { lambda: 1 }, tuning: { trials: 40 } },
    dataset: 'ds_a',
    training: { epochs: [], environment: { python: '3.11' } },
    ...{ parityMaxAbs: 0, seconds: 1, stage: 'rejected', createdAt: 0, featureVersion: 'f1' },
    source: { kind: 'simulated', detail: '1' },
    leaks: [{ stream: of.stream, evaluation: 'evl_a', reasons: ['accuracy: too good'] }],
  };
  const input = { model, dataset: null, evaluations: [evaluation] };

  it('says what the model is, how good beside baselines, what the audit found and what it is not for', () => {
    const text = cardMarkdown(input);
    for (const part of [
      '# Model card: m|x@1',
      'Rejected: the leak audit on binance/BTC-USDT/1h failed',
      'Seeds: 1',
    ])
      expect(text).toContain(part);
    expect(text).toContain('| persistence | 0.50000 | – |');
    expect(text).toMatch(/Adaptive conformal interval \| aims at 90.00 %, held/);
    expect(text).toMatch(/python \| 3.11/);
    expect(text).toMatch(/held against the number of trials/);
    expect(text).toMatch(/simulated data and says nothing of a real market/);
    // A table stays a table, whatever stands in a name.
    expect(text).toContain('m\\|x@1');
    expect(cardMarkdown({ ...input, evaluations: [] })).toContain('It has not been evaluated.');
  });

  it('is a page in which nothing of the data is markup', () => {
    const html = cardHtml(input);
    expect(html).toContain('&#60;b&#62;too good');
    expect(html).not.toContain('<b>too');
  });

  it('has the figures of folds', () => {
    const fold = foldFigures(2, evaluation);
    expect(fold).toMatchObject({ fold: 2, evaluation: 'evl_a', n: 300, persistenceMae: 0.5 });
    expect(cardMarkdown({ ...input, evaluations: [{ ...evaluation, folds: [fold] }] })).toMatch(
      /\*\*Folds\*\*/,
    );
  });
});
