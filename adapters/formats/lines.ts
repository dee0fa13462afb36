import { DataQualityError } from '../../domain/errors.js';

const NEWLINE = 10;
/** No row of bars is as long: a longer line is no text. */
const LONGEST_LINE = 2 ** 20;

/**
 * Whole lines of a byte stream, many at a time: each piece ends with a line break, the last one may not. UTF-16 with its
 * mark, as MetaTrader writes it, becomes UTF-8; a byte order mark is dropped.
 */
export async function* wholeLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  for await (const chunk of utf8(source)) {
    let bytes =
      rest.length > 0
        ? Buffer.concat([rest, chunk])
        : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    if (isFirst && bytes.length >= 3) {
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
      isFirst = false;
    }
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    rest = bytes.subarray(end);
    if (rest.length > LONGEST_LINE)
      throw new DataQualityError(`A line is longer than ${LONGEST_LINE} bytes: this is no text of bars`);
    if (end > 0) yield bytes.subarray(0, end);
  }
  if (rest.length > 0) yield rest;
}

async function* utf8(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  let isFirst = true;
  for await (const chunk of source) {
    if (isFirst && chunk[0] === 0xff && chunk[1] === 0xfe) decoder = new TextDecoder('utf-16le');
    if (isFirst && chunk[0] === 0xfe && chunk[1] === 0xff) decoder = new TextDecoder('utf-16be');
    isFirst = false;
    yield decoder ? Buffer.from(decoder.decode(chunk, { stream: true })) : chunk;
  }
}

/** The pieces' lines as texts, without their breaks; empty ones are left out. */
export async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  for await (const piece of pieces)
    for (const line of piece.toString('utf8').split(/\r?\n/)) if (line.trim() !== '') yield line;
}
