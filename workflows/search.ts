import type { SearchInput } from '../activities/search/planning.js';
import type { SearchReport } from '../activities/search/validating.js';
import { endOfSearch } from '../domain/backtest/search/draws.js';
import {
  bestOf,
  SUGGESTED,
  type ForwardPart,
  type ScoredTrial,
  type SearchPlan,
} from '../domain/backtest/search/search.js';
import { mapBounded } from './fan-out.js';
import { trackProgress, type Progress } from './progress.js';
import { cpu, train } from './steps.js';

/** Trials of one step: scores come back, which must stay a small payload. */
const BATCH = 200;
/** Windows searched at once: each holds the bars in its worker's memory. */
const AT_ONCE = 4;

/** Searches a strategy's parameters, by a grid, at random or by Bayesian optimisation, and judges the choice on unseen days. */
export async function searchBacktest(input: SearchInput): Promise<SearchReport> {
  const progress = trackProgress(['plan', 'search', 'validate', 'results'], input);
  const plan = await progress.run(
    'plan',
    () => cpu.planSearch(input),
    ({ method, trials }) => `${trials} trials, ${method}`,
  );
  const scored = await progress.run(
    'search',
    () => searchAll(plan, progress),
    ({ tried, stoppedEarly }) => `${tried} trials${stoppedEarly ? ', nothing better for long' : ''}`,
  );
  const { parts, outOfSample } = await progress.run('validate', () => validate(plan, progress));
  return progress.run(
    'results',
    () => cpu.finishSearch({ plan, scored, parts, outOfSample }),
    ({ digest }) => `digest ${digest.slice(0, 12)}`,
  );
}

interface Scored {
  best: ScoredTrial;
  tried: number;
  stoppedEarly: boolean;
}

async function searchAll(plan: SearchPlan, progress: Progress): Promise<Scored> {
  const told: ScoredTrial[] = [];
  const size = plan.method === 'bayesian' ? SUGGESTED : BATCH;
  while (told.length < plan.trials) {
    const to = Math.min(told.length + size, plan.trials);
    const asked = plan.method === 'bayesian' ? await suggest(plan, told, to - told.length) : null;
    const params = asked && { params: asked };
    const { scored } = await cpu.tryTrials({ plan, from: told.length, to, ...params });
    // A small space is used up.
    if (scored.length === 0) break;
    told.push(...scored);
    progress.note('search', `${told.length} of ${plan.trials}`);
    const end =
      plan.patience &&
      endOfSearch(
        told.map(({ score }) => score ?? NaN),
        plan.patience,
      );
    if (end !== null) return { best: bestOf(told.slice(0, end)), tried: told.length, stoppedEarly: true };
  }
  return { best: bestOf(told), tried: told.length, stoppedEarly: false };
}

async function suggest(plan: SearchPlan, told: ScoredTrial[], count: number) {
  const request = await cpu.describeTrials({ plan, told, count });
  return (await train.suggestParameters(request)).params;
}

async function validate(plan: SearchPlan, progress: Progress) {
  const parts: ForwardPart[] = [];
  if (plan.validation.kind === 'combinatorial')
    return { parts, outOfSample: await cpu.crossValidateSearch({ plan }) };
  if (plan.validation.kind === 'none') return { parts, outOfSample: null };
  let done = 0;
  const indexes = Array.from({ length: plan.splits }, (_, index) => index);
  const found = await mapBounded(
    indexes,
    async (index) => {
      const part = await cpu.walkPart({ plan, index });
      progress.note('validate', `${++done} of ${plan.splits} windows`);
      return part;
    },
    AT_ONCE,
  );
  return { parts: found, outOfSample: null };
}
