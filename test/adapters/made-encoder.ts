import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../../domain/digest.js';
import { encodeModel, FLOAT, INT64 } from '../../domain/onnx.js';
import { SENTIMENT_LABELS } from '../../domain/sentiment/scores.js';

const GOOD = ['rises', 'gains', 'profit', 'wins', 'beats', 'up', 'rally', 'surges'];
const BAD = ['falls', 'drops', 'loss', 'loses', 'misses', 'down', 'crash', 'plunges'];
const PLAIN = [
  'bitcoin',
  'gold',
  'shares',
  'the',
  'and',
  'on',
  'board',
  'meets',
  'apple',
  'tesla',
  'of',
  '.',
];
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'.split('');

export const VOCABULARY = [
  ...SPECIAL,
  ...GOOD,
  ...BAD,
  ...PLAIN,
  ...LETTERS,
  ...LETTERS.map((letter) => `##${letter}`),
];

/** A tokenizer.json of WordPiece as BERT's, with a vocabulary of this file. */
export const madeTokenizer = (vocabulary = VOCABULARY): Record<string, unknown> => ({
  version: '1.0',
  // These two must not count.
  truncation: { max_length: 7, strategy: 'LongestFirst', stride: 0 },
  padding: { strategy: { Fixed: 7 }, direction: 'Right', pad_id: 0, pad_type_id: 0, pad_token: '[PAD]' },
  added_tokens: SPECIAL.map((content, id) => ({
    ...{ id, content, special: true, normalized: false },
    ...{ single_word: false, lstrip: false, rstrip: false },
  })),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [special('[CLS]', 0), sequence('A', 0), special('[SEP]', 0)],
    pair: [special('[CLS]', 0), sequence('A', 0), special('[SEP]', 0), sequence('B', 1), special('[SEP]', 1)],
    special_tokens: {
      '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
      '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
    },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
  },
});

const special = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } });
const sequence = (id: string, type: number) => ({ Sequence: { id, type_id: type } });

/** Each known word adds to its class, and each token of a target to the positive one. */
export function madeNetwork(
  options: { inputs?: [string, string, string]; output?: string; scale?: number } = {},
): Uint8Array {
  const [ids, mask, types] = options.inputs ?? ['input_ids', 'attention_mask', 'token_type_ids'];
  const weights = VOCABULARY.flatMap((word) => {
    if (GOOD.includes(word)) return [0, 0, 3];
    if (BAD.includes(word)) return [3, 0, 0];
    return [0, 0.2, 0];
  });
  const shape = ['batch', 'tokens'];
  const output = options.output ?? 'probabilities';
  const end = options.scale
    ? [{ op: 'Mul', inputs: ['sums', 'scale'], output }]
    : [{ op: 'Softmax', inputs: ['sums'], output, attributes: { axis: -1 } }];
  return encodeModel({
    name: 'made',
    inputs: [ids, mask, types].map((name) => ({ name, type: INT64, dims: shape })),
    output: { name: output, type: FLOAT, dims: ['batch', 3] },
    initializers: [
      { name: 'words', type: FLOAT, dims: [VOCABULARY.length, 3], values: weights },
      { name: 'kinds', type: FLOAT, dims: [2, 3], values: [0, 0, 0, 0, 0, 0.5] },
      { name: 'last', type: INT64, dims: [1], values: [2] },
      { name: 'middle', type: INT64, dims: [1], values: [1] },
      { name: 'scale', type: FLOAT, dims: [1], values: [options.scale ?? 1] },
    ],
    nodes: [
      { op: 'Gather', inputs: ['words', ids], output: 'word' },
      { op: 'Gather', inputs: ['kinds', types], output: 'kind' },
      { op: 'Add', inputs: ['word', 'kind'], output: 'token' },
      { op: 'Cast', inputs: [mask], output: 'shown', attributes: { to: FLOAT } },
      { op: 'Unsqueeze', inputs: ['shown', 'last'], output: 'factors' },
      { op: 'Mul', inputs: ['token', 'factors'], output: 'masked' },
      { op: 'ReduceSum', inputs: ['masked', 'middle'], output: 'sums', attributes: { keepdims: 0 } },
      ...end,
    ],
  });
}

export interface MadeFiles {
  network?: Uint8Array;
  tokenizer?: Uint8Array;
  /** Members of the card that are something else. */
  card?: Record<string, unknown>;
}

/** A directory with an encoder as training leaves it. */
export function makeEncoder(directory: string, made: MadeFiles = {}): string {
  const network = made.network ?? madeNetwork();
  const tokenizer = made.tokenizer ?? new TextEncoder().encode(JSON.stringify(madeTokenizer()));
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'model.onnx'), network);
  writeFileSync(join(directory, 'tokenizer.json'), tokenizer);
  const card = {
    kind: 'encoder',
    name: 'made-encoder',
    version: '1',
    sha256: sha256Hex(network),
    bytes: network.length,
    labels: SENTIMENT_LABELS,
    languages: ['en'],
    temperature: 1,
    threshold: 0.4,
    maxTokens: 16,
    pairs: true,
    tokenizer: { file: 'tokenizer.json', sha256: sha256Hex(tokenizer), bytes: tokenizer.length },
    ...made.card,
  };
  writeFileSync(join(directory, 'model.json'), JSON.stringify(card));
  return directory;
}
