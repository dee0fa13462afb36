import { z } from 'zod';
import { parseSize } from '../../domain/backtest/sizing.js';
import { parseSlippage } from '../../domain/backtest/slippage.js';
import { formFault } from '../../domain/forms.js';

const basisPoints = z.number().min(0).max(1000);
export const yearly = z.union([z.literal(365), z.literal(252)]);
/** Costs, size and cash of many runs, as a spec. */
export const runSpec = z
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

const exitBps = z.number().positive().lt(10_000).optional();

/** Costs, size and engine of a run. */
export const terms = {
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
