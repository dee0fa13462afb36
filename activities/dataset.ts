import type { Ports } from '../adapters/ports.js';
import { datasetTable, type Dataset, type DatasetSpec, type StreamMatrix } from '../domain/dataset.js';
import { horizonsOf } from '../domain/dataset/samples.js';
import { digestOf } from '../domain/digest.js';
import { NotFoundError } from '../domain/errors.js';
import {
  buildFeatures,
  FEATURE_VERSION,
  featuresOf,
  INDEX_FEATURE_VERSION,
  readFeatureVersion,
  type FeatureVersion,
} from '../domain/features.js';
import type { Source } from '../domain/sources.js';
import { baseOf, parseStream, timeframeMs } from '../domain/streams.js';
import { beat } from './beat.js';

export interface DatasetInput {
  source: Source;
  streams: string[];
  from: number;
  to: number;
  asOf: number;
  sentimentModel: string;
  lookBack: number;
  horizonBars: number;
  /** Ascending, at most 96, with `horizonBars`; left out: that alone. */
  horizons?: number[];
  /** Left out: `FEATURE_VERSION`. */
  featureVersion?: FeatureVersion;
  /** In the place of the shares, with the embargo between the parts: what a walk-forward fold is cut at. */
  cut?: { validationFrom: number; testFrom: number; embargoBars: number };
}

export interface DatasetSummary {
  id: string;
  sha256: string;
  rows: number;
}

const VALIDATION_SHARE = 0.15;
const TEST_SHARE = 0.15;

export const datasetSteps = (ports: Ports) => ({
  /** Same bars, scores and spec give the same bytes, hence the same dataset. */
  async buildDataset(input: DatasetInput): Promise<DatasetSummary> {
    const spec = specOf(input);
    const { streams, inputs } = await readStreams(ports, input);
    const table = datasetTable({ streams, spec, timeframeMs: stepOf(input.streams) });
    const bytes = await ports.tables.encode(table.columns);
    const { featureVersion = FEATURE_VERSION } = input;
    const sha256 = digestOf({ inputs, spec, featureVersion, streams: input.streams });
    const object = await ports.objects.put(`datasets/${sha256}.parquet`, bytes);
    const dataset: Dataset = {
      id: `ds_${sha256.slice(0, 24)}`,
      sha256,
      object,
      rows: table.rows,
      streams: input.streams,
      features: [...featuresOf(featureVersion)],
      featureVersion,
      spec,
      split: table.split,
      asOf: input.asOf,
      inputs,
      createdAt: ports.now(),
      source: input.source,
    };
    const window = { from: input.from, to: input.to, sentimentModel: input.sentimentModel };
    await ports.documents.insert('datasets', [{ ...dataset, ...window }]);
    return { id: dataset.id, sha256, rows: table.rows };
  },
});

export type StoredDataset = Dataset & { from: number; to: number; sentimentModel: string };

/** @throws NotFoundError naming the id. */
export async function findDataset(ports: Ports, id: string): Promise<StoredDataset> {
  const dataset = await ports.documents.get<StoredDataset>('datasets', id);
  if (!dataset) throw new NotFoundError(`No dataset "${id}"; datasets are made by the story buildDataset`);
  return dataset;
}

/** What is read of a stream; times epoch ms. */
export interface MatrixRequest {
  source: Source;
  stream: string;
  from: number;
  to: number;
  asOf: number;
  sentimentModel: string;
  /** Left out: `FEATURE_VERSION`. */
  featureVersion?: string;
}

/**
 * The feature matrix of one stream as it could be known at `asOf`, and the digests of what went in.
 * @throws DataQualityError for features that this code does not compute
 */
export async function readMatrix(
  ports: Ports,
  request: MatrixRequest,
): Promise<{
  streamMatrix: StreamMatrix;
  barsSha256: string;
  scoresSha256: string;
  /** Of what the index is made of besides; null where the features have none. */
  opinionsSha256: string | null;
}> {
  const stream = parseStream(request.stream);
  const range = { from: request.from, to: request.to };
  const key = { stream, source: request.source, range, asOf: request.asOf };
  const bars = await ports.series.readColumns(key);
  const { sha256: barsSha256 } = await ports.series.digest(key);
  const { points, sha256: scoresSha256 } = await ports.sentimentPoints({
    ...request,
    model: request.sentimentModel,
    asset: baseOf(stream.symbol),
  });
  const version = readFeatureVersion(
    request.featureVersion ?? FEATURE_VERSION,
    `What is read of ${request.stream} is of`,
  );
  const matrix = buildFeatures({
    bars,
    timeframe: stream.timeframe,
    sentiment: points,
    asOf: request.asOf,
    version,
  });
  const opinionsSha256 =
    version === INDEX_FEATURE_VERSION ? digestOf(points.map(({ opinion }) => opinion ?? null)) : null;
  return { streamMatrix: { stream: request.stream, matrix }, barsSha256, scoresSha256, opinionsSha256 };
}

async function readStreams(
  ports: Ports,
  input: DatasetInput,
): Promise<{ streams: StreamMatrix[]; inputs: Record<string, string> }> {
  const streams: StreamMatrix[] = [];
  const inputs: Record<string, string> = {};
  for (const stream of input.streams) {
    const read = await readMatrix(ports, { ...input, stream });
    streams.push(read.streamMatrix);
    inputs[`bars:${stream}`] = read.barsSha256;
    inputs[`scores:${stream}`] = read.scoresSha256;
    if (read.opinionsSha256) inputs[`opinions:${stream}`] = read.opinionsSha256;
    beat();
  }
  return { streams, inputs };
}

/** Between the parts lie the furthest horizon (the purge) and a day of bars (the embargo). */
function specOf(input: DatasetInput): DatasetSpec {
  const { lookBack, horizonBars, horizons } = input;
  const day = Math.round(86_400_000 / stepOf(input.streams));
  const embargoBars = Math.max(...horizonsOf(input), day, 1);
  const shares = { validationShare: VALIDATION_SHARE, testShare: TEST_SHARE };
  const spec = { lookBack, horizonBars, ...(horizons && { horizons }), ...shares, embargoBars };
  if (!input.cut) return spec;
  const { embargoBars: embargo, ...boundaries } = input.cut;
  return { ...spec, embargoBars: embargo, boundaries };
}

export const stepOf = (streams: readonly string[]): number =>
  timeframeMs(parseStream(streams[0] ?? '').timeframe);
