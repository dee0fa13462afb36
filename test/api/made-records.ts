import { seedSentimentModels } from './made-comparisons.js';
import { seedDeployments } from './made-deployments.js';
import { seedEvaluation } from './made-evaluations.js';
import { seedOptimisations } from './made-optimisations.js';
import { seedTrainings } from './made-trainings.js';
import { seedSettlements } from './made-settlements.js';
import type { Ports } from '../../adapters/ports.js';
import type { Bar } from '../../domain/bars.js';
import { DEFAULT_SOURCES } from '../../domain/news/default-sources.js';
import type { Source } from '../../domain/sources.js';

export const SOURCE: Source = { kind: 'simulated', detail: '1' };
export const FIRST_BAR = Date.UTC(2023, 0, 1);
export const HOUR = 3_600_000;

/** Hourly bars from FIRST_BAR, the ones at `without` left out. */
export const madeBars = (count: number, without: number[] = []): Bar[] =>
  Array.from({ length: count }, (_, at) => at)
    .filter((at) => !without.includes(at))
    .map((at) => {
      const time = FIRST_BAR + at * HOUR;
      return {
        time,
        open: 100 + at,
        high: 102 + at,
        low: 99 + at,
        close: 101 + at,
        volume: 5,
        knownAt: time + HOUR,
      };
    });

/** What the examples of the operations ask for. */
export async function seed(ports: Ports): Promise<void> {
  await seedSentimentModels(ports);
  await seedTrainings(ports);
  await seedDeployments(ports);
  const { documents, objects, series } = ports;
  const stream = { exchange: 'binance', symbol: 'BTC-USDT', timeframe: '1h' } as const;
  await series.write({ stream, bars: madeBars(10, [4, 5]), source: SOURCE });
  const article = {
    id: 'art_example',
    url: null,
    title: 'Bitcoin rises',
    text: 'It did.',
    feed: 'coindesk',
    author: null,
    language: 'en',
  };
  const times = { publishedAt: FIRST_BAR, firstSeenAt: FIRST_BAR };
  await documents.insert('articles', [
    { ...article, ...times, tickers: ['BTC'], categories: [], source: SOURCE, sourceKey: 'simulated-1' },
  ]);
  await documents.insert('articles', [
    {
      ...article,
      id: 'art_removable',
      ...times,
      tickers: [],
      categories: [],
      source: SOURCE,
      sourceKey: 'simulated-1',
    },
  ]);
  await documents.insert('stories', [
    {
      id: 'sto_example',
      title: 'Bitcoin rises',
      lastAt: FIRST_BAR,
      tickers: ['BTC'],
      sourceKey: 'simulated-1',
    },
  ]);
  const saved = { name: 'a', filter: { text: 'bitcoin' }, principal: 'admin', tenant: 'default' };
  await documents.insert('savedSearches', [
    { id: 'sea_example', ...saved, createdAt: FIRST_BAR },
    { id: 'sea_removable', ...saved, createdAt: FIRST_BAR },
  ]);
  await documents.insert('scores', [
    madeScore('art_example', FIRST_BAR, 0.5),
    madeScore('art_b', FIRST_BAR + 1, 0.1),
  ]);
  await documents.insert('newsSources', [{ ...DEFAULT_SOURCES.find(({ id }) => id === 'coindesk')! }]);
  await ports.objects.put(onnx.key, ONNX);
  await documents.insert('models', [
    madeModel,
    { ...madeModel, id: 'mdl_archivable@1', name: 'archivable', stage: 'candidate' as const },
  ]);
  await documents.insert('evaluations', [madeEvaluation]);
  await seedEvaluation(ports, madeEvaluation);
  await documents.insert('predictions', [madePrediction]);
  await documents.insert('driftReports', [madeDriftReport]);
  await seedSettlements(ports, madePrediction);
  await documents.insert('backtests', [
    await madeBacktest(ports, 'bt_example'),
    await madeBacktest(ports, 'bt_removable'),
  ]);
  await seedOptimisations(ports);
  const key = {
    name: 'gone',
    roles: ['viewer'],
    tenant: 'default',
    keySha256: 'aa',
    createdAt: FIRST_BAR,
    createdBy: 'admin',
  };
  await documents.insert('principals', [{ id: 'pri_removable', ...key }]);
  for (const id of ['example.csv', 'removable.csv'])
    await documents.insert('uploads', [await madeUpload(ports, id)]);
  await seedEvents(ports);
  await objects.put(
    'reports/run_0123456789abcdef0123456789abcdef.html',
    new TextEncoder().encode('<h1>Report</h1>'),
  );
}

async function seedEvents({ documents, events }: Ports): Promise<void> {
  const event = {
    id: 'evt_1',
    type: 'article.collected',
    at: FIRST_BAR,
    payload: { articleId: 'art_example' },
  };
  await events.publish([event]);
  const letter = { consumer: 'aggregates', type: event.type, event, error: 'TypeError: no', attempts: 5 };
  await documents.insert('deadLetters', [{ id: 'dl_example', ...letter, at: FIRST_BAR, state: 'dead' }]);
  const bucket = { asset: 'BTC', sourceKey: 'simulated-1', from: FIRST_BAR, articles: 1 };
  const sentiment = {
    model: 'ngram@1',
    scored: 1,
    abstained: 0,
    negative: 0,
    neutral: 0,
    positive: 1,
    sum: 0.4,
  };
  await documents.insert('newsAggregates', [
    {
      id: 'BTC/a',
      ...bucket,
      feeds: [{ feed: 'coindesk', articles: 1 }],
      sentiment: [sentiment],
      computedAt: 1,
    },
  ]);
  const subscription = {
    name: 'mine',
    channel: { kind: 'webhook', url: 'https://h.example/t0ken', secret: 'a-secret-of-the-tests' },
    types: ['*'],
    filters: {},
    quietHours: null,
    perHour: null,
    state: 'active',
    createdAt: FIRST_BAR,
    createdBy: 'admin',
    tenant: 'default',
    updatedAt: FIRST_BAR,
  };
  await documents.insert(
    'subscriptions',
    ['sub_example', 'sub_removable'].map((id) => ({ id, ...subscription })),
  );
  const facts = { tickers: [], sources: [], stream: null, title: null, url: null };
  const delivery = { subscription: 'sub_example', event, facts, state: 'dead', dueAt: FIRST_BAR };
  await documents.insert('deliveries', [
    { id: 'ntf_example', ...delivery, createdAt: FIRST_BAR, attempts: 8, error: 'no', log: [] },
  ]);
}

export const madeScore = (articleId: string, knownAt: number, positive: number) => ({
  id: `${articleId}/ngram@1`,
  articleId,
  model: 'ngram@1',
  label: 'positive' as const,
  probabilities: { negative: 0.1, neutral: 0.9 - positive, positive },
  abstained: false,
  reason: null,
  scoredAt: knownAt,
  knownAt,
  tickers: ['BTC'],
  sourceKey: 'simulated-1',
});

async function madeUpload({ objects }: Ports, id: string) {
  const rows = madeBars(3).map(({ time, open, high, low, close }) =>
    [time, open, high, low, close, 5].join(),
  );
  const ref = await objects.put(`uploads/0123456789abcdef/${id}`, new TextEncoder().encode(rows.join('\n')));
  return { id, ...ref, format: 'csv', createdAt: FIRST_BAR, createdBy: 'admin' };
}

const ONNX = new TextEncoder().encode('abc');
const onnx = {
  key: 'models/a/model.onnx',
  sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  bytes: 3,
};
const madeModel = {
  id: 'mdl_example@1',
  name: 'example',
  version: '1',
  onnx,
  task: 'forecast' as const,
  kind: 'ridge',
  specSha256: 'cd',
  spec: { alpha: 1 },
  dataset: null,
  training: {},
  parityMaxAbs: 0,
  seconds: 1,
  stage: 'champion' as const,
  createdAt: FIRST_BAR,
  source: SOURCE,
  featureVersion: '1',
};

const figures = { n: 100, mae: 12.5, directionalAccuracy: 0.52, wilson95: [0.42, 0.62] as [number, number] };
const madeEvaluation = {
  id: 'evl_example',
  model: 'example@1',
  stream: 'binance/BTC-USDT/1h',
  horizonBars: 1,
  from: FIRST_BAR,
  to: FIRST_BAR + HOUR,
  ...figures,
  baselines: [{ name: 'persistence', ...figures, directionalAccuracy: NaN }],
  pesaranTimmermann: { statistic: 0.4, pValue: 0.3 },
  dieboldMariano: { statistic: 0.4, pValue: 0.3 },
  conformal: { coverage: 0.9, scale: 1.6, n: 100, measuredCoverage: 0.9 },
  profitAfterCosts: { total: -0.1, buyAndHold: 0.2, feeBps: 10, slippageBps: 2 },
  forecasts: { key: 'evaluations/a.json', sha256: 'ef' },
  dataset: 'ds_example',
  createdAt: FIRST_BAR,
  source: SOURCE,
};

const madePrediction = {
  id: 'prd_example',
  stream: 'binance/BTC-USDT/1h',
  model: 'baseline:drift',
  reason: 'no model beats it',
  asOf: FIRST_BAR,
  horizonBars: 1,
  targetTime: FIRST_BAR + HOUR,
  lastClose: 100,
  mean: 101,
  interval: { lower: 95, upper: 107, coverage: 0.9 },
  probabilityUp: 0.55,
  inputs: { bars: 'ab' },
  read: { from: FIRST_BAR - HOUR, to: FIRST_BAR, asOf: FIRST_BAR },
  createdAt: FIRST_BAR,
  source: SOURCE,
  settledAt: null,
  realised: null,
};

const madeDriftReport = {
  id: 'drf_example',
  stream: 'binance/BTC-USDT/1h',
  model: 'example@1',
  dataset: 'ds_example',
  evaluation: 'evl_example',
  horizonBars: 1,
  asOf: FIRST_BAR,
  window: { from: FIRST_BAR - HOUR, to: FIRST_BAR, rows: 500, trainingRows: 6000 },
  settled: null,
  verdict: 'drift',
  findings: [
    { family: 'inputs', verdict: 'drift', reasons: ['atr_14: PSI 0.90, distance 0.60, q 1.0e-4'] },
    { family: 'residuals', verdict: 'unknown', reasons: ['0 settled forecasts'] },
    { family: 'calibration', verdict: 'unknown', reasons: ['0 settled forecasts'] },
  ],
  inputs: [
    {
      ...{ name: 'atr_14', psi: 0.9, distance: 0.6, pValue: 1e-5, qValue: 1e-4, effect: 40 },
      ...{ referenceMean: 0.01, recentMean: 0.03 },
    },
  ],
  residuals: null,
  calibration: null,
  level: 0.03,
  read: { from: FIRST_BAR - HOUR, to: FIRST_BAR, asOf: FIRST_BAR, sentimentModel: 'ngram@1' },
  digests: { bars: 'ab' },
  episode: { id: 'ep_example', since: FIRST_BAR, reports: 1, calm: 0 },
  createdAt: FIRST_BAR,
  source: SOURCE,
  sourceKey: 'simulated-1',
};

async function madeBacktest(ports: Ports, id: string) {
  const time = Array.from({ length: 5000 }, (_, at) => FIRST_BAR + at * HOUR);
  const trade = {
    side: 'long',
    entryTime: FIRST_BAR,
    entryPrice: 1,
    exitTime: null,
    exitPrice: null,
    units: 1,
    fees: 0,
    profit: 0,
  };
  const file = { time, equity: time.map((_, at) => 100_000 + at), trades: [trade] };
  const detail = await ports.objects.put(
    `backtests/${id}.json`,
    new TextEncoder().encode(JSON.stringify(file)),
  );
  await ports.objects.put(
    `backtests/${id}.html`,
    new TextEncoder().encode('<!doctype html><title>made</title>'),
  );
  const spec = {
    stream: 'binance/BTC-USDT/1h',
    strategy: 'sma-cross',
    params: { fast: 20 },
    from: FIRST_BAR,
    to: FIRST_BAR + HOUR,
    asOf: FIRST_BAR + 2 * HOUR,
    costs: { feeBps: 10, slippageBps: 2 },
    cash: 100_000,
    size: { kind: 'equity', fraction: 1 },
    closeAtEnd: false,
    periodsPerYear: 365,
  };
  const names = [
    'entries',
    'exits',
    'startEquity',
    'finalEquity',
    'totalReturn',
    'annualReturn',
    'annualVolatility',
    'sharpe',
    'sortino',
  ];
  const more = [
    'calmar',
    'maxDrawdown',
    'valueAtRisk',
    'conditionalValueAtRisk',
    'winRate',
    'profitFactor',
    'exposure',
    'fees',
    'bars',
  ];
  const metrics = Object.fromEntries([...names, ...more].map((name) => [name, name === 'winRate' ? NaN : 1]));
  const { stream, strategy } = spec;
  const marks = {
    trials: 1,
    digest: 'd',
    barsSha256: 'b',
    conventions: ['fills at the next open'],
    run: null,
    createdAt: FIRST_BAR,
  };
  return {
    id,
    spec,
    stream,
    strategy,
    engine: 'vectorised',
    metrics,
    benchmark: metrics,
    detail: { key: detail.key, sha256: detail.sha256 },
    ...marks,
    source: SOURCE,
  };
}
