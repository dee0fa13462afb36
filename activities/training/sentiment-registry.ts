import type { Ports } from '../../adapters/ports.js';
import { digestOf } from '../../domain/digest.js';
import type { SentimentResult } from '../../domain/ml/sentiment.js';
import { modelId, type ModelVersion } from '../../domain/models.js';
import { registeredEvent } from '../registry/marking.js';
import { environmentOf } from './environment.js';
import { trackTraining } from './records.js';
import type { SentimentPlan } from './sentiment.js';

export interface SentimentTrainingReport {
  task: 'sentiment';
  model: string;
  version: string;
  base: string;
  rows: SentimentResult['rows'];
  nearDuplicates: number;
  onnxSha256: string;
  onnxBytes: number;
  parityMaxAbs: number;
  /** Share of held-out texts on which the int8 file answers like float32, and the accuracy it loses. */
  agreement: number;
  accuracyLoss: number;
  temperature: number;
  figures: { set: string; part: string; n: number; accuracy: number; macroF1: number; ece: number }[];
  rowsPerSecond: number;
  seconds: number;
  /** True where the same spec and data had been trained before. */
  reused: boolean;
}

export const sentimentRegistrySteps = (ports: Ports) => ({
  async registerSentiment(args: {
    plan: SentimentPlan;
    result: SentimentResult;
  }): Promise<SentimentTrainingReport> {
    const { request } = args.plan;
    const { onnx, ...training } = args.result;
    const version = onnx.sha256.slice(0, 12);
    const model: ModelVersion = {
      id: modelId({ name: request.name, version }),
      name: request.name,
      version,
      onnx,
      task: 'sentiment',
      kind: 'encoder',
      specSha256: request.specSha256,
      spec: {
        ...{ ...request, conflicts: args.plan.conflicts, unlabelled: args.plan.unlabelled },
        ...(args.plan.tuning && { tuning: args.plan.tuning }),
      },
      dataset: null,
      training: {
        ...training,
        environment: environmentOf(ports, {
          trained: training.environment,
          seed: request.recipe.seed,
          datasetSha256: request.dataset.object.sha256,
        }),
      },
      parityMaxAbs: training.gates['parityMaxAbs'] ?? NaN,
      seconds: training.seconds,
      stage: 'candidate',
      createdAt: ports.now(),
      source: { kind: 'recorded', detail: request.dataset.sets.join(', ') },
      featureVersion: `text-${digestOf({ tokenizer: training.tokenizer.sha256, maxTokens: request.maxTokens }).slice(0, 12)}`,
    };
    await ports.documents.insert('models', [model], registeredEvent);
    await trackTraining(ports, model);
    return sentimentReportOf(model, false);
  },
});

export function sentimentReportOf(model: ModelVersion, reused: boolean): SentimentTrainingReport {
  const training = model.training as unknown as Omit<SentimentResult, 'onnx'>;
  const { base, dataset } = model.spec as unknown as SentimentPlan['request'];
  return {
    task: 'sentiment',
    model: model.name,
    version: model.version,
    base,
    rows: training.rows,
    nearDuplicates: dataset.nearDuplicates,
    onnxSha256: model.onnx.sha256,
    onnxBytes: model.onnx.bytes,
    parityMaxAbs: model.parityMaxAbs,
    agreement: training.gates['agreement'] ?? NaN,
    accuracyLoss: training.gates['accuracyLoss'] ?? NaN,
    temperature: training.temperature,
    figures: training.figures.map(({ set, part, n, accuracy, macroF1, ece }) => ({
      set,
      part,
      n,
      accuracy,
      macroF1,
      ece,
    })),
    rowsPerSecond: training.rowsPerSecond,
    seconds: training.seconds,
    reused,
  };
}
