import type { Ports } from '../../adapters/ports.js';
import type { Trial } from '../../domain/backtest/trials.js';
import { marketOf } from '../../domain/backtest/trials.js';
import { digestOf } from '../../domain/digest.js';
import { DataQualityError } from '../../domain/errors.js';
import type { SentimentRequest } from '../../domain/ml/sentiment.js';
import type { ObjectRef } from '../../domain/models.js';
import type { TrainingReport } from '../../domain/research.js';
import type { StoredTuning, TuningReport } from '../../domain/training/tuning-report.js';
import {
  bestTrial,
  scoreOf,
  trialInput,
  type Objective,
  type TuningPlan,
  type TuningTrial,
} from '../../domain/training/tuning.js';
import { findDataset } from '../dataset.js';
import { trialLedger } from '../trials.js';
import type { SentimentTrainingReport } from './sentiment-registry.js';
import { planOf, type TuningInput } from './tuning-input.js';

export const tuningSteps = (ports: Ports) => ({
  /** @throws InvalidInputError naming what is wrong with the base, the space or the counts. */
  async planTuning(args: {
    input: TuningInput;
    prepared?: SentimentRequest;
  }): Promise<{ plan: TuningPlan; existing: TuningReport | null }> {
    const plan = await planOf(ports, args.input, args.prepared);
    const id = `tun_${digestOf(plan).slice(0, 24)}`;
    const known = await ports.documents.get<StoredTuning>('tunings', id);
    return { plan: { id, ...plan }, existing: known ? reportOf(known) : null };
  },

  /** The table with these trials at its end, under a key of its own: a repeated attempt writes the same. */
  async recordTrials(args: {
    plan: TuningPlan;
    table: ObjectRef | null;
    trials: TuningTrial[];
  }): Promise<ObjectRef> {
    const { plan, table, trials } = args;
    const rows = [
      ...(await readTable(ports, table)),
      ...trials.map((each) => withScore(each, plan.objective)),
    ];
    const bytes = new TextEncoder().encode(JSON.stringify(rows));
    return ports.objects.put(`tunings/${plan.id}/${rows.length}.json`, bytes);
  },

  /** What the best trial is trained to its end by. @throws DataQualityError where no trial came to its end */
  async chooseTrial(args: {
    plan: TuningPlan;
    table: ObjectRef;
  }): Promise<{ best: TuningTrial; input: Record<string, unknown> }> {
    const { plan, table } = args;
    const trials = await readTable(ports, table);
    const best = bestTrial(trials, plan.objective);
    if (!best)
      throw new DataQualityError(
        `None of ${trials.length} trials of ${plan.name} came to its end: ${trials.find(({ reason }) => reason)?.reason ?? 'all were ended early'}`,
      );
    const tuning = { id: plan.id, trials: trials.length };
    return { best, input: { ...trialInput(plan, best.drawn), tuning } };
  },

  async finishTuning(args: {
    plan: TuningPlan;
    table: ObjectRef;
    best: TuningTrial;
    model: TrainingReport | SentimentTrainingReport;
  }): Promise<TuningReport> {
    const { plan, table, best, model } = args;
    const trials = await readTable(ports, table);
    const count = (state: TuningTrial['state']): number =>
      trials.filter((each) => each.state === state).length;
    const report: Omit<TuningReport, 'reused'> = {
      ...{ id: plan.id, name: plan.name, objective: plan.objective.name, trials: trials.length },
      ...{ complete: count('complete'), pruned: count('pruned'), failed: count('failed') },
      best: { trial: best.trial, value: best.value ?? NaN, params: searched(plan, best) },
      ...{ table, model },
      digest: digestOf({ plan, table: table.sha256, best, onnx: model.onnxSha256 }),
    };
    await rememberTrials(ports, plan, trials);
    await ports.documents.insert<StoredTuning>('tunings', [{ ...report, plan, createdAt: ports.now() }]);
    return { ...report, reused: false };
  },
});

/** The way of a tuning counts wherever somebody trades on the window that it has looked at. */
async function rememberTrials(ports: Ports, plan: TuningPlan, trials: TuningTrial[]): Promise<void> {
  const id = plan.base['dataset'];
  if (typeof id !== 'string') return;
  const { streams, split, source } = await findDataset(ports, id);
  const window = { from: split.validationFrom, to: split.testFrom };
  const strategy = `model:${String(plan.base['trainer'])}`;
  const rows = streams.flatMap((stream) =>
    trials.map(({ drawn }): Trial => {
      const decision = digestOf({ base: plan.base, drawn }).slice(0, 32);
      const market = marketOf(stream, source);
      const trial = `trl_${digestOf({ decision, market, ...window }).slice(0, 24)}`;
      return {
        id: trial,
        decision,
        market,
        stream,
        strategy,
        ...window,
        sharpe: null,
        days: 0,
        at: ports.now(),
      };
    }),
  );
  await trialLedger(ports.documents).record(rows);
}

/** What was searched, by name and as it was used. */
function searched(plan: TuningPlan, { drawn }: TuningTrial): Record<string, unknown> {
  const { params, training, recipe } = trialInput(plan, drawn) as Record<string, Record<string, unknown>>;
  return Object.fromEntries(
    Object.keys(plan.space).map((name) => [name, { ...recipe, ...training, ...params }[name]]),
  );
}

async function readTable(ports: Ports, table: ObjectRef | null): Promise<TuningTrial[]> {
  if (!table) return [];
  const bytes = await ports.objects.get(table.key, table.sha256);
  return JSON.parse(new TextDecoder().decode(bytes)) as TuningTrial[];
}

const withScore = (trial: TuningTrial, objective: Objective): TuningTrial & { score: number | null } => ({
  ...trial,
  score: scoreOf(trial.value, objective),
});

function reportOf({ plan: _, createdAt: __, ...report }: StoredTuning): TuningReport {
  return { ...report, reused: true };
}
