import { z } from 'zod';
import { objectRef } from '../ml.js';

/**
 * A backtest as engines of others get it, and what they answer; both cross the border to Python. `npm run contracts`
 * writes them to ml-pipelines/contracts.json.
 */

/** A column of the bars, or of an indicator; undefined before bar `firstValid`, whatever an engine computes there. */
const ruleColumn = z.strictObject({
  name: z.string().min(1),
  args: z.array(z.number()),
  output: z.string(),
  firstValid: z.int().nonnegative(),
});

/** A column by its place in `columns`, so many bars back; without a column (-1) the number `constant`. */
const operand = z.strictObject({
  column: z.int().min(-1),
  constant: z.number(),
  lag: z.int().nonnegative(),
});

/** True where left is above right by more than 1e-12, relative; false where either is undefined. */
const comparison = z.strictObject({ left: operand, right: operand });

/** Of domain/backtest/rules.ts, with each distinct column once. */
export const engineRule = z.strictObject({
  columns: z.array(ruleColumn),
  sides: z
    .array(
      z.strictObject({
        direction: z.int().min(-1).max(1),
        enter: comparison,
        /** One comparison, or none: then a position is left wherever `enter` does not hold. */
        exit: z.array(comparison).max(1),
      }),
    )
    .max(2),
});

/**
 * The bars are a Parquet table: `time` (int64, epoch ms, open), `open`, `high`, `low`, `close`, `volume` and `decision`
 * (float64): the position wanted after each close, -1 … 1. With `decide` `rule` an engine that has all its columns
 * computes them by its own indicators; else, and with `replay`, it trades the decisions.
 */
export const externalRequest = z.strictObject({
  engine: z.string().min(1),
  bars: objectRef,
  decide: z.enum(['rule', 'replay']),
  rule: engineRule,
  /** Units of the base asset, or a fraction of the equity that pays its own fee. */
  size: z.strictObject({ kind: z.enum(['units', 'equity']), amount: z.number().positive() }),
  cash: z.number().positive(),
  feeBps: z.number().nonnegative(),
  slippageBps: z.number().nonnegative(),
  /** Of the object with the trades. */
  outputKey: z.string().min(1),
});

export const externalTrade = z.strictObject({
  side: z.enum(['long', 'short']),
  entryTime: z.number(),
  entryPrice: z.number(),
  exitTime: z.number().nullable(),
  exitPrice: z.number().nullable(),
  units: z.number(),
  fees: z.number(),
});

/** Orders that an engine did not fill: `time` is the open of the bar of the fill. */
const refusedOrder = z.strictObject({ time: z.number(), reason: z.string() });

/** The object that `trades` of a result refers to, as JSON. */
export const externalTrades = z.strictObject({
  trades: z.array(externalTrade),
  refused: z.array(refusedOrder),
});

export const externalResult = z.strictObject({
  engine: z.string(),
  version: z.string(),
  /** Whether it computed the rule's columns itself or traded the given decisions. */
  decided: z.enum(['rule', 'replay']),
  trades: objectRef,
  /** Marked at the last close. */
  finalEquity: z.number(),
  /** Without reading and writing; `cpuSeconds` of the process. */
  seconds: z.number().nonnegative(),
  cpuSeconds: z.number().nonnegative(),
});

export type EngineRule = z.infer<typeof engineRule>;
export type EngineColumn = z.infer<typeof ruleColumn>;
export type ExternalRequest = z.infer<typeof externalRequest>;
export type ExternalTrade = z.infer<typeof externalTrade>;
export type ExternalTrades = z.infer<typeof externalTrades>;
export type ExternalResult = z.infer<typeof externalResult>;
export type RefusedOrder = z.infer<typeof refusedOrder>;

/** Everything of it that the contract file holds, by name. */
export const engineContracts = { engineRule, externalRequest, externalTrade, externalTrades, externalResult };
