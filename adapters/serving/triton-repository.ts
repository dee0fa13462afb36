import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DataQualityError, messageOf, UnreachableError } from '../../domain/errors.js';
import type { ModelRef } from '../../domain/models.js';
import { readOnnxPorts } from '../../domain/onnx-ports.js';
import { projectRoot } from '../config.js';
import { writeAtomically } from '../files.js';
import { s3Objects } from '../objects/s3.js';
import type { ObjectsPort } from '../ports.js';
import { readModelFile } from './shipped.js';
import { nameOf } from './tensors.js';
import {
  configText,
  tritonConfig,
  tritonName,
  tritonVersion,
  type TritonConfig,
  type TritonSettings,
} from './triton-config.js';

/** A version as Triton wants it: `<model>/config.pbtxt` and `<model>/<n>/model.onnx`. */
export interface TritonModel {
  name: string;
  config: TritonConfig;
  /** Below `<model>/`: `<n>/model.onnx`, and `<n>/model.py` for the Python backend. */
  files: Record<string, Uint8Array>;
}

/**
 * The layout of a version, from its checked file.
 * @throws DataQualityError where the digest differs or the file cannot be served; what reading an object throws
 */
export async function tritonModel(
  model: ModelRef,
  { objects, settings }: { objects: Pick<ObjectsPort, 'get'>; settings: TritonSettings },
): Promise<TritonModel> {
  const bytes = await readModelFile(model.onnx, objects);
  const version = tritonVersion(model);
  const files: Record<string, Uint8Array> = { [`${version}/model.onnx`]: bytes };
  if (settings.backend === 'python') files[`${version}/model.py`] = await backendScript();
  return { name: tritonName(model), config: configOf(model, bytes, settings), files };
}

function configOf(model: ModelRef, bytes: Uint8Array, settings: TritonSettings): TritonConfig {
  try {
    return tritonConfig(model, readOnnxPorts(bytes), settings);
  } catch (error) {
    throw new DataQualityError(
      `Model ${nameOf(model)} is no usable ONNX file (${model.onnx.key}): ${messageOf(error)}`,
    );
  }
}

const backendScript = (): Promise<Uint8Array> =>
  readFile(join(projectRoot(), 'adapters', 'serving', 'triton', 'model.py'));

/** Where a server finds its models: a place that both of us see. */
export interface TritonRepository {
  /** Writes what is not there; the configuration last. @throws DataQualityError where a file there has other content. */
  write(model: TritonModel): Promise<void>;
  close(): Promise<void>;
}

/** @param address a directory, or `s3://…` as for objects (docs/stores.md) */
export function openTritonRepository(address: string): TritonRepository {
  return address.startsWith('s3:') ? s3Repository(address) : directoryRepository(address);
}

function directoryRepository(address: string): TritonRepository {
  const root = resolve(address.replace(/^file:(\/\/)?/, ''));
  const pathOf = (model: TritonModel, file: string): string => join(root, model.name, file);
  return {
    async write(model) {
      for (const [file, bytes] of Object.entries(model.files)) {
        const path = pathOf(model, file);
        // Our own script may be an older one; a model's file never changes.
        const found = isScript(file) ? null : await digestOf(path);
        if (found === null) await writeAtomically(path, bytes);
        else checkSame({ place: path, found, bytes });
      }
      await writeAtomically(pathOf(model, 'config.pbtxt'), textOf(model));
    },
    close: () => Promise.resolve(),
  };
}

function s3Repository(address: string): TritonRepository {
  const objects = s3Objects(address);
  return {
    async write(model) {
      for (const [file, bytes] of Object.entries(model.files)) {
        const key = `${model.name}/${file}`;
        // Its own digest may have been changed with it: the bytes decide.
        const isThere = !isScript(file) && (await objects.head(key)) !== null;
        const found = isThere ? await objects.get(key) : null;
        if (found === null) await objects.put(key, bytes);
        else checkSame({ place: objects.locate(key), found: sha256(found), bytes });
      }
      await objects.put(`${model.name}/config.pbtxt`, textOf(model));
    },
    close: () => objects.close(),
  };
}

const isScript = (file: string): boolean => file.endsWith('.py');

const textOf = (model: TritonModel): Uint8Array => new TextEncoder().encode(configText(model.config));

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function digestOf(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
    return hash.digest('hex');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new UnreachableError(`The model repository cannot be read: ${messageOf(error)}`);
  }
}

function checkSame({ place, found, bytes }: { place: string; found: string; bytes: Uint8Array }): void {
  const wanted = sha256(bytes);
  if (found !== wanted)
    throw new DataQualityError(
      `${place} in Triton's model repository was changed: sha256 ${found}, wanted is ${wanted}; remove it to have it written anew`,
    );
}
