import { createActivities } from '../../activities/index.js';
import { championId } from '../../activities/models.js';
import type { Ports } from '../../adapters/ports.js';
import type { Evaluation } from '../../domain/evaluation.js';
import { seededNormal, seededRandom } from '../../domain/random.js';
import { settlementId, type Settlement } from '../../domain/settlement.js';
import { sourceKey, type Source } from '../../domain/sources.js';
import { parseStream } from '../../domain/streams.js';
import { HOUR, regimeBars, type Regime } from '../domain/made-regimes.js';

export const MADE_SOURCE: Source = { kind: 'simulated', detail: '9' };

/** Bars of one regime after the other; their open times. */
export async function storeRegimes(
  ports: Ports,
  asked: { stream: string; seed: string; regimes: Regime[] },
): Promise<number[]> {
  const columns = regimeBars(asked.seed, asked.regimes);
  const bars = Array.from(columns.time, (time, i) => ({
    time,
    open: columns.open[i]!,
    high: columns.high[i]!,
    low: columns.low[i]!,
    close: columns.close[i]!,
    volume: columns.volume[i]!,
    knownAt: time + HOUR,
  }));
  await ports.series.write({ stream: parseStream(asked.stream), source: MADE_SOURCE, bars });
  return Array.from(columns.time);
}

/** A ridge regression that is served, whatever it is worth. */
export async function madeChampion(
  ports: Ports,
  asked: { streams: string[]; from: number; to: number; name?: string },
): Promise<{ model: string; evaluation: Evaluation; dataset: string }> {
  const { io, cpu, gpu } = createActivities(ports);
  const { streams, from, to, name = 'made-1h-h1' } = asked;
  const dataset = await cpu.buildDataset({
    ...{ source: MADE_SOURCE, streams, from, to, asOf: to, sentimentModel: 'lexicon@1' },
    ...{ lookBack: 16, horizonBars: 1 },
  });
  const plan = await io.planTraining({ name, dataset: dataset.id, trainer: 'ridge' });
  const report = await io.registerModel({ plan, result: await cpu.trainRidge(plan) });
  const model = `${name}@${report.version}`;
  const costs = { feeBps: 10, slippageBps: 2 };
  const evaluations: Evaluation[] = [];
  for (const stream of streams) {
    const { id } = await gpu.evaluateStream({ model, dataset: dataset.id, costs, stream });
    evaluations.push((await ports.documents.get<Evaluation>('evaluations', id))!);
  }
  const ids = evaluations.map(({ id }) => id);
  await ports.documents.upsert('aliases', [
    {
      ...{ id: championId(name, MADE_SOURCE), name, sourceKey: sourceKey(MADE_SOURCE) },
      ...{ alias: 'champion', model: `mdl_${model}`, evaluations: ids, updatedAt: to },
    },
  ]);
  return { model, evaluation: evaluations[0]!, dataset: dataset.id };
}

/** Settled forecasts of each hour, with errors and misses of a given size. */
export async function settle(
  ports: Ports,
  asked: {
    champion: { model: string };
    stream: string;
    from: number;
    hours: number;
    /** Deviation of log(realised / forecast). */
    error: number;
    /** Share of moves in their interval. */
    inside: number;
  },
): Promise<void> {
  const [normal, random] = [seededNormal('settled'), seededRandom('settled')];
  const { stream, champion, hours, from } = asked;
  const records = Array.from({ length: hours }, (_, i) => {
    const asOf = from + i * HOUR;
    const predictionId = `prd_${asOf}`;
    const realised = 100 * Math.exp(asked.error * normal());
    const record: Settlement = {
      ...{ id: settlementId(predictionId), predictionId, revision: 1, isRevision: false, supersedes: null },
      ...{ status: 'settled', reason: null, group: 'made', stream, model: champion.model, horizonBars: 1 },
      ...{ asOf, targetTime: asOf + HOUR, settledAt: asOf + HOUR, knownAt: asOf + HOUR },
      ...{
        lastClose: 100,
        mean: 100,
        realised,
        error: 100 - realised,
        absoluteError: Math.abs(100 - realised),
      },
      ...{ persistenceError: Math.abs(100 - realised), directionRight: null, momentumRight: null },
      ...{ wentUp: realised > 100, inside: random() < asked.inside, coverage: 0.9, width: 2 },
      ...{ probabilityUp: 0.5, brier: 0.25, abstained: null, late: false, trigger: 'request' },
      pnl: { gross: 0, net: 0, feeBps: 10, slippageBps: 2 },
      ...{ source: MADE_SOURCE, sourceKey: sourceKey(MADE_SOURCE) },
    };
    return record;
  });
  await ports.documents.insert('settlements', records);
}
