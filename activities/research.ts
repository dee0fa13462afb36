import type { Ports } from '../adapters/ports.js';
import { InvalidInputError } from '../domain/errors.js';
import type { ResearchInput, ResearchPlan, Run } from '../domain/research.js';
import { researchInput } from '../domain/research-input.js';
import type { Source } from '../domain/sources.js';
import {
  ceilToBar,
  parseSymbol,
  parseTimeframe,
  streamId,
  timeframeMs,
  type Stream,
} from '../domain/streams.js';
import { readSource, readTime, twoYearsBefore } from './window.js';

const LOOK_BACK = 96;

export const researchSteps = (ports: Ports) => ({
  /** Checks what was asked for, fills in the defaults, and opens the run's record. */
  async planResearch(args: {
    input: ResearchInput;
    runId: string;
    workflowId: string;
  }): Promise<ResearchPlan> {
    const input = readInput(args.input);
    const chosen = input.source
      ? { source: readSource(input.source), reason: 'asked for' }
      : await ports.chooseSource();
    const timeframe = parseTimeframe(input.timeframe);
    const markets = ports.markets(chosen.source);
    const symbols = [...new Set(input.symbols.map(parseSymbol))];
    const exchange = input.exchange ? { exchange: input.exchange } : {};
    const streams: Stream[] = [];
    for (const symbol of symbols) streams.push(await markets.resolve({ symbol, timeframe, ...exchange }));
    const ends = await Promise.all(streams.map((stream) => markets.lastClosed(stream)));
    const window = windowOf(input, Math.min(...ends) + timeframeMs(timeframe), timeframe);
    const trainer = input.trainer ? { trainer: input.trainer, reason: 'asked for' } : ports.trainer();
    const plan: ResearchPlan = {
      source: chosen.source,
      sourceReason: chosen.reason,
      streams: streams.map(streamId),
      timeframe,
      ...window,
      feeds: await ports.news(chosen.source).feeds(),
      horizonBars: input.horizonBars,
      lookBack: LOOK_BACK,
      maxEpochs: input.maxEpochs,
      seed: input.seed,
      trainer: trainer.trainer,
      trainerReason: trainer.reason,
      feeBps: input.feeBps,
      slippageBps: input.slippageBps,
    };
    await ports.documents.insert<Run>('runs', [runOf(args, chosen.source, ports.now())]);
    return plan;
  },
});

function readInput(input: unknown) {
  const read = researchInput.safeParse(input);
  if (read.success) return read.data;
  const faults = read.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`);
  throw new InvalidInputError(`Unusable research input: ${faults.join('; ')}`);
}

function windowOf(
  input: { from?: number | string | undefined; to?: number | string | undefined },
  end: number,
  timeframe: Parameters<typeof ceilToBar>[1],
): { from: number; to: number; asOf: number } {
  const wanted = input.to === undefined ? end : ceilToBar(readTime('to', input.to), timeframe);
  const to = Math.min(wanted, end);
  const from = ceilToBar(
    input.from === undefined ? twoYearsBefore(to) : readTime('from', input.from),
    timeframe,
  );
  if (from < to) return { from, to, asOf: to };
  throw new InvalidInputError(
    `The window is empty: from ${iso(from)} is not before ${iso(to)}; the source's last bar closes at ${iso(end)}`,
  );
}

/** The run's record as it is opened. */
export function runOf(
  args: { input: unknown; runId: string; workflowId: string },
  source: Source,
  startedAt: number,
): Run {
  return {
    id: args.runId,
    kind: 'research',
    workflowId: args.workflowId,
    status: 'running',
    input: args.input as Record<string, unknown>,
    output: null,
    error: null,
    startedAt,
    finishedAt: null,
    source,
  };
}

const iso = (time: number): string => new Date(time).toISOString();
