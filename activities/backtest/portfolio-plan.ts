import type { Ports } from '../../adapters/ports.js';
import { checkSpec } from '../../domain/backtest/checks.js';
import {
  checkQuotes,
  spanOf,
  weightsOf,
  type Span,
  type SpanRule,
} from '../../domain/backtest/portfolio/plan.js';
import { parseRebalance } from '../../domain/backtest/portfolio/rebalance.js';
import { toldStrategies } from '../../domain/backtest/portfolio/strategies.js';
import type { BacktestSpec } from '../../domain/backtest/spec.js';
import { InvalidInputError, NotFoundError } from '../../domain/errors.js';
import { sourceKey, type Source } from '../../domain/sources.js';
import { parseStream, timeframeMs } from '../../domain/streams.js';
import { findStream } from '../backtest.js';
import { readTime, type WindowInput } from '../window.js';
import type { ChosenStrategy, StrategyChoice } from './portfolio-strategies.js';
import { costsOf, type BacktestInput } from './spec.js';

export interface PortfolioInput
  extends
    WindowInput,
    Pick<
      BacktestInput,
      'feeBps' | 'slippageBps' | 'slippage' | 'cash' | 'closeAtEnd' | 'periodsPerYear' | 'funding'
    > {
  streams: string[];
  /** In the order of the streams; alike where absent. */
  weights?: number[];
  /** Of all streams; or one for each of them, in their order. */
  strategy?: string;
  code?: string;
  params?: Record<string, number>;
  strategies?: StrategyChoice[];
  /** As `parseRebalance` reads it; signals where absent. */
  rebalance?: string;
  /** `same` where absent. */
  span?: SpanRule;
  run?: string;
}

/** What is run, over what is stored of each stream. @throws InvalidInputError, NotFoundError as the step does */
export async function planPortfolio(
  ports: Ports,
  input: PortfolioInput,
  chosen: readonly ChosenStrategy[],
): Promise<{ spec: BacktestSpec; source: Source }> {
  const { streams } = input;
  const weights = weightsOf(streams, input.weights);
  checkQuotes(streams);
  const rebalance = parseRebalance(input.rebalance ?? 'signals');
  const stored = await Promise.all(
    streams.map((stream) => findStream(ports, { stream, ...(input.source && { source: input.source }) })),
  );
  const source = sourceOf(streams, stored);
  const { from, to, step } = windowOf(input, stored);
  const { told, parts } = toldStrategies(chosen.map(({ choice }) => choice));
  const spec: BacktestSpec = {
    stream: streams.join('+'),
    ...told,
    ...{ from, to, asOf: input.asOf ?? Math.max(to, ...stored.map((each) => each.to)) + step },
    costs: costsOf(input),
    cash: input.cash ?? 100_000,
    size: { kind: 'equity', fraction: 1 },
    closeAtEnd: input.closeAtEnd ?? false,
    periodsPerYear: input.periodsPerYear ?? 365,
    portfolio: {
      rebalance,
      instruments: streams.map((stream, i) => ({ stream, weight: weights[i] ?? NaN, ...parts[i] })),
    },
  };
  checkSpec(spec);
  return { spec, source };
}

/** What of the window that is asked for is run over, by what is stored. */
function windowOf(
  { streams, from: fromText, to: toText, span }: PortfolioInput,
  stored: readonly { from: number; to: number }[],
): { from: number; to: number; step: number } {
  const from = fromText === undefined ? -Infinity : readTime('from', fromText);
  const to = toText === undefined ? Infinity : readTime('to', toText);
  if (from >= to)
    throw new InvalidInputError(`The window is empty: from ${from} is not before to ${to} (epoch ms)`);
  // The range of a stream ends where its last bar does.
  const spans = stored.map((range, i): Span => {
    const name = streams[i] ?? '';
    const step = timeframeMs(parseStream(name).timeframe);
    if (range.from >= to || range.to <= from)
      throw new NotFoundError(`No stored bars of ${name} in the window; collect them first`);
    const last = Math.min(range.to, Math.ceil(to / step) * step) - step;
    return { name, first: Math.max(range.from, from), last, timeframeMs: step };
  });
  const { first, last } = spanOf(spans, span ?? 'same');
  const step = spans[0]?.timeframeMs ?? NaN;
  return { from: first, to: last + step, step };
}

/** Facts of different kinds never mix. */
function sourceOf(streams: readonly string[], stored: readonly { source: Source }[]): Source {
  const first = stored[0]?.source as Source;
  const other = stored.findIndex(({ source }) => sourceKey(source) !== sourceKey(first));
  if (other < 0) return first;
  throw new InvalidInputError(
    `${streams[0]} was stored from ${sourceKey(first)}, ${streams[other]} from ${sourceKey(stored[other]?.source as Source)}; say which source to test on`,
  );
}
