import type { Ports } from '../adapters/ports.js';
import { NotFoundError } from '../domain/errors.js';
import type { Evaluation } from '../domain/evaluation.js';
import type { EvaluationRef, ReportRef } from '../domain/research.js';
import type { StoriesPort, Story } from './stories.js';

/**
 * Stories whose results are shown whole: through Temporal travel references (payloads stay below 64 KiB), a
 * reader gets what they refer to.
 */
export const withResults = (stories: StoriesPort, ports: Ports): StoriesPort => ({
  ...stories,
  async get(workflowId) {
    const story = await stories.get(workflowId);
    if (story.result === null) return story;
    const whole = EXPANSIONS[story.kind]?.(ports, story);
    // What was cleaned up since is shown by its reference.
    const result = await whole?.catch((error: unknown) => {
      if (error instanceof NotFoundError) return null;
      throw error;
    });
    return result ? { ...story, result } : story;
  },
});

const EXPANSIONS: Record<string, (ports: Ports, story: Story) => Promise<unknown>> = {
  async research(ports, story) {
    const { key, sha256 } = story.result as Partial<ReportRef>;
    if (!key || !sha256) return null;
    return JSON.parse(new TextDecoder().decode(await ports.objects.get(key, sha256))) as unknown;
  },
  evaluateModel: evaluationsOf,
  walkForward: evaluationsOf,
};

async function evaluationsOf(ports: Ports, story: Story): Promise<unknown> {
  if (!Array.isArray(story.result)) return null;
  const ids = (story.result as EvaluationRef[]).map(({ id }) => id);
  const found = await ports.documents.getMany<Evaluation & { sourceKey?: string }>('evaluations', ids);
  // A key of the store, not a part of the evaluation.
  return found.map(({ sourceKey: _, ...evaluation }) => evaluation);
}
