import { DataQualityError } from '../../domain/errors.js';
import { bytesOf, datatypeOf, tensorOf, type InferAnswer, type InferCall } from './triton-client.js';
import type { Exchanged } from './triton-exchange.js';

/* Batches over HTTP in the binary tensor data extension: a JSON header, then the bytes of each tensor in its order. */

const HEADER_LENGTH = 'inference-header-content-length';
const PARAMETERS = { binary_data_output: true };

/** The body of a batch and the headers that it goes with. */
export function inferBody({ inputs }: Pick<InferCall, 'inputs'>): {
  headers: Record<string, string>;
  body: Buffer;
} {
  const stated: unknown[] = [];
  const parts: Uint8Array[] = [Buffer.alloc(0)];
  for (const [name, tensor] of Object.entries(inputs)) {
    const parameters = { binary_data_size: tensor.data.byteLength };
    stated.push({ name, shape: tensor.dims, datatype: datatypeOf(tensor), parameters });
    parts.push(bytesOf(tensor));
  }
  const header = Buffer.from(JSON.stringify({ inputs: stated, parameters: PARAMETERS }));
  parts[0] = header;
  return {
    headers: { [HEADER_LENGTH]: String(header.length), 'content-type': 'application/octet-stream' },
    body: Buffer.concat(parts),
  };
}

interface Stated {
  model_name: string;
  model_version: string;
  outputs: {
    name: string;
    datatype: string;
    shape: number[];
    parameters?: { binary_data_size?: number };
  }[];
}

/** @param origin of the server, for messages. @throws DataQualityError where it is no such answer */
export function inferAnswer({ headers, bytes }: Exchanged, origin: string): InferAnswer {
  const length = Number(headers[HEADER_LENGTH] ?? bytes.length);
  const { model_name, model_version, outputs } = parseJson<Stated>(bytes.subarray(0, length), origin);
  const read: InferAnswer['outputs'] = {};
  let at = length;
  for (const { name, datatype, shape, parameters } of outputs) {
    const size = parameters?.binary_data_size ?? NaN;
    if (!(at + size <= bytes.length))
      throw new DataQualityError(`Triton at ${origin} answers fewer bytes of "${name}" than it states`);
    read[name] = tensorOf(datatype, shape, bytes.subarray(at, at + size));
    at += size;
  }
  return { model: model_name, version: model_version, outputs: read };
}

/** @throws DataQualityError where something else answers than a Triton server */
export function parseJson<T>(bytes: Uint8Array, origin: string): T {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) as T;
  } catch {
    throw new DataQualityError(`Triton at ${origin} answers what is no JSON: is it a Triton server?`);
  }
}
