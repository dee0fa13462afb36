import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivities } from '../../activities/index.js';
import { championId } from '../../activities/models.js';
import { openPredictor } from '../../activities/prediction/predictor.js';
import type { Ports } from '../../adapters/ports.js';
import type { Dataset } from '../../domain/dataset.js';
import { FEATURES, INDEX_FEATURE_VERSION } from '../../domain/features.js';
import type { ModelVersion } from '../../domain/models.js';
import type { Score } from '../../domain/sentiment/scores.js';
import { parseStream } from '../../domain/streams.js';
import { HOUR, walk } from '../domain/made-bars.js';
import { barsFrom } from '../domain/made-predictions.js';
import { madePorts } from './made-ports.js';

const source = { kind: 'simulated', detail: '5' } as const;
const stream = 'binance/BTC-USDT/1h';
const from = Date.UTC(2024, 0, 1);
const to = from + 1200 * HOUR;
const ask = { stream, source, horizonBars: 1, asOf: to };

let made: ReturnType<typeof madePorts>;
let ports: Ports;
let indexed: string;
let usual: string;
let table: Dataset;

async function train(name: string, sentimentIndex: boolean): Promise<{ model: string; dataset: Dataset }> {
  const { io, cpu, gpu } = createActivities(ports);
  const window = { source, from, to: from + 1000 * HOUR, asOf: to };
  const plan = await io.planDataset({ ...window, streams: [stream], lookBack: 24, sentimentIndex });
  const { id } = await cpu.buildDataset(plan);
  const training = await io.planTraining({ name, dataset: id, trainer: 'ridge' });
  const trained = await io.registerModel({ plan: training, result: await cpu.trainRidge(training) });
  const model = `${trained.model}@${trained.version}`;
  const costs = { feeBps: 10, slippageBps: 2 };
  const evaluation = await gpu.evaluateStream({ model, dataset: id, stream, costs });
  await ports.documents.update<ModelVersion>('models', `mdl_${model}`, (current) => ({
    ...(current as ModelVersion),
    stage: 'champion',
    leaks: [],
  }));
  const alias = { name, sourceKey: 'simulated-5', alias: 'champion', model: `mdl_${model}` };
  await ports.documents.upsert('aliases', [
    { id: championId(name, source), ...alias, evaluations: [evaluation.id], updatedAt: 1 },
  ]);
  return { model, dataset: (await ports.documents.get<Dataset>('datasets', id)) as Dataset };
}

beforeAll(async () => {
  made = madePorts();
  ports = made.ports;
  await ports.series.write({
    stream: parseStream(stream),
    source,
    bars: barsFrom(walk(1200, 11), from),
  });
  const { ref } = await ports.sentiment.choose();
  const scores = Array.from({ length: 300 }, (_, i) => scoreOf(i, `${ref.name}@${ref.version}`));
  await ports.documents.insert('scores', scores);
  ({ model: indexed, dataset: table } = await train('indexed', true));
  ({ model: usual } = await train('usual', false));
}, 120_000);
afterAll(() => made.remove());

function scoreOf(i: number, model: string): Score & { sourceKey: string } {
  const knownAt = from + Math.floor(i * 3.7 * HOUR);
  const positive = ((i * 7) % 10) / 10;
  return {
    ...{ id: `scr_${i}`, articleId: `art_${i}`, model, knownAt, publishedAt: knownAt, tickers: ['BTC'] },
    ...{
      label: positive > 0.5 ? 'positive' : 'negative',
      abstained: false,
      source,
      sourceKey: 'simulated-5',
    },
    probabilities: { negative: 0.9 - positive, neutral: 0.1, positive },
  } as unknown as Score & { sourceKey: string };
}

describe('a model that reads the sentiment index', () => {
  it('is trained on a table of its own features, which say something', async () => {
    expect(table.featureVersion).toBe(INDEX_FEATURE_VERSION);
    expect(table.features.slice(FEATURES.length)).toEqual(['sentiment_index', 'sentiment_index_width']);
    const columns = await ports.tables.decode(await ports.objects.get(table.object.key, table.object.sha256));
    const index = columns.find(({ name }) => name === 'sentiment_index')?.values ?? [];
    expect(new Set(Array.from(index)).size).toBeGreaterThan(50);
  });

  it('answers beside one that does not, with the version in the record, and replays to the last bit', async () => {
    const predictor = openPredictor(ports);
    for (const [model, version] of [
      [indexed, INDEX_FEATURE_VERSION],
      [usual, 'f1-2026-11'],
    ] as const) {
      const made = await predictor.predict({ ...ask, model });
      expect([made.model, made.inputs['featureVersion']]).toEqual([model, version]);
      expect(await predictor.replay(made.id)).toMatchObject({ identical: true, broken: null });
    }
  });

  it('joins an ensemble with it', async () => {
    const predictor = openPredictor(ports);
    const made = await predictor.predict({ ...ask, ensemble: 'mean' });
    expect(made.chain).toEqual([]);
    expect(made.model).toBe('ensemble:mean');
    expect(await predictor.replay(made.id)).toMatchObject({ identical: true });
  });

  it('passes the audit of what it looks at, and is refused features that nobody computes', async () => {
    const { gpu, io } = createActivities(ports);
    const costs = { feeBps: 10, slippageBps: 2 };
    const told = await gpu.evaluateStream({ model: indexed, dataset: table.id, stream, costs });
    const evaluation = await ports.documents.get<{ leakAudit: { passed: boolean } }>('evaluations', told.id);
    expect(evaluation?.leakAudit.passed).toBe(true);
    await ports.documents.update<ModelVersion>('models', `mdl_${indexed}`, (current) => ({
      ...(current as ModelVersion),
      featureVersion: 'f9',
    }));
    await expect(io.planInference({ model: indexed, dataset: table.id })).rejects.toThrow(
      /was trained on features f9; this code has f1-2026-11 and f2-2026-11/,
    );
  });
});
