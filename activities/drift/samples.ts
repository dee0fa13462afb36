import type { DocumentPage, Ports } from '../../adapters/ports.js';
import { PARTS } from '../../domain/dataset/samples.js';
import { digestOf } from '../../domain/digest.js';
import { DataQualityError } from '../../domain/errors.js';
import type { Evaluation } from '../../domain/evaluation.js';
import type { FeatureMatrix } from '../../domain/features.js';
import { probabilityUp } from '../../domain/prediction.js';
import type { Settlement } from '../../domain/settlement.js';
import { beat } from '../beat.js';
import type { StoredDataset } from '../dataset.js';

/** Forecasts and their outcomes, in order of time, horizons not overlapping. */
export interface Outcomes {
  /** Close of the deciding bar, epoch ms. */
  time: Float64Array;
  /** Realised less forecast log move in units of volatility·√horizon. */
  residual: Float64Array;
  /** 1 where the move lay in its interval. */
  inside: Float64Array;
  /** Of those that moved. */
  brier: Float64Array;
}

/** One stream's rows of a dataset, as they were stored. */
export interface StoredRows {
  /** Columns of the training part, by name. */
  training: Map<string, Float64Array>;
  /** Close of the last training row, epoch ms. */
  trainedTo: number;
  volatilityAt: Map<number, number>;
}

/** Inputs of the model, and the unit that its target is in. */
const watchedOf = ({ features }: StoredDataset): readonly string[] => [...features, 'volatility'];

/** @throws DataQualityError where the object is not what the dataset says. */
export async function storedRows(ports: Ports, dataset: StoredDataset, stream: string): Promise<StoredRows> {
  const bytes = await ports.objects.get(dataset.object.key, dataset.object.sha256);
  const table = new Map((await ports.tables.decode(bytes)).map(({ name, values }) => [name, values]));
  beat();
  const column = (name: string): ArrayLike<number> => {
    const values = table.get(name);
    if (values) return values;
    throw new DataQualityError(`The table of ${dataset.id} has no column "${name}"; build the dataset again`);
  };
  const [time, streams] = [column('time'), column('stream')];
  const [split, volatility] = [column('split'), column('volatility')];
  const place = dataset.streams.indexOf(stream);
  const own = Array.from({ length: time.length }, (_, row) => row).filter((row) => streams[row] === place);
  const trained = own.filter((row) => split[row] === PARTS.train);
  const training = new Map(
    watchedOf(dataset).map((name) => {
      const values = column(name);
      return [name, Float64Array.from(trained, (row) => values[row] ?? NaN)];
    }),
  );
  const volatilityAt = new Map(own.map((row) => [time[row] ?? NaN, volatility[row] ?? NaN]));
  return { training, trainedTo: time[trained.at(-1) ?? -1] ?? -Infinity, volatilityAt };
}

/** What the evaluation keeps of its held-out rows. */
interface HeldOut {
  time: number[];
  lastClose: number[];
  forecast: number[];
  actual: number[];
  residualQuantiles: number[];
}

/** The evaluation's held-out forecasts. */
export async function evaluatedOutcomes(
  ports: Ports,
  evaluation: Evaluation,
  at: { rows: StoredRows; horizonMs: number },
): Promise<Outcomes> {
  const { key, sha256 } = evaluation.forecasts;
  const file = JSON.parse(new TextDecoder().decode(await ports.objects.get(key, sha256))) as HeldOut;
  const root = Math.sqrt(evaluation.horizonBars);
  const { scale } = evaluation.conformal;
  const rows = file.time.map((time, i) => {
    const [last = NaN, forecast = NaN, actual = NaN] = [file.lastClose[i], file.forecast[i], file.actual[i]];
    const unit = (at.rows.volatilityAt.get(time) ?? NaN) * root;
    const residual = Math.log(actual / forecast) / unit;
    const up = probabilityUp(Math.log(forecast / last) / unit, file.residualQuantiles);
    const brier = (up - (actual > last ? 1 : 0)) ** 2;
    return { time, residual, inside: Math.abs(residual) <= scale, brier };
  });
  return outcomesOf(rows, at.horizonMs);
}

/** Settled forecasts of a model, as they were known; late ones and those that claimed nothing are left out. */
export async function settledOutcomes(
  ports: Ports,
  asked: {
    where: { stream: string; model: string; sourceKey: string };
    horizonBars: number;
    from: number;
    asOf: number;
  },
  at: { matrix: FeatureMatrix; horizonMs: number },
): Promise<{ outcomes: Outcomes; promised: number; sha256: string }> {
  const latest = await settlementsOf(ports, asked);
  const rowAt = new Map(Array.from(at.matrix.time, (time, row) => [time, row]));
  const promised = latest.at(-1)?.coverage ?? NaN;
  const rows = latest.flatMap((each) => {
    const row = rowAt.get(each.asOf);
    // Another promise is another question.
    if (row === undefined || each.realised === null || each.coverage !== promised) return [];
    const unit = (at.matrix.volatility[row] ?? NaN) * Math.sqrt(each.horizonBars);
    const residual = Math.log(each.realised / each.mean) / unit;
    return { time: each.asOf, residual, inside: each.inside === true, brier: each.brier ?? NaN };
  });
  const sha256 = digestOf(latest.map(({ id, realised }) => [id, realised]));
  return { outcomes: outcomesOf(rows, at.horizonMs), promised, sha256 };
}

async function settlementsOf(
  ports: Ports,
  asked: Parameters<typeof settledOutcomes>[1],
): Promise<Settlement[]> {
  const latest = new Map<string, Settlement>();
  const range = { from: asked.from, to: asked.asOf + 1 };
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = {
      where: { ...asked.where, status: 'settled' },
      range,
      order: 'oldest' as const,
      limit: 1000,
      ...(cursor ? { cursor } : {}),
    };
    const page: DocumentPage<Settlement> = await ports.documents.find<Settlement>('settlements', query);
    for (const each of page.items) {
      if (each.horizonBars !== asked.horizonBars || each.settledAt > asked.asOf) continue;
      const held = latest.get(each.predictionId);
      if (!held || (each.revision ?? 1) > (held.revision ?? 1)) latest.set(each.predictionId, each);
    }
    cursor = page.cursor;
    beat();
  }
  const counted = [...latest.values()].filter(({ late, abstained }) => !late && !abstained);
  return counted.sort((a, b) => a.asOf - b.asOf);
}

interface OutcomeRow {
  time: number;
  residual: number;
  inside: boolean;
  brier: number;
}

/** Rows that say nothing, and those whose horizon begins before the last one's end, are left out. */
function outcomesOf(rows: OutcomeRow[], horizonMs: number): Outcomes {
  const kept: OutcomeRow[] = [];
  let free = -Infinity;
  for (const row of rows) {
    if (row.time < free || !Number.isFinite(row.residual)) continue;
    kept.push(row);
    free = row.time + horizonMs;
  }
  const column = (read: (row: OutcomeRow) => number): Float64Array => Float64Array.from(kept, read);
  return {
    time: column(({ time }) => time),
    residual: column(({ residual }) => residual),
    inside: column(({ inside }) => (inside ? 1 : 0)),
    brier: column(({ brier }) => brier).filter(Number.isFinite),
  };
}
