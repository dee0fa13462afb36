import {
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ComparisonReport, ModelsInput } from '../activities/model-comparison.js';
import type { RescoreChunk, RescoreCounts, RescoreInput, RescorePlan } from '../activities/rescoring.js';
import { modelLabels } from '../domain/labels.js';
import { trackProgress } from './progress.js';
import { gpu, gpuPages } from './steps.js';

export interface RescoreReport extends RescoreCounts {
  /** `<name>@<version>`. */
  model: string;
  source: string;
  from: number;
  to: number;
  /** Articles that came into the window behind the cursor. */
  late: number;
}

/** What a continued run knows of the one before; nobody else sets it. */
interface Resumed {
  plan: RescorePlan;
  counts: RescoreCounts;
  cursor: string;
  held: Held;
}

/** What it waits for. */
interface Held {
  paused: boolean;
  /** Epoch ms, and why. */
  waitUntil: number | null;
  reason: string;
}

export interface RescoreState extends RescoreCounts, Held {
  total: number;
}

export const pauseSignal = defineSignal('pause');
export const resumeSignal = defineSignal('resume');
export const rescoreQuery = defineQuery<RescoreState | null>('rescore');

/**
 * Scores the archive with one model, oldest articles first; scores of other models stay, and what has this model's is
 * passed over. The signals `pause` and `resume` hold it at its place; a spent budget is waited for.
 */
export async function rescoreNews(input: RescoreInput & { resumed?: Resumed }): Promise<RescoreReport> {
  const { resumed, ...asked } = input;
  const progress = trackProgress(['plan', 'score', 'check'], asked);
  const held: Held = resumed?.held ?? { paused: false, waitUntil: null, reason: '' };
  let counts: RescoreCounts = resumed?.counts ?? { articles: 0, scored: 0, abstained: 0, kept: 0 };
  let plan: RescorePlan | null = resumed?.plan ?? null;
  setHandler(pauseSignal, () => void (held.paused = true));
  setHandler(resumeSignal, () => {
    // Who has raised the budget need not wait for the next day.
    held.waitUntil = null;
    held.paused = false;
  });
  setHandler(rescoreQuery, () => (plan ? { ...counts, ...held, total: plan.total } : null));

  const fixed = await progress.run('plan', async () => (plan ??= await gpu.planRescore(asked)), planText);
  progress.label(modelLabels(fixed.model));
  await progress.run(
    'score',
    async () => {
      for (let cursor: string | null = resumed?.cursor ?? ''; cursor !== null;) {
        if (held.paused) {
          progress.note('score', `paused at ${countText(counts, fixed)}`);
          await condition(() => !held.paused);
        }
        if (held.waitUntil !== null) {
          progress.note('score', `${countText(counts, fixed)}; waits: ${held.reason}`);
          await condition(() => held.waitUntil === null, Math.max(1000, held.waitUntil - Date.now()));
          held.waitUntil = null;
          continue;
        }
        const chunk: RescoreChunk = await gpuPages.rescoreArticles({ plan: fixed, cursor });
        const { next, waitUntil, reason, ...more } = chunk;
        counts = sumOf(counts, more);
        Object.assign(held, { waitUntil, reason });
        cursor = next;
        progress.note('score', countText(counts, fixed));
        if (cursor !== null && workflowInfo().continueAsNewSuggested)
          await continueAsNew<typeof rescoreNews>({
            ...asked,
            resumed: { plan: fixed, counts, cursor, held },
          });
      }
    },
    () => countText(counts, fixed),
  );
  const { model, sourceKey: source, from, to } = fixed;
  const { late } = await progress.run(
    'check',
    () => gpu.countLate({ plan: fixed, articles: counts.articles }),
    ({ late: count }) => `${count} came meanwhile`,
  );
  return { model, source, from, to, ...counts, late };
}

const planText = ({ model, total }: RescorePlan): string => `${total} articles by ${model}`;

const countText = ({ articles, scored, kept }: RescoreCounts, { total }: RescorePlan): string =>
  `${articles} of ${total}: ${scored} scored, ${kept} had a score`;

const sumOf = (a: RescoreCounts, b: RescoreCounts): RescoreCounts => ({
  articles: a.articles + b.articles,
  scored: a.scored + b.scored,
  abstained: a.abstained + b.abstained,
  kept: a.kept + b.kept,
});

/** Two sentiment models on the same texts: labelled ones that were given, or articles that both have scored. */
export async function compareSentiment(input: ModelsInput): Promise<ComparisonReport> {
  const progress = trackProgress(['compare'], input);
  return progress.run(
    'compare',
    () => gpu.compareModels(input),
    ({ verdict }) => verdict,
  );
}
