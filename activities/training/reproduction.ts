import type { Ports } from '../../adapters/ports.js';
import { digestOf } from '../../domain/digest.js';
import { DataQualityError, InvalidInputError } from '../../domain/errors.js';
import type { TrainRequest, TrainResult } from '../../domain/ml.js';
import type { SentimentRequest, SentimentResult } from '../../domain/ml/sentiment.js';
import type { ModelVersion } from '../../domain/models.js';
import { parseTrainer } from '../../domain/training/trainers.js';
import { findDataset, readMatrix } from '../dataset.js';
import { findModel } from '../models.js';
import type { TrainingPlan } from '../training.js';

export type ReproductionPlan =
  | { model: string; task: 'forecast'; plan: TrainingPlan }
  | { model: string; task: 'sentiment'; request: SentimentRequest };

export interface ReproductionReport {
  model: string;
  identical: boolean;
  /** `weightsSha256` decides where the model has one, else `onnxSha256`: the same weights by another exporter are the same model. */
  recorded: Record<string, string>;
  found: Record<string, string>;
  /** Members of the environment that are not as they were: the first place to look for why. */
  differences: { name: string; recorded: string | null; found: string | null }[];
  seconds: number;
}

export const reproductionSteps = (ports: Ports) => ({
  /**
   * The recorded spec under a digest of its own, so that nothing of the first training is found and reused.
   * @throws DataQualityError where the data are no longer those that the version was trained on
   */
  async planReproduction(args: { model: string; run: string }): Promise<ReproductionPlan> {
    const model = await findModel(ports, args.model);
    const specSha256 = digestOf({ reproduces: model.id, run: args.run });
    const spec = model.spec as unknown as Partial<TrainRequest & SentimentRequest>;
    if (!spec.dataset)
      throw new InvalidInputError(`${model.id} was not trained here, so nothing tells how to train it again`);
    // Reading it compares its digest.
    await ports.objects.get(spec.dataset.object.key, spec.dataset.object.sha256);
    if (model.task === 'sentiment') {
      const { name, base, dataset, recipe, maxTokens } = spec as SentimentRequest;
      return {
        model: model.id,
        task: 'sentiment',
        request: { name, base, dataset, recipe, maxTokens, specSha256 },
      };
    }
    if (model.kind === 'ridge') await checkBars(ports, model);
    const { params, training, dataset } = spec as TrainRequest;
    const request = { kind: model.kind, name: model.name, specSha256, dataset, params, training };
    const trainer = parseTrainer(model.kind);
    const plan = { trainer, dataset: model.dataset ?? '', request, existing: null, tuning: null };
    return { model: model.id, task: 'forecast', plan };
  },

  async compareReproduction(args: {
    model: string;
    result: TrainResult | SentimentResult;
  }): Promise<ReproductionReport> {
    const model = await findModel(ports, args.model);
    const { result } = args;
    const before = model.training as { weightsSha256?: string; environment?: Record<string, string> };
    const recorded = digestsOf({ ...before, onnx: model.onnx });
    const found = digestsOf(result);
    const now = { ...ports.locks(), ...result.environment, code: ports.code() };
    return {
      model: model.id,
      identical: recorded['weightsSha256']
        ? recorded['weightsSha256'] === found['weightsSha256']
        : recorded['onnxSha256'] === found['onnxSha256'],
      recorded,
      found,
      differences: differences(before.environment ?? {}, now),
      seconds: result.seconds,
    };
  },
});

function digestsOf(of: { onnx: { sha256: string }; weightsSha256?: string }): Record<string, string> {
  return { onnxSha256: of.onnx.sha256, ...(of.weightsSha256 && { weightsSha256: of.weightsSha256 }) };
}

/** What was measured differs at each training and decides nothing. */
const MEASURED = new Set(['peakMemoryMiB', 'seed', 'datasetSha256']);

function differences(recorded: Record<string, string>, found: Record<string, string>) {
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(found)])].filter(
    (name) => !MEASURED.has(name),
  );
  return names
    .filter((name) => recorded[name] !== found[name])
    .map((name) => ({ name, recorded: recorded[name] ?? null, found: found[name] ?? null }));
}

/** Ridge reads the bars themselves. */
async function checkBars(ports: Ports, { dataset: id, id: model }: ModelVersion): Promise<void> {
  const dataset = await findDataset(ports, id ?? '');
  for (const stream of dataset.streams) {
    const { barsSha256 } = await readMatrix(ports, { ...dataset, stream });
    const recorded = dataset.inputs[`bars:${stream}`];
    if (barsSha256 !== recorded)
      throw new DataQualityError(
        `The bars of ${stream} that ${model} was trained on have changed: digest ${barsSha256}, recorded was ${recorded}`,
      );
  }
}
