import type { Ports } from '../adapters/ports.js';
import { digestOf } from '../domain/digest.js';
import { InvalidInputError, UnreachableError } from '../domain/errors.js';
import type { InferenceRequest, InferenceResult } from '../domain/ml/inference.js';
import { findDataset } from './dataset.js';
import { findModel } from './models.js';
import { datasetRef } from './training.js';

export interface InferenceInput {
  /** `<name>@<version>`. */
  model: string;
  dataset: string;
  /** Samples that are computed together; 256 where nothing is said. */
  batchSize?: number;
}

/** What the story tells: the answers by reference, and what gave them. */
export interface InferenceReport extends InferenceResult {
  model: string;
  dataset: string;
}

const BATCH = 256;

export const inferenceSteps = (ports: Ports) => ({
  /**
   * @throws NotFoundError, InvalidInputError where the model reads other features than the dataset holds, and
   * UnreachableError where nobody serves the queue
   */
  async planInference(input: InferenceInput): Promise<InferenceRequest> {
    const model = await findModel(ports, input.model);
    const dataset = await findDataset(ports, input.dataset);
    if (model.task !== 'forecast')
      throw new InvalidInputError(`${model.id} is a model of ${model.task}; datasets are for forecasters`);
    if (model.featureVersion !== dataset.featureVersion)
      throw new InvalidInputError(
        `${model.id} reads features of version ${model.featureVersion}; dataset ${dataset.id} holds ${dataset.featureVersion}`,
      );
    if ((await ports.queues.pollers('torch')) === 0)
      throw new UnreachableError(
        'Nobody serves the queue torch; run: finsight worker --queues torch, or name torchscript: in SERVING_URL of finsight up',
      );
    const { name, version, onnx, torchscript = null } = model;
    const work = { model: { name, version, onnx, torchscript }, dataset: datasetRef(dataset) };
    const batchSize = input.batchSize ?? BATCH;
    return { ...work, batchSize, key: `inferences/${digestOf({ ...work, batchSize })}.parquet` };
  },
});
