import { decodeHTML } from 'entities';
import { detectAll } from 'tinyld';

const LONGEST = 200_000;
const BLOCK = /<(script|style|noscript|template)\b[\s\S]*?(<\/\1\s*>|$)/gi;
const COMMENT = /<!--[\s\S]*?(-->|$)/g;
/** No `<` inside: text such as `<a<a<a…` would otherwise take quadratic time. */
const TAG = /<\/?[a-z][^<>]*>/gi;
/** Soft hyphens, zero-width spaces and marks of direction: unseen, and they split words. */
const UNSEEN = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;

/** HTML or text as one line of plain text: no tags, entities resolved, Unicode composed, white space folded. */
export function plainText(html: string): string {
  const bare = html.slice(0, LONGEST).replace(BLOCK, ' ').replace(COMMENT, ' ').replace(TAG, ' ');
  const text = decodeHTML(bare).replace(UNSEEN, '').normalize('NFC');
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}

/** Lower case letters and digits with single spaces. */
export const normalised = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** The detector also knows Klingon and Latin, and finds them in headlines; news is written in these. */
const ONLY = [
  ...[
    'en',
    'de',
    'fr',
    'es',
    'it',
    'pt',
    'nl',
    'pl',
    'cs',
    'ro',
    'hu',
    'sv',
    'da',
    'no',
    'fi',
    'tr',
    'id',
    'vi',
  ],
  ...['ru', 'uk', 'bg', 'el', 'he', 'ar', 'fa', 'hi', 'bn', 'ta', 'th', 'ja', 'ko', 'zh'],
];
const ENGLISH = new Set(
  'the of and with that from by its has have had will after how what why are was this for to is be been as says could over his their they not into than more at an which who about up out'.split(
    ' ',
  ),
);
const LETTERS = 40;
const SURE = 0.7;

/**
 * ISO 639-1 code of a text's language. The feed's own word (`declared`, else English) holds unless the text is
 * long enough and the detector sure: names and tickers mislead it on headlines.
 */
export function languageOf(text: string, declared?: string): string {
  const hint = /^[a-z]{2}/.exec(declared?.trim().toLowerCase() ?? '')?.[0] ?? 'en';
  const letters = text.match(/\p{L}/gu) ?? [];
  const foreignScript =
    letters.filter((letter) => !/\p{Script=Latin}/u.test(letter)).length > letters.length / 2;
  if (letters.length < (foreignScript ? 6 : LETTERS)) return hint;
  if (!foreignScript && englishShare(text) >= 0.15) return 'en';
  const [best] = detectAll(text.slice(0, 1000), { only: ONLY });
  return best && (foreignScript || best.accuracy >= SURE) ? best.lang : hint;
}

/** Share of words that only English sentences have many of. */
function englishShare(text: string): number {
  const words = normalised(text).split(' ');
  return words.filter((word) => ENGLISH.has(word)).length / words.length;
}
