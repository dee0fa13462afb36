import { z } from 'zod';
import { OBJECTIVES } from '../domain/backtest/search/search.js';
import { OTHER_ENGINES } from '../domain/backtest/verification.js';
import { portfolioInput } from './backtest/portfolio-input.js';
import { runSpec, terms, yearly } from './backtest/terms.js';
import { request, streamText } from './schemas.js';
import { strategyFault } from './strategies.js';
import { code, codeFault } from './strategy-code.js';
import { window } from './window-inputs.js';

const axis = z.union([z.number(), z.array(z.number()).min(1), z.string().min(1)]);
const bounds = z.strictObject({
  min: z.number(),
  max: z.number(),
  step: z.number().positive().optional(),
  log: z.boolean().optional(),
});
const days = z.int().min(1).max(10_000);
const gap = z.int().min(0).max(1000);

const verification = z.strictObject({
  ...window,
  stream: streamText,
  strategy: z.string().min(1),
  params: z.record(z.string(), z.number()).optional(),
  decide: z.enum(['rule', 'replay']).optional().describe('By their own indicators, or our decisions'),
  feeBps: terms.feeBps,
  slippageBps: terms.slippageBps,
  slippage: terms.slippage,
  closeAtEnd: terms.closeAtEnd,
  periodsPerYear: yearly.optional(),
  cash: terms.cash,
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

/** Inputs of the stories that test strategies. */
export const backtestInputs = {
  runBacktest: request(
    'RunBacktestInput',
    z
      .strictObject({
        ...window,
        stream: streamText,
        strategy: z.string().min(1),
        code,
        params: z.record(z.string(), z.number()).optional(),
        ...terms,
        evaluation: z.string().min(1).optional(),
      })
      .superRefine(strategyFault),
  ),
  backtestPortfolio: request('BacktestPortfolioInput', portfolioInput),
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
          z
            .strictObject({
              strategy: z.string().min(1),
              code,
              params: z.record(z.string(), z.number()).optional(),
            })
            .superRefine(strategyFault),
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
          .regex(/^[\w.-]+$/, 'must be the name of a strategy, of a file that code brings, or features')
          .optional()
          .describe('A strategy of the list, a file such as my.ts, or features'),
        code,
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
      })
      .refine(({ strategy, code: given }) => codeFault({ strategy: strategy ?? '', code: given }) === null, {
        message: 'code and a strategy that is a file, such as my.ts, go together',
        path: ['code'],
      }),
  ),
};
