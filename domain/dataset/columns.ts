import type { StreamMatrix } from '../dataset.js';
import { InvalidInputError } from '../errors.js';
import type { FeatureMatrix } from '../features.js';

/** @throws InvalidInputError where there is no stream, or one has other features than the first */
export function commonNames(streams: StreamMatrix[]): readonly string[] {
  const [first] = streams;
  if (!first) throw new InvalidInputError('A dataset needs at least one stream; none was given');
  for (const { stream, matrix } of streams)
    if (matrix.names.join() !== first.matrix.names.join())
      throw new InvalidInputError(
        `Stream ${stream} has the features ${matrix.names.join(', ')}; ${first.stream} has ${first.matrix.names.join(', ')}`,
      );
  return first.matrix.names;
}

/** The streams' columns one after the other. */
export function joinDoubles(parts: Float64Array[]): Float64Array {
  const joined = new Float64Array(rowsOf(parts));
  fill(joined, parts);
  return joined;
}

/** One feature of all streams. */
export function joinFeature(matrices: FeatureMatrix[], feature: number): Float32Array {
  const parts = matrices.map(({ columns }) => columns[feature] ?? new Float32Array());
  const joined = new Float32Array(rowsOf(parts));
  fill(joined, parts);
  return joined;
}

/** The stream's number for each of its rows. */
export function streamColumn(matrices: FeatureMatrix[]): Int32Array {
  const parts = matrices.map(({ time }, stream) => new Int32Array(time.length).fill(stream));
  const joined = new Int32Array(rowsOf(parts));
  fill(joined, parts);
  return joined;
}

const rowsOf = (parts: { length: number }[]): number => parts.reduce((sum, part) => sum + part.length, 0);

function fill<T extends Float64Array | Float32Array | Int32Array>(joined: T, parts: T[]): void {
  let position = 0;
  for (const part of parts) {
    joined.set(part, position);
    position += part.length;
  }
}
