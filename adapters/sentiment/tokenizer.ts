import { Tokenizer } from '@huggingface/tokenizers';
import { DataQualityError, messageOf } from '../../domain/errors.js';
import { bertNormalised, bertWords, type BertNormalizer } from '../../domain/sentiment/bert-text.js';
import { keptTokens, type Encoded } from '../../domain/sentiment/encoding.js';

/** What is read of a text; so many characters are more tokens than any encoder takes. */
const READ = 10_000;
/** Words whose pieces are remembered. */
const WORDS = 50_000;

export interface TextTokenizer {
  /** The text, and the target behind it where one is given, cut to fit: the longer of them first, at its end. */
  encode(text: string, target?: string): Encoded;
  /** Ids are below this. */
  size: number;
}

type Template = (text: string[], target: string[] | null) => { tokens: string[]; token_type_ids?: number[] };
type Pieces = (words: string[]) => string[];

/**
 * A tokenizer.json whose tokens equal those of the Python library `tokenizers`. Settings for cutting and padding in
 * the file do not count: `maxTokens` does. @throws DataQualityError that names the file
 */
export function readTokenizer(
  bytes: Uint8Array,
  options: { file: string; maxTokens: number },
): TextTokenizer {
  const { tokenizer, template } = open(bytes, options.file);
  const idOf = (token: string): number => {
    const id = tokenizer.token_to_id(token) ?? tokenizer.model?.unk_token_id;
    if (id !== undefined) return id;
    throw new DataQualityError(
      `Tokenizer ${options.file} has no id for "${token}", and none for unknown words`,
    );
  };
  const added = {
    alone: template([], null).tokens.length,
    paired: template(['a'], ['b']).tokens.length - 2,
  };
  if (options.maxTokens <= added.paired)
    throw new DataQualityError(
      `The model of ${options.file} takes ${options.maxTokens} tokens; its special ones alone are ${added.paired}`,
    );
  return {
    size: Math.max(0, ...tokenizer.get_vocab(true).values()) + 1,
    encode(text, target) {
      const words = tokenizer.tokenize(text.slice(0, READ));
      const second = target ? tokenizer.tokenize(target.slice(0, READ)) : null;
      const kept = keptTokens({
        text: words.length,
        target: second?.length ?? 0,
        added: second ? added.paired : added.alone,
        most: options.maxTokens,
      });
      const { tokens, token_type_ids } = template(
        words.slice(0, kept.text),
        second?.slice(0, kept.target) ?? null,
      );
      return { ids: tokens.map(idOf), types: token_type_ids ?? tokens.map(() => 0) };
    },
  };
}

type Normalizer = BertNormalizer & { type?: string; normalizers?: Normalizer[] };

interface TokenizerFile {
  normalizer?: Normalizer | null;
  pre_tokenizer?: { type?: string } | null;
}

function open(bytes: Uint8Array, file: string): { tokenizer: Tokenizer; template: Template } {
  try {
    const description = JSON.parse(new TextDecoder().decode(bytes)) as TokenizerFile;
    const tokenizer = new Tokenizer(description, {});
    const { normalizer, pre_tokenizer: words } = description;
    const parts = tokenizer as unknown as {
      normalizer: unknown;
      pre_tokenizer: unknown;
      model: Pieces;
      post_processor: ((...tokens: unknown[]) => ReturnType<Template>) | null;
    };
    // The library's own ways for BERT differ from Python's on new and on rare characters.
    if (normalizer) parts.normalizer = exactly(normalizer, parts.normalizer);
    if (words?.type === 'BertPreTokenizer') parts.pre_tokenizer = bertWords;
    parts.model = remembering(parts.model);
    const ending = parts.post_processor;
    return {
      tokenizer,
      template: (text, target) =>
        ending ? ending(text, target, true) : { tokens: [...text, ...(target ?? [])] },
    };
  } catch (error) {
    throw new DataQualityError(
      `Tokenizer ${file} cannot be used: ${messageOf(error)}; needed is the tokenizer.json that the model was trained with`,
    );
  }
}

/** A step alone is called, one of a sequence is asked to normalise. */
type Step = ((text: string) => string) & { normalize?(text: string): string; normalizers?: unknown[] };

function exactly(described: Normalizer, made: unknown): unknown {
  if (described.type === 'BertNormalizer') {
    const normalize = (text: string): string => bertNormalised(text, described);
    return Object.assign(normalize.bind(null), { normalize });
  }
  const step = made as Step;
  described.normalizers?.forEach((inner, i) => {
    if (step.normalizers) step.normalizers[i] = exactly(inner, step.normalizers[i]);
  });
  return step;
}

/** News has few words, many times. Every member of the model stays reachable. */
function remembering(model: Pieces): Pieces {
  const known = new Map<string, string[]>();
  const piecesOf = (word: string): string[] => {
    const found = known.get(word);
    if (found) return found;
    const pieces = model([word]);
    if (known.size >= WORDS) known.clear();
    known.set(word, pieces);
    return pieces;
  };
  return new Proxy(model, { apply: (_, __, [words]: [string[]]) => words.flatMap(piecesOf) });
}
