import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../../domain/digest.js';
import { DataQualityError, messageOf } from '../../domain/errors.js';
import type { SentimentModel } from '../../domain/sentiment.js';
import { projectRoot } from '../config.js';

interface Card {
  name: string;
  version: string;
  sha256: string;
  bytes: number;
  threshold: number;
  languages: string[];
}

let loading: Promise<SentimentModel> | null = null;

/** The sentiment model in `models/sentiment/`, as its card describes it. */
export function loadShippedSentiment(): Promise<SentimentModel> {
  loading ??= readCard();
  return loading;
}

async function readCard(): Promise<SentimentModel> {
  const file = join(projectRoot(), 'models', 'sentiment', 'model.json');
  try {
    const card = JSON.parse(await readFile(file, 'utf8')) as Card;
    const { name, version, sha256, bytes, threshold, languages } = card;
    return {
      ref: { name, version, onnx: { key: 'shipped/sentiment/model.onnx', sha256, bytes } },
      threshold,
      languages,
    };
  } catch (error) {
    throw new DataQualityError(`The shipped sentiment model cannot be read (${file}): ${messageOf(error)}`);
  }
}

/** Bytes of a file below `models/`. @throws DataQualityError where the digest differs. */
export async function readShipped(key: string, sha256: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(await readFile(join(projectRoot(), 'models', key.slice('shipped/'.length))));
  const found = sha256Hex(bytes);
  if (found !== sha256)
    throw new DataQualityError(`Shipped model ${key} was changed: sha256 ${found}, its card says ${sha256}`);
  return bytes;
}
