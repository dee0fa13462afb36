import { z } from 'zod';
import { NotFoundError } from '../../domain/errors.js';
import { mayActFor } from '../../domain/identity.js';
import { ForbiddenError } from '../errors.js';
import { cursor, limit, segment } from '../query.js';
import { route } from '../route.js';
import { answer, instant, pageOf } from '../schemas.js';
import { begin, started } from './comparisons.js';
import { sentimentInputs } from './inputs.js';

const startRescore = route({
  id: 'startSentimentRescore',
  method: 'post',
  path: '/sentiment/rescores',
  group: 'sentiment',
  summary: 'Score the archive with one model; scores of other models stay',
  role: 'operator',
  body: sentimentInputs.rescoreNews,
  answers: { 202: { description: 'Accepted; Location names the run', schema: started } },
  example: { body: { model: 'lexicon', source: 'simulated', from: '2023-01-01', perSecond: 500 } },
  async handle({ body, principal, context }) {
    // An unknown model is told at once, not by a run that fails.
    await context.ports.sentiment.choose({ model: body.model });
    return begin('rescoreNews', body, { principal, context });
  },
});

const listRescores = route({
  id: 'listSentimentRescores',
  method: 'get',
  path: '/sentiment/rescores',
  group: 'sentiment',
  summary: 'Runs that score the archive, newest first; /runs/{workflowId} has their progress and result',
  role: 'viewer',
  query: { limit: limit(50), cursor },
  answers: {
    200: {
      description: 'A page of runs',
      schema: pageOf(
        'SentimentRescorePage',
        z.looseObject({ workflowId: z.string(), status: z.string(), startedAt: instant }),
      ),
    },
  },
  async handle({ query, context }) {
    const found = await context.stories.list({ ...query, kind: 'rescoreNews' });
    return { body: { ...found, asOf: context.ports.now() } };
  },
});

const tell = (name: 'pause' | 'resume', summary: string) =>
  route({
    id: `${name}SentimentRescore`,
    method: 'post',
    path: `/sentiment/rescores/{workflowId}/${name}`,
    group: 'sentiment',
    summary,
    role: 'operator',
    params: { workflowId: segment('Workflow id, URL-encoded', 'rescore/lexicon/0123456789ab') },
    answers: {
      202: {
        description: 'Told',
        schema: answer(
          name === 'pause' ? 'RescorePaused' : 'RescoreResumed',
          z.object({ workflowId: z.string() }),
        ),
      },
    },
    example: { params: { workflowId: 'rescore/running' } },
    async handle({ params, principal, context }) {
      const story = await context.stories.describe(params.workflowId);
      if (story.kind !== 'rescoreNews')
        throw new NotFoundError(`"${params.workflowId}" is no re-scoring; it is a run of ${story.kind}`);
      if (!mayActFor(principal, story.tenant))
        throw new ForbiddenError(
          `Run "${story.workflowId}" belongs to tenant "${story.tenant}"; yours is "${principal.tenant}"`,
        );
      await context.stories.signal(story.workflowId, name);
      return { status: 202, body: { workflowId: story.workflowId }, target: story.workflowId };
    },
  });

export const sentimentRescoreRoutes = [
  startRescore,
  listRescores,
  tell('pause', 'Hold a re-scoring at its place; it stops within seconds'),
  tell('resume', 'Let it go on, also where it waits for a budget'),
];
