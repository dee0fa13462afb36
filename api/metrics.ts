import { measured } from '../adapters/open.js';
import { exposition } from '../domain/exposition.js';
import { driftMetrics } from './drift.js';
import { eventMetrics } from './outbox.js';
import { resourceMetrics } from './resources.js';
import { route } from './route.js';

const metrics = route({
  id: 'metrics',
  method: 'get',
  path: '/metrics',
  root: true,
  group: 'health',
  summary: "Figures of events, of the outbox, of drift, of queues and of the API's process, for Prometheus",
  role: 'viewer',
  answers: { 200: { description: 'Text in the exposition format', mediaType: 'text/plain' } },
  async handle({ context, res }) {
    const { ports } = context;
    const found = [await eventMetrics(ports), await driftMetrics(ports), await resourceMetrics(context)];
    const asked = [...found.flat(), ...measured()];
    const text = exposition(asked);
    res.set({ 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' });
    res.send(text);
    return null;
  },
});

export const metricsRoutes = [metrics];
