import type { Evaluation } from '../../domain/evaluation.js';
import type { ModelVersion } from '../../domain/models.js';
import { FIRST_BAR, HOUR, SOURCE } from '../api/made-records.js';

export const STREAM = 'binance/BTC-USDT/1h';
export const HOSTILE = '<img src=x onerror="document.title=1">';

export const version = (of: { version: string; at: number; dropout: number }): ModelVersion => ({
  id: `mdl_net@${of.version}`,
  name: 'net',
  version: of.version,
  task: 'forecast',
  kind: 'dlinear',
  onnx: { key: `models/${of.version}.onnx`, sha256: of.version.repeat(8), bytes: 10 },
  specSha256: of.version,
  spec: { params: { dropout: of.dropout }, training: { seed: 1 } },
  dataset: 'ds_example',
  training: {
    epochs: [1, 2, 3].map((epoch) => ({
      ...{ epoch, trainLoss: 1.2 / epoch, validationLoss: 1 + of.dropout / epoch, seconds: 2 },
    })),
    ...{ bestEpoch: 3, parameters: 1234, rows: { train: 5000 }, stopped: 'early' },
    environment: { code: `0.1.0+${of.version}`, lock: 'l0c4'.repeat(16), processor: 'a processor' },
  },
  ...{ parityMaxAbs: 1e-7, seconds: 6, stage: 'candidate' as const, createdAt: FIRST_BAR + of.at },
  ...{ source: SOURCE, featureVersion: '1' },
});

const skill = (name: string, mae: number, directionalAccuracy: number) => ({
  ...{ name, n: 400, mae, directionalAccuracy },
  wilson95: [directionalAccuracy - 0.05, directionalAccuracy + 0.05] as [number, number],
});
const baselines = [skill('persistence', 10, NaN), skill('reversal', 14, 0.54)];
const interval = { coverage: 0.9, measuredCoverage: 0.893, n: 400, meanWidth: 3.2, winkler: 4.1 };
const part = { ...skill('calm', 9, 0.57), share: 0.4, baselines };

export const evaluation = (of: { version: string; mae: number; passed: boolean }): Evaluation => ({
  ...skill('', of.mae, 0.531),
  ...{ id: `evl_${of.version}`, model: `net@${of.version}`, stream: STREAM, horizonBars: 4 },
  ...{ from: FIRST_BAR, to: FIRST_BAR + 1600 * HOUR, baselines, dataset: 'ds_example', createdAt: FIRST_BAR },
  pesaranTimmermann: { statistic: 2, pValue: 0.02 },
  dieboldMariano: { statistic: -3, pValue: 0.0002 },
  conformal: { coverage: 0.9, scale: 1.6, n: 400, measuredCoverage: 0.893 },
  profitAfterCosts: { total: -0.1, buyAndHold: 0.2, feeBps: 10, slippageBps: 2 },
  distribution: {
    ...{ n: 1600, levels: [0.1, 0.5, 0.9], from: 'model' as const, pinball: 0.21, crps: 0.55 },
    baselines: [{ name: 'persistence', pinball: 0.22, crps: 0.56 }],
  },
  interval: { ...interval, method: 'adaptive', persistence: interval },
  calibration: {
    ...{ n: 400, brier: 0.248, ece: 0.02, baselines: [{ name: 'a coin', brier: 0.25 }] },
    bins: [
      { from: 0.4, to: 0.5, n: 150, meanProbability: 0.47, shareUp: 0.45, wilson95: [0.37, 0.53] },
      { from: 0.5, to: 0.6, n: 250, meanProbability: 0.54, shareUp: 0.56, wilson95: [0.5, 0.62] },
    ],
  },
  regimes: [{ ...part, by: 'volatility' }],
  byConfidence: [{ ...part, name: '0.50 … 0.55', from: 0.5, to: 0.55 }],
  leakAudit: {
    passed: of.passed,
    checks: [
      {
        ...{ check: 'future shuffled', verdict: of.passed ? 'pass' : 'leak', text: HOSTILE },
        ...{ figure: 0.5, bound: 0.1 },
      },
    ],
  } as unknown as Evaluation['leakAudit'] & object,
  forecasts: { key: 'evaluations/a.json', sha256: 'ef' },
  source: SOURCE,
});
