import { FORMER_MARKS, FORMER_SIGNS, LATER, UNKNOWN_TO_NFD } from './unicode.js';

/** The members of a `BertNormalizer` in a tokenizer.json; `strip_accents` null means: where lower case is made. */
export interface BertNormalizer {
  clean_text?: boolean;
  handle_chinese_chars?: boolean;
  strip_accents?: boolean | null;
  lowercase?: boolean;
}

const PLAIN = /^[\x20-\x7e]*$/;
const UNWANTED = /[\0\ufffd\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;
const CHINESE =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;
const MARK = new RegExp(`[\\p{Mn}${FORMER_MARKS}]`, 'gu');
const SIGNS = `\\p{P}!-/:-@\\[-\`{-~${FORMER_SIGNS}`;
const SIGN = new RegExp(`[${SIGNS}]`, 'u');
const WORDS = new RegExp(`[^\\s${SIGNS}]+|[${SIGNS}]`, 'gu');
const IS_LATER = new RegExp(`[${LATER}]`, 'u');
const HAS_LATER_SIGN = new RegExp(`(?=\\p{P})[${LATER}]`, 'u');
const NOT_DECOMPOSED = new RegExp(`([${UNKNOWN_TO_NFD}]+)`, 'u');

/**
 * A text as the Rust library `tokenizers` cleans it for BERT: the Unicode categories there are those of version 8, its
 * decompositions those of version 9, and lower case is made letter by letter, without a final sigma.
 */
export function bertNormalised(text: string, config: BertNormalizer): string {
  const { clean_text = true, handle_chinese_chars = true, lowercase = true } = config;
  if (PLAIN.test(text)) return lowercase ? text.toLowerCase() : text;
  let out = text;
  if (clean_text)
    out = out
      .replace(UNWANTED, (sign) => (/[\t\n\r]/.test(sign) || IS_LATER.test(sign) ? sign : ''))
      .replace(/\s/gu, ' ');
  if (handle_chinese_chars) out = out.replace(CHINESE, ' $& ');
  if (config.strip_accents ?? lowercase) out = withoutAccents(out);
  return lowercase ? out.replaceAll('\u03a3', '\u03c3').toLowerCase() : out;
}

const withoutAccents = (text: string): string =>
  text
    .split(NOT_DECOMPOSED)
    // Every second part is what is not decomposed.
    .map((part, i) => (i % 2 === 0 ? part.normalize('NFD') : part))
    .join('')
    .replace(MARK, (mark) => (IS_LATER.test(mark) ? mark : ''));

/** Words and single punctuation signs of a normalised text, as its `BertPreTokenizer` parts them. */
export function bertWords(text: string): string[] {
  const words = text.match(WORDS) ?? [];
  return HAS_LATER_SIGN.test(text) ? rejoined(text) : words;
}

/** The slow way for texts with signs that Unicode 8 did not know as punctuation: they are parts of words. */
function rejoined(text: string): string[] {
  const words: string[] = [];
  let word = '';
  const end = (): void => {
    if (word) words.push(word);
    word = '';
  };
  for (const character of text) {
    const isSign = SIGN.test(character) && !HAS_LATER_SIGN.test(character);
    if (isSign || /\s/u.test(character)) end();
    else word += character;
    if (isSign) words.push(character);
  }
  end();
  return words;
}
