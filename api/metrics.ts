import { measuresText } from '../adapters/open.js';
import { route } from './route.js';

const metrics = route({
  id: 'metrics',
  method: 'get',
  path: '/metrics',
  root: true,
  group: 'health',
  summary: "Figures of the API's process in Prometheus's text format",
  role: 'viewer',
  answers: { 200: { description: 'Figures', mediaType: 'text/plain' } },
  async handle({ res }) {
    res.type('text/plain; version=0.0.4; charset=utf-8').send(measuresText());
    return null;
  },
});

export const metricsRoutes = [metrics];
