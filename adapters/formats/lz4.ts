import { DataQualityError } from '../../domain/errors.js';

/**
 * Decodes LZ4 frames, which Feather files of pandas and freqtrade are packed in. No npm package does it without compiled
 * code and with bounds that hold against broken input. Checksums are skipped: a column's length is checked by Arrow.
 */
export function decodeLz4(source: Uint8Array): Uint8Array {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  if (source.length < 7 || view.getUint32(0, true) !== 0x184d2204) throw broken('it does not begin like one');
  const flags = source[4] ?? 0;
  if (flags >> 6 !== 1 || (flags & 1) === 1) throw broken('its version, or a dictionary, is not supported');
  const hasBlockSum = (flags & 0x10) !== 0;
  const hasSize = (flags & 0x08) !== 0;
  const target = new Growing(hasSize ? Number(view.getBigUint64(6, true)) : source.length * 4);
  let at = hasSize ? 15 : 7;
  for (;;) {
    if (at + 4 > source.length) throw broken('it ends early');
    const head = view.getUint32(at, true);
    at += 4;
    if (head === 0) return target.bytes.subarray(0, target.size);
    const size = head & 0x7fffffff;
    if (at + size > source.length) throw broken('a block ends early');
    const block = source.subarray(at, at + size);
    if (head >>> 31 === 1) target.add(block, 0, size);
    else decodeBlock(block, target);
    at += size + (hasBlockSum ? 4 : 0);
  }
}

const broken = (why: string): DataQualityError => new DataQualityError(`No sound LZ4 frame: ${why}`);

/** Sequences of literals and of copies from what was decoded before; blocks may refer to earlier ones. */
function decodeBlock(block: Uint8Array, target: Growing): void {
  let at = 0;
  /** A length continues while its bytes are 255. */
  const extended = (nibble: number): number => {
    if (nibble < 15) return nibble;
    let length = nibble;
    for (;;) {
      const next = block[at++];
      if (next === undefined) throw broken('a length ends early');
      length += next;
      if (next !== 255) return length;
    }
  };
  while (at < block.length) {
    const token = block[at++] ?? 0;
    const literals = extended(token >> 4);
    if (at + literals > block.length) throw broken('literals end early');
    target.add(block, at, literals);
    at += literals;
    // The last sequence has literals only.
    if (at === block.length) return;
    const offset = (block[at] ?? 0) | ((block[at + 1] ?? 0) << 8);
    at += 2;
    target.repeat(offset, extended(token & 15) + 4);
  }
}

/** No column of a bar file is larger. */
const MOST_BYTES = 2 ** 30;

/** Bytes that grow; a class because the copies must be quick. */
class Growing {
  bytes: Uint8Array;
  size = 0;

  constructor(expected: number) {
    this.bytes = new Uint8Array(Math.min(Math.max(expected, 64), MOST_BYTES));
  }

  add(from: Uint8Array, start: number, count: number): void {
    this.reserve(count);
    this.bytes.set(from.subarray(start, start + count), this.size);
    this.size += count;
  }

  /** Copies what lies `offset` bytes back; the copy may run into itself. */
  repeat(offset: number, count: number): void {
    if (offset === 0 || offset > this.size) throw broken(`it refers ${offset} bytes back, where nothing is`);
    this.reserve(count);
    const { bytes } = this;
    if (offset >= count) bytes.copyWithin(this.size, this.size - offset, this.size - offset + count);
    else for (let i = this.size; i < this.size + count; i++) bytes[i] = bytes[i - offset] ?? 0;
    this.size += count;
  }

  private reserve(count: number): void {
    const needed = this.size + count;
    if (needed <= this.bytes.length) return;
    if (needed > MOST_BYTES) throw broken(`it unfolds to more than ${MOST_BYTES} bytes`);
    const larger = new Uint8Array(Math.min(MOST_BYTES, Math.max(needed, this.bytes.length * 2)));
    larger.set(this.bytes.subarray(0, this.size));
    this.bytes = larger;
  }
}
