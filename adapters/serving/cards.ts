import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { DataQualityError, messageOf } from '../../domain/errors.js';
import { SENTIMENT_LABELS, type EncoderCard, type SentimentModel } from '../../domain/sentiment/scores.js';

const name = z.string().regex(/^[^@/\s]+$/, 'must be a name without "@", "/" and spaces');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');
const bytes = z.number().int().positive();
const labels = z.array(z.string()).refine((given) => given.join() === SENTIMENT_LABELS.join(), {
  error: ({ input }) =>
    `are ${(input as string[]).join(', ')}; the probabilities are read as ${SENTIMENT_LABELS.join(', ')}, in this order`,
});

const COMMON = z.object({
  name,
  version: name,
  sha256,
  bytes,
  threshold: z.number().min(0).max(1),
  languages: z.array(z.string().regex(/^[a-z]{2,3}$/)).min(1),
});
const READING = z.object({
  labels,
  maxTokens: z.number().int().min(8).max(8192),
  pairs: z.boolean().default(false),
  maxBatch: z.number().int().min(1).max(1024).optional(),
});
const ENCODER = COMMON.extend({
  ...READING.shape,
  tokenizer: z.object({ file: name.default('tokenizer.json'), sha256, bytes }),
});
const NGRAM = COMMON.extend({ labels: labels.optional() });

/**
 * What a model.json says of the model beside it; one without a `kind` is of n-grams. `prefix`: of its files' keys.
 * @throws DataQualityError naming the file and everything that is wrong with it
 */
export async function readCard(file: string, prefix: string): Promise<SentimentModel> {
  try {
    return modelOf(JSON.parse(await readFile(file, 'utf8')), prefix);
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** How the encoder of a model.json reads texts. @throws DataQualityError as `readCard` */
export function readReading(bytes: Uint8Array, file: string): Omit<EncoderCard, 'tokenizer'> {
  try {
    return readingOf(READING.parse(JSON.parse(new TextDecoder().decode(bytes))));
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, fault: unknown): DataQualityError {
  const why =
    fault instanceof z.ZodError
      ? fault.issues.map((issue) => `${issue.path.join('.') || 'the card'} ${issue.message}`).join('; ')
      : messageOf(fault);
  return new DataQualityError(`The sentiment model's card ${file} cannot be read: ${why}`, { cause: fault });
}

function modelOf(given: unknown, prefix: string): SentimentModel {
  const { kind = 'ngram' } = z.object({ kind: z.enum(['ngram', 'encoder']).optional() }).parse(given);
  const encoder = kind === 'encoder' ? ENCODER.parse(given) : null;
  const card = encoder ?? NGRAM.parse(given);
  const model: SentimentModel = {
    ref: {
      name: card.name,
      version: card.version,
      onnx: { key: `${prefix}model.onnx`, sha256: card.sha256, bytes: card.bytes },
    },
    kind,
    threshold: card.threshold,
    languages: card.languages,
  };
  if (!encoder) return model;
  const { file, ...tokenizer } = encoder.tokenizer;
  return {
    ...model,
    targets: encoder.pairs,
    encoder: { ...readingOf(encoder), tokenizer: { key: `${prefix}${file}`, ...tokenizer } },
  };
}

const readingOf = ({
  maxTokens,
  pairs,
  maxBatch,
}: z.output<typeof READING>): Omit<EncoderCard, 'tokenizer'> => ({
  maxTokens,
  pairs,
  ...(maxBatch === undefined ? {} : { maxBatch }),
});
