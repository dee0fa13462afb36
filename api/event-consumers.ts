import { z } from 'zod';
import type { Ports } from '../adapters/ports.js';
import { NotFoundError } from '../domain/errors.js';
import { CONSUMERS, type ConsumerState, type DeadLetter, type Lease } from '../domain/events.js';
import { ConflictError } from './errors.js';
import { choice, cursor, limit, segment, text } from './query.js';
import { route } from './route.js';
import { answer, instant, pageOf } from './schemas.js';

export const event = answer(
  'Event',
  z.object({
    id: z.string(),
    type: z.string().meta({ examples: ['article.collected'] }),
    at: instant,
    payload: z.record(z.string(), z.unknown()),
  }),
);

const listEvents = route({
  id: 'listEvents',
  method: 'get',
  path: '/events',
  group: 'events',
  summary: 'What happened, newest first',
  role: 'viewer',
  query: { type: text('Only this type', 'article.collected'), limit: limit() },
  answers: {
    200: {
      description: 'The latest events',
      schema: answer('EventList', z.object({ items: z.array(event), asOf: instant })),
    },
  },
  example: { query: { limit: '10' } },
  async handle({ query, context }) {
    const { type, limit: most } = query;
    const items = await context.ports.events.recent({ limit: most, ...(type ? { type } : {}) });
    return { body: { items, asOf: context.ports.now() } };
  },
});

const consumer = answer(
  'EventConsumer',
  z.object({
    consumer: z.string().describe('`relay` hands events to the broker, `sender` sends notifications'),
    lag: z.int().describe('Events, or notifications that are due, which wait for it'),
    oldestAt: instant.nullable().describe('Time of the oldest event that waits'),
    handled: z.int(),
    handledAt: instant.nullable(),
    failures: z.int().describe('In a row; 0 where it works'),
    error: z.string().nullable(),
    errorAt: instant.nullable(),
    deadLetters: z.int(),
  }),
);

const listConsumers = route({
  id: 'listEventConsumers',
  method: 'get',
  path: '/events/consumers',
  group: 'events',
  summary: 'Who follows the events, and how far behind it is',
  role: 'viewer',
  answers: {
    200: {
      description: 'Consumers',
      schema: answer(
        'EventConsumerList',
        z.object({
          items: z.array(consumer),
          leader: z
            .object({ owner: z.string(), until: instant })
            .nullable()
            .describe('The process that runs them'),
          asOf: instant,
        }),
      ),
    },
  },
  async handle({ context: { ports } }) {
    const now = ports.now();
    const items = await followersOf(ports);
    const lease = await ports.documents.get<Lease>('leases', 'events');
    const leader = lease && lease.until > now ? { owner: lease.owner, until: lease.until } : null;
    return { body: { items, leader, asOf: now } };
  },
});

/** Everyone who follows the events, what sends the notifications and what publishes models, with how far behind each is. */
export async function followersOf(ports: Ports) {
  const waiting = await ports.documents.count('deliveries', {
    where: { state: 'waiting' },
    range: { to: ports.now() + 1 },
  });
  const unpublished = await ports.documents.count('publications', { where: { state: 'waiting' } });
  const rows = [
    ...(await ports.events.progress(CONSUMERS)),
    { consumer: 'sender', lag: waiting, oldestAt: null },
    { consumer: 'publisher', lag: unpublished, oldestAt: null },
  ];
  return Promise.all(rows.map(async (row) => ({ ...row, ...(await stateOf(ports, row.consumer)) })));
}

async function stateOf({ documents }: Ports, name: string) {
  const state = await documents.get<ConsumerState>('consumerStates', name);
  const where = { consumer: name, state: ['failing', 'dead', 'requeued'] };
  const { handled = 0, handledAt = null, failures = 0, error = null, errorAt = null } = state ?? {};
  const deadLetters = await documents.count('deadLetters', { where });
  return { handled, handledAt, failures, error, errorAt, deadLetters };
}

const letter = answer(
  'DeadLetter',
  z.object({
    id: z.string().meta({ examples: ['dl_0123456789abcdef01234567'] }),
    consumer: z.string(),
    type: z.string(),
    event,
    error: z.string(),
    attempts: z.int(),
    at: instant.describe('Of the last failure'),
    state: z
      .enum(['failing', 'dead', 'requeued'])
      .describe(
        'failing: it comes again and holds up what is behind it; dead: given up; requeued: to be tried again',
      ),
  }),
);

const listDeadLetters = route({
  id: 'listDeadLetters',
  method: 'get',
  path: '/events/dead-letters',
  group: 'events',
  summary: 'Events that a consumer could not handle, newest failure first',
  role: 'viewer',
  query: {
    consumer: text('Only of this consumer', 'aggregates'),
    state: choice(['failing', 'dead', 'requeued'], 'Only in this state'),
    type: text('Only events of this type', 'article.collected'),
    limit: limit(),
    cursor,
  },
  answers: { 200: { description: 'A page of dead letters', schema: pageOf('DeadLetterPage', letter) } },
  async handle({ query, context }) {
    const { limit: most, cursor: at, ...filters } = query;
    const where = Object.fromEntries(
      Object.entries(filters).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const page = { where, limit: most, ...(at ? { cursor: at } : {}) };
    const found = await context.ports.documents.find<DeadLetter>('deadLetters', page);
    return { body: { ...found, asOf: context.ports.now() } };
  },
});

const requeue = route({
  id: 'requeueDeadLetter',
  method: 'post',
  path: '/events/dead-letters/{id}/requeue',
  group: 'events',
  summary: 'Let the consumer try an event again; it is handled with the next step',
  role: 'operator',
  params: { id: segment('Dead letter id', 'dl_0123456789abcdef01234567') },
  answers: { 202: { description: 'It will be tried again', schema: letter } },
  example: { params: { id: 'dl_example' } },
  async handle({ params, context }) {
    const { documents } = context.ports;
    const found = await documents.get<DeadLetter>('deadLetters', params.id);
    if (!found) throw new NotFoundError(`No dead letter "${params.id}"; it may have been handled meanwhile`);
    const body = await documents.update<DeadLetter>('deadLetters', params.id, (held) => {
      const current = held ?? found;
      if (current.state === 'failing')
        throw new ConflictError(`"${params.id}" is not given up: its consumer still tries it`);
      return { ...current, state: 'requeued' };
    });
    return { status: 202, body, target: params.id };
  },
});

export const eventRoutes = [listEvents, listConsumers, listDeadLetters, requeue];
