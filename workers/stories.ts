import { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { StoryStartsPort } from '../adapters/ports.js';
import { messageOf, UnreachableError } from '../domain/errors.js';
import { detailsOf, summaryOf } from '../domain/labels.js';
import { checkPayload } from '../domain/payloads.js';
import { priorityOf, type TenantWeights } from '../domain/priorities.js';
import { storyId } from '../workflows/ids.js';

const CALL_MS = 10_000;

/** Starts stories over the connection of the workers. */
export function storyStarts(
  connection: NativeConnection,
  { namespace, tenantWeights: weights }: { namespace: string; tenantWeights: TenantWeights },
): StoryStartsPort {
  const client = new Client({ connection, namespace });
  const within = <T>(work: () => Promise<T>): Promise<T> =>
    client.withDeadline(Date.now() + CALL_MS, work).catch((error: unknown) => {
      if (isRunning(error)) throw error;
      throw new UnreachableError(`Temporal does not answer: ${messageOf(error)}`);
    });
  return {
    async start(kind, input, { workflowId, delayMs }) {
      const options = {
        ...optionsOf(kind, { input, weights }),
        workflowId,
        workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
        ...(delayMs === undefined ? {} : { startDelay: delayMs }),
      };
      return within(() => client.workflow.start(kind, options)).then(
        () => true,
        (error: unknown) => {
          if (isRunning(error)) return false;
          throw error;
        },
      );
    },
    async signal(kind, input, { name, args }) {
      const options = { ...optionsOf(kind, { input, weights }), workflowId: storyId(kind, input) };
      await within(() =>
        client.workflow.signalWithStart(kind, { ...options, signal: name, signalArgs: [...args] }),
      );
    },
  };
}

/** Nobody waits for what the platform starts by itself, and it is no tenant's. */
const optionsOf = (
  kind: string,
  { input, weights }: { input: Record<string, unknown>; weights: TenantWeights },
) => ({
  taskQueue: 'finsight',
  args: [checkPayload(`Input of ${kind}`, input)],
  staticSummary: summaryOf(kind, input),
  staticDetails: detailsOf(input),
  priority: priorityOf(kind, { input, by: 'event', weights, now: Date.now() }),
});

/** By name: packages may be there twice. */
const isRunning = (error: unknown): boolean =>
  (error as Error).name === 'WorkflowExecutionAlreadyStartedError';
