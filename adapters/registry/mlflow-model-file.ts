import { createHash } from 'node:crypto';
import type { ModelVersion, ObjectRef } from '../../domain/models.js';

/** The file by which MLflow's own clients know how to load a version: `mlflow.onnx.load_model('models:/<name>@champion')`. */
export function modelFile(model: ModelVersion): { ref: ObjectRef; bytes: Uint8Array } {
  const text = [
    'artifact_path: model',
    'flavors:',
    '  onnx:',
    '    code: null',
    '    data: model.onnx',
    '    onnx_version: null',
    '    providers: [CUDAExecutionProvider, CPUExecutionProvider]',
    '    save_as_external_data: false',
    `metadata: ${JSON.stringify({ finsight: model.id, sha256: model.onnx.sha256 })}`,
    `model_size_bytes: ${model.onnx.bytes}`,
    `utc_time_created: '${new Date(model.createdAt).toISOString().replace('T', ' ').replace('Z', '')}'`,
    '',
  ].join('\n');
  const bytes = new TextEncoder().encode(text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ref: { key: 'MLmodel', sha256, bytes: bytes.length }, bytes };
}
