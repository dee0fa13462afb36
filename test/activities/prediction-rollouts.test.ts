import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivities } from '../../activities/index.js';
import { turningSteps } from '../../activities/deployment/turning.js';
import { openPredictor } from '../../activities/prediction/predictor.js';
import { championId } from '../../activities/models.js';
import type { Ports } from '../../adapters/ports.js';
import { resolvePolicy } from '../../domain/deployment/policy.js';
import { deploymentId, emptyDeployment, type Deployment } from '../../domain/deployment/record.js';
import { phaseOf } from '../../domain/deployment/routing.js';
import { summed, type PhaseTally } from '../../domain/deployment/tallies.js';
import { DataQualityError } from '../../domain/errors.js';
import type { ModelRef, ModelVersion } from '../../domain/models.js';
import { parseStream } from '../../domain/streams.js';
import { HOUR, walk } from '../domain/made-bars.js';
import { barsFrom } from '../domain/made-predictions.js';
import { madePorts } from './made-ports.js';

const source = { kind: 'simulated', detail: '3' } as const;
const stream = 'binance/BTC-USDT/1h';
const name = 'alpha';
const from = Date.UTC(2024, 0, 1);
const ROWS = 1200;
const request = { stream, source, name, horizonBars: 1, asOf: from + ROWS * HOUR };

interface Version {
  /** `<name>@<version>`. */
  model: string;
  evaluation: string;
}

describe('predictions while a version is rolled out', () => {
  const made = madePorts();
  let ports: Ports;
  let [old, fresh]: Version[] = [];
  let fault: (model: ModelRef) => Promise<void> = async () => undefined;

  const train = async (lookBack: number): Promise<Version> => {
    const { io, cpu, gpu } = createActivities(ports);
    const { ref } = await ports.sentiment.choose();
    const to = from + 1000 * HOUR;
    const dataset = await cpu.buildDataset({
      ...{ source, from, to, asOf: to, streams: [stream], lookBack, horizonBars: 1 },
      sentimentModel: `${ref.name}@${ref.version}`,
    });
    const plan = await io.planTraining({ name, dataset: dataset.id, trainer: 'ridge' });
    const { model, version } = await io.registerModel({ plan, result: await cpu.trainRidge(plan) });
    const costs = { feeBps: 10, slippageBps: 2 };
    const asked = { model: `${model}@${version}`, dataset: dataset.id, stream, costs };
    const { id } = await gpu.evaluateStream(asked);
    await ports.documents.update<ModelVersion>('models', `mdl_${asked.model}`, (current) => ({
      ...{ ...(current as ModelVersion), stage: 'candidate', leaks: [] },
    }));
    return { model: asked.model, evaluation: id };
  };
  const serve = ({ model, evaluation }: Version): Promise<void> =>
    ports.documents.upsert('aliases', [
      {
        ...{ id: championId(name, source), name, sourceKey: 'simulated-3', alias: 'champion' },
        ...{ model: `mdl_${model}`, evaluations: [evaluation], updatedAt: 1 },
      },
    ]);
  let rollouts = 0;
  const put = async (changes: Partial<Deployment>): Promise<Deployment> => {
    const record: Deployment = {
      ...emptyDeployment(name, source, 1),
      ...{ rollout: `rol_${++rollouts}`, champion: `mdl_${old!.model}`, candidate: `mdl_${fresh!.model}` },
      ...{ evaluations: [fresh!.evaluation], championEvaluations: [old!.evaluation] },
      policy: resolvePolicy({ canary: { timeoutMs: 100 } }),
      ...changes,
    };
    await ports.documents.upsert('deployments', [record]);
    return record;
  };
  const counted = async (record: Deployment) => {
    const where = { rollout: record.rollout, phase: phaseOf(record) };
    return summed((await ports.documents.find<PhaseTally>('deploymentTallies', { where })).items);
  };
  const ask = (keys: readonly string[]) =>
    openPredictor(ports).predictMany(keys.map((stickyKey) => ({ ...request, stickyKey })));
  const keys = Array.from({ length: 60 }, (_, i) => `customer-${i}`);

  beforeAll(async () => {
    const { serving } = made.ports;
    ports = {
      ...made.ports,
      serving: {
        ...serving,
        async infer(model, inputs) {
          await fault(model);
          return serving.infer(model, inputs);
        },
      },
    };
    const bars = barsFrom(walk(ROWS, 7), from);
    await ports.series.write({ stream: parseStream(stream), source, bars });
    [old, fresh] = [await train(24), await train(48)];
    await serve(old);
  }, 60_000);
  afterAll(() => made.remove());

  it('are mirrored in the shadow, and only the champion is heard', async () => {
    const record = await put({ stage: 'shadow' });
    const predictor = openPredictor(ports);
    for (let i = 0; i < 5; i++) {
      const found = await predictor.predict(request);
      expect(found).toMatchObject({
        model: old!.model,
        chain: [],
        route: { phase: 'shadow', answered: 'champion' },
      });
    }
    const asked = async (): Promise<number> => {
      const { candidate, skipped } = await counted(record);
      return candidate.requests + skipped;
    };
    await expect.poll(asked, { timeout: 5000 }).toBe(5);
    const { candidate, champion, difference } = await counted(record);
    expect(champion.requests).toBe(5);
    expect(candidate.requests).toBeGreaterThan(0);
    expect(candidate.failures).toBe(0);
    expect(difference.n).toBe(candidate.requests);
    expect(difference.max).toBeGreaterThan(0);
    expect(await ports.documents.count('predictions', { where: { model: fresh!.model } })).toBe(0);
  });

  it('go to the canary by their share, the same key always to the same version', async () => {
    await put({ stage: 'canary', percent: 25, rollout: 'rol_share' });
    const first = (await ask(keys)).map((each) => (each instanceof Error ? each.message : each.model));
    const again = (await ask(keys)).map((each) => (each instanceof Error ? each.message : each.model));
    expect(again).toEqual(first);
    const share = first.filter((model) => model === fresh!.model).length / keys.length;
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.45);
    await put({ stage: 'canary', percent: 60, rollout: 'rol_share' });
    const more = (await ask(keys)).map((each) => (each instanceof Error ? each.message : each.model));
    first.forEach((model, i) => model === fresh!.model && expect(more[i]).toBe(model));
    const [made] = (
      await ports.documents.find<{ id: string }>('predictions', { where: { model: fresh!.model } })
    ).items;
    expect(made).toMatchObject({ route: { answered: 'candidate', deployment: deploymentId(name, source) } });
    expect((await openPredictor(ports).replay(made!.id)).identical).toBe(true);
  });

  it.each<[string, () => Promise<void>, RegExp]>([
    ['answers NaN', () => Promise.reject(new DataQualityError('it answers NaN')), /it answers NaN/],
    ['hangs', () => new Promise((done) => setTimeout(done, 1000)), /did not answer within 100 ms/],
  ])('are answered by the champion where the candidate %s, and none is lost', async (_, breaks, reason) => {
    const record = await put({ stage: 'canary', percent: 50 });
    fault = ({ version }) => (fresh!.model.endsWith(version) ? breaks() : Promise.resolve());
    const found = await ask(keys.slice(0, 20));
    fault = async () => undefined;
    expect(found.filter((each) => each instanceof Error)).toEqual([]);
    const saved = found.filter((each) => !(each instanceof Error) && each.route?.answered === 'fallback');
    expect(saved.length).toBeGreaterThan(3);
    for (const each of saved)
      expect(each).toMatchObject({
        ...{ model: old!.model, chain: [{ model: fresh!.model, reason: expect.stringMatching(reason) }] },
      });
    await expect.poll(async () => (await counted(record)).candidate.failures).toBe(saved.length);
    expect((await counted(record)).champion.failures).toBe(0);
  });

  it('are answered by the version before where a promoted one fails while it is watched', async () => {
    const record = await put({
      ...{ stage: 'promoted', champion: `mdl_${fresh!.model}`, candidate: null, percent: 100 },
      ...{ previous: `mdl_${old!.model}`, previousEvaluations: [old!.evaluation] },
      watchedUntil: Date.now() + HOUR,
    });
    await serve(fresh!);
    fault = async ({ version }) => {
      if (fresh!.model.endsWith(version)) throw new DataQualityError('it answers nothing');
    };
    const found = await openPredictor(ports).predict({ ...request, stickyKey: 'one' });
    fault = async () => undefined;
    expect(found).toMatchObject({ model: old!.model, route: { phase: 'promoted', answered: 'fallback' } });
    await expect.poll(async () => (await counted(record)).candidate.failures).toBe(1);
  });

  it('are all answered while the alias moves from one version to the other', async () => {
    await serve(old!);
    const record = await put({ stage: 'canary', percent: 50 });
    const predictor = openPredictor(ports);
    const turning = turningSteps(ports);
    const asked: Promise<unknown>[] = [];
    for (let i = 0; i < 120; i++) {
      asked.push(predictor.predict({ ...request, stickyKey: `during-${i}` }));
      if (i === 40)
        asked.push(
          turning.applyDeployment({
            ...{ action: 'model.promoted', by: 'test' },
            alias: { to: `mdl_${fresh!.model}`, evaluations: [fresh!.evaluation] },
            record: {
              ...record,
              stage: 'promoted',
              champion: `mdl_${fresh!.model}`,
              previous: record.champion,
            },
          }),
        );
      await new Promise((done) => setTimeout(done, 2));
    }
    const ended = await Promise.allSettled(asked);
    expect(ended.filter(({ status }) => status === 'rejected')).toEqual([]);
    const last = await predictor.predict({ ...request, stickyKey: 'after' });
    expect(last.model).toBe(fresh!.model);
  });
});
