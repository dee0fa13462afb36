import { ApplicationFailure, continueAsNew, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { TrialReport } from '../activities/training/trials.js';
import type { TuningInput } from '../activities/training/tuning-input.js';
import type { TuningReport } from '../domain/training/tuning-report.js';
import type { SentimentTrainingInput } from '../activities/training/sentiment.js';
import type { ObjectRef } from '../domain/models.js';
import { suggestSpace } from '../domain/training/space.js';
import {
  promoted,
  startupOf,
  trialInput,
  type TuningPlan,
  type TuningTrial,
} from '../domain/training/tuning.js';
import { runChild } from './children.js';
import { mapBounded } from './fan-out.js';
import { causeOf, trackProgress, type Progress } from './progress.js';
import { cpu, io, train } from './steps.js';
import { trainModel } from './training.js';

/** What a continued run knows of the ones before; nobody else sets it. */
interface Resumed {
  plan: TuningPlan;
  search: Search;
}

interface Search {
  table: ObjectRef | null;
  tried: number;
  /** Values by rung of all that reached it. */
  reached: number[][];
}

/**
 * Searches hyper-parameters by Bayesian optimisation: trials are children that train as far as they are promising, judged on
 * the validation part alone, and the best is trained to its end. Batches are decided as a whole, so the result does not
 * depend on which trial was sooner done or how often a worker was killed.
 */
export async function tuneModel(input: TuningInput & { resumed?: Resumed }): Promise<TuningReport> {
  const { resumed, ...asked } = input;
  const progress = trackProgress(['plan', 'search', 'train', 'results'], asked);
  const { plan, existing } = await progress.run('plan', () => planned(asked, resumed));
  if (existing) {
    for (const step of ['search', 'train', 'results']) progress.skip(step, 'tuned before');
    return existing;
  }
  const table = await progress.run('search', () => search({ plan, asked, resumed, progress }));
  const { best, model } = await progress.run('train', async () => {
    const chosen = await io.chooseTrial({ plan, table });
    return { best: chosen.best, model: await runChild(trainModel, 'trainModel', chosen.input as never) };
  });
  progress.label({ ModelVersion: model.version });
  return progress.run(
    'results',
    () => io.finishTuning({ plan, table, best, model }),
    ({ digest }) => `digest ${digest.slice(0, 12)}`,
  );
}

async function planned(input: TuningInput, resumed: Resumed | undefined) {
  if (resumed) return { plan: resumed.plan, existing: null };
  if (!('task' in input.base)) return io.planTuning({ input });
  const base = { ...input.base, name: input.name } as SentimentTrainingInput;
  const { request } = await cpu.prepareSentiment(base);
  return io.planTuning({ input, prepared: request });
}

async function search(args: {
  plan: TuningPlan;
  asked: TuningInput;
  resumed: Resumed | undefined;
  progress: Progress;
}): Promise<ObjectRef> {
  const { plan, asked, resumed, progress } = args;
  let state: Search = resumed?.search ?? { table: null, tried: 0, reached: plan.rungs.map(() => []) };
  while (state.tried < plan.trials) {
    const drawn = await suggest(plan, state);
    // A small space is used up.
    if (drawn.length === 0) break;
    const trials = await tryAll({ plan, state, drawn, progress });
    if (state.tried === 0 && trials.every(({ state: end }) => end === 'failed'))
      throw ApplicationFailure.nonRetryable(
        `Each of the first ${trials.length} trials failed: ${trials[0]?.reason ?? ''}`,
        'DataQualityError',
      );
    const table = await io.recordTrials({ plan, table: state.table, trials });
    state = { ...state, table, tried: state.tried + trials.length };
    progress.note('search', `${state.tried} of ${plan.trials} trials`);
    if (state.tried < plan.trials && workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof tuneModel>({ ...asked, resumed: { plan, search: state } });
  }
  return state.table as ObjectRef;
}

async function suggest(plan: TuningPlan, { table, tried }: Search): Promise<Record<string, number>[]> {
  const count = Math.min(plan.parallel, plan.trials - tried);
  const { seed, space } = plan;
  const request = { space: suggestSpace(space), table, count, startup: startupOf(plan), seed };
  return (await train.suggestTrials(request)).params;
}

/** Trains a batch from rung to rung; what is not among the best of all that reached a rung ends there. */
async function tryAll(args: {
  plan: TuningPlan;
  state: Search;
  drawn: Record<string, number>[];
  progress: Progress;
}): Promise<TuningTrial[]> {
  const { plan, state, drawn, progress } = args;
  const trials = drawn.map((each, i): TuningTrial => ({
    trial: state.tried + i + 1,
    drawn: each,
    value: null,
    epochs: 0,
    state: 'complete',
  }));
  let going = trials;
  for (const [rung, epochs] of plan.rungs.entries()) {
    progress.note('search', `${state.tried} of ${plan.trials} trials; ${going.length} to epoch ${epochs}`);
    await mapBounded(going, (trial) => trainTo({ plan, trial, epochs }), plan.parallel);
    going = going.filter((trial) => trial.state !== 'failed');
    const before = state.reached[rung] ?? [];
    const here = going.map(({ value }) => value);
    state.reached[rung] = [...before, ...here.filter((value) => value !== null)];
    if (epochs === plan.rungs.at(-1)) break;
    const goesOn = promoted({ here, before, plan });
    for (const [i, trial] of going.entries()) if (!goesOn[i]) trial.state = 'pruned';
    going = going.filter((trial) => trial.state !== 'pruned');
  }
  return trials;
}

/** A trial that cannot be trained is a result, too: its surroundings are left. */
async function trainTo(args: { plan: TuningPlan; trial: TuningTrial; epochs: number }): Promise<void> {
  const { plan, trial, epochs } = args;
  try {
    const input = { ...trialInput(plan, trial.drawn), untilEpoch: epochs };
    const report = (await runChild(trainModel, 'trainModel', input as never)) as unknown as TrialReport;
    const value = report[plan.objective.name];
    Object.assign(trial, { value: value !== undefined && Number.isFinite(value) ? value : null, epochs });
    if (trial.value === null) Object.assign(trial, { state: 'failed', reason: 'its loss is not finite' });
  } catch (error) {
    if (isCancellation(error)) throw error;
    Object.assign(trial, { state: 'failed', value: null, reason: causeOf(error).slice(0, 300) });
  }
}
