import type { Ports } from '../adapters/ports.js';
import { InvalidInputError } from '../domain/errors.js';
import type { Evaluation } from '../domain/evaluation.js';
import type { ResearchInput, ResearchPlan, ResearchReport, Run } from '../domain/research.js';
import { researchInput } from '../domain/research-input.js';
import { renderReport } from '../domain/report/index.js';
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

export interface ReportInput extends Omit<
  ResearchReport,
  'source' | 'asOf' | 'evaluation' | 'report' | 'seconds'
> {
  startedAt: number;
  plan: ResearchPlan;
  evaluations: string[];
}

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

export const reportSteps = (ports: Ports) => ({
  /** Writes the HTML report and closes the run's record. */
  async writeReport(input: ReportInput): Promise<ResearchReport> {
    const { plan, startedAt, evaluations: ids, ...parts } = input;
    const evaluations = await ports.documents.getMany<Evaluation>('evaluations', ids);
    const finishedAt = ports.now();
    const report: ResearchReport = {
      ...parts,
      source: { ...plan.source, reason: plan.sourceReason },
      asOf: new Date(plan.asOf).toISOString(),
      evaluation: evaluations.map((each) => ({
        id: each.id,
        model: nameOf(each.model),
        version: versionOf(each.model),
        stream: each.stream,
        horizonBars: each.horizonBars,
        n: each.n,
        mae: each.mae,
        directionalAccuracy: each.directionalAccuracy,
        wilson95: each.wilson95,
        baselines: each.baselines,
      })),
      report: ports.objects.locate(`reports/${input.runId}.html`),
      seconds: (finishedAt - startedAt) / 1000,
    };
    const html = renderReport({ report, plan, evaluations, curves: await readCurves(ports, report) });
    await ports.objects.put(`reports/${input.runId}.html`, new TextEncoder().encode(html));
    await ports.documents.update<Run>('runs', input.runId, (run) => ({
      ...(run ?? runOf({ input: {}, ...parts }, plan.source, startedAt)),
      status: 'completed',
      output: report as unknown as Record<string, unknown>,
      finishedAt,
    }));
    return report;
  },

  async failRun(args: { runId: string; status: 'failed' | 'cancelled'; error: string }): Promise<void> {
    const run = await ports.documents.get<Run>('runs', args.runId);
    if (!run) return;
    const { status, error } = args;
    await ports.documents.upsert<Run>('runs', [{ ...run, status, error, finishedAt: ports.now() }]);
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

function runOf(
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

export interface Curve {
  id: string;
  time: number[];
  equity: number[];
}

async function readCurves(ports: Ports, report: ResearchReport): Promise<Curve[]> {
  const curves: Curve[] = [];
  for (const { id } of report.backtests) {
    const bytes = await ports.objects.get(`backtests/${id}.json`);
    const { time, equity } = JSON.parse(new TextDecoder().decode(bytes)) as Omit<Curve, 'id'>;
    curves.push({ id, time, equity });
  }
  return curves;
}

const iso = (time: number): string => new Date(time).toISOString();
const nameOf = (model: string): string => model.slice(0, model.lastIndexOf('@'));
const versionOf = (model: string): string => model.slice(model.lastIndexOf('@') + 1);
