import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTokenizer } from '../../adapters/sentiment/tokenizer.js';
import { bertNormalised, bertWords } from '../../domain/sentiment/bert-text.js';
import { minilmTokenizer } from '../minilm.js';
import { trainingPython } from '../python.js';
import { temporaryDirectory } from './directories.js';
import { madeTokenizer } from './made-encoder.js';
import { hardTexts } from './made-hard-texts.js';

const PYTHON = `
import json, sys
from tokenizers import Tokenizer
made = Tokenizer.from_str(open(sys.argv[1]).read())
made.no_padding()
made.enable_truncation(int(sys.argv[2]))
for line in sys.stdin:
    text, target = json.loads(line)
    found = made.encode(text) if target is None else made.encode(text, target)
    print(json.dumps([found.ids, found.type_ids]))
`;
const EVERY_CODE_POINT = `
import json, sys
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
normaliser, parts = BertNormalizer(), BertPreTokenizer()
for code in [*range(0xd800), *range(0xe000, 0x32400), *range(0xe0000, 0xe0200)]:
    text = normaliser.normalize_str('a' + chr(code) + 'b')
    print(json.dumps([code, text, [word for word, _ in parts.pre_tokenize_str(text)]]))
`;
const MOST_TOKENS = 64;

interface Described {
  normalizer: { type: string; normalizers?: unknown[] };
}

/** As training writes it: addresses and codes go before anything else. */
const withCleaning = (described: Described): Described => ({
  ...described,
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'Replace', pattern: { Regex: 'https?://[!-~]+' }, content: 'http' },
      { type: 'Replace', pattern: { Regex: '<[/.=^A-Za-z0-9]{1,12}>' }, content: '' },
      ...(described.normalizer.normalizers ?? [described.normalizer]),
    ],
  },
});

const directory = temporaryDirectory();
const python = trainingPython();
const file = python === null ? null : minilmTokenizer();
const said = (args: string[], input = ''): unknown[] =>
  execFileSync(python ?? '', ['-c', ...args], {
    input,
    maxBuffer: 2 ** 30,
    env: { ...process.env, OMP_NUM_THREADS: '1', RAYON_NUM_THREADS: '1' },
    encoding: 'utf8',
  })
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe.skipIf(file === null)(
  'tokens equal those of the Python library (skipped without its environment, or where MiniLM cannot be fetched)',
  () => {
    it.each([
      ['as it is', (described: Described) => described],
      ['with cleaning before', withCleaning],
    ])('on 10,000 hard texts, a third of them with a target: the tokenizer %s', (_, change) => {
      const texts = hardTexts(10_000, 'tokens');
      const changed = join(directory, 'tokenizer.json');
      writeFileSync(
        changed,
        JSON.stringify(change(JSON.parse(readFileSync(file ?? '', 'utf8')) as Described)),
      );
      const { encode, size } = readTokenizer(readFileSync(changed), {
        file: changed,
        maxTokens: MOST_TOKENS,
      });
      const theirs = said(
        [PYTHON, changed, String(MOST_TOKENS)],
        texts.map((each) => JSON.stringify(each)).join('\n'),
      );
      const different = texts.filter(([text, target], i) => {
        const { ids, types } = encode(text, target ?? undefined);
        return JSON.stringify([ids, types]) !== JSON.stringify(theirs[i]);
      });
      expect(theirs).toHaveLength(10_000);
      expect(different).toEqual([]);
      expect(size).toBe(30_522);
    });

    it('on every code point', () => {
      const config = { clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true };
      const different = (said([EVERY_CODE_POINT]) as [number, string, string[]][]).filter(
        ([code, text, words]) =>
          bertNormalised(`a${String.fromCodePoint(code)}b`, config) !== text ||
          JSON.stringify(bertWords(text)) !== JSON.stringify(words),
      );
      expect(different.map(([code]) => code.toString(16))).toEqual([]);
    });
  },
);

describe('a tokenizer', () => {
  const bytes = new TextEncoder().encode(JSON.stringify(madeTokenizer()));
  it('cuts by the limit of its model, whatever its file says, and keeps a short target whole', () => {
    const { encode } = readTokenizer(bytes, { file: 'tokenizer.json', maxTokens: 12 });
    const alone = encode('gold '.repeat(50));
    expect([alone.ids.length, alone.ids[0], alone.ids.at(-1)]).toEqual([12, 2, 3]);
    const { ids, types } = encode('gold '.repeat(50), 'apple');
    expect([ids.length, ids.at(-2), types.filter((type) => type === 1).length]).toEqual([
      12,
      encode('apple').ids[1],
      2,
    ]);
  });

  it('reads lone surrogates as nothing, and a megabyte in no time', () => {
    const { encode } = readTokenizer(bytes, { file: 'tokenizer.json', maxTokens: 12 });
    expect(encode('\ud83dgold\udc00')).toEqual(encode('gold'));
    const start = performance.now();
    for (let i = 0; i < 20; i++) encode('gold '.repeat(200_000));
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
