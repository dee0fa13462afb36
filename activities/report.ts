import type { Ports } from '../adapters/ports.js';
import type { BacktestResult } from '../domain/backtest/spec.js';
import { NotFoundError } from '../domain/errors.js';
import type { Evaluation } from '../domain/evaluation.js';
import type { Prediction } from '../domain/prediction.js';
import { renderReport } from '../domain/report/index.js';
import type { EvaluationReport, ReportRef, ResearchPlan, ResearchReport, Run } from '../domain/research.js';
import { reportOf } from './backtest.js';
import { runOf } from './research.js';

/** What the report is made of: the counts of this run by value, everything that is stored by its id. */
export interface ReportInput extends Pick<
  ResearchReport,
  'runId' | 'workflowId' | 'bars' | 'news' | 'sentiment' | 'training' | 'deployment'
> {
  /** Epoch ms. */
  startedAt: number;
  plan: ResearchPlan;
  evaluations: string[];
  predictions: string[];
  backtests: string[];
}

export const reportSteps = (ports: Ports) => ({
  /** Puts the run's result together from the records, as JSON and as an HTML page, and closes the run's record. */
  async writeReport(input: ReportInput): Promise<ReportRef> {
    const { runId, plan, startedAt } = input;
    const evaluations = await recordsOf<Evaluation>(ports, 'evaluations', input.evaluations);
    const finishedAt = ports.now();
    const report: ResearchReport = {
      runId,
      workflowId: input.workflowId,
      source: { ...plan.source, reason: plan.sourceReason },
      asOf: new Date(plan.asOf).toISOString(),
      bars: input.bars,
      news: input.news,
      sentiment: input.sentiment,
      training: input.training,
      evaluation: evaluations.map(evaluationReport),
      deployment: input.deployment,
      predictions: await recordsOf<Prediction>(ports, 'predictions', input.predictions),
      backtests: (await recordsOf<BacktestResult>(ports, 'backtests', input.backtests)).map(reportOf),
      report: ports.objects.locate(`reports/${runId}.html`),
      seconds: (finishedAt - startedAt) / 1000,
    };
    const html = renderReport({ report, plan, evaluations, curves: await readCurves(ports, report) });
    await ports.objects.put(`reports/${runId}.html`, utf8(html));
    const { key, sha256 } = await ports.objects.put(`reports/${runId}.json`, utf8(JSON.stringify(report)));
    await ports.documents.update<Run>('runs', runId, (run) => ({
      ...(run ?? runOf({ input: {}, runId, workflowId: input.workflowId }, plan.source, startedAt)),
      status: 'completed',
      output: report as unknown as Record<string, unknown>,
      finishedAt,
    }));
    return { runId, key, sha256 };
  },

  async failRun(args: { runId: string; status: 'failed' | 'cancelled'; error: string }): Promise<void> {
    const run = await ports.documents.get<Run>('runs', args.runId);
    if (!run) return;
    const { status, error } = args;
    await ports.documents.upsert<Run>('runs', [{ ...run, status, error, finishedAt: ports.now() }]);
  },
});

/** In the order of the ids. @throws NotFoundError naming those that are gone. */
async function recordsOf<T extends { id: string }>(
  ports: Ports,
  collection: string,
  ids: string[],
): Promise<T[]> {
  const found = await ports.documents.getMany<T>(collection, ids);
  if (found.length === new Set(ids).size) return found;
  const gone = ids.filter((id) => !found.some((each) => each.id === id));
  throw new NotFoundError(`Of ${collection} these are gone: ${gone.join(', ')}; run the job again`);
}

const evaluationReport = (each: Evaluation): EvaluationReport => ({
  id: each.id,
  model: each.model.slice(0, each.model.lastIndexOf('@')),
  version: each.model.slice(each.model.lastIndexOf('@') + 1),
  stream: each.stream,
  horizonBars: each.horizonBars,
  n: each.n,
  mae: each.mae,
  directionalAccuracy: each.directionalAccuracy,
  wilson95: each.wilson95,
  baselines: each.baselines,
});

async function readCurves(
  ports: Ports,
  report: ResearchReport,
): Promise<{ id: string; time: number[]; equity: number[] }[]> {
  const curves = [];
  for (const { id } of report.backtests) {
    const bytes = await ports.objects.get(`backtests/${id}.json`);
    const { time, equity } = JSON.parse(new TextDecoder().decode(bytes)) as Record<
      'time' | 'equity',
      number[]
    >;
    curves.push({ id, time, equity });
  }
  return curves;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
