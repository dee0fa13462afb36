import { z } from 'zod';
import { MOST_INSTRUMENTS, SPANS, weightsOf } from '../../domain/backtest/portfolio/plan.js';
import { parseRebalance } from '../../domain/backtest/portfolio/rebalance.js';
import { strategiesFault } from '../../domain/backtest/portfolio/strategies.js';
import { formFault } from '../../domain/forms.js';
import { streamText } from '../schemas.js';
import { strategyFault } from '../strategies.js';
import { code } from '../strategy-code.js';
import { window } from '../window-inputs.js';
import { terms } from './terms.js';

const params = z.record(z.string(), z.number()).optional();

/** Several streams on one account. */
export const portfolioInput = z
  .strictObject({
    ...window,
    streams: z.array(streamText).min(2).max(MOST_INSTRUMENTS),
    weights: z
      .array(z.number().positive().max(1))
      .optional()
      .describe('Shares of the equity in the order of the streams; alike where left out'),
    strategy: z.string().min(1).optional().describe('Of all streams'),
    code,
    params,
    strategies: z
      .array(z.strictObject({ strategy: z.string().min(1), code, params }).superRefine(strategyFault))
      .optional()
      .describe('In the place of strategy: one for each stream, in their order'),
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
  .superRefine(({ strategy, ...input }, faults) => {
    const fault = strategiesFault({ strategy, ...input });
    if (fault !== null) faults.addIssue({ code: 'custom', message: fault, path: ['strategies'] });
    else if (strategy !== undefined) strategyFault({ strategy, ...input }, faults);
  })
  .superRefine(
    formFault(({ streams, weights }: { streams: string[]; weights?: number[] | undefined }) =>
      weightsOf(streams, weights),
    ),
  );
