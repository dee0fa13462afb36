import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { FINAL_ERRORS } from '../domain/errors.js';
import type { TrainRequest, TrainResult } from '../domain/ml.js';
import { TOGETHER, trainPart } from './steps.js';

/**
 * One training on several machines, a part on each machine's own queue. Its processes can only go on together: where a part
 * fails, the others are ended, and all start again at the last checkpoint.
 */
export async function trainTogether(request: TrainRequest, nodes: readonly string[]): Promise<TrainResult> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptTogether(request, nodes, `${workflowInfo().runId}-${attempt}`);
    } catch (error) {
      if (isCancellation(error) || isFinal(error) || attempt >= TOGETHER.attempts) throw error;
    }
    // By chance: two trainings that wait for each other's machines must not do so again.
    await sleep(
      Math.round(Math.min(TOGETHER.longestPauseMs, 1000 * 2 ** attempt) * (0.5 + Math.random() / 2)),
    );
  }
}

async function attemptTogether(
  request: TrainRequest,
  nodes: readonly string[],
  run: string,
): Promise<TrainResult> {
  const scope = new CancellationScope();
  return scope.run(async () => {
    const parts = nodes.map((name, node) => trainPart(name).trainForecasterPart({ request, node, run }));
    try {
      const [result] = await Promise.all(parts);
      if (result) return result;
    } catch (error) {
      scope.cancel();
      throw decisive(await Promise.allSettled(parts), error);
    }
    throw ApplicationFailure.nonRetryable(`The node ${nodes[0]} of rank 0 has no result of the training`);
  });
}

/** An error that stays one, where some part has it: the others only tell that they were left alone. */
const decisive = (parts: PromiseSettledResult<unknown>[], first: unknown): unknown =>
  parts.map((part) => (part.status === 'rejected' ? (part.reason as unknown) : null)).find(isFinal) ?? first;

function isFinal(error: unknown): boolean {
  if (!(error instanceof ActivityFailure))
    return error instanceof ApplicationFailure && Boolean(error.nonRetryable);
  const { cause } = error;
  return (
    cause instanceof ApplicationFailure &&
    (Boolean(cause.nonRetryable) || FINAL_ERRORS.some((name) => name === cause.type))
  );
}
