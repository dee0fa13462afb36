import type { BacktestMetrics } from '../../domain/backtest/spec.js';
import type { Evaluation, SkillFigures } from '../../domain/evaluation.js';
import type { Prediction } from '../../domain/prediction.js';
import type { ReportParts } from '../../domain/report/index.js';
import type { BacktestReport, ResearchPlan, ResearchReport } from '../../domain/research.js';
import { FIRST_BAR, HOUR, SOURCE } from '../api/made-records.js';

const STREAM = 'binance/BTC-USDT/1h';
const TO = FIRST_BAR + 1000 * HOUR;
const HELD_OUT = FIRST_BAR + 700 * HOUR;

const plan: ResearchPlan = {
  source: SOURCE,
  sourceReason: 'asked for',
  streams: [STREAM],
  timeframe: '1h',
  from: FIRST_BAR,
  to: TO,
  asOf: TO,
  feeds: ['<made> & feed'],
  horizonBars: 1,
  lookBack: 96,
  maxEpochs: 6,
  seed: 1,
  trainer: 'ridge',
  trainerReason: 'a test',
  feeBps: 10,
  slippageBps: 2,
};

const skill = (name: string, directionalAccuracy: number): SkillFigures => ({
  name,
  n: 300,
  mae: 12.5,
  directionalAccuracy,
  wilson95: Number.isNaN(directionalAccuracy) ? [NaN, NaN] : [0.45, 0.57],
});

const evaluation: Evaluation = {
  ...skill('', 0.51),
  id: 'evl_made',
  model: 'ridge-1h-h1@0123',
  stream: STREAM,
  horizonBars: 1,
  from: HELD_OUT,
  to: TO,
  baselines: [skill('persistence', NaN), skill('reversal', 0.53)],
  pesaranTimmermann: { statistic: 0.4, pValue: 0.3 },
  dieboldMariano: { statistic: 0.4, pValue: 0.7 },
  conformal: { coverage: 0.9, scale: 1.6, n: 300, measuredCoverage: 0.91 },
  profitAfterCosts: { total: -0.12, buyAndHold: 0.2, feeBps: 10, slippageBps: 2 },
  forecasts: { key: 'forecasts/a.json', sha256: 'ef' },
  dataset: 'ds_made',
  createdAt: TO,
  source: SOURCE,
};

const prediction: Prediction = {
  id: 'prd_made',
  stream: STREAM,
  model: 'baseline:persistence',
  reason: 'no model beats it',
  asOf: TO,
  horizonBars: 1,
  targetTime: TO + HOUR,
  lastClose: 100,
  mean: 101,
  interval: { lower: 95, upper: 107, coverage: 0.9 },
  probabilityUp: 0.55,
  inputs: { bars: 'ab' },
  read: { from: 0, to: 1, asOf: 1 },
  createdAt: TO,
  source: SOURCE,
  settledAt: null,
  realised: null,
};

const backtest = (strategy: string, from: number): BacktestReport => ({
  id: `bt_${strategy}`,
  strategy,
  stream: STREAM,
  from,
  to: TO,
  metrics: { totalReturn: 0.1, sharpe: NaN, maxDrawdown: 0.2, entries: 3 } as BacktestMetrics,
  benchmark: { totalReturn: 0.05, sharpe: 0.7, maxDrawdown: 0.3 },
  costs: { feeBps: 10, slippageBps: 2 },
  digest: `digest-of-${strategy}`,
});

/** A run with text that would break a page, undefined figures, and a strategy on a shorter window. */
export function madeReport(): ReportParts {
  const backtests = [backtest('buy-and-hold', FIRST_BAR), backtest('model-signal', HELD_OUT)];
  const report: ResearchReport = {
    runId: 'run_0123456789abcdef0123456789abcdef',
    workflowId: 'research/made',
    source: { ...SOURCE, reason: 'asked for' },
    asOf: new Date(TO).toISOString(),
    bars: [
      {
        stream: STREAM,
        stored: 0,
        expected: 1000,
        missing: 2,
        exchangeClosed: 0,
        quarantined: 1,
        digest: 'digest-of-bars',
      },
    ],
    news: {
      fetched: 9,
      stored: 5,
      duplicates: 3,
      rejected: 1,
      failures: [{ feed: '<script>alert(1)</script>', reason: 'HTTP 503' }],
    },
    sentiment: { model: 'ngram@1', scored: 5, abstained: 1 },
    training: [
      {
        model: 'ridge-1h-h1',
        version: '0123',
        trainer: 'ridge',
        rows: 900,
        dataset: 'ds_made',
        onnxSha256: 'digest-of-model',
        parityMaxAbs: 1e-9,
        epochs: 1,
        seconds: 1,
        reused: false,
      },
    ],
    evaluation: [],
    deployment: [
      { model: 'ridge-1h-h1', version: '0123', decision: 'rejected', reasons: ['Against: a test.'] },
    ],
    predictions: [prediction],
    backtests,
    report: '',
    seconds: 1,
  };
  const curves = backtests.map(({ id, from }) => {
    const time = Array.from({ length: (TO - from) / HOUR }, (_, i) => from + i * HOUR);
    return { id, time, equity: time.map((_, i) => 100_000 + 10 * i) };
  });
  return { report, plan, evaluations: [evaluation], curves };
}
