import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ObjectsPort } from '../../adapters/ports.js';
import { makeCheckModel } from '../../adapters/serving/check-models.js';
import { sha256Hex } from '../../domain/digest.js';
import { NotFoundError } from '../../domain/errors.js';
import type { ModelRef, ObjectRef } from '../../domain/models.js';

/** The check model in PyTorch with the weights of its ONNX file, as a file such as training writes. */
const PROGRAM = `
import sys
from pathlib import Path
import onnx, torch
from onnx import numpy_helper
from finsight_ml.scripting import script_file, traced_module

class Check(torch.nn.Module):
    def __init__(self, weights, bias):
        super().__init__()
        self.register_buffer("weights", weights)
        self.register_buffer("bias", bias)

    def forward(self, features):
        return torch.tanh(features @ self.weights + self.bias)

folder = Path(sys.argv[1])
data = (folder / "model.onnx").read_bytes()
values = {each.name: torch.from_numpy(numpy_helper.to_array(each).copy()) for each in onnx.load_from_string(data).graph.initializer}
traced = traced_module(Check(values["weights"], values["bias"]).eval(), torch.zeros(2, len(values["weights"])))
(folder / "model.pt").write_bytes(script_file(traced, data))
`;

export interface MadeScript {
  ref: ModelRef & { torchscript: ObjectRef };
  /** Keys → bytes. */
  files: Map<string, Uint8Array>;
  objects: Pick<ObjectsPort, 'get'>;
}

/** A version with an ONNX file and the TorchScript file beside it, `features` float32 [any, 8]. */
export async function madeScript(python: string): Promise<MadeScript> {
  const folder = mkdtempSync(join(tmpdir(), 'finsight-scripts-'));
  try {
    writeFileSync(join(folder, 'model.onnx'), makeCheckModel('1', { seed: 5 }).bytes);
    const env = { ...process.env, OMP_NUM_THREADS: '1' };
    await promisify(execFile)(python, ['-c', PROGRAM, folder], { cwd: 'ml-pipelines', env });
    const files = new Map<string, Uint8Array>();
    const stored = (name: string): ObjectRef => {
      const bytes = new Uint8Array(readFileSync(join(folder, name)));
      const ref = { key: `models/made/${name}`, sha256: sha256Hex(bytes), bytes: bytes.length };
      files.set(ref.key, bytes);
      return ref;
    };
    const [onnx, torchscript] = [stored('model.onnx'), stored('model.pt')];
    return {
      ref: { name: 'made/script', version: '1', onnx, torchscript },
      files,
      objects: objectsOf(files),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Objects in memory. */
export const objectsOf = (files: Map<string, Uint8Array>): Pick<ObjectsPort, 'get'> => ({
  async get(key) {
    const bytes = files.get(key);
    if (bytes) return bytes;
    throw new NotFoundError(`No object "${key}"`);
  },
});
