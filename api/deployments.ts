import type { Deployment } from '../domain/deployment/record.js';
import { DEPLOYMENT_STAGES } from '../domain/deployment/record.js';
import { NotFoundError } from '../domain/errors.js';
import { deployment } from './deployment-schemas.js';
import { choice, cursor, limit, readRange, segment, text, time } from './query.js';
import { route, type Context } from './route.js';
import { pageOf, problem } from './schemas.js';

export const deploymentSegment = segment('<name>:<source key>', 'ridge-1h-h1:simulated-1');

/** @throws NotFoundError */
export async function findDeployment({ ports }: Context, id: string): Promise<Deployment> {
  const found = await ports.documents.get<Deployment>('deployments', id);
  if (found) return found;
  throw new NotFoundError(
    `No deployment "${id}"; ids are <name>:<source key>, such as ridge-1h-h1:simulated-1; GET /deployments lists them`,
  );
}

const listDeployments = route({
  id: 'listDeployments',
  method: 'get',
  path: '/deployments',
  group: 'models',
  summary: 'How each model is served and which version is on its way, last changed first',
  role: 'viewer',
  query: {
    model: text("Only of this model's name"),
    stage: choice(DEPLOYMENT_STAGES, 'Only in this stage'),
    from: time('Changed at or after'),
    to: time('Changed before'),
    limit: limit(),
    cursor,
  },
  answers: { 200: { description: 'A page of deployments', schema: pageOf('DeploymentPage', deployment) } },
  async handle({ query, context: { ports } }) {
    const { model, stage } = query;
    const found = await ports.documents.find<Deployment>('deployments', {
      where: { ...(model ? { model } : {}), ...(stage ? { stage } : {}) },
      range: readRange(query),
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    });
    return { body: { ...found, asOf: ports.now() } };
  },
});

const getDeployment = route({
  id: 'getDeployment',
  method: 'get',
  path: '/deployments/{id}',
  group: 'models',
  summary: 'One deployment with its evidence, traffic and decisions',
  role: 'viewer',
  params: { id: deploymentSegment },
  answers: {
    200: { description: 'The deployment', schema: deployment },
    404: { description: 'No such deployment', schema: problem },
  },
  example: { params: { id: 'ridge-1h-h1:simulated-1' } },
  async handle({ params, context }) {
    return { body: await findDeployment(context, params.id) };
  },
});

export const deploymentRoutes = [listDeployments, getDeployment];
