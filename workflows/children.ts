import {
  executeChild,
  ParentClosePolicy,
  sleep,
  workflowInfo,
  type Workflow,
  type WorkflowResultType,
} from '@temporalio/workflow';
import { detailsOf, summaryOf } from '../domain/labels.js';
import { childUrgency } from '../domain/priorities.js';
import { storyId } from './ids.js';

const FIRST_WAIT_MS = 2000;
/** Each look is a few events of history: hours of waiting for a training must stay far from its limit. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Runs a story as a child under its business id. Where the same work is already under way for somebody
 * else, waits until it has ended and then runs it again: every step is idempotent, so that pass is cheap.
 */
export async function runChild<I extends object, R>(
  story: (input: I) => Promise<R>,
  kind: string,
  input: I,
): Promise<R> {
  const members = input as Record<string, unknown>;
  const priorityKey = childUrgency(kind, workflowInfo().priority?.priorityKey);
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      return (await executeChild(
        story as Workflow,
        {
          workflowId: storyId(kind, members),
          args: [input],
          staticSummary: summaryOf(kind, members),
          staticDetails: detailsOf(members),
          // Who asked for the whole asked for its parts.
          memo: workflowInfo().memo,
          parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
          // Tenant and weight are inherited, and the urgency where it is not said.
          ...(priorityKey === undefined ? {} : { priority: { priorityKey } }),
        } as never,
      )) as WorkflowResultType<Workflow> as R;
    } catch (error) {
      // By name: the class itself is not exported to the sandbox.
      if ((error as Error).name !== 'WorkflowExecutionAlreadyStartedError') throw error;
      await sleep(wait);
    }
  }
}
