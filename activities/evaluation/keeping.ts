import type { Ports } from '../../adapters/ports.js';
import { digestOf } from '../../domain/digest.js';
import type { Evaluation } from '../../domain/evaluation.js';
import { columnsOf, rowsOfColumns, type EvaluatedRows } from '../../domain/evaluation/evaluated.js';
import { DataQualityError } from '../../domain/errors.js';
import { sourceKey } from '../../domain/sources.js';

/** What the held-out forecasts look like in the object store; one member per test row. */
export interface ForecastsFile {
  model: string;
  stream: string;
  /** Close time of the deciding bar, epoch ms. */
  time: number[];
  lastClose: number[];
  forecast: number[];
  actual: number[];
  /** Ascending quantile knots of the validation residuals in volatility units. */
  residualQuantiles: number[];
}

type Made = Omit<Evaluation, 'id' | 'forecasts' | 'rows' | 'createdAt'>;

/** Stores figures and rows under an id of what they say: the same work again is the same evaluation. */
export async function keepEvaluation(
  ports: Ports,
  args: { made: Made; rows: EvaluatedRows; knots: number[]; datasetSha256: string },
): Promise<Evaluation> {
  const { made, rows, knots } = args;
  const { source, ...figures } = made;
  const id = `evl_${digestOf({ ...figures, dataset: args.datasetSha256 }).slice(0, 24)}`;
  const file: ForecastsFile = {
    model: made.model,
    stream: made.stream,
    time: Array.from(rows.time),
    lastClose: Array.from(rows.lastClose),
    forecast: Array.from(rows.forecast),
    actual: Array.from(rows.actual),
    residualQuantiles: knots,
  };
  const forecasts = await ports.objects.put(
    `forecasts/${id}.json`,
    new TextEncoder().encode(JSON.stringify(file)),
  );
  const table = await ports.objects.put(
    `forecasts/${id}.parquet`,
    await ports.tables.encode(columnsOf(rows)),
  );
  const evaluation: Evaluation = {
    ...made,
    id,
    forecasts: { key: forecasts.key, sha256: forecasts.sha256 },
    rows: { key: table.key, sha256: table.sha256 },
    createdAt: ports.now(),
  };
  await ports.documents.insert('evaluations', [{ ...evaluation, sourceKey: sourceKey(source) }]);
  return evaluation;
}

/** @throws DataQualityError for an evaluation from before rows were kept, or where its object differs. */
export async function readRows(
  ports: Ports,
  evaluation: Pick<Evaluation, 'id' | 'rows'>,
): Promise<EvaluatedRows> {
  if (!evaluation.rows)
    throw new DataQualityError(
      `${evaluation.id} is from before the rows of evaluations were kept; evaluate the model again`,
    );
  const bytes = await ports.objects.get(evaluation.rows.key, evaluation.rows.sha256);
  return rowsOfColumns(await ports.tables.decode(bytes));
}

export async function readForecasts(
  ports: Ports,
  evaluation: Pick<Evaluation, 'forecasts'>,
): Promise<ForecastsFile> {
  const bytes = await ports.objects.get(evaluation.forecasts.key, evaluation.forecasts.sha256);
  return JSON.parse(new TextDecoder().decode(bytes)) as ForecastsFile;
}
