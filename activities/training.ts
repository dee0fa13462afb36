import type { Ports } from '../adapters/ports.js';
import type { StreamMatrix } from '../domain/dataset.js';
import { horizonsOf } from '../domain/dataset/samples.js';
import { digestOf } from '../domain/digest.js';
import type { TrainRequest, TrainResult } from '../domain/ml.js';
import { modelId, type ModelVersion } from '../domain/models.js';
import { encodeRidge } from '../domain/onnx.js';
import type { Trainer, TrainingReport } from '../domain/research.js';
import { trainRidge } from '../domain/ridge.js';
import { findDataset, readMatrix, stepOf, type StoredDataset } from './dataset.js';
import { ridgeParity } from './parity.js';

export interface TrainingInput {
  name: string;
  dataset: string;
  trainer?: Trainer;
  maxEpochs?: number;
  seed?: number;
}

export interface TrainingPlan {
  trainer: Trainer;
  dataset: string;
  request: TrainRequest;
  existing: TrainingReport | null;
}

const PATCHTST_PARAMS = {};

export const trainingSteps = (ports: Ports) => ({
  /** What is to be trained, by content: the same spec on the same dataset is found instead of trained again. */
  async planTraining(input: TrainingInput): Promise<TrainingPlan> {
    const dataset = await findDataset(ports, input.dataset);
    const trainer = input.trainer ?? ports.trainer().trainer;
    const training = {
      maxEpochs: input.maxEpochs ?? 6,
      patience: 3,
      batchSize: 256,
      learningRate: 1e-3,
      seed: input.seed ?? 1,
      precision: 'auto' as const,
      gradientClip: 1,
      compile: false,
      quantiles: [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95],
    };
    const params = trainer === 'patchtst' ? PATCHTST_PARAMS : {};
    const specSha256 = digestOf({ trainer, params, training, dataset: dataset.sha256, name: input.name });
    const request: TrainRequest = {
      kind: trainer,
      name: input.name,
      specSha256,
      dataset: datasetRef(dataset),
      params,
      training,
    };
    const found = await ports.documents.find<ModelVersion>('models', { where: { specSha256 }, limit: 1 });
    const known = found.items[0];
    return { trainer, dataset: dataset.id, request, existing: known ? reportOf(known) : null };
  },
});

export const ridgeSteps = (ports: Ports) => ({
  /** The TypeScript fallback: ridge regression on the last row's features, served from ONNX like any other. */
  async trainRidge(plan: TrainingPlan): Promise<TrainResult> {
    const started = ports.now();
    const dataset = await findDataset(ports, plan.dataset);
    const streams: StreamMatrix[] = [];
    for (const stream of dataset.streams)
      streams.push((await readMatrix(ports, { ...dataset, stream })).streamMatrix);
    const { spec, split } = dataset;
    const fit = trainRidge({ streams, spec, split, timeframeMs: stepOf(dataset.streams) });
    const features = dataset.features.length;
    const bytes = encodeRidge({ ...fit, lookBack: spec.lookBack, features });
    const onnx = await ports.objects.put(`models/${plan.request.specSha256}/model.onnx`, bytes);
    const ref = { name: plan.request.name, version: plan.request.specSha256.slice(0, 12), onnx };
    return {
      onnx,
      parityMaxAbs: await ridgeParity(ports, { ref, fit, streams, dataset }),
      epochs: [{ epoch: 1, trainLoss: fit.trainLoss, validationLoss: fit.validationLoss, seconds: 0 }],
      bestEpoch: 1,
      rows: fit.rows,
      seconds: (ports.now() - started) / 1000,
      parameters: fit.weights.length + 1,
      mlflowRunId: null,
      environment: { trainer: 'ridge in TypeScript' },
      quantiles: [],
      horizons: [spec.horizonBars],
      stopped: 'finished',
      batchSize: fit.rows.train,
      weightsSha256: digestOf({ weights: [...fit.weights], bias: fit.bias }),
      rowsPerSecond: null,
      peakMemoryBytes: null,
      notes: [],
    };
  },
});

export const registrySteps = (ports: Ports) => ({
  async registerModel(args: { plan: TrainingPlan; result: TrainResult }): Promise<TrainingReport> {
    const { plan, result } = args;
    const { request } = plan;
    const dataset = await findDataset(ports, plan.dataset);
    const version = digestOf({ spec: request.specSha256, onnx: result.onnx.sha256 }).slice(0, 12);
    const model: ModelVersion = {
      id: modelId({ name: request.name, version }),
      name: request.name,
      version,
      onnx: result.onnx,
      task: 'forecast',
      kind: plan.trainer,
      specSha256: request.specSha256,
      spec: { params: request.params, training: request.training, dataset: request.dataset },
      dataset: dataset.id,
      training: { ...result, onnx: undefined },
      parityMaxAbs: result.parityMaxAbs,
      seconds: result.seconds,
      stage: 'candidate',
      createdAt: ports.now(),
      source: dataset.source,
      featureVersion: dataset.featureVersion,
    };
    await ports.documents.insert('models', [model]);
    return reportOf(model);
  },
});

const datasetRef = (dataset: StoredDataset): TrainRequest['dataset'] => ({
  object: dataset.object,
  rows: dataset.rows,
  streams: dataset.streams,
  features: dataset.features,
  featureVersion: dataset.featureVersion,
  lookBack: dataset.spec.lookBack,
  horizonBars: dataset.spec.horizonBars,
  horizons: horizonsOf(dataset.spec),
});

function reportOf(model: ModelVersion): TrainingReport {
  const training = model.training as unknown as Pick<TrainResult, 'epochs' | 'rows'>;
  return {
    model: model.name,
    version: model.version,
    trainer: model.kind as Trainer,
    rows: training.rows.train,
    dataset: model.dataset ?? '',
    onnxSha256: model.onnx.sha256,
    parityMaxAbs: model.parityMaxAbs,
    epochs: training.epochs.length,
    seconds: model.seconds,
    reused: false,
  };
}
