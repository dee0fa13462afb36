import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { NotFoundError } from '../../domain/errors.js';
import { holdsRole, mayActFor, type Principal } from '../../domain/identity.js';
import { messageOf } from '../../domain/notifications/messages.js';
import { newDelivery, type Channel, type Subscription } from '../../domain/notifications/subscriptions.js';
import { cursor, limit, segment } from '../query.js';
import { route, type Context } from '../route.js';
import { answer, pageOf } from '../schemas.js';
import { creation, replacement, showSubscription, subscription, withSecret } from './schemas.js';

export const subscriptionId = segment('Subscription id', 'sub_0123456789abcdef');
const example = { params: { id: 'sub_example' } };
const body = {
  name: 'bad news',
  channel: { kind: 'webhook', url: 'https://hooks.example.org/finsight' },
  types: ['article.scored'],
  filters: { tickers: ['BTC'] },
  quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' },
  perHour: 20,
};

/** What another tenant has is not there for others. @throws NotFoundError */
export async function findSubscription(
  { context, principal }: { context: Context; principal: Principal },
  id: string,
): Promise<Subscription> {
  const found = await context.ports.documents.get<Subscription>('subscriptions', id);
  if (found && mayActFor(principal, found.tenant)) return found;
  throw new NotFoundError(`No subscription "${id}"; GET /notifications lists them`);
}

type GivenChannel = z.output<typeof creation>['channel'];

/** A webhook without a secret keeps the one it had, or gets one that is shown once. */
function channelOf(given: GivenChannel, before: Channel | null): { channel: Channel; made: string | null } {
  if (given.kind !== 'webhook') return { channel: given, made: null };
  if (given.secret) return { channel: { ...given, secret: given.secret }, made: null };
  if (before?.kind === 'webhook') return { channel: { ...given, secret: before.secret }, made: null };
  const secret = `whs_${randomBytes(24).toString('base64url')}`;
  return { channel: { ...given, secret }, made: secret };
}

const createSubscription = route({
  id: 'createSubscription',
  method: 'post',
  path: '/notifications',
  group: 'notifications',
  summary: 'Be told of events by webhook, Slack or e-mail',
  role: 'operator',
  body: creation,
  answers: { 201: { description: 'Created; a secret that was made is shown once', schema: withSecret } },
  example: { body },
  async handle({ body: given, principal, context: { ports } }) {
    const now = ports.now();
    const { channel, made } = channelOf(given.channel, null);
    const created: Subscription = {
      id: `sub_${randomBytes(8).toString('hex')}`,
      ...given,
      filters: withoutAbsent(given.filters),
      channel,
      createdAt: now,
      createdBy: principal.id,
      tenant: principal.tenant,
      updatedAt: now,
    };
    await ports.documents.insert<Subscription>('subscriptions', [created]);
    return { status: 201, body: { ...showSubscription(created), secret: made }, target: created.id };
  },
});

const listSubscriptions = route({
  id: 'listSubscriptions',
  method: 'get',
  path: '/notifications',
  group: 'notifications',
  summary: 'Who is told of what, newest first',
  role: 'viewer',
  query: { limit: limit(), cursor },
  answers: {
    200: { description: 'A page of subscriptions', schema: pageOf('SubscriptionPage', subscription) },
  },
  async handle({ query, principal, context: { ports } }) {
    const own = holdsRole(principal, 'admin') ? {} : { where: { tenant: principal.tenant } };
    const page = { ...own, limit: query.limit, ...(query.cursor ? { cursor: query.cursor } : {}) };
    const found = await ports.documents.find<Subscription>('subscriptions', page);
    return { body: { items: found.items.map(showSubscription), cursor: found.cursor, asOf: ports.now() } };
  },
});

const getSubscription = route({
  id: 'getSubscription',
  method: 'get',
  path: '/notifications/{id}',
  group: 'notifications',
  summary: 'One subscription',
  role: 'viewer',
  params: { id: subscriptionId },
  answers: { 200: { description: 'The subscription', schema: subscription } },
  example,
  handle: async (call) => ({ body: showSubscription(await findSubscription(call, call.params.id)) }),
});

const changeSubscription = route({
  id: 'changeSubscription',
  method: 'put',
  path: '/notifications/{id}',
  group: 'notifications',
  summary: 'Replace a subscription; what waits is sent by its new settings',
  role: 'operator',
  params: { id: subscriptionId },
  body: replacement,
  answers: { 200: { description: 'Changed; a secret that was made is shown once', schema: withSecret } },
  example: { ...example, body: { name: 'all', types: ['*'] } },
  async handle({ params, body: given, principal, context }) {
    const { ports } = context;
    await findSubscription({ context, principal }, params.id);
    let secret: string | null = null;
    const changed = await ports.documents.update<Subscription>('subscriptions', params.id, (held) => {
      if (!held) throw new NotFoundError(`No subscription "${params.id}": it was removed meanwhile`);
      const { channel, made } = given.channel
        ? channelOf(given.channel, held.channel)
        : { channel: held.channel, made: null };
      secret = made;
      return { ...held, ...given, filters: withoutAbsent(given.filters), channel, updatedAt: ports.now() };
    });
    return { body: { ...showSubscription(changed), secret } };
  },
});

const removeSubscription = route({
  id: 'removeSubscription',
  method: 'delete',
  path: '/notifications/{id}',
  group: 'notifications',
  summary: 'Remove a subscription; what waits for it is not sent',
  role: 'operator',
  params: { id: subscriptionId },
  answers: { 204: { description: 'Removed' } },
  example: { params: { id: 'sub_removable' } },
  async handle({ params, principal, context }) {
    await findSubscription({ context, principal }, params.id);
    await context.ports.documents.remove('subscriptions', [params.id]);
    return { status: 204, target: params.id };
  },
});

const testSubscription = route({
  id: 'testSubscription',
  method: 'post',
  path: '/notifications/{id}/test',
  group: 'notifications',
  summary: 'Send a made-up event now, whatever the quiet hours say',
  role: 'operator',
  params: { id: subscriptionId },
  answers: {
    200: {
      description: 'What the receiver answered',
      schema: answer('TestSent', z.object({ sent: z.boolean(), detail: z.string() })),
    },
  },
  example,
  async handle({ params, requestId, principal, context }) {
    const { ports } = context;
    const found = await findSubscription({ context, principal }, params.id);
    const now = ports.now();
    const event = { id: `test_${requestId}`, type: 'notification.test', at: now, payload: { test: true } };
    const facts = {
      tickers: ['BTC'],
      sources: [],
      stream: null,
      title: 'A test of this subscription',
      url: null,
    };
    const message = messageOf(newDelivery(found, { event, facts, now }), found.name);
    return { body: { sent: true, detail: await ports.channels.send(found.channel, message) } };
  },
});

/** Filters that were not given are absent, not undefined. */
const withoutAbsent = (filters: z.output<typeof creation>['filters']): Subscription['filters'] =>
  Object.fromEntries(Object.entries(filters).filter(([, values]) => values !== undefined));

export const subscriptionRoutes = [
  createSubscription,
  listSubscriptions,
  getSubscription,
  changeSubscription,
  removeSubscription,
  testSubscription,
];
