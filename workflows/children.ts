import {
  executeChild,
  ParentClosePolicy,
  sleep,
  type Workflow,
  type WorkflowResultType,
} from '@temporalio/workflow';

/**
 * Runs a story as a child under its business id. Where the same work is already under way for somebody
 * else, waits until it has ended and then runs it again: every step is idempotent, so that pass is cheap.
 */
export async function runStory<T extends Workflow>(
  story: T,
  options: { workflowId: string; args: Parameters<T>; summary: string },
): Promise<WorkflowResultType<T>> {
  for (;;) {
    try {
      return (await executeChild(story, {
        workflowId: options.workflowId,
        args: options.args as never,
        staticSummary: options.summary,
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      } as never)) as WorkflowResultType<T>;
    } catch (error) {
      // By name: the class itself is not exported to the sandbox.
      if ((error as Error).name !== 'WorkflowExecutionAlreadyStartedError') throw error;
      await sleep('2s');
    }
  }
}
