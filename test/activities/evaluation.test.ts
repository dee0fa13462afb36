import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FoldWork, WalkForwardInput } from '../../activities/evaluation/walk-forward.js';
import { createActivities } from '../../activities/index.js';
import type { Ports } from '../../adapters/ports.js';
import type { Evaluation } from '../../domain/evaluation.js';
import { rowsOfColumns } from '../../domain/evaluation/evaluated.js';
import type { ModelVersion } from '../../domain/models.js';
import { madePorts } from './made-ports.js';

const source = { kind: 'simulated', detail: '3' } as const;
const stream = 'binance/BTC-USDT/1h';
const window = { source, from: Date.UTC(2024, 0, 1), to: Date.UTC(2024, 5, 1) };
const asOf = window.to;
const costs = { feeBps: 10, slippageBps: 2 };

describe('evaluation of a model on stored bars', () => {
  let made: ReturnType<typeof madePorts>;
  let ports: Ports;
  let steps: ReturnType<typeof createActivities>;
  let dataset: string;
  let model: string;

  beforeAll(async () => {
    made = madePorts();
    ports = made.ports;
    steps = createActivities(ports);
    const plan = await steps.io.resolveBars({ ...window, stream });
    for (let cursor: number | null = plan.from; cursor !== null;)
      ({ next: cursor } = await steps.io.fetchBars({ ...plan, cursor }));
    const { ref } = await ports.sentiment.choose();
    const shape = { lookBack: 24, horizonBars: 4, sentimentModel: `${ref.name}@${ref.version}` };
    dataset = (await steps.cpu.buildDataset({ ...window, asOf, streams: [stream], ...shape })).id;
    model = await train('ridge-1h-h4', dataset);
  }, 120_000);
  afterAll(() => made.remove());

  async function train(name: string, on: string): Promise<string> {
    const plan = await steps.io.planTraining({ name, dataset: on, trainer: 'ridge' });
    const result = await steps.cpu.trainRidge(plan);
    const { model: trained, version } = await steps.io.registerModel({ plan, result });
    return `${trained}@${version}`;
  }

  const evaluate = async (id = model): Promise<Evaluation> => {
    const { id: made } = await steps.gpu.evaluateStream({ model: id, dataset, stream, costs });
    return (await ports.documents.get<Evaluation>('evaluations', made))!;
  };

  it('stands beside all baselines, with scores, intervals, calibration, parts and an audit', async () => {
    const found = await evaluate();
    const names = [
      'persistence',
      'drift',
      'majority',
      'momentum',
      'reversal',
      'seasonal-naive',
      'ar1',
      'ses',
    ];
    expect(found.baselines.map(({ name }) => name)).toEqual(names);
    expect(found.against?.map(({ baseline }) => baseline)).toEqual(names);
    expect(found.distribution?.baselines.map(({ name }) => name)).toEqual(names);
    expect(found.distribution?.from).toBe('validation residuals');
    expect(found.interval).toMatchObject({ coverage: 0.9, method: 'adaptive' });
    expect(found.interval!.n).toBeGreaterThan(400);
    expect(Math.abs(found.interval!.measuredCoverage - 0.9)).toBeLessThan(0.03);
    expect(found.calibration!.bins).toHaveLength(10);
    expect(found.calibration!.n).toBe(found.n);
    const rows = (by: string): number =>
      found.regimes!.filter((each) => each.by === by).reduce((sum, { share }) => sum + share, 0);
    expect([rows('volatility'), rows('trend')].map((share) => share.toFixed(9))).toEqual([
      '1.000000000',
      '1.000000000',
    ]);
    expect(found.byConfidence!.reduce((sum, { n }) => sum + n, 0)).toBe(found.n);
    expect(found.leakAudit).toMatchObject({ passed: true });
    expect(found.leakAudit!.checks.map(({ check, verdict }) => [check, verdict])).toContainEqual([
      'stored-columns',
      'pass',
    ]);
    expect(found.seeds).toEqual([1]);
  });

  it('trades through the engine what runBacktest would, from the first deciding bar on', async () => {
    const found = await evaluate();
    const { from, to, totalReturn, buyAndHold, beforeCosts, conventions } = found.traded!;
    const backtest = await steps.cpu.runBacktest({
      ...{ source, stream, from, to, asOf, strategy: 'model-signal', evaluation: found.id },
      ...costs,
    });
    expect(backtest.metrics.totalReturn).toBe(totalReturn);
    expect(backtest.benchmark.totalReturn).toBe(buyAndHold.totalReturn);
    expect(beforeCosts.totalReturn).toBeGreaterThan(totalReturn);
    expect(conventions.join(' ')).toMatch(/filled at the open of the next/);
  });

  it('is the same evaluation when it is made again, and keeps its rows', async () => {
    const [first, again] = [await evaluate(), await evaluate()];
    expect(again.id).toBe(first.id);
    const bytes = await ports.objects.get(first.rows!.key, first.rows!.sha256);
    const rows = rowsOfColumns(await ports.tables.decode(bytes));
    expect(rows.time).toHaveLength(first.interval!.n);
  });

  it('rejects a model whose stored table was not made by the feature code, and never serves or promotes it', async () => {
    const stored = (await ports.documents.get<{ object: { key: string; sha256: string; bytes: number } }>(
      'datasets',
      dataset,
    ))!;
    const columns = await ports.tables.decode(await ports.objects.get(stored.object.key));
    const target = columns.find(({ name }) => name === 'target')!.values;
    // The target, shifted into a feature.
    const planted = columns.map((column) =>
      column.name === 'rsi_14'
        ? { name: 'rsi_14', type: 'float32' as const, values: Float32Array.from(target, (value) => value) }
        : column,
    );
    const object = await ports.objects.put('datasets/planted.parquet', await ports.tables.encode(planted));
    await ports.documents.update<{ object: unknown }>('datasets', dataset, (current) => ({
      ...current!,
      object,
    }));
    const leaky = await train('leaky-1h-h4', dataset);
    const found = await evaluate(leaky);
    await ports.documents.update('datasets', dataset, (current) => ({ ...current!, object: stored.object }));
    expect(found.leakAudit!.passed).toBe(false);
    const record = (await ports.documents.get<ModelVersion>('models', `mdl_${leaky}`))!;
    expect(record.stage).toBe('rejected');
    expect(record.leaks![0]!.reasons.join()).toMatch(/stored-columns: .*rsi_14/);
    const decision = await steps.io.decideDeployment({ model: leaky, evaluations: [found.id] });
    expect(decision.decision).toBe('rejected');
    expect(decision.reasons.join()).toMatch(
      /Against: the leak audit failed: binance\/BTC-USDT\/1h: stored-columns/,
    );
    // Even where an alias was left behind.
    await ports.documents.insert('aliases', [
      {
        ...{
          id: 'leaky-1h-h4:champion:simulated-3',
          name: 'leaky-1h-h4',
          sourceKey: 'simulated-3',
          alias: 'champion',
        },
        ...{ model: `mdl_${leaky}`, evaluations: [found.id], updatedAt: 1 },
      },
    ]);
    const asked = steps.gpu.predictStream({ ...window, asOf, stream, name: 'leaky-1h-h4', horizonBars: 4 });
    // Refused: the best baseline answers in its place.
    expect((await asked).model).toMatch(/^baseline:/);
    // Its own table again: what was held against it is gone.
    await evaluate(leaky);
    expect((await ports.documents.get<ModelVersion>('models', `mdl_${leaky}`))!.stage).toBe('candidate');
  });

  describe('walk-forward', () => {
    const input: WalkForwardInput = {
      ...window,
      ...{ asOf, streams: [stream], trainer: 'ridge', lookBack: 24, horizonBars: 4, folds: 3, testBars: 300 },
    };

    async function walk(): Promise<Evaluation> {
      const { folds, ...work } = await steps.io.planWalkForward(input);
      const done: FoldWork[] = [];
      for (const { fold, from, to, validationFrom, testFrom } of folds) {
        const cut = { validationFrom, testFrom, embargoBars: work.plan.embargoBars };
        const { id } = await steps.cpu.buildDataset({ ...work.dataset, from, to, cut });
        const trained = await train(work.training.name, id);
        const each = await steps.gpu.evaluateStream({ model: trained, dataset: id, stream, costs });
        done.push({ fold, model: trained, dataset: id, evaluations: [{ id: each.id, stream }] });
      }
      const { id } = await steps.gpu.poolFolds({ work, stream, folds: done });
      return (await ports.documents.get<Evaluation>('evaluations', id))!;
    }

    it('pools folds whose test parts follow one another without a gap', async () => {
      const found = await walk();
      expect(found.folds).toHaveLength(3);
      expect(found.interval!.n).toBe(900);
      const bytes = await ports.objects.get(found.rows!.key, found.rows!.sha256);
      const { time } = rowsOfColumns(await ports.tables.decode(bytes));
      const steps = time.slice(1).map((each, i) => each - (time[i] ?? NaN));
      expect(new Set(steps)).toEqual(new Set([3_600_000]));
      expect(found.n).toBe(225);
      expect(found.walkForward).toMatchObject({
        scheme: 'expanding',
        folds: 3,
        purgeBars: 4,
        embargoBars: 24,
      });
      expect(found.leakAudit!.passed).toBe(true);
      // The alias of what is promoted on this evidence is the newest fold's model.
      expect(found.model).toBe(found.folds!.at(-1)!.model);
      expect((await walk()).id).toBe(found.id);
    });
  });
});
