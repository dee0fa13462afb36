import type { Ports } from '../../adapters/ports.js';
import { messageOf } from '../../domain/errors.js';
import { EVENT_DAYS } from '../../domain/events.js';
import { aggregateNews } from '../news-aggregates.js';
import { searchAlerts } from '../news/searches.js';
import { sendingOf } from '../notifications/sending.js';
import { indexing } from '../news/upkeep.js';
import { queueNotifications } from '../notifications/queueing.js';
import { triggerPredictions } from '../prediction/triggers.js';
import { followPredictions } from '../settlement/following.js';
import { markPublications } from '../registry/marking.js';
import { publishingOf } from '../registry/publishing.js';
import { followEvents, noteStepDone, noteStepFailure, type Consumer } from './handling.js';
import { outboxPruning } from './pruning.js';

/** Work that one process of a platform does again and again as long as it runs. */
export interface EventLoop {
  name: string;
  /** How much was done; 0: nothing to do for now. */
  step(): Promise<number>;
  /** The step threw; it comes again after a pause. */
  failed(error: unknown): Promise<void>;
}

/** The consumers by their names in domain/events.ts. */
export const eventConsumers = (ports: Ports): Consumer[] => [
  { name: 'aggregates', handle: (events) => aggregateNews(ports, events) },
  { name: 'notifications', handle: (events) => queueNotifications(ports, events) },
  { name: 'registry', handle: markPublications(ports) },
  { name: 'searches', handle: searchAlerts(ports) },
  { name: 'settlement', handle: followPredictions(ports) },
  { name: 'triggers', handle: triggerPredictions(ports) },
];

/**
 * The relay to the broker where there is one, the consumers, what sends the notifications, and what clears the outbox.
 * @param eventDays how long an event is kept after all have passed it.
 */
export function eventLoops(ports: Ports, eventDays = EVENT_DAYS): EventLoop[] {
  const { relay } = ports.events;
  const steps: [string, () => Promise<number>][] = [
    ...(relay ? [['relay', relay] as [string, () => Promise<number>]] : []),
    ...eventConsumers(ports).map((each): [string, () => Promise<number>] => [
      each.name,
      followEvents(ports, each),
    ]),
    ['sender', sendingOf(ports)],
    ['indexer', indexing(ports)],
    ['publisher', publishingOf(ports)],
    ['outbox', outboxPruning(ports, eventDays)],
  ];
  return steps.map(([name, step]) => loopOf(ports, name, step));
}

function loopOf(ports: Ports, name: string, step: () => Promise<number>): EventLoop {
  // What a process before this one left is not known: the first step clears it.
  let failed = true;
  return {
    name,
    async step() {
      const done = await step();
      if (done > 0 || failed) await noteStepDone(ports, name, done);
      failed = false;
      return done;
    },
    failed(error) {
      failed = true;
      return noteStepFailure(ports, name, messageOf(error));
    },
  };
}
