import { UnreachableError } from '../../domain/errors.js';
import type { ModelRef, ObjectRef } from '../../domain/models.js';
import type { ModelMetadata, ServingHealth, ServingPort, Tensor } from '../ports-serving.js';
import type { Frame } from './frames.js';
import { checkInputs, checkOutputs, nameOf, rowsOf } from './tensors.js';

/** A model server of ours behind whatever protocol: it knows versions by the digest of their ONNX file. */
export interface Remote {
  lanes: number;
  /** Brings the version to the server and describes it. @throws DataQualityError, UnreachableError */
  load(model: ModelRef): Promise<ModelMetadata>;
  /** `unknown` where the server has lost the version. @throws as `load` */
  infer(model: ModelRef, inputs: Record<string, Tensor>): Promise<Frame | 'unknown'>;
  unload(model: ModelRef): Promise<void>;
  health(): Promise<ServingHealth>;
  /** A sign of life without more: `health` where absent. */
  alive?(): Promise<void>;
  close(): Promise<void>;
}

/** The file that is run: TorchScript where the version has it, else ONNX. */
export const fileOf = (model: ModelRef): { kind: 'onnx' | 'torchscript'; file: ObjectRef } =>
  model.torchscript ? { kind: 'torchscript', file: model.torchscript } : { kind: 'onnx', file: model.onnx };

/**
 * The serving port over such a server: a version is loaded once, however many ask; inputs are checked before they are
 * sent, and answers for their digest, shape and numbers; a version that the server has lost is brought again.
 */
export function remoteServing(remote: Remote): ServingPort {
  const ready = new Map<string, Promise<ModelMetadata>>();
  const running = new Map<string, number>();
  const waiting = new Set<() => void>();
  const metadataOf = (model: ModelRef): Promise<ModelMetadata> => {
    const { sha256 } = model.onnx;
    const known = ready.get(sha256);
    if (known) return known;
    const loading = remote.load(model);
    ready.set(sha256, loading);
    loading.catch(() => ready.get(sha256) === loading && ready.delete(sha256));
    return loading;
  };
  const inferOnce = async (model: ModelRef, inputs: Record<string, Tensor>): Promise<Frame | 'unknown'> => {
    checkInputs(model, (await metadataOf(model)).inputs, inputs);
    const answer = await remote.infer(model, inputs);
    if (answer === 'unknown') ready.delete(model.onnx.sha256);
    return answer;
  };
  const counted = async <T>(sha256: string, work: () => Promise<T>): Promise<T> => {
    running.set(sha256, (running.get(sha256) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (running.get(sha256) ?? 1) - 1;
      if (left > 0) running.set(sha256, left);
      else running.delete(sha256);
      for (const look of waiting) look();
    }
  };
  return {
    lanes: remote.lanes,
    infer: (model, inputs) =>
      counted(model.onnx.sha256, async () => {
        let answer = await inferOnce(model, inputs);
        if (answer === 'unknown') answer = await inferOnce(model, inputs);
        if (answer === 'unknown')
          throw new UnreachableError(
            `The model server loses ${nameOf(model)} as soon as it is loaded: more versions are in use than it keeps`,
          );
        checkIdentity(model, answer);
        return checkOutputs(model, answer.tensors, rowsOf(inputs));
      }),
    load: async (model) => void (await metadataOf(model)),
    async unload(model) {
      const { sha256 } = model.onnx;
      ready.delete(sha256);
      await new Promise<void>((done) => {
        const look = (): void => {
          if (running.has(sha256)) return;
          waiting.delete(look);
          done();
        };
        waiting.add(look);
        look();
      });
      await remote.unload(model);
    },
    async metadata(model) {
      const { name, version, sha256 } = { ...model, sha256: model.onnx.sha256 };
      return { ...(await metadataOf(model)), name, version, sha256 };
    },
    health: () => remote.health(),
    ...(remote.alive && { alive: remote.alive }),
    close: async () => {
      ready.clear();
      await remote.close();
    },
  };
}

/** @throws UnreachableError where another version answered than was asked: another instance may be the right one */
function checkIdentity(model: ModelRef, { header }: Frame): void {
  const { name, version, sha256, fileSha256 } = header;
  const wanted = fileOf(model).file.sha256;
  if (
    name === model.name &&
    version === model.version &&
    sha256 === model.onnx.sha256 &&
    fileSha256 === wanted
  )
    return;
  throw new UnreachableError(
    `The model server answers for ${String(name)}@${String(version)} (sha256 ${String(sha256)}, file ${String(fileSha256)}); ` +
      `asked was ${nameOf(model)} (sha256 ${model.onnx.sha256}, file ${wanted})`,
  );
}
