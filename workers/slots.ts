import type { WorkerOptions } from '@temporalio/worker';
import { STEP_SLOTS, type Slots, type StepQueue } from '../domain/slots.js';

/** A machine as busy as that gets no further steps. */
const TARGETS = { targetMemoryUsage: 0.8, targetCpuUsage: 0.9 };
/** Between two more: what a step costs shows after a while only. */
const RAMP = '50ms';
const WORKFLOW_SLOTS = { type: 'fixed-size', numSlots: 2 } as const;

/** How many steps of a queue a worker does at a time: network waits overlap, computing does not. */
export function slotOptions(
  queue: StepQueue,
  given: Partial<Record<StepQueue, Slots>>,
): Pick<WorkerOptions, 'maxConcurrentActivityTaskExecutions' | 'tuner'> {
  const slots = given[queue] ?? STEP_SLOTS[queue];
  if (typeof slots === 'number') return { maxConcurrentActivityTaskExecutions: slots };
  return {
    tuner: {
      workflowTaskSlotSupplier: WORKFLOW_SLOTS,
      localActivityTaskSlotSupplier: WORKFLOW_SLOTS,
      nexusTaskSlotSupplier: WORKFLOW_SLOTS,
      activityTaskSlotSupplier: {
        type: 'resource-based',
        tunerOptions: TARGETS,
        minimumSlots: slots.least,
        maximumSlots: slots.most,
        rampThrottle: RAMP,
      },
    },
  };
}
