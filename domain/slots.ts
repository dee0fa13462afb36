import { InvalidInputError } from './errors.js';

/** Steps that one worker does at a time: so many, or as many as the machine bears between two bounds. */
export type Slots = number | { least: number; most: number };

/** Queues whose steps a Node process does, and how many at a time where nothing else is said. */
export const STEP_SLOTS = { io: 16, live: 200, cpu: 2, gpu: 2 } as const;
export type StepQueue = keyof typeof STEP_SLOTS;

const MOST = 1000;

/** Reads `16`, or `4-64` for as many as the machine bears; empty is undefined. @throws InvalidInputError */
export function readSlots(text: string): Slots | undefined {
  if (text.trim() === '') return undefined;
  const [, first = '', second] = /^\s*(\d{1,4})\s*(?:-\s*(\d{1,4})\s*)?$/.exec(text) ?? [];
  const [least, most] = [Number(first), second === undefined ? undefined : Number(second)];
  if (first !== '' && least >= 1 && least <= MOST && (most === undefined || (most > least && most <= MOST)))
    return most === undefined ? least : { least, most };
  throw new InvalidInputError(
    `unreadable number of slots "${text.slice(0, 40)}"; it is a whole number from 1 to ${MOST}, or two of them such as 4-64`,
  );
}

const GIBIBYTE = 2 ** 30;
/** A training keeps so many processors busy, and may take so much memory. */
const TRAINING = { cores: 4, memoryBytes: 6 * GIBIBYTE };

/**
 * How many models a machine trains at a time, and with how many threads each: one a GPU, and where there is none as many
 * as have four processors and 6 GiB each. Threads of all of them together are never more than there are processors.
 * @param given what was configured; it holds whatever the machine is
 */
export function trainingSlots(
  machine: { cores: number; memoryBytes: number; gpus: number },
  given?: number,
): { slots: number; threads: number } {
  const { cores, memoryBytes, gpus } = machine;
  const byMemory = Math.floor(memoryBytes / TRAINING.memoryBytes);
  const computed = gpus > 0 ? gpus : Math.min(Math.floor(cores / TRAINING.cores), byMemory);
  const slots = given ?? Math.max(1, computed);
  return { slots, threads: Math.max(1, Math.floor(cores / slots)) };
}
