import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { giveLeaseBack, LEASE_MS, takeLease } from '../activities/events/lease.js';
import { eventLoops, type EventLoop } from '../activities/events/loops.js';
import type { Ports } from '../adapters/ports.js';
import { messageOf } from '../domain/errors.js';
import { backOff } from '../domain/events.js';

export interface ConsumerSet {
  /** Ends the loops after the step that each is at, and lets another process go on at once. */
  drain(): Promise<void>;
}

interface Options {
  ports: Ports;
  log(line: string): void;
  /** How long an event stays in the outbox after all have passed it. */
  eventDays?: number;
  /** Left out: those of activities/events/loops.ts. */
  loops?: EventLoop[];
}

const IDLE_MS = 500;
const RENEW_MS = LEASE_MS / 3;
const PAUSES = { first: 500, most: 30_000 };
/** A failure that lasts is told in the log at its first time and then so rarely. */
const TELL_EVERY = 20;
/** Shorter than the grace of a worker's steps. */
const DRAIN_MS = 15_000;

/**
 * Runs the event loops in this process as long as it holds the lease: of several workers one does, so that the order of
 * events is kept. A loop that fails is tried again with growing pauses, and holds up no other.
 */
export function startConsumers({ ports, log, eventDays, ...given }: Options): ConsumerSet {
  const { loops = eventLoops(ports, eventDays) } = given;
  const owner = `${hostname()}/${process.pid}/${randomBytes(4).toString('hex')}`;
  const ending = new AbortController();
  const { signal } = ending;
  let heldUntil = 0;
  const pause = (ms: number): Promise<void> => wait(ms, undefined, { signal }).catch(() => undefined);
  const keepLease = async (): Promise<void> => {
    while (!signal.aborted) {
      // A store that is away cannot be asked: what was held lapses by itself.
      const until = await takeLease(ports, owner).catch(() => undefined);
      if (until !== undefined) heldUntil = until ?? 0;
      await pause(RENEW_MS);
    }
  };
  const run = async (loop: EventLoop): Promise<void> => {
    for (let failures = 0; !signal.aborted;) {
      if (ports.now() >= heldUntil) {
        await pause(IDLE_MS);
        continue;
      }
      try {
        const done = await loop.step();
        if (failures > 0) log(`events: ${loop.name} goes on after ${failures} failures`);
        failures = 0;
        if (done === 0) await pause(IDLE_MS);
      } catch (error) {
        if (signal.aborted) return;
        if (failures++ % TELL_EVERY === 0) log(`events: ${loop.name} failed: ${messageOf(error)}`);
        await loop.failed(error).catch(() => undefined);
        await pause(backOff(failures, PAUSES));
      }
    }
  };
  const running = Promise.all([keepLease(), ...loops.map(run)]);
  return {
    async drain() {
      ending.abort();
      await Promise.race([running, wait(DRAIN_MS, undefined, { ref: false })]);
      if (heldUntil > 0) await giveLeaseBack(ports, owner).catch(() => undefined);
    },
  };
}
