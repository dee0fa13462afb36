import { NotFoundError } from '../../domain/errors.js';
import { noted, type Delivery } from '../../domain/notifications/subscriptions.js';
import { ConflictError } from '../errors.js';
import { choice, cursor, limit, segment } from '../query.js';
import { route } from '../route.js';
import { pageOf } from '../schemas.js';
import { delivery, showDelivery } from './schemas.js';
import { findSubscription, subscriptionId } from './subscriptions.js';

const listDeliveries = route({
  id: 'listDeliveries',
  method: 'get',
  path: '/notifications/{id}/deliveries',
  group: 'notifications',
  summary: 'What was and will be sent to a subscription, latest due first',
  role: 'viewer',
  params: { id: subscriptionId },
  query: { state: choice(['waiting', 'sent', 'dead'], 'Only in this state'), limit: limit(), cursor },
  answers: { 200: { description: 'A page of deliveries', schema: pageOf('DeliveryPage', delivery) } },
  example: { params: { id: 'sub_example' } },
  async handle({ params, query, principal, context }) {
    const { ports } = context;
    await findSubscription({ context, principal }, params.id);
    const found = await ports.documents.find<Delivery>('deliveries', {
      where: { subscription: params.id, ...(query.state ? { state: query.state } : {}) },
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    });
    return { body: { items: found.items.map(showDelivery), cursor: found.cursor, asOf: ports.now() } };
  },
});

const retryDelivery = route({
  id: 'retryDelivery',
  method: 'post',
  path: '/notifications/{id}/deliveries/{delivery}/retry',
  group: 'notifications',
  summary: 'Send a notification that was given up once more',
  role: 'operator',
  params: { id: subscriptionId, delivery: segment('Delivery id', 'ntf_0123456789abcdef01234567') },
  answers: { 202: { description: 'It will be sent again', schema: delivery } },
  example: { params: { id: 'sub_example', delivery: 'ntf_example' } },
  async handle({ params, principal, context }) {
    const { ports } = context;
    await findSubscription({ context, principal }, params.id);
    const found = await ports.documents.get<Delivery>('deliveries', params.delivery);
    if (found?.subscription !== params.id)
      throw new NotFoundError(`No delivery "${params.delivery}" of the subscription "${params.id}"`);
    const now = ports.now();
    const changed = await ports.documents.update<Delivery>('deliveries', params.delivery, (held) => {
      const current = held ?? found;
      if (current.state !== 'dead')
        throw new ConflictError(
          `"${params.delivery}" is ${current.state}; only one that was given up is sent again`,
        );
      const note = { at: now, outcome: 'retried', detail: `By ${principal.id}` } as const;
      return noted(current, note, { state: 'waiting', attempts: 0, error: null, dueAt: now });
    });
    return { status: 202, body: showDelivery(changed), target: params.delivery };
  },
});

export const deliveryRoutes = [listDeliveries, retryDelivery];
