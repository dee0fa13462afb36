import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { curveOf } from '../../api/training-progress.js';
import { TRAINERS } from '../../domain/training/trainers.js';
import { startTestPlatform, type TestPlatform } from './made-platform.js';
import { seed } from './made-records.js';
import { madeStory } from './made-stories.js';

type Json = Record<string, unknown>;

describe('trainings over the API', () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startTestPlatform();
    await seed(platform.ports);
    const told = { epoch: 3, maxEpochs: 9, bestEpoch: 2, rowsPerSecond: 456.7 };
    const training = [
      curveOf('train/live', 'trainForecaster', {
        ...told,
        epochs: [
          [0.5, 0.6, 2],
          [0.4, 0.5, 2],
        ],
      }),
    ];
    const progress = { stage: 'train', steps: [], retrying: [], training };
    const running = {
      kind: 'trainModel',
      status: 'running' as const,
      closedAt: null,
      progress,
      result: null,
    };
    const input = { name: 'live', dataset: 'ds_example', trainer: 'patchtst' };
    platform.stories.stories.set('train/live', madeStory({ workflowId: 'train/live', ...running, input }));
    const trial = { ...input, name: 'tried', untilEpoch: 2 };
    platform.stories.stories.set(
      'train/trial',
      madeStory({ workflowId: 'train/trial', ...running, input: trial }),
    );
    const failure = { type: 'DataQualityError', message: 'The training of broken diverged in epoch 1' };
    platform.stories.stories.set(
      'train/broken',
      madeStory({
        workflowId: 'train/broken',
        kind: 'trainModel',
        status: 'failed',
        input,
        result: null,
        failure,
      }),
    );
  });
  afterAll(() => platform.close());

  const get = async (path: string): Promise<Json> =>
    (await (await platform.call(`/api/v1${path}`)).json()) as Json;
  const start = async (kind: string, input: object) => {
    const response = await platform.call('/api/v1/runs', { method: 'POST', body: { kind, input } });
    return { status: response.status, body: (await response.json()) as Json };
  };

  it('lists what trains with its losses, before what was trained', async () => {
    const { items } = (await get('/training')) as { items: Json[] };
    expect(items[0]).toMatchObject({
      name: 'live',
      state: 'running',
      epoch: 3,
      maxEpochs: 9,
      rowsPerSecond: 456.7,
    });
    expect(items[0]?.['epochs']).toEqual([
      { epoch: 1, trainLoss: 0.5, validationLoss: 0.6, seconds: 2 },
      { epoch: 2, trainLoss: 0.4, validationLoss: 0.5, seconds: 2 },
    ]);
    expect(items.slice(1).every(({ state }) => state === 'finished')).toBe(true);
    const running = (await get('/training?state=running&trials=true')) as { items: Json[] };
    expect(running.items.map(({ name, trial }) => [name, trial])).toEqual([
      ['live', false],
      ['tried', true],
    ]);
  });

  it('shows one, and why it failed', async () => {
    expect(await get('/training/train%2Flive')).toMatchObject({ state: 'running', dataset: 'ds_example' });
    expect(await get('/training/train%2Fbroken')).toMatchObject({
      state: 'failed',
      failure: expect.stringMatching(/diverged in epoch 1/),
    });
    expect(await get('/training/mdl_example%401')).toMatchObject({
      state: 'finished',
      model: 'mdl_example@1',
    });
    expect(await get('/training/research%2Fexample')).toMatchObject({ status: 404 });
  });

  it('tells the trainers, the data sets and a tuning with its trials', async () => {
    const trainers = (await get('/training/trainers')) as { items: Json[] };
    expect(trainers.items.map(({ kind }) => kind)).toEqual([...TRAINERS]);
    expect((await get('/datasets?stream=binance%2FBTC-USDT%2F1h'))['items']).toMatchObject([
      { id: 'ds_example' },
    ]);
    expect((await get('/datasets?stream=binance%2FETH-USDT%2F1h'))['items']).toEqual([]);
    expect(await get('/tunings/tun_example')).toMatchObject({
      table: [{ state: 'complete' }, { state: 'failed' }],
    });
  });

  const ofTrials = { dataset: 'ds_example', trainer: 'patchtst' };
  const forecast = { name: 'mine', ...ofTrials };
  it.each([
    [
      'trainModel',
      { ...forecast, params: { wings: 2 } },
      /Unknown parameter .*wings.* of patchtst; known: d_model/,
    ],
    ['trainModel', { ...forecast, trainer: 'lstm' }, /patchtst/],
    ['trainModel', { ...forecast, training: { epochs: 3 } }, /epochs/],
    ['trainModel', { ...forecast, training: { quantiles: [0.9, 0.1] } }, /each above the one before/],
    ['tuneModel', { name: 'mine', base: { dataset: 'ds_example' }, trials: 0 }, /trials/],
    ['tuneModel', { name: 'mine', base: { dataset: 'ds_example' }, space: { a: { min: 1 } } }, /max/],
    [
      'trainModel',
      { ...forecast, trainer: 'lightgbm', training: { distributed: { engine: 'torchrun', processes: 2 } } },
      /lightgbm is trained by one process/,
    ],
    [
      'trainModel',
      { ...forecast, training: { distributed: { engine: 'torchrun', processes: 2, nodes: ['a/b', 'c'] } } },
      /must be letters, digits/,
    ],
    ['trainModel', { ...forecast, training: { distributed: { engine: 'mpi', processes: 2 } } }, /torchrun/],
    [
      'tuneModel',
      { name: 'mine', base: { ...ofTrials, training: { distributed: { engine: 'ray', processes: 2 } } } },
      /A tuning trains each trial by one process/,
    ],
    ['reproduceModel', { model: 'mine' }, /<name>@<version>/],
    ['buildDataset', { streams: [] }, /streams/],
  ])('%s refuses %j', async (kind, input, message) => {
    const { status, body } = await start(kind, input);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toMatch(message);
  });

  it('starts each of them', async () => {
    const named = { ...forecast, params: { layers: 3 }, training: { learningRate: 0.01 } };
    expect((await start('trainModel', named)).status).toBe(202);
    const distributed = { engine: 'torchrun', processes: 2, nodes: ['a', 'b'], rendezvous: 'a:29500' };
    expect((await start('trainModel', { ...forecast, training: { distributed } })).status).toBe(202);
    expect((await start('tuneModel', { name: 'mine', base: { dataset: 'ds_example' } })).status).toBe(202);
    expect((await start('reproduceModel', { model: 'mine@1' })).status).toBe(202);
    expect(
      (await start('buildDataset', { streams: ['binance/BTC-USDT/1h'], horizons: [1, 24] })).status,
    ).toBe(202);
  });

  it('reads heartbeats of any shape', () => {
    expect(curveOf('a', 'b', null)).toMatchObject({ epoch: null, epochs: [], losses: [] });
    expect(
      curveOf('a', 'b', { epoch: 0, epochs: ['x', [1]], losses: [0.5, 'y'], step: 3, steps: 9 }),
    ).toMatchObject({
      ...{ epoch: null, epochs: [], losses: [0.5], batch: 3, batches: 9 },
    });
  });
});
