import { UnreachableError } from '../../domain/errors.js';
import type { Tensor } from '../ports-serving.js';
import type { RawTensor } from './session.js';

/**
 * Named tensors as bytes: a header's length (uint32, little-endian), the header as JSON, then the values of each tensor.
 * The header is filled up so that the values begin at a multiple of 8, and so is each tensor. The other side is
 * ml-pipelines/finsight_ml/inference/frames.py.
 */
const ALIGNED = 8;
const LENGTH_BYTES = 4;

interface Stated {
  name: string;
  type: string;
  dims: number[];
}

export interface Frame {
  header: Record<string, unknown>;
  tensors: Record<string, RawTensor>;
}

export function encodeFrame(header: Record<string, unknown>, tensors: Record<string, Tensor>): Buffer {
  const stated: Stated[] = Object.entries(tensors).map(([name, { type, dims }]) => ({ name, type, dims }));
  const text = Buffer.from(JSON.stringify({ ...header, tensors: stated }));
  const length = text.length + filling(LENGTH_BYTES + text.length);
  const size = Object.values(tensors).reduce((sum, { data }) => sum + aligned(data.byteLength), 0);
  const frame = Buffer.alloc(LENGTH_BYTES + length + size);
  frame.writeUInt32LE(length);
  frame.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + length);
  text.copy(frame, LENGTH_BYTES);
  let at = LENGTH_BYTES + length;
  for (const { data } of Object.values(tensors)) {
    frame.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += aligned(data.byteLength);
  }
  return frame;
}

/** @throws UnreachableError where the bytes are no frame: whoever answered is no server of ours, or was cut off. */
export function decodeFrame(bytes: Uint8Array): Frame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length >= LENGTH_BYTES ? view.getUint32(0, true) : Infinity;
  if (LENGTH_BYTES + length > bytes.length) throw noFrame(`${bytes.length} bytes are too few`);
  const header = readHeader(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
  const tensors: Record<string, RawTensor> = {};
  let at = LENGTH_BYTES + length;
  for (const { name, type, dims } of header.tensors) {
    const count = dims.reduce((product, each) => product * each, 1);
    const size = count * (type === 'int64' ? 8 : 4);
    if (at + size > bytes.length) throw noFrame(`"${name}" is cut off`);
    // A copy begins where its values may begin.
    const own = bytes.slice(at, at + size);
    const data =
      type === 'int64'
        ? new BigInt64Array(own.buffer, own.byteOffset, count)
        : new Float32Array(own.buffer, own.byteOffset, count);
    tensors[name] = { type, dims, data };
    at += aligned(size);
  }
  return { header: { ...header }, tensors };
}

function readHeader(bytes: Uint8Array): { tensors: Stated[] } & Record<string, unknown> {
  let header: { tensors?: unknown };
  try {
    header = JSON.parse(new TextDecoder().decode(bytes)) as typeof header;
  } catch {
    throw noFrame('its header is no JSON');
  }
  const { tensors } = header;
  const isRight =
    Array.isArray(tensors) &&
    (tensors as Stated[]).every(
      ({ name, type, dims }) =>
        typeof name === 'string' &&
        (type === 'float32' || type === 'int64') &&
        Array.isArray(dims) &&
        dims.every((size) => Number.isInteger(size) && size >= 0),
    );
  if (!isRight) throw noFrame('its header states no tensors of float32 or int64');
  return header as { tensors: Stated[] };
}

const noFrame = (why: string): UnreachableError =>
  new UnreachableError(`The model server answers with what is no frame of tensors: ${why}`);

const filling = (size: number): number => (ALIGNED - (size % ALIGNED)) % ALIGNED;
const aligned = (size: number): number => size + filling(size);
