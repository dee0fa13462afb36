import type { Ports } from '../../adapters/ports.js';
import type { TrainResult } from '../../domain/ml.js';
import type { SentimentResult } from '../../domain/ml/sentiment.js';
import type { ModelVersion } from '../../domain/models.js';
import { prefixed, track } from '../tracking.js';

/** Logs a trained model by its id: parameters, losses, digests of data and weights, code and machine. */
export async function trackTraining(ports: Ports, model: ModelVersion): Promise<void> {
  const training = model.training as { environment?: Record<string, string>; weightsSha256?: string };
  const { params = {}, training: own, recipe, tuning } = model.spec as Record<string, object | undefined>;
  const settings = own ?? recipe ?? {};
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
    metrics: { ...figuresOf(model), parityMaxAbs: model.parityMaxAbs, seconds: model.seconds },
  });
}

function figuresOf(model: ModelVersion): Record<string, number | undefined> {
  if (model.task === 'sentiment') {
    const { figures, gates } = model.training as unknown as SentimentResult;
    const bySet = figures.flatMap(({ set, part, accuracy, macroF1, ece }) =>
      Object.entries({ accuracy, macroF1, ece }).map(([name, value]) => [`${set}.${part}.${name}`, value]),
    );
    return { ...gates, ...(Object.fromEntries(bySet) as Record<string, number>) };
  }
  const { epochs, bestEpoch } = model.training as unknown as TrainResult;
  const best = epochs.find(({ epoch }) => epoch === bestEpoch);
  return {
    trainLoss: best?.trainLoss,
    validationLoss: best?.validationLoss,
    epochs: epochs.length,
    bestEpoch,
  };
}
