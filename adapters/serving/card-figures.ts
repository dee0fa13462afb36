import { z } from 'zod';
import { DataQualityError, messageOf } from '../../domain/errors.js';
import type { ModelRef, ObjectRef } from '../../domain/models.js';
import type { CardFigures } from '../../domain/sentiment/figures.js';
import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { projectRoot } from '../config.js';
import type { ObjectsPort } from '../ports-bars.js';

const SHIPPED = 'shipped/';
const share = z.number().min(0).max(1);
/** NaN has no JSON: what was measured on nothing is null there. */
const orNaN = z
  .number()
  .nullable()
  .transform((value) => value ?? NaN);

const FIGURES = z.object({
  set: z.string(),
  part: z.string().default('all rows'),
  n: z.int().min(0),
  accuracy: orNaN,
  wilson95: z.tuple([orNaN, orNaN]),
  majority: orNaN,
  macroF1: orNaN,
  ece: orNaN,
  confusion: z.array(z.array(z.number()).length(3)).length(3),
  answered: orNaN,
  accuracyAnswered: orNaN,
  reliability: z.array(z.object({ n: z.int().positive(), confidence: share, accuracy: share })).optional(),
  abstention: z.array(z.object({ answered: share, accuracy: share })).optional(),
});
const CARD = z.object({ figures: z.array(FIGURES).default([]) });

/**
 * What the card beside a model's file says of how good it is; nothing where there is no card.
 * @throws DataQualityError where its figures cannot be read
 */
export async function readCardFigures(
  { ref, files }: { ref: ModelRef; files?: Record<string, ObjectRef> },
  objects: Pick<ObjectsPort, 'get'>,
): Promise<CardFigures[]> {
  const name = `${ref.name}@${ref.version}`;
  const text = await cardOf({ ref, files: files ?? {} }, objects);
  if (text === null) return [];
  try {
    return CARD.parse(JSON.parse(text)).figures.map((each) => withoutAbsent(each));
  } catch (error) {
    throw new DataQualityError(`The figures in the card of ${name} cannot be read: ${messageOf(error)}`);
  }
}

async function cardOf(
  { ref, files }: { ref: ModelRef; files: Record<string, ObjectRef> },
  objects: Pick<ObjectsPort, 'get'>,
): Promise<string | null> {
  const card = files['model.json'];
  if (card) return new TextDecoder().decode(await objects.get(card.key, card.sha256));
  const { key } = ref.onnx;
  const path = normalize(join(key.slice(SHIPPED.length), '..', 'model.json'));
  if (!key.startsWith(SHIPPED) || path.startsWith('..')) return null;
  return readFile(join(projectRoot(), 'models', path), 'utf8').catch(() => null);
}

const withoutAbsent = <T extends object>(members: T) =>
  Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined),
  ) as unknown as CardFigures;
