import { z } from 'zod';
import type { Ports } from '../adapters/ports.js';
import { CONSUMERS } from '../domain/events.js';
import type { Metric } from '../domain/exposition.js';
import { followersOf } from './event-consumers.js';
import { route } from './route.js';
import { answer, instant } from './schemas.js';

export const outboxFigures = z.object({
  events: z.int().describe('That lie in the outbox'),
  pending: z.int().describe('Of these: not yet passed by all who follow it, the relay to a broker included'),
  oldestPendingAt: instant.nullable(),
  lagMs: z
    .number()
    .describe('Age of the oldest that is pending: how far the slowest follower is behind; 0: none is'),
  delivered: z.int().describe('Of these: passed by all, and kept for FINSIGHT_EVENT_DAYS'),
  oldestAt: instant.nullable(),
  heldBy: z.string().nullable().describe('The follower that is furthest behind'),
});

/** What lies in the outbox, and for how long. */
export async function outboxOf(ports: Ports): Promise<z.output<typeof outboxFigures>> {
  const figures = await ports.events.outbox(CONSUMERS);
  const { oldestPendingAt: at } = figures;
  return { ...figures, lagMs: at === null ? 0 : Math.max(0, ports.now() - at) };
}

const outbox = route({
  id: 'eventOutbox',
  method: 'get',
  path: '/events/outbox',
  group: 'events',
  summary: 'What lies in the outbox, and how far its slowest follower is behind',
  role: 'viewer',
  answers: {
    200: {
      description: 'Figures of the outbox',
      schema: answer('EventOutbox', outboxFigures.extend({ asOf: instant })),
    },
  },
  async handle({ context: { ports } }) {
    return { body: { ...(await outboxOf(ports)), asOf: ports.now() } };
  },
});

/** Of events, outbox and consumers, for Prometheus. */
export async function eventMetrics(ports: Ports): Promise<Metric[]> {
  const { pending, delivered, lagMs } = await outboxOf(ports);
  const followers = await followersOf(ports);
  const now = ports.now();
  const each = (value: (row: (typeof followers)[number]) => number): Metric['samples'] =>
    followers.map((row) => ({ labels: { consumer: row.consumer }, value: value(row) }));
  return [
    {
      name: 'finsight_outbox_events',
      help: 'Events in the outbox: pending for a follower, or delivered to all and kept.',
      samples: [
        { labels: { state: 'pending' }, value: pending },
        { labels: { state: 'delivered' }, value: delivered },
      ],
    },
    {
      name: 'finsight_outbox_lag_seconds',
      help: 'Age of the oldest event that a follower, the relay included, has not passed.',
      samples: [{ labels: {}, value: lagMs / 1000 }],
    },
    {
      name: 'finsight_event_consumer_pending',
      help: 'Events, or notifications that are due, which wait for a consumer.',
      samples: each(({ lag }) => lag),
    },
    {
      name: 'finsight_event_consumer_lag_seconds',
      help: 'Age of the oldest event that waits for a consumer.',
      samples: each(({ oldestAt }) => (oldestAt === null ? 0 : Math.max(0, now - oldestAt) / 1000)),
    },
    {
      name: 'finsight_event_consumer_failures',
      help: 'Failures of a consumer in a row, 0 where it works.',
      samples: each(({ failures }) => failures),
    },
    {
      name: 'finsight_dead_letters',
      help: 'Events that a consumer could not handle.',
      samples: each(({ deadLetters }) => deadLetters),
    },
  ];
}

export const outboxRoutes = [outbox];
