import { readdir, readFile } from 'node:fs/promises';
import { join, normalize, resolve } from 'node:path';
import { sha256Hex } from '../../domain/digest.js';
import { DataQualityError, InvalidInputError, messageOf, NotFoundError } from '../../domain/errors.js';
import type { ObjectRef } from '../../domain/models.js';
import type { SentimentKind, SentimentModel } from '../../domain/sentiment/scores.js';
import { projectRoot } from '../config.js';
import type { ObjectsPort } from '../ports.js';
import { readCard } from './cards.js';

/** Of the shipped models, the kind that is served where nobody chose one. */
const SERVED: SentimentKind = 'encoder';
const SHIPPED = 'shipped/';
const DIRECTORY = 'directory/';

let loading: Promise<SentimentModel[]> | null = null;
/** Directories that somebody at this machine opened: no stored reference leads to others. */
const opened = new Set<string>();

/** Every model in a directory `models/sentiment*`, as its card describes it, the served one first. */
export function loadShippedModels(): Promise<SentimentModel[]> {
  loading ??= readShippedCards().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function readShippedCards(): Promise<SentimentModel[]> {
  const root = join(projectRoot(), 'models');
  const names = (await readdir(root)).filter((name) => name.startsWith('sentiment')).sort();
  const read = await Promise.allSettled(
    names.map((name) => readCard(join(root, name, 'model.json'), `${SHIPPED}${name}/`)),
  );
  const models = read.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const fault = read.find((each) => each.status === 'rejected');
  // One that is broken must not take the others with it.
  if (models.length === 0 && fault) throw fault.reason;
  return models.toSorted((a, b) => Number(b.kind === SERVED) - Number(a.kind === SERVED));
}

/**
 * The model of any directory with a model.json. Its files are checked now.
 * @throws InvalidInputError without a card, DataQualityError where a file does not belong to it
 */
export async function loadSentimentDirectory(directory: string): Promise<SentimentModel> {
  const path = resolve(directory);
  const model = await readCard(join(path, 'model.json'), `${DIRECTORY}${path}/`).catch((error: unknown) => {
    if ((error as { cause?: { code?: string } }).cause?.code !== 'ENOENT') throw error;
    throw new InvalidInputError(
      `${directory} holds no sentiment model: model.json, model.onnx and, of an encoder, tokenizer.json are needed`,
    );
  });
  opened.add(path);
  for (const file of [model.ref.onnx, ...(model.encoder ? [model.encoder.tokenizer] : [])])
    await readModelFile(file);
  return model;
}

/** Bytes of a model's file: shipped, in an opened directory, or an object. @throws NotFoundError, DataQualityError */
export async function readModelFile(
  { key, sha256 }: ObjectRef,
  objects?: Pick<ObjectsPort, 'get'>,
): Promise<Uint8Array> {
  if (key.startsWith(SHIPPED)) return readShipped(key, sha256);
  if (key.startsWith(DIRECTORY)) return readOpened(key.slice(DIRECTORY.length), sha256);
  if (objects) return objects.get(key, sha256);
  throw new NotFoundError(`No shipped model "${key}"`);
}

/** Bytes of a file below `models/`. @throws NotFoundError, and DataQualityError where the digest differs. */
export async function readShipped(key: string, sha256: string): Promise<Uint8Array> {
  const path = normalize(key.slice(SHIPPED.length));
  const bytes = path.startsWith('..')
    ? null
    : await readFile(join(projectRoot(), 'models', path)).catch(() => null);
  if (!bytes) throw new NotFoundError(`No shipped model "${key}" below models/`);
  return verified(new Uint8Array(bytes), { name: `Shipped model ${key}`, sha256 });
}

async function readOpened(path: string, sha256: string): Promise<Uint8Array> {
  const directory = resolve(path, '..');
  if (!opened.has(directory)) throw new NotFoundError(`No model directory ${directory} was opened here`);
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new DataQualityError(`${path} cannot be read, and its model.json names it: ${messageOf(error)}`);
  });
  return verified(new Uint8Array(bytes), { name: path, sha256 });
}

function verified(bytes: Uint8Array, { name, sha256 }: { name: string; sha256: string }): Uint8Array {
  const found = sha256Hex(bytes);
  if (found === sha256) return bytes;
  throw new DataQualityError(`${name} was changed: sha256 ${found}, its card says ${sha256}`);
}
