import { z } from 'zod';
import { answer, figure, instant, source } from './schemas.js';

export const pair = z.tuple([figure, figure]);
const test = z.object({ statistic: figure, pValue: figure });
const object = z.object({ key: z.string(), sha256: z.string() });

export const skill = answer(
  'SkillFigures',
  z.object({ name: z.string(), n: z.int(), mae: figure, directionalAccuracy: figure, wilson95: pair }),
);
const part = {
  name: z.string(),
  n: z.int(),
  mae: figure,
  directionalAccuracy: figure,
  wilson95: pair,
  share: figure,
  baselines: z.array(skill),
};
const against = z.object({
  baseline: z.string(),
  dieboldMariano: test.describe(
    'Squared relative error, outcomes that do not overlap; negative: the model is better',
  ),
  allRows: z.object({ n: z.int(), statistic: figure, pValue: figure }),
  direction: z
    .object({ onlyModel: z.int(), onlyBaseline: z.int(), pValue: figure })
    .nullable()
    .describe('McNemar; null where the baseline claims no direction'),
});
const distribution = z.object({
  n: z.int(),
  levels: z.array(z.number()),
  from: z.enum(['model', 'validation residuals']),
  pinball: figure,
  crps: figure,
  baselines: z.array(z.object({ name: z.string(), pinball: figure, crps: figure })),
});
const intervalFigures = {
  coverage: figure,
  measuredCoverage: figure,
  n: z.int(),
  meanWidth: figure.describe('In units of volatility·√horizon'),
  winkler: figure,
};
const interval = z.object({
  ...intervalFigures,
  method: z.literal('adaptive'),
  persistence: z.object(intervalFigures),
});
const bin = z.object({
  from: z.number(),
  to: z.number(),
  n: z.int(),
  meanProbability: figure,
  shareUp: figure,
  wilson95: pair,
});
const calibration = z.object({
  n: z.int(),
  brier: figure,
  baselines: z.array(z.object({ name: z.string(), brier: figure })),
  ece: figure,
  bins: z.array(bin),
});
const tradedFigures = {
  totalReturn: figure,
  annualReturn: figure,
  sharpe: figure,
  maxDrawdown: figure,
  entries: z.int(),
  exposure: figure,
  fees: figure,
  bars: z.int(),
};
const traded = z
  .object({
    ...tradedFigures,
    strategy: z.literal('model-signal'),
    engine: z.string(),
    costs: z.object({ feeBps: z.number(), slippageBps: z.number() }),
    from: instant,
    to: instant,
    buyAndHold: z.object(tradedFigures),
    beforeCosts: z.object(tradedFigures),
    conventions: z.array(z.string()),
    notes: z.array(z.string()),
  })
  .describe('The forecasts through the backtest engine');
const leakAudit = answer(
  'LeakAudit',
  z.object({
    passed: z.boolean(),
    checks: z.array(
      z.object({
        check: z.string(),
        verdict: z.enum(['pass', 'leak', 'skipped', 'explained']),
        text: z.string(),
        figure,
        bound: figure,
        explanation: z.string().optional(),
      }),
    ),
  }),
);
const fold = z.object({
  fold: z.int(),
  model: z.string(),
  dataset: z.string(),
  evaluation: z.string(),
  from: instant,
  to: instant,
  n: z.int(),
  mae: figure,
  directionalAccuracy: figure,
  wilson95: pair,
  persistenceMae: figure,
  measuredCoverage: figure,
  meanWidth: figure,
  crps: figure,
  persistenceCrps: figure,
});
const walkForward = z.object({
  scheme: z.enum(['expanding', 'rolling']),
  folds: z.int(),
  testBars: z.int(),
  validationBars: z.int(),
  purgeBars: z.int(),
  embargoBars: z.int(),
});

export const evaluation = answer(
  'Evaluation',
  z.object({
    id: z.string(),
    model: z.string(),
    stream: z.string(),
    horizonBars: z.int(),
    from: instant,
    to: instant,
    n: z.int(),
    mae: figure,
    directionalAccuracy: figure,
    wilson95: pair.describe('Wilson interval of the directional accuracy'),
    baselines: z.array(skill),
    against: z.array(against).optional(),
    pesaranTimmermann: test,
    dieboldMariano: test,
    conformal: z.object({ coverage: figure, scale: figure, n: z.int(), measuredCoverage: figure }),
    distribution: distribution.optional(),
    interval: interval.optional(),
    calibration: calibration.optional(),
    regimes: z.array(z.object({ by: z.enum(['volatility', 'trend']), ...part })).optional(),
    byConfidence: z.array(z.object({ from: z.number(), to: z.number(), ...part })).optional(),
    profitAfterCosts: z.object({
      total: figure,
      buyAndHold: figure,
      feeBps: z.number(),
      slippageBps: z.number(),
    }),
    traded: traded.optional(),
    leakAudit: leakAudit.optional(),
    folds: z.array(fold).optional(),
    walkForward: walkForward.optional(),
    seeds: z.array(z.int()).optional(),
    forecasts: object,
    rows: object.optional(),
    dataset: z.string(),
    createdAt: instant,
    source,
  }),
);

const compared = z.object({
  evaluation: z.string(),
  model: z.string(),
  mae: figure,
  directionalAccuracy: figure,
  wilson95: pair,
  crps: figure,
  pinball: figure,
  measuredCoverage: figure,
  meanWidth: figure,
  brier: figure,
});

export const evaluationComparison = answer(
  'EvaluationComparison',
  z.object({
    stream: z.string(),
    horizonBars: z.int(),
    from: instant,
    to: instant,
    rows: z.int(),
    n: z.int(),
    a: compared,
    b: compared,
    dieboldMariano: test,
    dieboldMarianoCrps: test,
    direction: z.object({ onlyA: z.int(), onlyB: z.int(), pValue: figure }).nullable(),
    sentence: z.string(),
  }),
);
