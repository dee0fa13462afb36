import { NotFoundError } from '../domain/errors.js';
import type { TrainResult } from '../domain/ml.js';
import type { ModelVersion } from '../domain/models.js';
import { resolveTraining, TRAINER_DESCRIPTIONS, TRAINERS } from '../domain/training/trainers.js';
import { choice, cursor, flag, limit, segment, text } from './query.js';
import { route, type Context } from './route.js';
import { pageOf } from './schemas.js';
import type { Story, StorySummary } from './stories.js';
import { trainerList, training } from './training-schemas.js';
import type { TrainingProgress } from './training-progress.js';

/** Running stories that are looked at for one answer. */
const MOST_RUNNING = 50;

const listTrainers = route({
  id: 'listTrainers',
  method: 'get',
  path: '/training/trainers',
  group: 'models',
  summary: 'Kinds of forecasters with their parameters',
  role: 'viewer',
  answers: { 200: { description: 'With defaults and search spaces', schema: trainerList } },
  async handle({ context }) {
    const items = TRAINERS.map((kind) => {
      const { title, params, space } = TRAINER_DESCRIPTIONS[kind];
      return { kind, title, params, training: { ...resolveTraining(kind) }, space };
    });
    return { body: { items, asOf: context.ports.now() } };
  },
});

const listTrainings = route({
  id: 'listTrainings',
  method: 'get',
  path: '/training',
  group: 'models',
  summary: 'Trainings with their losses by epoch: those that run, then finished ones, newest first',
  role: 'viewer',
  query: {
    state: choice(['running', 'finished'], 'Only these'),
    name: text('Only models of this name'),
    trials: flag('Also trials of tunings that run'),
    limit: limit(50),
    cursor,
  },
  answers: { 200: { description: 'A page of trainings', schema: pageOf('TrainingPage', training) } },
  async handle({ query, context }) {
    const { state, name } = query;
    // Those that run stand on the first page.
    const running = state === 'finished' || query.cursor ? [] : await runningTrainings(context);
    const mine = running.filter((each) => (!name || each.name === name) && (query.trials || !each.trial));
    if (state === 'running') return { body: { items: mine, cursor: null, asOf: context.ports.now() } };
    const found = await context.ports.documents.find<ModelVersion>('models', {
      ...(name ? { where: { name } } : {}),
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    });
    const items = [...mine, ...found.items.map((model) => finished(model, null))];
    return { body: { items, cursor: found.cursor, asOf: context.ports.now() } };
  },
});

const getTraining = route({
  id: 'getTraining',
  method: 'get',
  path: '/training/{workflowId}',
  group: 'models',
  summary: 'One training with its losses by epoch, while it runs and afterwards',
  role: 'viewer',
  params: {
    workflowId: segment('Workflow id, URL-encoded; or mdl_… of a model', 'train/patchtst-1h-h1/0123'),
  },
  answers: { 200: { description: 'The training', schema: training } },
  example: { params: { workflowId: 'mdl_example@1' } },
  async handle({ params, context }) {
    const id = params.workflowId;
    if (id.startsWith('mdl_')) return { body: finished(await findModel(context, id), null) };
    const story = await context.stories.get(id);
    if (story.kind !== 'trainModel')
      throw new NotFoundError(`Run "${id}" is a ${story.kind}, not a trainModel; GET /runs shows it`);
    if (story.status === 'completed' && isReport(story.result)) {
      const { model, version } = story.result;
      return { body: finished(await findModel(context, `mdl_${model}@${version}`), story) };
    }
    return { body: unfinished(story, story.progress?.training?.[0]) };
  },
});

async function runningTrainings({ stories }: Context) {
  const page = await stories.list({
    kind: 'trainModel',
    status: 'running',
    children: true,
    limit: MOST_RUNNING,
  });
  const found = await Promise.all(
    page.items.map(async ({ workflowId }) => stories.get(workflowId).catch(() => null)),
  );
  return found.flatMap((story) => (story ? [unfinished(story, story.progress?.training?.[0])] : []));
}

async function findModel({ ports }: Context, id: string): Promise<ModelVersion> {
  const model = await ports.documents.get<ModelVersion>('models', id);
  if (model) return model;
  throw new NotFoundError(`No model "${id}"; ids are mdl_<name>@<version>`);
}

const isReport = (result: unknown): result is { model: string; version: string } =>
  typeof result === 'object' && result !== null && 'version' in result;

/** A training that runs, failed or was a trial: what its story and the last heartbeat tell. */
function unfinished(story: Story, told: TrainingProgress | undefined) {
  const input = story.input as Record<string, unknown>;
  const textOf = (name: string): string | null => (typeof input[name] === 'string' ? input[name] : null);
  const { epoch = null, maxEpochs = null, bestEpoch = null, rowsPerSecond = null } = told ?? {};
  return {
    ...{ workflowId: story.workflowId, name: textOf('name') ?? '' },
    task: input['task'] === 'sentiment' ? ('sentiment' as const) : ('forecast' as const),
    trainer: textOf('trainer'),
    state: stateOf(story.status),
    trial: input['untilEpoch'] !== undefined,
    ...{ model: null, dataset: textOf('dataset'), startedAt: story.startedAt, finishedAt: story.closedAt },
    ...{ epoch, maxEpochs, bestEpoch, rowsPerSecond },
    ...{ epochs: told?.epochs ?? [], losses: told?.losses ?? [], stopped: null, notes: [] },
    failure: story.failure?.message ?? null,
  };
}

function stateOf(status: StorySummary['status']): 'running' | 'finished' | 'failed' | 'cancelled' {
  if (status === 'running') return 'running';
  if (status === 'completed') return 'finished';
  return status === 'cancelled' ? 'cancelled' : 'failed';
}

function finished(model: ModelVersion, story: Story | null) {
  const learned = model.training as Partial<Omit<TrainResult, 'onnx'>>;
  const { training: settings } = model.spec as { training?: { maxEpochs?: number } };
  const epochs = learned.epochs ?? [];
  return {
    ...{ workflowId: story?.workflowId ?? null, name: model.name, task: model.task, trainer: model.kind },
    ...{ state: 'finished' as const, trial: false, model: model.id, dataset: model.dataset },
    startedAt: story?.startedAt ?? Math.round(model.createdAt - 1000 * model.seconds),
    finishedAt: story?.closedAt ?? model.createdAt,
    epoch: epochs.at(-1)?.epoch ?? null,
    maxEpochs: settings?.maxEpochs ?? null,
    bestEpoch: learned.bestEpoch ?? null,
    rowsPerSecond: learned.rowsPerSecond ?? null,
    ...{ epochs, losses: [], stopped: learned.stopped ?? null, notes: learned.notes ?? [], failure: null },
  };
}

export const trainingRoutes = [listTrainers, listTrainings, getTraining];
