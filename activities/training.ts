import type { Ports } from '../adapters/ports.js';
import type { StreamMatrix } from '../domain/dataset.js';
import { horizonsOf } from '../domain/dataset/samples.js';
import { digestOf } from '../domain/digest.js';
import type { TrainRequest, TrainResult } from '../domain/ml.js';
import { modelId, type ModelVersion } from '../domain/models.js';
import { encodeRidge } from '../domain/onnx.js';
import type { TrainingReport } from '../domain/research.js';
import { trainRidge } from '../domain/ridge.js';
import {
  parseTrainer,
  resolveParams,
  resolveTraining,
  type Params,
  type Trainer,
  type TrainingSettings,
} from '../domain/training/trainers.js';
import { registeredEvent } from './registry/marking.js';
import { findDataset, readMatrix, stepOf, type StoredDataset } from './dataset.js';
import { ridgeParity } from './parity.js';
import { environmentOf } from './training/environment.js';
import { trackTraining } from './training/records.js';

export interface TrainingInput {
  name: string;
  dataset: string;
  trainer?: Trainer;
  /** Hyper-parameters by the model's own names; what is left out has the trainer's default. */
  params?: Params;
  training?: Partial<TrainingSettings>;
  /** Short for the members of `training`. */
  maxEpochs?: number;
  seed?: number;
  /** The tuning that chose the parameters, and how many it tried: whoever judges the model has to know. */
  tuning?: { id: string; trials: number };
  /** Set for a trial of a tuning: it ends after so many epochs, and nothing is registered. */
  untilEpoch?: number;
}

export interface TrainingPlan {
  trainer: Trainer;
  dataset: string;
  request: TrainRequest;
  existing: TrainingReport | null;
  tuning: TrainingInput['tuning'] | null;
}

export const trainingSteps = (ports: Ports) => ({
  /** What is to be trained, by content: the same spec on the same dataset is found instead of trained again. */
  async planTraining(input: TrainingInput): Promise<TrainingPlan> {
    const dataset = await findDataset(ports, input.dataset);
    const trainer = input.trainer ? parseTrainer(input.trainer) : ports.trainer().trainer;
    const { maxEpochs, seed } = input;
    const params = resolveParams(trainer, input.params);
    const training = resolveTraining(trainer, {
      ...input.training,
      ...(maxEpochs !== undefined && { maxEpochs }),
      ...(seed !== undefined && { seed }),
    });
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
    const existing = known ? { ...reportOf(known), reused: true } : null;
    return { trainer, dataset: dataset.id, request, existing, tuning: input.tuning ?? null };
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
    const lambda = Number(plan.request.params['lambda'] ?? 0);
    const fit = trainRidge({
      ...{ streams, spec, split, timeframeMs: stepOf(dataset.streams) },
      // 0 leaves the choice to the validation part.
      ...(lambda === 0 ? {} : { lambda: [lambda] }),
    });
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
      environment: { trainer: 'ridge in TypeScript', ...ports.machine() },
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
  /** `trainedBy`: the principal of the story; left out where nobody is known. */
  async registerModel(args: {
    plan: TrainingPlan;
    result: TrainResult;
    trainedBy?: string;
  }): Promise<TrainingReport> {
    const { plan, result, trainedBy } = args;
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
      spec: {
        ...{ params: request.params, training: request.training, dataset: request.dataset },
        ...(plan.tuning && { tuning: plan.tuning }),
      },
      dataset: dataset.id,
      training: {
        ...result,
        onnx: undefined,
        environment: environmentOf(ports, {
          trained: result.environment,
          seed: request.training.seed,
          datasetSha256: request.dataset.object.sha256,
        }),
      },
      parityMaxAbs: result.parityMaxAbs,
      seconds: result.seconds,
      stage: 'candidate',
      createdAt: ports.now(),
      source: dataset.source,
      featureVersion: dataset.featureVersion,
      ...(trainedBy !== undefined && { trainedBy }),
    };
    await ports.documents.insert('models', [model], registeredEvent);
    await trackTraining(ports, model);
    return reportOf(model);
  },
});

export const datasetRef = (dataset: StoredDataset): TrainRequest['dataset'] => ({
  object: dataset.object,
  rows: dataset.rows,
  streams: dataset.streams,
  features: dataset.features,
  featureVersion: dataset.featureVersion,
  lookBack: dataset.spec.lookBack,
  horizonBars: dataset.spec.horizonBars,
  horizons: horizonsOf(dataset.spec),
});

export function reportOf(model: ModelVersion): TrainingReport {
  const training = model.training as unknown as Omit<TrainResult, 'onnx'>;
  const best = training.epochs.find(({ epoch }) => epoch === training.bestEpoch);
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
    weightsSha256: training.weightsSha256,
    bestEpoch: training.bestEpoch,
    validationLoss: best?.validationLoss ?? NaN,
    stopped: training.stopped,
    notes: training.notes,
  };
}
