import type { Ports } from '../../adapters/ports.js';
import { checkInput } from '../../domain/backtest/checks.js';
import type { GridMetrics } from '../../domain/backtest/grid-metrics.js';
import { parseSize } from '../../domain/backtest/sizing.js';
import type { RunSpec } from '../../domain/backtest/spec.js';
import { trialOf } from '../../domain/backtest/trials.js';
import type { BarColumns } from '../../domain/bars.js';
import { DataQualityError, InvalidInputError } from '../../domain/errors.js';
import type { Source } from '../../domain/sources.js';
import { parseStream, timeframeMs } from '../../domain/streams.js';
import { findStream } from '../backtest.js';
import { trialLedger } from '../trials.js';
import { readTime, type WindowInput } from '../window.js';

/** What sweeps and searches are told alike. */
export interface PlannedInput extends WindowInput {
  stream: string;
  strategy: string;
  /** What differs from the usual: a fee of 10 bps, 100,000 of cash, all of the equity. */
  spec?: Partial<Omit<RunSpec, 'size'>> & {
    /** As `parseSize` reads it. */
    size?: string;
  };
  run?: string;
}

/** The stored bars that many combinations run over, and how. */
export interface PlannedBars {
  stream: string;
  source: Source;
  spec: RunSpec;
  from: number;
  to: number;
  asOf: number;
  bars: number;
  barsSha256: string;
}

const USUAL: RunSpec = {
  costs: { feeBps: 10, slippageBps: 2 },
  cash: 100_000,
  size: { kind: 'equity', fraction: 1 },
  closeAtEnd: false,
  periodsPerYear: 365,
};
const DAY = 86_400_000;

/** @throws InvalidInputError naming what is wrong with window or spec; NotFoundError without stored bars */
export async function planBars(ports: Ports, input: PlannedInput): Promise<PlannedBars> {
  const stored = await findStream(ports, input);
  const from = input.from === undefined ? stored.from : readTime('from', input.from);
  const to = input.to === undefined ? stored.to : readTime('to', input.to);
  const stream = parseStream(input.stream);
  const asOf = input.asOf ?? Math.max(to, stored.to) + timeframeMs(stream.timeframe);
  const key = { stream, source: stored.source, range: { from, to }, asOf };
  const { sha256: barsSha256, rows: bars } = await ports.series.digest(key);
  if (bars < 2)
    throw new InvalidInputError(`${input.stream} has ${bars} bars in the window; at least 2 are needed`);
  const { size, ...given } = input.spec ?? {};
  const spec = { ...USUAL, ...given, ...(size !== undefined && { size: parseSize(size) }) };
  return { stream: input.stream, source: stored.source, spec, from, to, asOf, bars, barsSha256 };
}

/** @throws DataQualityError where they are no longer those that were planned. */
export async function plannedBars(
  ports: Ports,
  plan: PlannedBars,
): Promise<{ bars: BarColumns; perUnit: number }> {
  const { from, to, asOf, source } = plan;
  const key = { stream: parseStream(plan.stream), source, range: { from, to }, asOf };
  const { sha256 } = await ports.series.digest(key);
  if (sha256 !== plan.barsSha256)
    throw new DataQualityError(
      `The bars of ${plan.stream} have changed since it was planned (digest ${sha256}, planned ${plan.barsSha256}); start it again`,
    );
  const shared = await ports.sweeps.share([await ports.series.readColumns(key)]);
  // The kernel looks at no value again: what a single run would refuse is refused here.
  const signal = new Float64Array(shared.bars.time.length);
  checkInput({ bars: shared.bars, spec: plan.spec, signal });
  return shared;
}

/** Every combination that was looked at counts, also those that are not kept. */
export async function recordTrials(
  ports: Ports,
  plan: PlannedBars & { strategy: string },
  { list, metrics, bars }: { list: Record<string, number>[]; metrics: GridMetrics[]; bars: BarColumns },
): Promise<void> {
  const { stream, strategy, spec, from, to, source } = plan;
  const day = (time: number | undefined): number => Math.floor((time ?? NaN) / DAY);
  const days = day(bars.time.at(-1)) - day(bars.time[0]) + 1;
  const trials = metrics.map(({ sharpe }, i) =>
    trialOf({
      spec: { stream, strategy, params: list[i] ?? {}, size: spec.size, from, to },
      ...{ source, days, sharpe: sharpe / Math.sqrt(spec.periodsPerYear), at: ports.now() },
    }),
  );
  await trialLedger(ports.documents).record(trials);
}
