import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { z } from 'zod';
import { sha256Hex } from '../../domain/digest.js';
import { DataQualityError, messageOf, NotFoundError } from '../../domain/errors.js';
import type { SentimentModel } from '../../domain/sentiment/scores.js';
import { projectRoot } from '../config.js';

const CARD = z.object({
  name: z.string().min(1),
  version: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().positive(),
  threshold: z.number().min(0).max(1),
  languages: z.array(z.string()).min(1),
});

let loading: Promise<SentimentModel> | null = null;

/** The sentiment model in `models/sentiment/`, as its card describes it. */
export function loadShippedSentiment(): Promise<SentimentModel> {
  loading ??= readCard().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function readCard(): Promise<SentimentModel> {
  const file = join(projectRoot(), 'models', 'sentiment', 'model.json');
  try {
    const card = CARD.parse(JSON.parse(await readFile(file, 'utf8')));
    const { name, version, sha256, bytes, threshold, languages } = card;
    return {
      ref: { name, version, onnx: { key: 'shipped/sentiment/model.onnx', sha256, bytes } },
      kind: 'ngram',
      threshold,
      languages,
    };
  } catch (error) {
    throw new DataQualityError(`The shipped sentiment model cannot be read (${file}): ${messageOf(error)}`);
  }
}

/** Bytes of a file below `models/`. @throws NotFoundError, and DataQualityError where the digest differs. */
export async function readShipped(key: string, sha256: string): Promise<Uint8Array> {
  const path = normalize(key.slice('shipped/'.length));
  const bytes = path.startsWith('..')
    ? null
    : await readFile(join(projectRoot(), 'models', path)).catch(() => null);
  if (!bytes) throw new NotFoundError(`No shipped model "${key}" below models/`);
  const found = sha256Hex(new Uint8Array(bytes));
  if (found !== sha256)
    throw new DataQualityError(`Shipped model ${key} was changed: sha256 ${found}, its card says ${sha256}`);
  return new Uint8Array(bytes);
}
