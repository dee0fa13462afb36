import { parseSize } from '../../domain/backtest/sizing.js';
import { parseSlippage } from '../../domain/backtest/slippage.js';
import { checkSpec } from '../../domain/backtest/checks.js';
import type { BacktestSpec, Costs, EngineName, Exits } from '../../domain/backtest/spec.js';
import { InvalidInputError } from '../../domain/errors.js';
import { parseStream, timeframeMs } from '../../domain/streams.js';
import { readTime, type WindowInput } from '../window.js';

export interface BacktestInput extends WindowInput {
  stream: string;
  strategy: string;
  /** Of a user's own strategy: the digest of its source, which lies among the objects. */
  code?: string;
  params?: Record<string, number>;
  feeBps?: number;
  slippageBps?: number;
  /** As text, in the place of slippageBps: see `parseSlippage`. */
  slippage?: string;
  cash?: number;
  /** As text: see `parseSize`. */
  size?: string;
  closeAtEnd?: boolean;
  /** 365 where absent. */
  periodsPerYear?: 365 | 252;
  /** Absent: where rates are stored of a market that has perpetuals only. */
  funding?: boolean;
  engine?: EngineName;
  exits?: Exits;
  fillShare?: number;
  /** For `model-signal`: whose held-out forecasts are traded. */
  evaluation?: string;
  run?: string;
}

/**
 * What is run, with the standards filled in. Members that are not asked for stay absent, so that a spec of before they
 * existed has the digest that it had. @throws InvalidInputError naming what no run could be made by.
 */
export function specOf(
  input: BacktestInput,
  stored: { from: number; to: number },
  params: Record<string, number>,
): BacktestSpec {
  const from = input.from === undefined ? stored.from : readTime('from', input.from);
  const to = input.to === undefined ? stored.to : readTime('to', input.to);
  if (from >= to)
    throw new InvalidInputError(`The window is empty: from ${from} is not before to ${to} (epoch ms)`);
  const { engine, exits, fillShare } = input;
  const spec: BacktestSpec = {
    stream: input.stream,
    strategy: input.strategy,
    ...(input.code === undefined ? {} : { code: input.code }),
    params,
    from,
    to,
    asOf: input.asOf ?? Math.max(to, stored.to) + timeframeMs(parseStream(input.stream).timeframe),
    costs: costsOf(input),
    cash: input.cash ?? 100_000,
    size: input.size === undefined ? { kind: 'equity', fraction: 1 } : parseSize(input.size),
    closeAtEnd: input.closeAtEnd ?? false,
    periodsPerYear: input.periodsPerYear ?? 365,
    ...(engine === 'event-driven' ? { engine } : {}),
    ...(exits && Object.keys(exits).length > 0 ? { exits } : {}),
    ...(fillShare === undefined ? {} : { fillShare }),
  };
  checkSpec(spec);
  return spec;
}

export function costsOf({
  feeBps = 10,
  slippageBps,
  slippage,
}: Pick<BacktestInput, 'feeBps' | 'slippageBps' | 'slippage'>): Costs {
  if (slippage === undefined) return { feeBps, slippageBps: slippageBps ?? 2 };
  if (slippageBps !== undefined)
    throw new InvalidInputError(
      `slippage "${slippage}" and slippageBps ${slippageBps} say the same thing twice; give one of them`,
    );
  return { feeBps, ...parseSlippage(slippage) };
}
