import { ApplicationFailure, workflowInfo, type WorkflowInterceptors } from '@temporalio/workflow';
import { messageOf } from '../domain/errors.js';
import { summaryOf } from '../domain/labels.js';
import { checkPayload } from '../domain/payloads.js';

/**
 * Around every story: each step gets a summary for the Web UI, and what goes in and out stays below the house
 * limit. A payload that is too large ends the story with a clear error instead of a task that fails for ever.
 */
export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      async execute(input, next) {
        const { workflowType } = workflowInfo();
        checked(`Input of story ${workflowType}`, input.args[0]);
        return checked(`Result of story ${workflowType}`, await next(input));
      },
    },
  ],
  outbound: [
    {
      async scheduleActivity(input, next) {
        checked(`Argument of step ${input.activityType}`, input.args[0]);
        const summary = input.options.summary ?? stepSummary(input.activityType, input.args[0]);
        return next({ ...input, options: { ...input.options, summary } });
      },
      async startChildWorkflowExecution(input, next) {
        checked(`Input of child story ${input.workflowType}`, input.options.args[0]);
        return next(input);
      },
      async continueAsNew(input, next) {
        checked(`Input of continued story ${workflowInfo().workflowType}`, input.args[0]);
        return next(input);
      },
    },
  ],
});

const stepSummary = (activityType: string, argument: unknown): string => {
  const record = typeof argument === 'object' && argument !== null ? argument : {};
  // Steps of the training take a plan or a request with what matters one level down.
  const { input, plan, request } = record as Record<string, unknown>;
  const inner = [input, plan, request].find((each) => typeof each === 'object' && each !== null);
  return summaryOf(activityType, { ...(inner as object | undefined), ...record });
};

function checked<T>(what: string, value: T): T {
  try {
    return checkPayload(what, value);
  } catch (error) {
    throw ApplicationFailure.nonRetryable(messageOf(error), 'PayloadTooLargeError');
  }
}
