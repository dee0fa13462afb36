import type { Ports } from '../../adapters/ports.js';
import { DataQualityError } from '../../domain/errors.js';
import { FEATURE_VERSION, type FeatureMatrix } from '../../domain/features.js';
import { LAST_INSTANT } from '../../domain/lineage.js';
import { formatSource, sourceKey } from '../../domain/sources.js';
import { baseOf, parseStream, timeframeMs } from '../../domain/streams.js';
import { readMatrix, type MatrixRequest } from '../dataset.js';

/** The latest rows of a stream's features, computed over all of the read, and the digests of what was read. */
export interface Snapshot {
  /** At most `TAIL` rows; equal reads give equal bits. */
  matrix: FeatureMatrix;
  barsSha256: string;
  scoresSha256: string;
}

/** Rows that a prediction looks at: a baseline's residuals and what each of them remembers, and the furthest horizon. */
export const TAIL = 4200;

/** Streams; 0.4 MB each. */
const HELD = 400;

interface Held {
  bars: string;
  scores: string;
  /** The read holds all that is stored: reads up to a later bar, known at a later time, find the same. */
  lastOpen: number;
  knownThrough: number;
  snapshot: Snapshot;
}

export interface Snapshots {
  read(request: MatrixRequest): Promise<Snapshot>;
}

/**
 * Snapshots of streams, kept until a bar or a score of theirs is stored or changed, which the stores are asked each
 * time: no event has to come for it. A store that cannot tell is read each time.
 */
export function openSnapshots(ports: Ports): Snapshots {
  const held = new Map<string, Held>();
  const running = new Map<string, Promise<Snapshot>>();
  const fill = async (key: string, request: MatrixRequest, before: Stamps): Promise<Snapshot> => {
    const snapshot = await readSnapshot(ports, request);
    const whole = await wholeRead(ports, request);
    const after = await stampsOf(ports, request);
    const unchanged = after?.bars === before.bars && after.scores === before.scores;
    const knownThrough = Math.max(whole.knownThrough, before.newestScore);
    held.delete(key);
    if (unchanged && request.to > whole.lastOpen && request.asOf >= knownThrough)
      held.set(key, { ...before, ...whole, knownThrough, snapshot });
    for (const oldest of held.keys()) if (held.size > HELD) held.delete(oldest);
    return snapshot;
  };
  return {
    async read(request) {
      const stamps = await stampsOf(ports, request);
      if (!stamps) return readSnapshot(ports, request);
      const { stream, source, from, sentimentModel, featureVersion = FEATURE_VERSION } = request;
      const key = JSON.stringify([stream, formatSource(source), from, sentimentModel, featureVersion]);
      const known = held.get(key);
      if (known && answers(known, request, stamps)) {
        // The longest unused goes first.
        held.delete(key);
        held.set(key, known);
        return known.snapshot;
      }
      const one = JSON.stringify([key, stamps, request.to, request.asOf]);
      const before = running.get(one) ?? fill(key, request, stamps).finally(() => running.delete(one));
      running.set(one, before);
      return before;
    },
  };
}

const answers = (held: Held, request: MatrixRequest, stamps: Stamps): boolean =>
  held.bars === stamps.bars &&
  held.scores === stamps.scores &&
  request.to > held.lastOpen &&
  request.asOf >= held.knownThrough;

async function readSnapshot(ports: Ports, request: MatrixRequest): Promise<Snapshot> {
  const { streamMatrix, barsSha256, scoresSha256 } = await readMatrix(ports, request);
  return { matrix: tailOf(streamMatrix.matrix, TAIL), barsSha256, scoresSha256 };
}

/**
 * The rows of a snapshot with the features of a version. @throws DataQualityError where bars came in between, so that the
 * rows are not the same any more; asked again, it is right
 */
export const rowsOf =
  (snapshots: Snapshots, request: MatrixRequest, snapshot: Snapshot) =>
  async (featureVersion: string): Promise<FeatureMatrix> => {
    if (featureVersion === FEATURE_VERSION) return snapshot.matrix;
    const other = await snapshots.read({ ...request, featureVersion });
    if (other.barsSha256 === snapshot.barsSha256 && other.scoresSha256 === snapshot.scoresSha256)
      return other.matrix;
    throw new DataQualityError(`Bars or scores of ${request.stream} changed while they were read; ask again`);
  };

/** The last rows, as copies: the rest may go. */
export function tailOf(matrix: FeatureMatrix, rows: number): FeatureMatrix {
  const from = Math.max(0, matrix.time.length - rows);
  return {
    names: matrix.names,
    time: matrix.time.slice(from),
    close: matrix.close.slice(from),
    volatility: matrix.volatility.slice(from),
    columns: matrix.columns.map((column) => column.slice(from)),
  };
}

interface Stamps {
  bars: string;
  scores: string;
  newestScore: number;
}

/** Scores are only ever added, and taken away by retention: their number and the newest one tell of both. */
async function stampsOf(ports: Ports, request: MatrixRequest): Promise<Stamps | null> {
  const { source, from, sentimentModel } = request;
  const stream = parseStream(request.stream);
  const bars = await ports.series.stamp?.({ stream, source, range: { from, to: LAST_INSTANT } });
  if (bars === undefined) return null;
  const asset = baseOf(stream.symbol);
  const where = { model: sentimentModel, tickers: [asset], sourceKey: sourceKey(source) };
  const count = await ports.documents.count('scores', { where, range: { from } });
  if (count === 0) return { bars, scores: '0', newestScore: -Infinity };
  const { items } = await ports.documents.find<{ knownAt: number }>('scores', {
    where,
    range: { from },
    order: 'newest',
    limit: 1,
  });
  const newest = items[0];
  return { bars, scores: `${count} ${newest?.id}`, newestScore: newest?.knownAt ?? LAST_INSTANT };
}

/** Up to where bars are stored from `from` on, and when the last of them, or of their versions, was known. */
async function wholeRead(
  ports: Ports,
  { source, from, stream: id }: MatrixRequest,
): Promise<Pick<Held, 'lastOpen' | 'knownThrough'>> {
  const stream = parseStream(id);
  const range = { from, to: LAST_INSTANT };
  const bars = await ports.series.read({ stream, source, range, asOf: LAST_INSTANT });
  const lastOpen = bars.at(-1)?.time ?? -Infinity;
  const known = bars.reduce((latest, bar) => Math.max(latest, bar.knownAt), -Infinity);
  return { lastOpen, knownThrough: Math.max(known, lastOpen + timeframeMs(stream.timeframe)) };
}
