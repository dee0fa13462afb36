import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivities } from '../../activities/index.js';
import type { ModelVersion } from '../../domain/models.js';
import type { Ports } from '../../adapters/ports.js';
import { renderLineage } from '../../domain/lineage.js';
import { madePorts } from '../activities/made-ports.js';

const source = { kind: 'simulated', detail: '3' } as const;
const stream = 'binance/BTC-USDT/1h';
const window = { source, stream, from: Date.UTC(2024, 0, 1), to: Date.UTC(2024, 3, 1) };
const asOf = window.to;

describe('the way back', () => {
  let made: ReturnType<typeof madePorts>;
  let ports: Ports;
  let ids: { prediction: string; backtest: string; dataset: string; model: string; evaluation: string };

  beforeAll(async () => {
    made = madePorts();
    ports = made.ports;
    const { io, cpu, gpu } = createActivities(ports);
    const plan = await io.resolveBars(window);
    for (let cursor: number | null = plan.from; cursor !== null;)
      ({ next: cursor } = await io.fetchBars({ ...plan, cursor }));
    const { ref } = await ports.sentiment.choose();
    const shared = { source, from: window.from, to: window.to, asOf };
    const sentimentModel = `${ref.name}@${ref.version}`;
    const dataset = await cpu.buildDataset({
      ...shared,
      streams: [stream],
      sentimentModel,
      lookBack: 24,
      horizonBars: 1,
    });
    const training = await io.planTraining({ name: 'ridge-1h-h1', dataset: dataset.id, trainer: 'ridge' });
    const trained = await io.registerModel({ plan: training, result: await cpu.trainRidge(training) });
    const model = `${trained.model}@${trained.version}`;
    const costs = { feeBps: 10, slippageBps: 2 };
    const evaluation = await gpu.evaluateStream({ model, dataset: dataset.id, stream, costs });
    const prediction = await gpu.predictStream({ ...shared, stream });
    const traded = { ...shared, stream, strategy: 'model-signal', evaluation: evaluation.id };
    const backtest = await cpu.runBacktest(traded);
    ids = {
      prediction: prediction.id,
      backtest: backtest.id,
      dataset: dataset.id,
      model: `mdl_${model}`,
      evaluation: evaluation.id,
    };
  }, 60_000);
  afterAll(() => made.remove());

  it('leads from a backtest over its evaluation and model to the bars and scores', async () => {
    const root = await ports.lineage.explain(ids.backtest);
    const text = renderLineage(root).join('\n');
    for (const id of [ids.backtest, ids.evaluation, ids.model, ids.dataset]) expect(text).toContain(id);
    expect(text).toContain('bars binance/BTC-USDT/1h?source=simulated%3A3');
    expect(text).toContain('scores scores/BTC?model=');
    expect(root.facts['source']).toBe('simulated:3');
  });

  it('leads from bars to the pages of the venue that brought them', async () => {
    const { parents } = await ports.lineage.explain(ids.dataset);
    const bars = parents.find((each) => each.kind === 'bars');
    const fetches = bars?.parents ?? [];
    expect(fetches.length).toBeGreaterThan(1);
    expect(fetches.reduce((sum, each) => sum + Number(each.facts['bars']), 0)).toBe(2184);
    expect(fetches[0]?.facts).toMatchObject({ stream, source: 'simulated:3', rejected: 0, object: null });
    expect(fetches[0]?.facts['request']).toMatch(/klines\?.*symbol=BTCUSDT/);
    expect(fetches[0]?.facts['code']).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('can go on from every node that it names', async () => {
    const visit = async (id: string): Promise<void> => {
      const node = await ports.lineage.explain(id);
      for (const parent of node.parents) if (parent.kind !== 'baseline') await visit(parent.id);
    };
    await visit(ids.prediction);
    await visit(ids.backtest);
  });

  it('holds for everything stored', async () => {
    const found: string[] = [];
    for await (const each of ports.lineage.verifyAll()) {
      expect(each.broken, each.id).toEqual([]);
      found.push(each.id);
    }
    expect(found).toEqual(expect.arrayContaining([stream, ...Object.values(ids)]));
  });

  it('names an object that was changed', async () => {
    const { key } = (await ports.documents.get<{ onnx: { key: string } }>('models', ids.model))!.onnx;
    appendFileSync(ports.objects.locate(key).replace(/^file:(\/\/)?/, ''), 'x');
    const { broken } = await ports.lineage.verify(ids.model);
    expect(broken.map((each) => each.what)).toContain(`sha256 of ${key}`);
  });

  it('knows a TorchScript file beside the ONNX file', async () => {
    const torchscript = await ports.objects.put('models/scripted.pt', Buffer.from('scripted'));
    await ports.documents.update<ModelVersion>('models', ids.model, (model) => ({
      ...(model as ModelVersion),
      torchscript: { key: 'models/scripted.pt', sha256: 'a'.repeat(64), bytes: torchscript.bytes },
    }));
    const { broken } = await ports.lineage.verify(ids.model);
    expect(broken.find(({ what }) => what === 'sha256 of models/scripted.pt')).toMatchObject({
      expected: 'a'.repeat(64),
      found: torchscript.sha256,
    });
  });

  it('names bars that are gone', async () => {
    rmSync(join(made.directory, 'bars'), { recursive: true });
    const verification = await ports.lineage.verify(ids.prediction);
    expect(verification.firstBroken?.what).toBe('sha256 of the bars');
    expect(verification.firstBroken?.id).toContain(stream);
  });

  it('names a record that is gone', async () => {
    await ports.documents.remove('datasets', [ids.dataset]);
    const { broken } = await ports.lineage.verify(ids.evaluation);
    expect(broken.map((each) => each.found)).toContain('missing');
  });

  it.each([
    ['no id at all', /is no id; known forms: run_…/],
    ['prd_none', /No prediction "prd_none" is stored/],
    ['binance/XXX-USDT/1h', /No bars "binance\/XXX-USDT\/1h" is stored/],
    ['binance/BTC-USDT/1h?source=live', /has no from, to, asOf/],
  ])('refuses %j', async (id, message) => {
    await expect(ports.lineage.explain(id)).rejects.toThrow(message);
  });
});

describe('what a venue answered', () => {
  it('is kept for a recorded market, byte for byte, once, and verified', async () => {
    const made = madePorts();
    const { lineage, objects } = made.ports;
    const page = {
      stream,
      source: { kind: 'recorded', detail: '/recordings' } as const,
      from: window.from,
      to: window.to,
      bars: 1,
      rejected: 0,
      answers: [{ request: '/api/v3/klines?symbol=BTCUSDT', body: '[[1704067200000,"42283.58"]]' }],
      workflow: 'bars/x',
    };
    await lineage.record([await lineage.seal(page)]);
    await lineage.record([await lineage.seal(page)]);
    const { items } = await made.ports.documents.find<{ id: string }>('fetches', {});
    expect(items).toHaveLength(1);
    const node = await lineage.explain(items[0]!.id);
    const bytes = await objects.get(String(node.facts['object']), String(node.facts['sha256']));
    expect(JSON.parse(gunzipSync(bytes).toString())).toEqual(page.answers[0]);
    expect((await lineage.verify(node.id)).ok).toBe(true);
    appendFileSync(objects.locate(String(node.facts['object'])).replace(/^file:(\/\/)?/, ''), 'x');
    expect((await lineage.verify(node.id)).firstBroken?.what).toMatch(/^sha256 of raw\//);
    // The same answer once more puts its bytes back.
    await lineage.record([await lineage.seal(page)]);
    expect((await lineage.verify(node.id)).ok).toBe(true);
    await made.remove();
  });
});
