/** Deeper than any request of this API; guards the stack. */
const DEPTH = 200;
const SPACE = /[ \t\n\r]*/y;
// oxlint-disable-next-line no-control-regex -- JSON forbids them inside a text
const TEXT = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Where a text stops being JSON, in characters from 0: JSON.parse itself does not always say. */
export function faultAt(text: string): number {
  let at = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.test(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const takes = (sign: string): boolean => {
    skip(SPACE);
    if (text[at] !== sign) return false;
    at++;
    return true;
  };
  const members = (close: string, one: () => boolean): boolean => {
    if (takes(close)) return true;
    do if (!one()) return false;
    while (takes(','));
    return takes(close);
  };
  const value = (depth: number): boolean => {
    skip(SPACE);
    if (depth > DEPTH) return false;
    if (takes('[')) return members(']', () => value(depth + 1));
    if (takes('{')) return members('}', () => (skip(SPACE), skip(TEXT)) && takes(':') && value(depth + 1));
    return skip(TEXT) || skip(LITERAL);
  };
  if (value(0)) skip(SPACE);
  return at;
}
