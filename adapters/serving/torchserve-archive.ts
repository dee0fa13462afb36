import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelRef } from '../../domain/models.js';
import { projectRoot } from '../config.js';
import { fileOf } from './remote.js';
import { zipped } from './zip.js';

/** Python files that an archive carries: a server needs nothing of ours but its PyTorch and onnxruntime. */
const SOURCES = ['__init__.py', 'frames.py', 'running.py', 'signature.py', 'torchserve_handler.py'];
const HANDLER = 'finsight_handler.py';
const FILES = { onnx: 'model.onnx', torchscript: 'model.pt' } as const;

/** How a server knows a version. Both names are made of what TorchServe takes: letters, digits, `_`, `-` and `.`. */
export function servedAs(model: ModelRef): { name: string; version: string } {
  const { file } = fileOf(model);
  // The digest tells apart what somebody calls by one version twice, and an ONNX file from its TorchScript file.
  const name = plain(model.name);
  return { name, version: `${plain(model.version)}.${file.sha256.slice(0, 16)}` };
}

/** A name that had to be changed gets a digest of what it was: two names never become one. */
function plain(text: string): string {
  const kept = text.replace(/[^A-Za-z0-9_.-]/g, '_');
  if (kept === text) return text;
  return `${kept}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

/**
 * A version as an archive of TorchServe (`.mar`): a ZIP file of the model's file, the handler, what it runs on, and
 * `MAR-INF/MANIFEST.json`. The same version gives the same bytes.
 */
export async function archiveOf(model: ModelRef, bytes: Uint8Array): Promise<Buffer> {
  const { kind, file } = fileOf(model);
  const { name, version } = servedAs(model);
  const folder = join(projectRoot(), 'ml-pipelines', 'finsight_ml', 'inference');
  const sources = await Promise.all(
    SOURCES.map(async (each): Promise<[string, Uint8Array]> => [each, await readFile(join(folder, each))]),
  );
  const files = Object.fromEntries(sources);
  const handler = files['torchserve_handler.py'] ?? new Uint8Array();
  const own = {
    ...{ name: model.name, version: model.version, sha256: model.onnx.sha256 },
    ...{ kind, file: FILES[kind], file_sha256: file.sha256 },
  };
  const manifest = {
    ...{ createdOn: '01/01/1980 00:00:00', runtime: 'python', archiverVersion: '0.12.0' },
    model: { modelName: name, modelVersion: version, serializedFile: FILES[kind], handler: HANDLER },
  };
  return zipped({
    'MAR-INF/MANIFEST.json': json(manifest),
    'finsight.json': json(own),
    [FILES[kind]]: bytes,
    [HANDLER]: handler,
    'finsight_ml/__init__.py': new Uint8Array(),
    ...Object.fromEntries(
      sources
        .filter(([each]) => each !== 'torchserve_handler.py')
        .map(([each, source]) => [`finsight_ml/inference/${each}`, source]),
    ),
  });
}

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value, null, 2));
