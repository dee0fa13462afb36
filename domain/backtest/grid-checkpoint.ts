import { DataQualityError } from '../errors.js';
import type { GridCheckpoint } from './grid.js';

/** Another one wherever what a checkpoint holds has changed. */
const MARK = 0x46534744;

/** A checkpoint as bytes: numbers only, little-endian, so that every bit comes back. */
export function encodeCheckpoint({ next, endedDay, state, columns }: GridCheckpoint): Uint8Array {
  const numbers = [
    MARK,
    next,
    endedDay,
    state.length,
    columns.length,
    ...columns.map(({ length }) => length),
  ];
  const all = Float64Array.from([...numbers, ...columns.flat()]);
  const bytes = new Uint8Array(all.byteLength + state.byteLength);
  bytes.set(new Uint8Array(all.buffer));
  bytes.set(new Uint8Array(state.buffer, state.byteOffset, state.byteLength), all.byteLength);
  return bytes;
}

/** @throws DataQualityError where these are no bytes of a checkpoint. */
export function decodeCheckpoint(bytes: Uint8Array): GridCheckpoint {
  const numbers = new Float64Array(bytes.slice().buffer);
  const [mark, next = NaN, endedDay = NaN, length = NaN, count = NaN] = numbers;
  const lengths = numbers.subarray(5, 5 + count);
  const total = 5 + count + lengths.reduce((sum, each) => sum + each, 0) + length;
  if (mark !== MARK || total !== numbers.length)
    throw new DataQualityError(`${bytes.length} bytes are no checkpoint of a grid; start the sweep anew`);
  const columns: number[][] = [];
  let at = 5 + count;
  for (const each of lengths) {
    columns.push([...numbers.subarray(at, at + each)]);
    at += each;
  }
  return { next, endedDay, columns, state: numbers.slice(at) };
}
