import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bertNormalised, bertWords } from '../../domain/sentiment/bert-text.js';
import { encoderInputs, keptTokens } from '../../domain/sentiment/encoding.js';

describe('text for BERT', () => {
  const all = { clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true };
  it.each([
    ['Ünïcode ÉTÉ', 'unicode ete'],
    ['a\u0000b\u200bc\ufffdd\td', 'abcd d'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['比特币up', ' 比  特  币 up'],
    ['\u{20000}x', ' \u{20000} x'],
    ['\ud800lone\udc00', 'lone'],
    ['Plain ASCII', 'plain ascii'],
  ])('%j becomes %j', (text, expected) => {
    expect(bertNormalised(text, all)).toBe(expected);
  });

  it('keeps letters where it is told to', () => {
    expect(bertNormalised('É', { ...all, lowercase: false })).toBe('É');
    expect(bertNormalised('É', { ...all, lowercase: false, strip_accents: true })).toBe('E');
  });

  it('parts words and signs, and loses none', () => {
    expect(bertWords("don't $5.3m—up!")).toEqual(['don', "'", 't', '$', '5', '.', '3m', '—', 'up', '!']);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(bertWords(text).join('')).toBe(text.replaceAll(/\s/gu, ''));
      }),
    );
  });
});

describe('inputs of an encoder', () => {
  it('are padded to the longest text and masked', () => {
    const inputs = encoderInputs([
      { ids: [101, 7, 102], types: [0, 0, 0] },
      { ids: [101, 102, 9, 102], types: [0, 0, 1, 1] },
    ]);
    expect(inputs.input_ids.dims).toEqual([2, 4]);
    expect([...inputs.input_ids.data].map(Number)).toEqual([101, 7, 102, 0, 101, 102, 9, 102]);
    expect([...inputs.attention_mask.data].map(Number)).toEqual([1, 1, 1, 0, 1, 1, 1, 1]);
    expect([...inputs.token_type_ids.data].map(Number)).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
  });

  it.each([
    [10, 5, 64, 10, 5],
    [80, 3, 64, 58, 3],
    [3, 80, 64, 3, 58],
    [80, 80, 64, 30, 31],
    [81, 80, 64, 31, 30],
    [9, 9, 3, 0, 0],
  ])('%i and %i tokens of at most %i: %i and %i', (text, target, most, keptText, keptTarget) => {
    expect(keptTokens({ text, target, added: 3, most })).toEqual({ text: keptText, target: keptTarget });
  });
});
