import { z } from 'zod';
import { MOST_INSTRUMENTS, SPANS, weightsOf } from '../domain/backtest/portfolio/plan.js';
import { parseRebalance } from '../domain/backtest/portfolio/rebalance.js';
import { OBJECTIVES } from '../domain/backtest/search/search.js';
import { parseSlippage } from '../domain/backtest/slippage.js';
import { parseSize } from '../domain/backtest/sizing.js';
import { OTHER_ENGINES } from '../domain/backtest/verification.js';
import { formFault } from '../domain/forms.js';
import { request, streamText } from './schemas.js';
import { strategyFault } from './strategies.js';
import { window } from './window-inputs.js';

const basisPoints = z.number().min(0).max(1000);
const yearly = z.union([z.literal(365), z.literal(252)]);
const axis = z.union([z.number(), z.array(z.number()).min(1), z.string().min(1)]);
const runSpec = z
  .strictObject({
    costs: z.strictObject({
      feeBps: basisPoints,
      slippageBps: basisPoints,
      halfSpread: z.number().min(0).optional(),
      impactBps: z.number().min(0).optional(),
    }),
    cash: z.number().positive(),
    size: z
      .string()
      .superRefine(formFault(parseSize))
      .describe('units:1, cash:1000, equity:0.5, volatility:0.2/168 or risk:0.01/200bps'),
    closeAtEnd: z.boolean(),
    periodsPerYear: yearly,
  })
  .partial();

const bounds = z.strictObject({
  min: z.number(),
  max: z.number(),
  step: z.number().positive().optional(),
  log: z.boolean().optional(),
});
const exitBps = z.number().positive().lt(10_000).optional();
const days = z.int().min(1).max(10_000);
const gap = z.int().min(0).max(1000);

const verification = z.strictObject({
  ...window,
  stream: streamText,
  strategy: z.string().min(1),
  params: z.record(z.string(), z.number()).optional(),
  decide: z.enum(['rule', 'replay']).optional().describe('By their own indicators, or our decisions'),
  feeBps: basisPoints.optional(),
  slippageBps: basisPoints.optional(),
  slippage: z
    .string()
    .superRefine(formFault(parseSlippage))
    .optional()
    .describe('bps:2, spread:0.5, volume:100 or several joined by +, in the place of slippageBps'),
  closeAtEnd: z.boolean().optional(),
  periodsPerYear: yearly.optional(),
  cash: z.number().positive().optional(),
  size: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('units'), units: z.number().positive() }),
      z.strictObject({ kind: z.literal('equity'), fraction: z.number().positive().max(1) }),
    ])
    .optional(),
  engines: z
    .array(z.enum(Object.keys(OTHER_ENGINES) as [string]))
    .min(1)
    .optional()
    .describe('All of them where it is left out'),
});

/** Costs, size and engine of a run. */
const terms = {
  feeBps: basisPoints.optional(),
  slippageBps: basisPoints.optional(),
  slippage: z
    .string()
    .superRefine(formFault(parseSlippage))
    .optional()
    .describe('bps:2, spread:0.5, volume:100 or several joined by +, in the place of slippageBps'),
  cash: z.number().positive().optional(),
  size: z
    .string()
    .superRefine(formFault(parseSize))
    .optional()
    .describe('units:1, cash:1000, equity:0.5, volatility:0.2/168 or risk:0.01/200bps; default equity:1'),
  closeAtEnd: z.boolean().optional(),
  periodsPerYear: yearly.optional().describe('365 (default), or 252 where the market has holidays'),
  funding: z
    .boolean()
    .optional()
    .describe('Pay the stored funding rates; default: where a venue has perpetuals only'),
  engine: z.enum(['vectorised', 'event-driven']).optional(),
  exits: z
    .strictObject({ stopBps: exitBps, targetBps: exitBps, trailBps: exitBps })
    .optional()
    .describe('Orders beside each entry, basis points of its price; event-driven only'),
  fillShare: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe('Most of the volume of a bar that one order takes; event-driven only'),
};

/** Inputs of the stories that test strategies. */
export const backtestInputs = {
  runBacktest: request(
    'RunBacktestInput',
    z
      .strictObject({
        ...window,
        stream: streamText,
        strategy: z.string().min(1),
        params: z.record(z.string(), z.number()).optional(),
        ...terms,
        evaluation: z.string().min(1).optional(),
      })
      .superRefine(strategyFault),
  ),
  backtestPortfolio: request(
    'BacktestPortfolioInput',
    z
      .strictObject({
        ...window,
        streams: z.array(streamText).min(2).max(MOST_INSTRUMENTS),
        weights: z
          .array(z.number().positive().max(1))
          .optional()
          .describe('Shares of the equity in the order of the streams; alike where left out'),
        strategy: z.string().min(1),
        params: z.record(z.string(), z.number()).optional(),
        rebalance: z
          .string()
          .superRefine(formFault(parseRebalance))
          .optional()
          .describe('signals (default), a period such as 1d, or drift:0.05'),
        span: z
          .enum(SPANS)
          .optional()
          .describe('same refuses different spans; common: what all have; all: where any has bars'),
        periodsPerYear: terms.periodsPerYear,
        feeBps: terms.feeBps,
        slippageBps: terms.slippageBps,
        slippage: terms.slippage,
        cash: terms.cash,
        closeAtEnd: terms.closeAtEnd,
        funding: terms.funding,
      })
      .superRefine(strategyFault)
      .superRefine(
        formFault(({ streams, weights }: { streams: string[]; weights?: number[] | undefined }) =>
          weightsOf(streams, weights),
        ),
      ),
  ),
  sweepBacktest: request(
    'SweepBacktestInput',
    z.strictObject({
      ...window,
      stream: streamText,
      strategy: z.string().min(1),
      grid: z
        .record(z.string(), axis)
        .describe('Values by parameter: a list, a range from:to:step with both ends, or one value'),
      spec: runSpec.optional(),
    }),
  ),
  searchBacktest: request(
    'SearchBacktestInput',
    z.strictObject({
      ...window,
      stream: streamText,
      strategy: z.string().min(1),
      space: z
        .record(z.string(), z.union([axis, bounds]))
        .describe('Values, a range from:to:step, or {min, max, step?, log?} by parameter'),
      method: z.enum(['grid', 'random', 'bayesian']).optional().describe('Left out: random'),
      objective: z.enum(OBJECTIVES).optional().describe('Left out: sharpe'),
      trials: z.int().min(1).max(20_000).optional(),
      seed: z.int().min(0).max(2_147_483_647).optional(),
      patience: z
        .strictObject({ trials: z.int().min(1), gain: z.number().min(0) })
        .optional()
        .describe('Ends after so many trials without such a gain'),
      validation: z
        .discriminatedUnion('kind', [
          z.strictObject({ kind: z.literal('none') }),
          z.strictObject({
            kind: z.literal('walk-forward'),
            train: days,
            test: days,
            purge: gap,
            embargo: gap,
            anchored: z.boolean(),
          }),
          z.strictObject({
            kind: z.literal('combinatorial'),
            groups: z.int().min(2).max(20),
            tested: z.int().min(1).max(10),
            purge: gap,
            embargo: gap,
          }),
        ])
        .optional()
        .describe('How the choice is judged on days that it has not seen; lengths in days'),
      spec: runSpec.optional(),
    }),
  ),
  compareStrategies: request(
    'CompareStrategiesInput',
    z.strictObject({
      ...window,
      stream: streamText,
      strategies: z
        .array(
          z.strictObject({
            strategy: z.string().min(1),
            params: z.record(z.string(), z.number()).optional(),
          }),
        )
        .min(2)
        .max(50),
      ...terms,
    }),
  ),
  verifyBacktest: request('VerifyBacktestInput', verification),
  auditLookahead: request(
    'AuditLookaheadInput',
    z
      .strictObject({
        ...window,
        stream: streamText,
        strategy: z
          .string()
          .regex(/^[\w-]+$/, 'must be the name of a strategy, or features')
          .optional()
          .describe('A strategy of the list, or features'),
        model: z
          .string()
          .regex(/^[^@\s]+@[^@\s]+$/, 'must be <name>@<version>')
          .optional()
          .describe('In the place of a strategy: a registered forecaster'),
        params: z.record(z.string(), z.number()).optional(),
        points: z.int().min(1).max(1000).optional().describe('How often the future is cut off; left out: 24'),
      })
      .refine(({ strategy, model }) => (strategy === undefined) !== (model === undefined), {
        message: 'an audit is of a strategy or of a model: name one of them',
      }),
  ),
};
