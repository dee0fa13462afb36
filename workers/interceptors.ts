import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import { attended } from '../activities/beat.js';
import { checkPayload } from '../domain/payloads.js';

/**
 * Around every step: it beats all the while, is left at once when it is cancelled, is handed over at its
 * cursor when the worker drains, and its result stays below the house limit.
 */
export const stepInterceptors =
  (draining: AbortSignal) =>
  (context: Context): ActivityInterceptors => ({
    inbound: {
      async execute(input, next) {
        const result = await attended(context, draining, () => next(input));
        return checkPayload(`Result of step ${context.info.activityType}`, result);
      },
    },
  });
