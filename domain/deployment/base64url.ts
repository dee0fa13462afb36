const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** RFC 4648 §5 without padding; the sandbox of the stories has neither Buffer nor btoa. */
export function toBase64url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let k = 0; k < Math.min(left, 3) + 1; k++) text += ALPHABET[(word >> (18 - 6 * k)) & 63];
  }
  return text;
}

/** Null for what is no such text, and for one that another text stands for, too. */
export function fromBase64url(text: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let word = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const value = ALPHABET.indexOf(text[i] ?? '');
    if (value < 0) return null;
    word = ((word << 6) | value) & 0xffffff;
    const bits = (i + 1) * 6 - at * 8;
    if (bits >= 8) bytes[at++] = (word >> (bits - 8)) & 255;
  }
  return text.length % 4 === 1 || toBase64url(bytes) !== text ? null : bytes;
}
