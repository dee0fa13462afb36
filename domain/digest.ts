import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** Hex sha256 of bytes or of a text's UTF-8 bytes. */
export const sha256Hex = (input: Uint8Array | string): string =>
  bytesToHex(sha256(typeof input === 'string' ? utf8ToBytes(input) : input));

/** Hex sha256 of bytes that come piece by piece. */
export function runningSha256(): { update(bytes: Uint8Array): void; hex(): string } {
  const hash = sha256.create();
  return { update: (bytes) => void hash.update(bytes), hex: () => bytesToHex(hash.digest()) };
}

/**
 * JSON with sorted keys, no white space, `undefined` members left out: equal values give equal text
 * (the idea of RFC 8785). NaN is null, infinities are the strings "Infinity" and "-Infinity".
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** Digest of a JSON-like value by its canonical text. */
export const digestOf = (value: unknown): string => sha256Hex(canonicalJson(value));

function sorted(value: unknown): unknown {
  if (typeof value === 'number') return plainNumber(value);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<number>, plainNumber);
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}

function plainNumber(value: number): number | string | null {
  if (Number.isNaN(value)) return null;
  if (value === Infinity) return 'Infinity';
  if (value === -Infinity) return '-Infinity';
  return value;
}
