import type { Ports } from '../../adapters/ports.js';
import type { TrainResult } from '../../domain/ml.js';
import type { ModelVersion } from '../../domain/models.js';
import { prefixed, track } from '../tracking.js';

/** Logs a trained model by its id: parameters, losses, digests of data and weights, code and machine. */
export async function trackTraining(ports: Ports, model: ModelVersion): Promise<void> {
  const training = model.training as unknown as Omit<TrainResult, 'onnx'>;
  const { params = {}, training: settings = {}, tuning } = model.spec as Record<string, object | undefined>;
  const best = training.epochs.find(({ epoch }) => epoch === training.bestEpoch);
  await track(ports, {
    id: model.id,
    experiment: 'trainings',
    name: model.name,
    params: {
      trainer: model.kind,
      ...prefixed('param', params),
      ...settings,
      ...prefixed('tuning', tuning ?? {}),
    },
    tags: {
      ...training.environment,
      dataset: model.dataset,
      spec: model.specSha256,
      onnxSha256: model.onnx.sha256,
      weightsSha256: training.weightsSha256,
      source: model.source.kind,
    },
    metrics: {
      trainLoss: best?.trainLoss,
      validationLoss: best?.validationLoss,
      epochs: training.epochs.length,
      bestEpoch: training.bestEpoch,
      parityMaxAbs: model.parityMaxAbs,
      seconds: model.seconds,
    },
  });
}
