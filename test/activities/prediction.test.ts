import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivities } from '../../activities/index.js';
import { openPredictor } from '../../activities/prediction/predictor.js';
import { championId } from '../../activities/models.js';
import type { Ports } from '../../adapters/ports.js';
import { DataQualityError, UnreachableError } from '../../domain/errors.js';
import type { ModelVersion } from '../../domain/models.js';
import type { Prediction } from '../../domain/prediction.js';
import { parseStream } from '../../domain/streams.js';
import { HOUR, walk } from '../domain/made-bars.js';
import { barsFrom } from '../domain/made-predictions.js';
import { madePorts } from './made-ports.js';

const source = { kind: 'simulated', detail: '3' } as const;
const stream = 'binance/BTC-USDT/1h';
const from = Date.UTC(2024, 0, 1);
const ROWS = 2400;
const asOf = from + ROWS * HOUR;
const request = { stream, source, horizonBars: 1, asOf };

let made: ReturnType<typeof madePorts>;
let ports: Ports;
let models: string[];

/** A ridge that is served whatever its evidence says. */
async function train(name: string, lookBack: number): Promise<string> {
  const { io, cpu, gpu } = createActivities(ports);
  const { ref } = await ports.sentiment.choose();
  const sentimentModel = `${ref.name}@${ref.version}`;
  const window = { source, from, to: from + 2000 * HOUR, asOf: from + 2000 * HOUR };
  const spec = { ...window, streams: [stream], sentimentModel, lookBack, horizonBars: 1 };
  const dataset = await cpu.buildDataset(spec);
  const plan = await io.planTraining({ name, dataset: dataset.id, trainer: 'ridge' });
  const trained = await io.registerModel({ plan, result: await cpu.trainRidge(plan) });
  const model = `${trained.model}@${trained.version}`;
  const costs = { feeBps: 10, slippageBps: 2 };
  const evaluation = await gpu.evaluateStream({ model, dataset: dataset.id, stream, costs });
  await ports.documents.update<ModelVersion>('models', `mdl_${model}`, (current) => ({
    ...(current as ModelVersion),
    stage: 'champion',
    leaks: [],
  }));
  const id = championId(name, source);
  const alias = { name, sourceKey: 'simulated-3', alias: 'champion', model: `mdl_${model}` };
  await ports.documents.upsert('aliases', [{ id, ...alias, evaluations: [evaluation.id], updatedAt: 1 }]);
  return model;
}

/** What does not depend on when it was made. */
const bytesOf = ({ createdAt: _, ...rest }: Prediction): string => JSON.stringify(rest);

beforeAll(async () => {
  made = madePorts();
  ports = made.ports;
  const bars = barsFrom(walk(ROWS, 7), from);
  await ports.series.write({ stream: parseStream(stream), source, bars });
  models = [await train('alpha', 24), await train('beta', 48)];
}, 120_000);
afterAll(() => made.remove());

describe('a prediction', () => {
  it('is answered by the champion with the best past skill, of whatever name', async () => {
    const { model, chain, reason, path, interval, mean } = await openPredictor(ports).predict(request);
    expect(models).toContain(model);
    expect(reason).toMatch(/^champion of (alpha|beta)$/);
    expect(chain).toEqual([]);
    expect(interval.lower).toBeLessThan(mean);
    expect(interval.upper).toBeGreaterThan(mean);
    expect(path?.map((point) => point.horizonBars)).toEqual([1]);
  });

  it('has the same bytes from the story and from an API that holds its features', async () => {
    const warm = openPredictor(ports);
    const ask = { ...request, minConfidence: 0.51 };
    await warm.predict(ask);
    const again = await warm.predict(ask);
    const { inserted } = await ports.documents
      .remove('predictions', [again.id])
      .then(() => ({ inserted: true }));
    expect(inserted).toBe(true);
    const cold = await createActivities(ports).gpu.predictStream(ask);
    expect(bytesOf(cold)).toBe(bytesOf(again));
  });

  it('follows new bars and corrections at once, with the bytes of a full computation', async () => {
    const other = 'binance/ETH-USDT/1h';
    const bars = barsFrom(walk(700, 9), from);
    const key = { stream: parseStream(other), source };
    const warm = openPredictor(ports);
    await ports.series.write({ ...key, bars: bars.slice(0, 600) });
    const ask = { stream: other, source, horizonBars: 2 };
    for (let count = 600; count < 604; count++) {
      const held = await warm.predict({ ...ask, trigger: 'held' });
      expect(held.lastClose).toBe(bars[count - 1]?.close);
      await ports.documents.remove('predictions', [held.id]);
      const whole = await openPredictor(ports).predict({ ...ask, asOf: held.read.asOf, trigger: 'held' });
      expect(bytesOf(whole)).toBe(bytesOf(held));
      await ports.series.write({ ...key, bars: bars.slice(count, count + 1) });
    }
    const corrected = { ...bars[602]!, close: bars[602]!.close * 1.001, knownAt: bars[602]!.knownAt + 1 };
    await ports.series.write({ ...key, bars: [{ ...corrected, high: corrected.close * 1.1 }] });
    const before = await openPredictor(ports).predict(ask);
    expect((await warm.predict(ask)).inputs).toEqual(before.inputs);
  });

  it('looks at nothing that was known after asOf', async () => {
    const early = from + 1000 * HOUR;
    const warm = openPredictor(ports);
    await warm.predict(request);
    const { asOf: seen, targetTime } = await warm.predict({ ...request, asOf: early });
    expect(seen).toBe(early);
    expect(targetTime).toBe(early + HOUR);
  });

  it('abstains below the confidence that is asked for, and says so', async () => {
    const { abstained, inputs } = await openPredictor(ports).predict({ ...request, minConfidence: 0.99 });
    expect(abstained).toMatch(/^confidence 0\.\d{4} is below 0\.99$/);
    expect(inputs['minConfidence']).toBe(0.99);
  });

  it.each(['mean', 'inverse-error', 'stacking'] as const)('is a %s of the champions', async (ensemble) => {
    const { model, reason, inputs } = await openPredictor(ports).predict({ ...request, ensemble });
    expect(model).toBe(`ensemble:${ensemble}`);
    for (const name of models) expect(reason).toContain(name);
    expect([inputs['model:1'], inputs['model:2']].toSorted()).toEqual(models.toSorted());
  });

  it('is left in the outbox once', async () => {
    const { id } = await openPredictor(ports).predict(request);
    await openPredictor(ports).predict(request);
    const events = await ports.events.recent({ type: 'prediction.made', limit: 500 });
    expect(events.filter((each) => each.payload['predictionId'] === id)).toHaveLength(1);
  });
});

describe('where the champion cannot answer', () => {
  const failing = (error: Error, name: string): Ports => ({
    ...ports,
    serving: {
      ...ports.serving,
      infer: async (model, inputs) => {
        if (model.name === name || name === 'all') throw error;
        return ports.serving.infer(model, inputs);
      },
    },
  });

  it('the next one by skill does, with the reason', async () => {
    const first = (await openPredictor(ports).predict(request)).model;
    const name = first.split('@')[0] ?? '';
    const corrupt = new DataQualityError(`Model ${first} is no usable ONNX file`);
    const { model, chain } = await openPredictor(failing(corrupt, name)).predict(request);
    expect(models.filter((each) => each !== first)).toEqual([model]);
    expect(chain).toEqual([{ model: first, reason: corrupt.message }]);
  });

  it('the best baseline does where none is left', async () => {
    const gone = new UnreachableError('No instance of the model server answers');
    const { model, chain, reason } = await openPredictor(failing(gone, 'all')).predict({
      ...request,
      ensemble: 'mean',
    });
    expect(model).toMatch(/^baseline:/);
    expect(reason).toBe('no model could answer: the best baseline answers');
    expect(chain?.map((each) => each.model)).toEqual([
      'ensemble:mean',
      ...chain!.slice(1).map((e) => e.model),
    ]);
    expect(chain).toHaveLength(3);
    expect(chain?.every((each) => each.reason === gone.message)).toBe(true);
  });

  it('one of other features, one that leaked and one that is not there are told', async () => {
    const [id = ''] = models;
    const changed = async (change: Partial<ModelVersion>): Promise<Prediction> => {
      const before = await ports.documents.get<ModelVersion>('models', `mdl_${id}`);
      await ports.documents.upsert('models', [{ ...before!, ...change }]);
      const answer = await openPredictor(ports).predict({ ...request, model: id });
      await ports.documents.upsert('models', [before!]);
      return answer;
    };
    const old = await changed({ featureVersion: 'f0' });
    expect(old.chain?.[0]?.reason).toMatch(/was trained on features f0/);
    const rejected = await changed({ stage: 'rejected' });
    expect(rejected.chain).toEqual([{ model: id, reason: 'it was not promoted' }]);
    const absent = await openPredictor(ports).predict({ ...request, name: 'gamma' });
    expect(absent.chain).toEqual([
      { model: 'gamma', reason: 'no version of it is served for simulated data' },
    ]);
    for (const each of [old, rejected, absent]) expect(each.model).toMatch(/^baseline:/);
  });

  it('a horizon that no model forecasts is answered by a baseline that says so', async () => {
    const { model, reason } = await openPredictor(ports).predict({ ...request, horizonBars: 7 });
    expect(model).toBe('baseline:persistence');
    expect(reason).toMatch(/no model was evaluated yet 7 bars ahead on binance\/BTC-USDT\/1h/);
  });
});

describe('what cannot honestly be answered', () => {
  const write = async (id: string, rows: number, still = false): Promise<void> => {
    const bars = barsFrom(walk(rows, 5), from);
    const flat = bars.map((bar) => ({ ...bar, open: 7, high: 7, low: 7, close: 7 }));
    await ports.series.write({ stream: parseStream(id), source, bars: still ? flat : bars });
  };

  it.each([
    ['an unknown stream', { stream: 'binance/XRP-USDT/1h' }, 'NotFoundError', /collect them first/],
    ['no stream at all', { stream: 'BTC' }, 'InvalidInputError', /BTC/],
    ['a horizon of 0', { horizonBars: 0 }, 'InvalidInputError', /from 1 to 96/],
    ['a confidence of 90', { minConfidence: 90 }, 'InvalidInputError', /must lie in \[0.5, 1\)/],
    [
      'an asOf before all bars',
      { asOf: from - HOUR, from: from - 9 * HOUR },
      'NotFoundError',
      /had closed by/,
    ],
    ['two ways to choose', { name: 'alpha', ensemble: 'mean' as const }, 'InvalidInputError', /Give one of/],
    ['an unknown ensemble', { ensemble: 'vote' as never }, 'InvalidInputError', /known: mean, inverse-error/],
  ])('is refused: %s', async (_, change, name, message) => {
    const asked = openPredictor(ports).predict({ ...request, ...change });
    await expect(asked).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });

  it('is refused where there are too few bars, or where the price stands still', async () => {
    await write('binance/AAA-USDT/1h', 30);
    await write('binance/BBB-USDT/1h', 300, true);
    const ask = (id: string) => openPredictor(ports).predict({ stream: id, source });
    await expect(ask('binance/AAA-USDT/1h')).rejects.toThrow(/30 bars are too few for a volatility/);
    await expect(ask('binance/BBB-USDT/1h')).rejects.toThrow(/has stood still/);
  });

  it('leaves the rest of a batch', async () => {
    const asked = [request, { ...request, stream: 'binance/XRP-USDT/1h' }, { ...request, horizonBars: 2 }];
    const [first, second, third] = await openPredictor(ports).predictMany(asked);
    expect([first, third].every((each) => !(each instanceof Error))).toBe(true);
    expect(second).toMatchObject({ name: 'NotFoundError' });
  });
});

describe('a replay', () => {
  it.each<[string, object]>([
    ['a model', {}],
    ['a baseline', { horizonBars: 7 }],
    ['an ensemble', { ensemble: 'stacking' }],
    ['an abstention', { minConfidence: 0.99 }],
  ])('of %s comes out the same', async (_, change) => {
    const { id } = await openPredictor(ports).predict({ ...request, ...change });
    const replay = await openPredictor(ports).replay(id);
    expect(replay).toMatchObject({ id, identical: true, broken: null });
    expect(replay.found).toBe(replay.expected);
  });

  it('names the member of a record that was changed', async () => {
    const { id } = await openPredictor(ports).predict({ ...request, horizonBars: 3 });
    const record = await ports.documents.get<Prediction>('predictions', id);
    await ports.documents.upsert('predictions', [{ ...record!, mean: record!.mean + 1 }]);
    const { identical, broken } = await openPredictor(ports).replay(id);
    expect(identical).toBe(false);
    expect(broken?.what).toBe('member mean of the record');
    await ports.documents.upsert('predictions', [record!]);
  });

  it('names the object that was changed', async () => {
    const { id, model } = await openPredictor(ports).predict(request);
    const { onnx } = (await ports.documents.get<ModelVersion>('models', `mdl_${model}`))!;
    const whole = await ports.objects.get(onnx.key);
    writeFileSync(join(made.directory, 'objects', onnx.key), new TextEncoder().encode('broken'));
    const { identical, broken } = await openPredictor(ports).replay(id);
    expect(identical).toBe(false);
    expect(broken?.what).toBe(`sha256 of ${onnx.key}`);
    writeFileSync(join(made.directory, 'objects', onnx.key), whole);
    expect((await openPredictor(ports).replay(id)).identical).toBe(true);
  });

  it('is of predictions that there are', async () => {
    await expect(openPredictor(ports).replay('prd_none')).rejects.toThrow(/No prediction "prd_none"/);
  });
});

describe('a model of several horizons', () => {
  /** Two horizons, three levels; narrower than what comes. */
  const withPath = (figures: number): Ports => ({
    ...ports,
    serving: {
      ...ports.serving,
      infer: async (model, inputs) => {
        const { target } = await ports.serving.infer(model, inputs);
        const rows = target?.dims[0] ?? 0;
        const said = [0.1, -0.3, 0, 0.3, 0.2, -0.2, 0.1, 0.4].slice(0, 2 * figures);
        const data = Float32Array.from({ length: rows * said.length }, (_, i) => said[i % said.length] ?? 0);
        return { target: target!, path: { type: 'float32', dims: [rows, 2, figures], data } };
      },
    },
  });

  it('has a fan of all of them, corrected by what came, and replays it', async () => {
    const [id = ''] = models;
    const model = (await ports.documents.get<ModelVersion>('models', `mdl_${id}`))!;
    const dataset = (await ports.documents.get<{ spec: object }>('datasets', model.dataset ?? ''))!;
    await ports.documents.upsert('models', [{ ...model, training: { quantiles: [0.05, 0.5, 0.95] } }]);
    await ports.documents.upsert('datasets', [{ ...dataset, spec: { ...dataset.spec, horizons: [1, 4] } }]);
    const predictor = openPredictor(withPath(4));
    const {
      path,
      lastClose,
      id: made,
    } = await predictor.predict({ ...request, model: id, minConfidence: 0.53 });
    expect(path?.map(({ horizonBars }) => horizonBars)).toEqual([1, 4]);
    for (const { quantiles, targetTime, horizonBars } of path ?? []) {
      expect(targetTime).toBe(asOf + horizonBars * HOUR);
      expect(quantiles.map(({ level }) => level)).toEqual([0.05, 0.5, 0.95]);
      const prices = quantiles.map(({ price }) => price);
      expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    }
    const [low, , high] = path?.[0]?.quantiles ?? [];
    // Nine tenths of the moves of a bar lie within 0.9 %, not within the 0.2 % that the model says.
    expect((high!.price - low!.price) / lastClose).toBeGreaterThan(0.01);
    expect((await predictor.replay(made)).identical).toBe(true);
    const odd = await openPredictor(withPath(3)).predict({ ...request, model: id, trigger: 'odd' });
    expect(odd.chain?.[0]?.reason).toMatch(
      /gives a path of 2 horizons and 3 figures; its record states 2 and 4/,
    );
    await ports.documents.upsert('models', [model]);
    await ports.documents.upsert('datasets', [dataset]);
  });
});
