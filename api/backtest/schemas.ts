import { z } from 'zod';
import { answer, figure, instant, source, streamText } from '../schemas.js';

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
    .extend({ funding: figure.optional().describe('Paid on balance; a receipt is negative') })
    .describe('Fractions, not percents; null where undefined; max drawdown is positive'),
);
export const costs = z.object({
  feeBps: z.number(),
  slippageBps: z.number(),
  halfSpread: z.number().optional().describe('Units of the price'),
  impactBps: z.number().optional().describe('For the whole volume of a bar, by the root of the share'),
});
const maxLeverage = z.number();
const size = z.union([
  z.object({ kind: z.literal('units'), units: z.number() }),
  z.object({ kind: z.literal('cash'), amount: z.number() }),
  z.object({ kind: z.literal('equity'), fraction: z.number() }),
  z.object({ kind: z.literal('volatility'), target: z.number(), lookback: z.int(), maxLeverage }),
  z.object({
    kind: z.literal('risk'),
    share: z.number(),
    stop: z.union([
      z.object({ kind: z.literal('bps'), bps: z.number() }),
      z.object({ kind: z.literal('atr'), multiple: z.number(), bars: z.int() }),
    ]),
    maxLeverage,
  }),
]);
const exits = z
  .object({
    stopBps: z.number().optional(),
    targetBps: z.number().optional(),
    trailBps: z.number().optional(),
  })
  .describe('Orders beside each entry, basis points of its price');
const tested = z
  .string()
  .describe('<ccxt exchange id>/<BASE-QUOTE>/<timeframe>; those of a portfolio joined by +')
  .meta({ examples: ['binance/BTC-USDT/1h'] });
const spec = answer(
  'BacktestSpec',
  z.object({
    stream: tested,
    strategy: z.string(),
    code: z.string().optional().describe("Of a user's own strategy: the digest of its source"),
    params: z.record(z.string(), z.number()),
    from: instant,
    to: instant,
    asOf: instant,
    costs,
    cash: z.number(),
    size,
    closeAtEnd: z.boolean(),
    periodsPerYear: z.int(),
    funding: z.literal('stored').optional().describe('The stored rates of the perpetual were paid'),
    engine: z.enum(['vectorised', 'event-driven']).optional().describe('Absent: vectorised'),
    exits: exits.optional(),
    fillShare: z.number().optional().describe('Most of the volume of a bar that one order took'),
    portfolio: z
      .object({
        rebalance: z.union([
          z.object({ kind: z.literal('signals') }),
          z.object({ kind: z.literal('period'), everyMs: z.number() }),
          z.object({ kind: z.literal('drift'), above: z.number() }),
        ]),
        instruments: z.array(
          z.object({
            stream: streamText,
            weight: z.number(),
            strategy: z.string().optional().describe('Where not all have the same one, as code and params'),
            code: z.string().optional(),
            params: z.record(z.string(), z.number()).optional(),
          }),
        ),
      })
      .optional()
      .describe('Several streams on one account; `stream` names all of them, joined by +'),
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
export const result = {
  id: z.string().meta({ examples: ['bt_0123456789abcdef01234567'] }),
  spec,
  stream: tested,
  strategy: z.string(),
  engine: z.string(),
  metrics,
  benchmark: metrics,
  trials: z.int().describe('Different things tried on this window when it was run, this one included'),
  analysis: analysis.optional(),
  detail: z.object({ key: z.string(), sha256: z.string() }),
  digest: z.string(),
  barsSha256: z.string(),
  conventions: z.array(z.string()).describe('What sizes, fills, costs and figures mean in this run'),
  notes: z.array(z.string()).optional().describe('What has to be said of it: orders that waited, ruin'),
  fundingSha256: z.string().optional().describe('Of the funding rates that it paid'),
  instruments: z
    .array(z.object({ stream: streamText, barsSha256: z.string(), fundingSha256: z.string().optional() }))
    .optional()
    .describe('Of a portfolio: what each stream was read as'),
  run: z.string().nullable(),
  createdAt: instant,
  source,
};
export const trade = answer(
  'Trade',
  z.object({
    side: z.enum(['long', 'short']),
    entryTime: instant,
    entryPrice: z.number(),
    exitTime: instant.nullable(),
    exitPrice: figure,
    units: z.number(),
    fees: z.number(),
    funding: z.number().optional(),
    profit: z.number().describe('After fees and funding'),
    instrument: z.string().optional().describe('Of a portfolio: what was traded'),
  }),
);
export const detailed = answer(
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
