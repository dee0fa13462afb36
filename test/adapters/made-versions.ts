import { createHash } from 'node:crypto';
import type { ObjectsPort } from '../../adapters/ports.js';
import type { ModelVersion, ObjectRef } from '../../domain/models.js';
import { versionFiles, versionTags } from '../../domain/registry.js';
import type { Registration } from '../../adapters/ports-registry.js';

export const MADE_AT = Date.UTC(2024, 0, 1);
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A version whose file holds `content`; nothing of it is stored. */
export function madeVersion(name: string, version: string, more: Partial<ModelVersion> = {}): ModelVersion {
  const bytes = bytesOf(`onnx of ${name}@${version}`);
  return {
    id: `mdl_${name}@${version}`,
    ...{ name, version },
    onnx: { key: `models/${name}-${version}/model.onnx`, sha256: digest(bytes), bytes: bytes.length },
    task: 'forecast',
    kind: 'ridge',
    specSha256: digest(bytesOf(`${name} ${version}`)),
    spec: { params: { lambda: 1 }, training: { seed: 7 } },
    dataset: 'ds_0123',
    training: {
      epochs: [
        { epoch: 1, trainLoss: 0.5, validationLoss: 0.6, seconds: 1 },
        { epoch: 2, trainLoss: 0.4, validationLoss: 0.55, seconds: 1 },
      ],
      bestEpoch: 2,
      weightsSha256: 'ab'.repeat(32),
      environment: { code: '0.1.0+abc', seed: '7' },
    },
    parityMaxAbs: 1e-7,
    seconds: 2,
    stage: 'candidate',
    createdAt: MADE_AT,
    source: { kind: 'simulated', detail: '1' },
    featureVersion: 'f1',
    ...more,
  };
}

/** Its file among the objects. */
export async function storeFile(objects: ObjectsPort, model: ModelVersion): Promise<ObjectRef> {
  return objects.put(model.onnx.key, bytesOf(`onnx of ${model.name}@${model.version}`));
}

export const registrationOf = (model: ModelVersion, objects: ObjectsPort): Registration => ({
  model,
  tags: versionTags(model, { evidence: [], datasetSha256: null }),
  files: versionFiles(model),
  async *read(ref) {
    yield await objects.get(ref.key, ref.sha256);
  },
});
