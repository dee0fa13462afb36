import { z } from 'zod';
import { summaryOf } from '../domain/backtest/analysis.js';
import type { BacktestResult } from '../domain/backtest/spec.js';
import { NotFoundError } from '../domain/errors.js';
import { sendPage } from './pages.js';
import { count, cursor, limit, readRange, segment, text, time } from './query.js';
import { route, type Context } from './route.js';
import { answer, figure, instant, pageOf, source, streamText } from './schemas.js';

const METRICS = [
  'entries',
  'exits',
  'startEquity',
  'finalEquity',
  'totalReturn',
  'annualReturn',
  'annualVolatility',
  'sharpe',
  'sortino',
  'calmar',
  'maxDrawdown',
  'valueAtRisk',
  'conditionalValueAtRisk',
  'winRate',
  'profitFactor',
  'exposure',
  'fees',
  'bars',
] as const;

const metrics = answer(
  'BacktestMetrics',
  z
    .object(
      Object.fromEntries(METRICS.map((name) => [name, figure])) as Record<
        (typeof METRICS)[number],
        typeof figure
      >,
    )
    .describe('Fractions, not percents; null where undefined; max drawdown is positive'),
);
const spec = answer(
  'BacktestSpec',
  z.object({
    stream: streamText,
    strategy: z.string(),
    params: z.record(z.string(), z.number()),
    from: instant,
    to: instant,
    asOf: instant,
    costs: z.object({ feeBps: z.number(), slippageBps: z.number() }),
    cash: z.number(),
    size: z.union([
      z.object({ kind: z.literal('units'), units: z.number() }),
      z.object({ kind: z.literal('equity'), fraction: z.number() }),
    ]),
    closeAtEnd: z.boolean(),
    periodsPerYear: z.int(),
  }),
);
const analysis = answer(
  'BacktestAnalysis',
  z
    .object({
      sharpeInterval: z.array(figure).describe('95 %, stationary bootstrap, a year'),
      probabilisticSharpe: figure.describe('Probability of a Sharpe above 0'),
      deflatedSharpe: figure.describe('The same against the luckiest of all trials'),
      expectedMaximumSharpe: figure.describe('Of that luckiest trial, a year'),
      minimumTrackRecordDays: figure.describe('Null where no number of days would do'),
      trials: z.int(),
      verdict: z.object({
        finding: z.enum(['no result', 'no edge', 'luck', 'doubtful', 'edge']),
        sentence: z.string(),
        against: z.array(z.string()),
      }),
    })
    .describe('Whether it is more than luck'),
);
const result = {
  id: z.string().meta({ examples: ['bt_0123456789abcdef01234567'] }),
  spec,
  stream: streamText,
  strategy: z.string(),
  engine: z.string(),
  metrics,
  benchmark: metrics,
  trials: z.int().describe('Different things tried on this window when it was run, this one included'),
  analysis: analysis.optional(),
  detail: z.object({ key: z.string(), sha256: z.string() }),
  digest: z.string(),
  barsSha256: z.string(),
  conventions: z.array(z.string()),
  run: z.string().nullable(),
  createdAt: instant,
  source,
};
const trade = answer(
  'Trade',
  z.object({
    side: z.enum(['long', 'short']),
    entryTime: instant,
    entryPrice: z.number(),
    exitTime: instant.nullable(),
    exitPrice: figure,
    units: z.number(),
    fees: z.number(),
    profit: z.number(),
  }),
);
const detailed = answer(
  'BacktestDetail',
  z.object({
    ...result,
    asOf: instant,
    time: z.array(instant).describe('Open times of the points of `equity`'),
    equity: z.array(figure),
    trades: z.array(trade).describe('The first ones, at most `trades` of them'),
    totalTrades: z.int(),
  }),
);
const id = segment('Backtest id', 'bt_0123456789abcdef01234567');

const listBacktests = route({
  id: 'listBacktests',
  method: 'get',
  path: '/backtests',
  group: 'backtests',
  summary: 'Backtests, newest first',
  role: 'viewer',
  query: {
    stream: text('Only on this stream', 'binance/BTC-USDT/1h'),
    strategy: text('Only of this strategy', 'sma-cross'),
    from: time('Run at or after'),
    to: time('Run before'),
    limit: limit(),
    cursor,
  },
  answers: {
    200: {
      description: 'A page of backtests',
      schema: pageOf('BacktestPage', answer('Backtest', z.object(result))),
    },
  },
  async handle({ query, context }) {
    const { stream, strategy } = query;
    const where = { ...(stream ? { stream } : {}), ...(strategy ? { strategy } : {}) };
    const page = {
      where,
      range: readRange(query),
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    };
    const found = await context.ports.documents.find<BacktestResult>('backtests', page);
    return { body: { ...found, items: found.items.map(shown), asOf: context.ports.now() } };
  },
});

const getBacktest = route({
  id: 'getBacktest',
  method: 'get',
  path: '/backtests/{id}',
  group: 'backtests',
  summary: 'One backtest with its equity curve and trades',
  role: 'viewer',
  params: { id },
  query: {
    points: count(
      { min: 2, max: 20_000, standard: 2000 },
      'Points of the equity curve, evenly thinned; first and last are kept',
    ),
    trades: count({ min: 0, max: 1000, standard: 500 }, 'Trades shown'),
  },
  answers: { 200: { description: 'The backtest', schema: detailed } },
  example: { params: { id: 'bt_example' } },
  async handle({ params, query, context }) {
    const found = await findBacktest(context, params.id);
    const bytes = await context.ports.objects.get(found.detail.key, found.detail.sha256);
    const file = JSON.parse(new TextDecoder().decode(bytes)) as {
      time: number[];
      equity: number[];
      trades: unknown[];
    };
    const keep = thinned(file.time.length, query.points);
    const curve = {
      time: keep.map((at) => file.time[at]),
      equity: keep.map((at) => file.equity[at] ?? null),
    };
    const trades = { trades: file.trades.slice(0, query.trades), totalTrades: file.trades.length };
    return { body: { ...shown(found), asOf: found.spec.asOf, ...curve, ...trades } };
  },
});

const removeBacktest = route({
  id: 'removeBacktest',
  method: 'delete',
  path: '/backtests/{id}',
  group: 'backtests',
  summary: 'Remove a backtest; the audit keeps that it was there',
  role: 'operator',
  params: { id },
  answers: { 204: { description: 'Removed' } },
  example: { params: { id: 'bt_removable' } },
  async handle({ params, context }) {
    const found = await findBacktest(context, params.id);
    await context.ports.documents.remove('backtests', [found.id]);
    for (const key of [found.detail.key, sheetOf(found.id)]) await context.ports.objects.remove(key);
    return { status: 204, target: found.id };
  },
});

/** Without what only the page shows. */
const shown = ({ analysis: whole, ...rest }: BacktestResult) => ({
  ...rest,
  ...(whole && { analysis: summaryOf(whole) }),
});

async function findBacktest(context: Context, wanted: string): Promise<BacktestResult> {
  const found = await context.ports.documents.get<BacktestResult>('backtests', wanted);
  if (!found) throw new NotFoundError(`No backtest "${wanted}"`);
  return found;
}

/** Indexes of at most `points` of `length` points, the first and the last among them. */
function thinned(length: number, points: number): number[] {
  if (length <= points) return Array.from({ length }, (_, at) => at);
  return Array.from({ length: points }, (_, at) => Math.round((at * (length - 1)) / (points - 1)));
}

const sheetOf = (backtest: string): string => `backtests/${backtest}.html`;

const getTearSheet = route({
  id: 'getTearSheet',
  method: 'get',
  path: '/backtests/{id}/report',
  group: 'backtests',
  summary: 'One backtest as a page that opens from disk: curves, trades, significance',
  role: 'viewer',
  params: { id },
  answers: { 200: { description: 'The page', mediaType: 'text/html' } },
  example: { params: { id: 'bt_example' } },
  async handle({ params, context, res }) {
    const found = await findBacktest(context, params.id);
    const html = await context.ports.objects.get(sheetOf(found.id));
    sendPage(res, html);
    return null;
  },
});

export const backtestRoutes = [listBacktests, getBacktest, getTearSheet, removeBacktest];
