import { decodeHTML } from 'entities';

const LONGEST = 200_000;
const BLOCK = /<(script|style|noscript|template)\b[\s\S]*?(<\/\1\b[^>]*>|$)/gi;
const COMMENT = /<!--[\s\S]*?(-->|$)/g;
/** Soft hyphens, zero-width spaces and marks of direction: unseen, and they split words. */
const UNSEEN = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;
/**
 * Markup that was escaped once too often shows itself by these: tags that are closed, that have attributes or that stand
 * alone by nature. "a < b", "<3" and a text on the tag <b> are text.
 */
const ESCAPED =
  /<\/(?:p|div|span|a|ul|ol|li|b|i|em|strong|h[1-6]|table)\s*>|<(?:script|style|br|img|iframe|svg|object|embed|form|input|noscript|template)\b[^<]*>|<(?:p|div|span|a|ul|ol|li|table)\s[^<]*=[^<]*>/i;
const ROUNDS = 3;

/**
 * HTML or text as one line of plain text: no tags and nothing of scripts, entities resolved, Unicode composed, white space
 * folded. Markup that was escaped as text, as some feeds do twice, is taken out, too.
 */
export function plainText(html: string): string {
  let text = html.slice(0, LONGEST);
  for (let round = 0; round < ROUNDS; round++) {
    text = decodeHTML(withoutTags(text.replace(BLOCK, ' ').replace(COMMENT, ' ')));
    if (!ESCAPED.test(text)) break;
  }
  text = text.replace(UNSEEN, '').normalize('NFC');
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}

/** Attributes in quotes may hold `>`; a tag of more characters is read without looking at its quotes. */
const LONGEST_TAG = 4000;

/** In linear time, whatever is left open. */
function withoutTags(html: string): string {
  let text = '';
  let from = 0;
  let close = -1;
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', Math.max(from, at + 1))) {
    if (close >= 0 && close < at) close = html.indexOf('>', at);
    else if (from === 0 && close < 0) close = html.indexOf('>', at);
    if (close < 0) break;
    const end = tagEnd(html, at, close);
    if (end < 0) continue;
    text += `${html.slice(from, at)} `;
    from = end;
  }
  return text + html.slice(from);
}

/** Where the tag that begins at `at` has ended, or -1 where it is none; `close` is the next `>`. */
function tagEnd(html: string, at: number, close: number): number {
  const first = html.charCodeAt(html.charAt(at + 1) === '/' ? at + 2 : at + 1) | 32;
  if (!(first >= 97 && first <= 122)) return -1;
  for (let i = at + 1; i < Math.min(html.length, at + LONGEST_TAG); i++) {
    const sign = html.charAt(i);
    if (sign === '>') return i + 1;
    if (sign === '<') return -1;
    if ((sign === '"' || sign === "'") && html.charAt(i - 1) === '=') {
      const end = html.indexOf(sign, i + 1);
      if (end < 0 || end - at > LONGEST_TAG) break;
      i = end;
    }
  }
  const open = html.indexOf('<', at + 1);
  return open >= 0 && open < close ? -1 : close + 1;
}

/** Lower case letters and digits with single spaces. */
export const normalised = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
